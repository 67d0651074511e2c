"""Talking about meetings to come: one that was arranged, or the plan of a whole week."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from itertools import accumulate, pairwise

from scrm_bot.crm import customers, reminders
from scrm_bot.crm.customers import Customer
from scrm_bot.dialogs import times
from scrm_bot.dialogs.phrases import moment, on, short
from scrm_bot.dialogs.skill import STAFF, Again, Answer, Saying, ask, skill
from scrm_bot.dialogs.skills.reminders import AHEAD
from scrm_bot.dialogs.skills.reminders import Say as Asked
from scrm_bot.dialogs.slots import Company, Said
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.texts import Text
from scrm_bot.nlp.meaning import Mention, When


class Say:
    """What is said about meetings."""

    meeting = Text("📅 已安排 {moment}：{what}\n提前会提醒你。")


_VERB = re.compile(r"拜访|走访|回访|上门|见面|见|去|跑|约|开会|演示|培训|打电话|聊|谈|送|签")
_LOOSE = " ，,。；;、:：和跟\n"
_MANY = 2
_GO, _DATE = "去", "%m月%d日"  # words to be understood, which nobody reads


@skill(
    label="schedule_meeting",
    examples=[
        "{time}约了{customer}的{person}",
        "{time}去{customer}做培训",
        "{time}跟{customer}开会",
        "{time}拜访{customer}，帮我安排一下",
        "meeting with {customer} {time}",
    ],
    allow=STAFF,
)
def plan_meeting(
    talk: Talk, time: When = ask(Asked.when), customer: Customer | Company | None = None, said: Said = Said("")
) -> Answer:
    """记下约好的事，到时提醒"""
    each = _each(talk)
    if each:
        return Again(tuple(Saying(one) for one in each), "")
    starts = times.due_at(talk.desk, time)
    ring = max(starts - AHEAD, talk.desk.now)
    known = customer if isinstance(customer, Customer) else _just_met(talk)
    when = f"{on(starts, talk.desk.today)}{starts:%H:%M}"  # 明天 would be wrong when it rings
    what = f"{when} {short(said.replace(time.text, '').strip(' ，,'))}"
    reminders.remind(talk.desk, what, ring, known.id if known else None, origin="next_step")
    if known:
        talk.remember(known)
    return Say.meeting(moment=moment(starts, talk.desk.today), what=short(said))


def _each(talk: Talk) -> list[str]:
    """周四华星、周五恒通电子: as many meetings, each with its own day, said one by one; nothing if it is one."""
    slots, text = talk.meaning.slots if talk.meaning else {}, talk.act.text
    values: list[When | Mention] = [*slots.get("time", ()), *talk.act.slots.get("customer", ())]
    order = sorted((one for one in values if one.text in text), key=lambda one: text.find(one.text))
    pairs = [(day, who) for day, who in pairwise(order) if isinstance(day, When) and isinstance(who, Mention)]
    if len(pairs) < _MANY or len(pairs) != len(talk.act.slots.get("customer", ())):
        return []
    days = list(accumulate((day for day, _ in pairs), _goes_on))
    starts = [text.find(day.text) for day, _ in pairs]
    verb = _VERB.search(text[: starts[0]])
    parts = [text[start:end].strip(_LOOSE) for start, end in pairwise([*starts, len(text)])]
    return [_in_full(part, day, verb[0] if verb else _GO) for part, day in zip(parts, days, strict=True)]


def _goes_on(before: When, day: When) -> When:
    """周四上午10点…，下午2点: of the same day."""
    if day.loose != "day" or day.start is None or before.start is None:
        return day
    return replace(day, start=datetime.combine(before.start.date(), day.start.time()))


def _in_full(part: str, day: When, verb: str) -> str:
    """With its day, and with what is done there."""
    date = day.start.strftime(_DATE) if day.loose == "day" and day.start else ""
    return f"{date}{part if _VERB.search(part) else part.replace(day.text, f'{day.text}{verb}', 1)}"


def _just_met(talk: Talk) -> Customer | None:
    """今天去了华星，约了下周二过去做演示: with the one customer whom the message names."""
    named = talk.meaning.slots.get("customer", ()) if talk.meaning else ()
    one = len(named) == 1 and len(named[0].candidates) == 1
    return customers.get(talk.desk, named[0].candidates[0].id) if one else None
