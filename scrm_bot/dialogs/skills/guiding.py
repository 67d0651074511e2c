"""Help by example: a few sentences that would work for whoever asks, others each time; never a manual."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal

from scrm_bot.dialogs import examples
from scrm_bot.dialogs.examples import Example, Material
from scrm_bot.dialogs.phrases import facts, money
from scrm_bot.dialogs.skill import CUSTOMERS, STAFF, Answer, skill
from scrm_bot.dialogs.slots import Said
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.texts import Text
from scrm_bot.nlp.meaning import Meaning


class Say:
    """Around the examples."""

    help = Text("直接说就行，比如：\n{lines}\n再回“怎么用”换几句。")
    how = Text("这样说就行：\n{lines}")
    lost = Text("这句我没太明白{heard}，原话已留底。可以这样说：\n{lines}")
    heard = Text("（听到了：{values}）")
    line = Text("· {words}")


SHOWN, NEAREST, KEPT = 5, 3, 60
_ASKS_HOW = re.compile(
    r"(?:请问|那)?(?:我)?(?:怎么|如何|咋|怎样|教我怎么|教我)(?:才能|可以|能)?(?:去)?(?P<what>.{1,8}?)(?:呀|啊|呢|的)?[?？。]?"
)
_OUTRIGHT = {"undo": "撤销", "correct": "不是50万是15万", "accept": "接单"}
_TOPICS = (  # what is asked how to do, and the skill that does it
    (r"撤|收回|反悔|删.{0,3}(?:刚|上一?条)", "undo"),
    (r"练|演练", "practise"),
    (r"改.{0,4}(?:错|刚|上一?条)", "correct"),
    (r"(?:加|存|录|建|新增|添加).{0,3}(?:联系人|名片)", "add_contact"),
    (r"(?:推进|改).{0,4}(?:阶段|商机)", "update_deal"),
    (r"(?:建|加|录|开|新增|新建|添加|记).{0,3}(?:商机|单子|机会)", "create_deal"),
    (r"(?:看|查|问).{0,3}(?:漏斗|业绩)|漏斗|业绩", "funnel"),
    (r"(?:看|查).{0,3}(?:商机|进度)", "deal_status"),
    (r"(?:看|查).{0,3}(?:跟进|拜访)", "last_followups"),
    (r"(?:看|查).{0,3}(?:客户|资料)", "show_customer"),
    (r"(?:记|写|录|填|加|补).{0,3}(?:拜访|跟进|客户|记录|电话)|跟进", "log_visit"),
    (r"提醒|闹钟|日程", "remind_me"),
    (r"接单", "accept"),
    (r"(?:回|答复).{0,2}客户", "reply_to_customer"),
    (r"(?:看|查).{0,3}工单", "list_tickets"),
    (r"报修|工单|售后", "file_for_customer"),
)


def topic(text: str) -> str:
    """The skill that somebody asks how to use; "" if it is no such question."""
    asked = _ASKS_HOW.fullmatch(text.strip())
    return next((skill for cue, skill in _TOPICS if asked and re.search(cue, asked["what"])), "")


def asks_how(text: str, _meaning: Meaning | None) -> bool:
    """怎么记拜访, 如何撤销."""
    return bool(topic(text))


@skill(
    label="help",
    examples=["怎么用", "?", "？", "帮助", "教我", "你能干什么", "有什么功能", "help", "怎么玩"],
    allow=STAFF | CUSTOMERS,
    says=asks_how,
    aside=True,
)
def show_help(talk: Talk, said: Said = Said("")) -> Answer:
    """怎么用"""
    made_of = examples.material(talk.desk)
    wanted = topic(said)
    found = list(examples.for_whom(talk, made_of, turn=len(talk.memory.helped) // SHOWN))
    one = next((each for each in found if each.skill == wanted), None) or _outright(wanted)
    if one:
        return Say.how(lines=_lines([one]))
    shown = examples.chosen(found, talk.memory.used, Counter(talk.memory.helped), SHOWN)
    talk.memory.helped = [*talk.memory.helped, *(each.skill for each in shown)][-KEPT:]
    return Say.help(lines=_lines(shown))


def _outright(skill: str) -> Example | None:
    """What has no hole to fill and may have nothing to do just now."""
    return Example(skill, _OUTRIGHT[skill]) if skill in _OUTRIGHT else None


def lost(talk: Talk) -> str:
    """After what was not understood: what was heard of it, and the nearest ways to say what seems to be wanted."""
    values = _heard(talk)
    heard = Say.heard(values=facts(values)) if values else ""
    return Say.lost(heard=heard, lines=_lines(_nearest(talk)))


def _nearest(talk: Talk) -> list[Example]:
    own = examples.material(talk.desk)
    made_of = Material(own.words | _said(talk, own))
    found = {one.skill: one for one in examples.for_whom(talk, made_of, turn=len(talk.memory.helped))}
    if len(found) < NEAREST:
        found = {one.skill: one for one in examples.for_whom(talk, own, turn=len(talk.memory.helped))} | found
    near = talk.brain.nearest(talk.message.text, talk.local, talk.scene(), most=12)
    order = [name for name in near if name in found]
    rest = examples.chosen(found.values(), talk.memory.used, Counter(talk.memory.helped), len(found))
    order += [one.skill for one in rest if one.skill not in order]
    shown = [found[name] for name in order[:NEAREST]]
    talk.memory.helped = [*talk.memory.helped, *order[len(near) : NEAREST]][-KEPT:]
    return shown


def _said(talk: Talk, own: Material) -> dict[str, list[str]]:
    """What the message itself held, to be said again in the examples."""
    slots = talk.meaning.slots if talk.meaning else {}
    named = [mention for mention in slots.get("customer", ()) if len(mention.candidates) == 1]
    if not named:
        return {}
    name, deal = named[0].text, own.words.get("deal", [])
    stage = own.words["stage"][deal.index(name)] if name in deal else ""
    people = [str(one) for one in slots.get("person", ())][:1]
    return {"customer": [name], "person": people, "deal": [name] if stage else [], "stage": [stage] if stage else []}


def _heard(talk: Talk) -> list[str]:
    slots = talk.meaning.slots if talk.meaning else {}
    found = [mention.text for mention in slots.get("customer", ())]
    found += [str(name) for name in slots.get("person", ())]
    found += [money(Decimal(str(amount))) for amount in slots.get("amount", ())]
    found += [when.text for when in slots.get("time", ())]
    return list(dict.fromkeys(found))[:4]


def _lines(shown: list[Example]) -> str:
    return "\n".join(Say.line(words=one.words) for one in shown)
