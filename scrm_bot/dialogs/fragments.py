"""Thoughts said in pieces: 今天去了华星 / 见了王总 / 价格有点高 下周三再报 are one visit, however many messages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from scrm_bot.crm import customers, followups, people
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.followups import FollowUp
from scrm_bot.dialogs.memory import RECENT, Memory
from scrm_bot.dialogs.methods import OTHER, method_of
from scrm_bot.dialogs.slots import is_about, is_contact
from scrm_bot.nlp import thin
from scrm_bot.nlp.meaning import Act, Meaning

_SOMEBODY: Final = re.compile(r"(?:见|找|拜访|碰)[到了过][\u4e00-\u9fff]{2,3}")
QUICK: Final = timedelta(minutes=2)  # after a record, words that name nobody else go on with it
_MORE: Final = re.compile(
    r"^\s*(?:再(?:加|补|记)(?:一[条句点个])?|补(?:充|记|上)?(?:一[条句点个下])?|还有|另外|对了|哦对)[了，,：:\s]*"
)
_BESIDES: Final = re.compile(r"^\s*(?:还有|另外|对了|哦对)")  # 对了昨天给顺达打了电话: begins anew as well
_PLANS: Final = frozenset({"schedule_meeting", "create_quote"})
_SHORT: Final = 16  # letters of a plan that is only the end of what was told
_NEXT: Final = re.compile(  # what is done next with a customer, once the time is taken out
    r"^[，,、\s]*(?:前|之前|以前|左右|再|又|还|就|继续|要|得|会|先|让我们?|我们?|跟他们?|给他们?)*"
    r"(?:去|来|过[去来]|拜访|回访|打|联系|报|给|送|发|寄|谈|聊|约|见|签|定|出|做|演示|测|汇报|答复|回复|确认|看|试|上门|跟|等|推|催|补|带|拿)"
)
_TITLES: Final = "总工董理长任姐哥监管师板"  # what ends how somebody is called, not how one is named
_OWN: Final = re.compile(  # 我明天休假, 公司开会; but 他们技术部门要测试, 王总下周出差
    r"(?:^|[，,。\s])我(?!们).{0,6}(?:休假|请假|出差|医院|体检|生日|搬家)|我(?:老婆|老公|孩子|家里)|公司(?:要|有)?.{0,4}(?:开会|聚餐|团建)"
    r"|(?<!们)(?<!们的)部门.{0,2}(?:开会|聚餐|团建|例会)|体检|聚餐|团建|(?:例|早|晨|周|月)会(?!议)"
)


def without_more(text: str) -> str:
    """What is to be added, without 再加一条."""
    return _MORE.sub("", text) or text


def is_own(text: str) -> bool:
    """Whether it is about the speaker or the company, and no customer."""
    return _OWN.search(text) is not None


def goes_on(desk: Desk, memory: Memory, meaning: Meaning, text: str) -> FollowUp | None:
    """The follow-up that the message goes on with; None if it stands for itself."""
    act = meaning.main
    anew = act.label == "log_visit" and _BESIDES.match(text) is not None and is_contact(act)
    said_so = _MORE.match(text) is not None and not anew
    if len(meaning.acts) > 1 or not (said_so or _may_go_on(act)):
        return None  # most messages: nothing needs to be looked up
    followup = _just_written(desk, memory, RECENT if said_so else QUICK)
    if followup is not None and not said_so and _is_of_us(desk, meaning, text):
        return None
    if followup is None or not is_about(followup.customer_id, meaning):
        return None
    text = meaning.text  # from here on without the sounds before it: 跟你说下中午吃啥
    if act.label == "none":
        words = act.bare or text
        told = thin.tells(words) or thin.tells_on(words) or (len(text) <= _SHORT and _to_come(desk, meaning, text))
        elsewhere = told and _is_elsewhere(desk, followup, meaning.slots.get("person", ()), text)
        belongs = (told and not elsewhere) or bool(said_so and thin.letters_of_its_own(text))
    elif act.label in _PLANS:
        belongs = said_so or (len(text) <= _SHORT and "customer" not in act.slots and _to_come(desk, meaning, text))
    else:
        belongs = act.label == "log_visit" and (said_so or _same_visit(desk, followup, act, text))
    return followup if belongs else None


def _may_go_on(act: Act) -> bool:
    """Whether it is of a kind that goes on with a record by itself: no visit that names its customer."""
    return act.label == "none" or act.label in _PLANS or (act.label == "log_visit" and "customer" not in act.slots)


def _to_come(desk: Desk, meaning: Meaning, text: str) -> bool:
    """下周二再打: what is to be done next."""
    now = desk.now.replace(tzinfo=None)
    ahead = [when for when in meaning.slots.get("time", ()) if when.start is not None and when.start > now]
    rests = [text.replace(when.text, "", 1).strip(" ，,。") for when in ahead]
    return any(not rest or _NEXT.match(rest) for rest in rests)


def _is_of_us(desk: Desk, meaning: Meaning, text: str) -> bool:
    """我明天休假, 让小李去一趟: about the speaker, the company or a colleague."""
    if is_own(text) or meaning.slots.get("owner"):
        return True
    nicks = (str(name) for name in meaning.slots.get("person", ()) if str(name)[0] == "小")
    return any(people.named(desk.session, name) for name in nicks)


def _just_written(desk: Desk, memory: Memory, within: timedelta) -> FollowUp | None:
    if memory.record is None or desk.now - memory.record.at >= within:
        return None
    return followups.get(desk, memory.record.followup)


def _same_visit(desk: Desk, followup: FollowUp, act: Act, text: str) -> bool:
    """见了王总, after 今天去了华星: the same way, and nobody who is known to be somewhere else."""
    if "customer" in act.slots or method_of(text) not in (OTHER, followup.method):
        return False
    persons = act.slots.get("person", ())
    if not persons and _SOMEBODY.search(text):  # somebody whom only the name tells: here, or nobody knows where
        there = customers.get(desk, followup.customer_id)
        return there is not None and any(one.name in text for one in customers.contacts_of(desk, there))
    titled = persons and all(str(person)[-1] in _TITLES for person in persons)
    if titled and not followups.met(desk, followup):  # 今天去了华星 left open whom: there is a 王总 in many a company
        return True
    return not _is_elsewhere(desk, followup, persons, text)


def _is_elsewhere(desk: Desk, followup: FollowUp, persons: Iterable[object], text: str) -> bool:
    """Whether somebody is spoken of who is known at another customer, and not at this one."""
    called = [str(person) for person in persons]
    for one in called:
        text = text.replace(one, "") if one[-1] in _TITLES else text  # a 黄总 here, and another one elsewhere
    known_at = [customers.where_named(desk, text), *(customers.where_known(desk, one) for one in called)]
    return any(known and followup.customer_id not in (one.id for one in known) for known in known_at)
