"""An order to move or call off what was arranged: 周四那个改到周五, 明天的拜访都往后推一天, 说好的周五他说改周四."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from scrm_bot.dialogs import times
from scrm_bot.nlp.meaning import Meaning, When
from scrm_bot.nlp.text import normalise

_KIND: Final = r"(?:提醒|闹钟|日程|待办|安排|行程)"
# no description, these
_LAST: Final = re.compile(r"^(?:上面|刚才|刚刚|上一?|这|那|第?[\d一二两三四五六七八九十]+)[个条面的]*$")
JUST: Final = re.compile(r"^(?:上面|刚才|刚刚|这|那)[个条的]*$")  # 刚才那个提醒: the one set last
_ENDS: Final = "。.!！~～ "
_MEETING: Final = r"会议?|会面|见面|拜访"
_ALL: Final = r"(?:都|全都?|全部)?"
_TO: Final = r"(?:(?:改|推迟?|挪|调|延后?|提前|换)期?[到至成]|(?:改|换|挪)期?(?=.{2}))(?P<when>.+?)"
_LENGTH: Final = r"[一两二三四五六七八九十半\d]+个?半?(?:分钟|小时|钟头|钟|天|周|星期|礼拜|个?月)"
_BY: Final = (
    r"(?:再|给我|往)*(?:(?P<earlier>提前|前[推挪移]|提早|早)|后[推挪移]|推后|推迟|延[后迟]|顺延|[推挪延晚])了?"
    rf"(?P<by>{_LENGTH})"
)
_TAIL: Final = r"(?:吧|了|好了)?"
_NAMED: Final = (  # no 会 of 验收会推到下周
    rf"(?:把)?(?P<what>.{{2,}}?)的?(?:(?:那|这)[个条]{_KIND}?|(?:所有|全部)?{_KIND}"
    r"|(?P<meeting>会议|(?<=[的个那这场周例早晚点午天开一二三四五六日])会|拜访|见面))"
)
_FORMS: Final = tuple(
    re.compile(form + _TAIL, re.I)
    for form in (
        # the one just spoken of
        rf"(?:把|刚才|刚刚|那个|这个|那|这)*(?P<what>)(?P<meeting>{_MEETING})(?:时间)?(?:{_TO}|{_BY})",
        rf"{_NAMED}{_ALL}(?:{_TO}|{_BY})",
        r"(?P<what>.{0,12}?(?:约|说|定|讲)[好了]?的.{2,}?)[，,\s]*(?:他们?|她|对方|客户|人家|那边|说|要|想|又)*+"
        rf"(?P<told>){_TO}",
    )
)
_OFF: Final = r"(?:取消|删除?|去掉|撤掉|停掉?|不要|不用)"
_DAY: Final = (
    r"(?:今|明|后|大后)天(?:[上下]午|早上|晚上)?|(?:这|本|下)?(?:周|星期|礼拜)[一二三四五六日天](?:[上下]午|晚上)?"
)
_CANCELS: Final = tuple(
    re.compile(form, re.I)
    for form in (
        r"(?:那个?)?(?:不用|不要|别|无需|不必)再?提醒我?+(?P<what>.{2,}?)了?吧?",
        rf"(?:帮我|把|请)*{_OFF}掉?(?:一下)?(?P<what>.{{2,}}?)的?(?:那|这)?[个条]?{_KIND}了?吧?",
        rf"(?:把)?(?P<what>.{{2,}}?)的?(?:那|这)?[个条]?{_KIND}(?:就|帮我)?{_OFF}掉?了?吧?",
        # 王总有事，明天的会不开了; 后天先不去顺达了
        r"(?:[^,，。了过说]{0,12}[,，\s])?(?:把|那)?(?P<what>[^,，。了过说]{2,12}?)的?(?:会议|(?<=[的个那这场周例早晚点午天开一二三四五六日])会|拜访|见面|约会?|事)"
        r"(?:就|都|也|已经|先|又)*(?:取消|不开|不去|不约|不见|作废)[了吧掉]+",
        rf"(?:我们?|那|就)*(?P<what>(?:{_DAY})(?:我们?|就|先|暂时|又)*不(?:用)?(?:去|跑|拜访|见)[^,，。]{{2,10}}?)了",
        r"(?:cancel|delete|drop) (?:the |my )?reminder (?:to |about |for )?(?P<what>.{2,}?)",
        r"(?:no need to|don't) remind me (?:to |about )?(?P<what>.{2,}?)(?: any ?more)?",
    )
)
_OFF_CUE: Final = re.compile(
    r"(?:不用|不要|取消|不[开去约见跑]|别|无需|不必|作废|删|停|撤|去掉|不開|不見|don't|no need|cancel|delete|drop)",
    re.I,
)
_MOVE_CUE: Final = re.compile(r"改|推|挪|延|提[前早]|换|換|[调調早晚].{0,3}[天时時点點周半]|[调調][到至成]")
_LONGEST: Final = 80  # letters of an order; what is longer tells something


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be moved, in words ("": the meeting just spoken of), and to when, or by how much."""

    what: str
    meetings: bool  # only meetings were named
    to: When | timedelta


def _has(cue: re.Pattern[str], text: str) -> bool:
    """Looked for in every message: most have nothing of it."""
    return len(text) <= _LONGEST and cue.search(text) is not None


def called_off(text: str) -> str | None:
    """What is said of the reminder that is not wanted any more; None if none is spoken of."""
    if not _has(_OFF_CUE, text):
        return None
    said = normalise(text).strip(_ENDS)
    matches = (form.fullmatch(said) for form in _CANCELS)
    return next((match["what"] for match in matches if match and not _LAST.match(match["what"])), None)


def read(text: str, meaning: Meaning | None) -> Order | None:
    """The order; None if the text is none."""
    if meaning is None or not _has(_MOVE_CUE, text):
        return None
    said = normalise(text).strip(_ENDS)
    matches = filter(None, (form.fullmatch(said) for form in _FORMS))
    found = next((match for match in matches if not _is_vague(match, said)), None)
    to = _to(found, meaning) if found else None
    return Order(found["what"], found.groupdict().get("meeting") is not None, to) if found and to else None


def _is_vague(match: re.Match[str], said: str) -> bool:
    return bool(_LAST.match(match["what"])) and not (JUST.match(match["what"]) and "提醒" in said)


def _to(match: re.Match[str], meaning: Meaning) -> When | timedelta | None:
    parts, whens = match.groupdict(), meaning.slots.get("time", ())
    if parts.get("by"):
        length = times.stretch(str(next(iter(meaning.slots.get("duration", ())), "")))
        return (-length if parts["earlier"] else length) or None
    if parts.get("told") is not None and not any(when.text in match["what"] for when in whens):
        return None  # 他说的交期改到周五 is told of nothing that we have arranged
    return next((when for when in reversed(whens) if when.text in match["when"]), None)
