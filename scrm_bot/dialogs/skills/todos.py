"""Things to do that are told at once, or that are words for somebody: 明天三件事：…; 跟小李说一声让她周四来."""

from __future__ import annotations

import re

from scrm_bot.crm import customers, reminders
from scrm_bot.dialogs import times
from scrm_bot.dialogs.phrases import moment
from scrm_bot.dialogs.skill import STAFF, Again, Answer, Need, Saying, skill
from scrm_bot.dialogs.slots import Said
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.texts import Text
from scrm_bot.nlp.meaning import Meaning, When
from scrm_bot.nlp.text import normalise


class Say:
    """What is said about them."""

    cannot = Text("话我带不到。什么时候提醒你跟{name}说？")
    tell = Text("跟{name}说：{what}")
    set = Text("⏰ 好，{moment} 提醒你：{what}")


_HEAD = re.compile(
    r"(?P<head>[^,，。;；:：]{0,12}?(?:(?:[两三四五六七八九]|[2-9])[件个样]事情?|要[办做]的事?|待办(?:事项)?|工作?计划|要办|任务)(?:是|有|如下)?)\s*[:：\n]\s*"
    r"(?P<things>.+)",
    re.S,
)
_NUMBERED = re.compile(r"(?:^|[\s,，。;；])\s*(?:\d{1,2}|[一二三四五六七八九])[.、)）:：]\s*(?!\d)")
_APART = re.compile(r"[,，;；。\n]+")
_LED = re.compile(r"^(?:然后|还有|还要|再|最后|另外|第[一二三四五六七八九][件个]?(?:事|是)?|一是|二是|三是)+[,，是]*")
_OVER = re.compile(r"[了过](?![来去])|[吗?？]")
_SEVERAL = re.compile(r"[件个样]事|要[办做]|待办|计划|任务")
_LONG = 300  # letters of a list
_MOST = 9
_SAYS_SOMETHING = 3  # letters


def _things(text: str, meaning: Meaning | None) -> list[str]:
    """What is to be done, each with its day; nothing if it is no list of such things."""
    if len(text) > _LONG or _SEVERAL.search(text) is None:
        return []  # most messages
    found = _HEAD.fullmatch(normalise(text).strip())
    days = meaning.slots.get("time", ()) if meaning else ()
    if found is None or _OVER.search(found["things"]):
        return []
    day = next((when.text for when in days if when.text in found["head"]), "")
    many = next((parts for way in (_NUMBERED, _APART) if len(parts := _cut(way, found["things"])) > 1), [])
    clear = len(many) <= _MOST and all(len(one) >= _SAYS_SOMETHING for one in many)
    return [f"{day}{one}" for one in many] if clear and day else []


def _cut(way: re.Pattern[str], text: str) -> list[str]:
    return [thing for part in way.split(text) if (thing := _LED.sub("", part.strip(" ,，;；。")))]


@skill(
    label="set_reminder",
    examples=[],
    allow=STAFF,
    says=lambda text, meaning: len(_things(text, meaning)) > 1,
    outright=True,
)
def several_to_do(talk: Talk, said: Said = Said("")) -> Answer:
    """一句话记下几件事：明天三件事：上午去华星，下午给恒通报价"""
    return Again(tuple(Saying(f"提醒我{thing}") for thing in _things(said, talk.meaning)))


_SAID, _TOLD = r"(?:说一?[声下]|讲一?[声下]|打[个声]招呼|带[个句]话)", r"(?:转告|通知一?下?|告诉一?下?)"
_WHO = r"(?P<{one}>[^,，。\s]{{0,6}}?{name})"
_LONGEST = 80  # letters of an errand
_TELLS = re.compile(f"{_SAID}|{_TOLD}")
_LED_IN = r"[^,，。;；]{0,16}?"  # 麻烦帮我明天上午
_WORDS = r"[,，:：\s]*(?P<what>(?!了)[^?？吗]{2,40})"


def _errand(text: str, meaning: Meaning | None) -> tuple[str, str, str] | None:
    """Words for somebody who is named - a colleague, or one of a customer's: to whom, what, and when to tell it."""
    if meaning is None or len(text) > _LONGEST or _TELLS.search(text) is None:
        return None
    said = normalise(text).strip("。！!~ ")
    for name in (str(one) for kind in ("owner", "person") for one in meaning.slots.get(kind, ())):
        who, whom = (_WHO.format(one=one, name=re.escape(name)) for one in ("who", "whom"))
        if found := re.fullmatch(f"{_LED_IN}(?:[跟给和向]{who}{_SAID}|{_TOLD}{whom}){_WORDS}", said):
            to = "who" if found["who"] else "whom"
            return found[to], found["what"], said[: found.start(to)]
    return None


@skill(
    label="set_reminder",
    examples=[],
    allow=STAFF,
    says=lambda text, meaning: _errand(text, meaning) is not None,
    outright=True,
)
def tell_somebody(talk: Talk, at: When | None = None, said: Said = Said("")) -> Answer:
    """要跟谁说一声，到时候提醒你"""
    meaning = talk.understood(said, frozenset())
    found = _errand(said, meaning)
    assert found is not None
    name, words, before = found
    at = at or next((one for one in meaning.slots.get("time", ()) if one.text in before), None)
    if at is None:
        return Need("at", Say.cannot(name=name))
    due = times.due_at(talk.desk, at)
    ids = {one.id for mention in meaning.slots.get("customer", ()) for one in mention.candidates}
    known = customers.get(talk.desk, ids.pop()) if len(ids) == 1 else None
    what = Say.tell(name=name, what=words)
    reminders.remind(talk.desk, what, due, known.id if known else None)
    return Say.set(moment=moment(due, talk.desk.today), what=what)
