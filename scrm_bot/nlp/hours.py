"""Words for the hours of a day: 下午三点一刻, 9点半, 15:30, 晚上, 中午十二点."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import time
from typing import Final

from scrm_bot.nlp.number import read_number

_SMALL: Final = r"(?:\d{1,2}|二?十[一二三四五六七八九]?|[零〇]?[一二两三四五六七八九]|零)"
_LINK: Final = r"\s?(?:到|至|~|--?)\s?"
_MINUTES: Final = r"(?:\d{1,2}|[二三四五]?十[一二三四五六七八九]?|零[一二三四五六七八九])"
_PARTS: Final = {
    "NOON": "中午|正午|晌午|午间|午休时?",
    "AM": "凌晨|清晨|大清早|一大早|大早上|一早|早上|早晨|早间|上午|午前",
    "PM": "下午|午后|后晌",
    "EV": "傍晚|晚上|晚间|夜里|夜间|深夜|大半夜|半夜|午夜|夜晚",
}
_PART: Final = "|".join(f"(?P<{name}>{words})" for name, words in _PARTS.items())
_SHORT: Final = "(?P<short>黎明|拂晓|[早晨晚夜](?![饭点会餐退])|早(?=点名)|[早晚](?=[一二三四五六七八九十\\d]{1,2}点))"
_CLOCK: Final = re.compile(
    rf"(?P<h>{_SMALL})(?:(?:点多?钟?|时(?!候|间|长|段|代|常|不))(?P<more>(?P<half>半)"
    rf"|(?P<quarter>[一二两三123])刻|整|(?P<m>{_MINUTES})(?:分(?:(?P<s>{_MINUTES}|[一二三四五六七八九])秒)?)?"
    rf"(?![万千百个台套月天%号年人块元用度]))?|(?={_LINK}{_SMALL}(?:点(?!{_MINUTES}?[万个])|时(?!候|间))))"
    r"|(?P<h2>[01]?\d|2[0-4])\s?:\s?(?P<m2>[0-5]\d)(?::(?P<s2>[0-5]\d))?(?!\d)(?:时|点)?"
    rf"|差(?P<less>{_MINUTES}|一刻|五)分?钟?(?P<h3>{_SMALL})点"
)
_LATIN_CLOCK: Final = re.compile(
    r"(?P<h>1?\d)(?::(?P<m>[0-5]\d)(?::(?P<s>[0-5]\d))?)?\s?(?P<half>[aApP])\.?[mM]\.?(?![a-zA-Z])"
)
_WHOLE: Final = re.compile(rf"(?:{_PART})(?!好(?!$|[,。!?])|茶)")
_BRIEF: Final = re.compile(_SHORT)
_GAP: Final = re.compile(r"[\s,的]?\s?")
# words after 两点 that make it a count of points made
_POINTS: Final = re.compile(r"[意建要疑担原问想需补说](?!我|醒)|[:,]?(?:一是|首先)")
_TIMELY: Final = re.compile(
    r"\s?(?:提醒|叫|喊|再(?!强调|补)|开|见|到|至|-|~|之?前|左右|出|去|拜|约|打|给|集合|来|在|上|有|做|演|过|发|联|的(?!建议|意见|要求)|$|[,。!;])"
)
_MOVED_TO: Final = re.compile(r"[改推挪移约延](?:期|迟|后)?[到成至]$")
_COUNTED: Final = frozenset("0123456789一两二三四五六七八九十")
# what any of the words above begins with
_FIRST: Final = frozenset("0123456789零〇一二两三四五六七八九十差中正晌午凌清大早上下后傍晚夜深半黎拂晨")
_HANDFUL: Final = frozenset(("一", "两", "二", "1", "2"))


@dataclass(frozen=True, slots=True)
class Hours:
    """A part of the day (AM NOON PM EV, "" unsaid), a clock time if one was said, and the offset behind the words."""

    part: str
    clock: time | None
    end: int
    second: bool = False
    tomorrow: bool = False  # 晚上十二点 is the next day's midnight
    sure: bool = True  # False: the half of the day was guessed


def read_hours(text: str, at: int, *, dated: bool, part: str = "") -> Hours | None:
    """The hours that begin here. `dated`: a day was named before; `part`: the half-day carried over from it."""
    if text[at : at + 1] not in _FIRST:
        return None
    whole = _WHOLE.match(text, at) or (_BRIEF.match(text, at) if dated else None)
    said = _part_of(whole) if whole else ""
    here = whole.end() if whole else at
    gap = _GAP.match(text, here) if whole else None
    start = gap.end() if gap else here
    clock = _read_clock(text, start, said or part, dated=dated or bool(whole), word=whole.group() if whole else "")
    if clock is not None:
        return clock
    return Hours(said, None, here) if whole else None


def _part_of(match: re.Match[str]) -> str:
    if match.re is _BRIEF:
        return "AM" if match["short"] not in ("晚", "夜") else "EV"
    return next(name for name in _PARTS if match[name])


def _read_clock(text: str, at: int, part: str, *, dated: bool, word: str) -> Hours | None:
    if latin := _LATIN_CLOCK.match(text, at):
        half = "AM" if latin["half"] in "aA" else "PM"
        return _hours(int(latin["h"]), int(latin["m"] or 0), _number(latin["s"]), half, latin.end(), word)
    match = _CLOCK.match(text, at)
    if match is None or (at > 1 and text[at - 1] == "天" and text[at - 2] in _COUNTED and not dated):
        return None  # 8天20时 lasts
    if at and text[at - 1] in "第.0123456789" and not dated:
        return None
    if match["h2"]:
        hours = _hours(int(match["h2"]), int(match["m2"]), _number(match["s2"]), part, match.end(), word)
        if hours is None or part or not match["h2"].startswith("0"):
            return hours
        return replace(hours, clock=time(int(match["h2"]), int(match["m2"]), _number(match["s2"]) or 0), sure=True)
    if match["h3"]:
        hour, less = read_number(match["h3"]), 15 if match["less"] == "一刻" else read_number(match["less"])
        return None if not hour or not less else _hours(int(hour) - 1, 60 - int(less), None, part, match.end(), word)
    if not dated and not _is_clock(text, match):
        return None
    hour = read_number(match["h"])
    second = _number(match["s"])
    return None if hour is None else _hours(int(hour), _minutes(match), second, part, match.end(), word)


def _number(words: str | None) -> int | None:
    value = read_number(words) if words else None
    return None if value is None else int(value)


def _is_clock(text: str, match: re.Match[str]) -> bool:
    """Whether 三点 alone is a time rather than three points, one bit, two remarks."""
    if match["more"] or not match.group().endswith(("点", "钟", "时")):
        return True
    if match.group().endswith("钟") or _MOVED_TO.search(text, max(0, match.start() - 3), match.start()):
        return True
    if match["h"] in _HANDFUL or _POINTS.match(text, match.end()):
        return (
            bool(_TIMELY.match(text, match.end()))
            and match["h"] not in ("一", "1")
            and text[match.end() :].strip() != ""
        )
    return bool(_TIMELY.match(text, match.end()))


def _minutes(match: re.Match[str]) -> int:
    if match["half"]:
        return 30
    if match["quarter"]:
        return 15 * int(read_number(match["quarter"]) or 0)
    return int(read_number(match["m"]) or 0) if match["m"] else 0


def _hours(hour: int, minute: int, second: int | None, part: str, end: int, word: str) -> Hours | None:
    if hour > 24 or minute > 59 or (second or 0) > 59:
        return None
    late = part == "EV" and word not in ("半夜", "凌晨", "大半夜", "午夜", "傍晚")
    tomorrow = hour == 24 or (late and (hour in (0, 12) or 1 <= hour <= 4))
    sure = bool(part) or hour > 12 or hour == 0
    if tomorrow:
        hour = hour % 12
    elif (
        (part in ("PM", "EV") and 1 <= hour < 12 and word not in ("半夜", "大半夜", "深夜", "午夜", "凌晨"))
        or (part == "NOON" and 1 <= hour <= 4)
        or (part == "EV" and hour >= 6 and hour < 12)
    ):
        hour += 12
    elif not part and 1 <= hour <= 6:
        hour += 12  # business hours: 三点 is in the afternoon
    return Hours(part, time(hour, minute, second or 0), end, second is not None, tomorrow, sure)
