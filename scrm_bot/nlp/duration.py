"""How long something takes or lasts: 一个半小时 PT1H30M, 两周 P14D, 15个工作日 P15BD, 三五天 P3D..P5D."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from scrm_bot.nlp.number import FIGURES, HAN, NUMERAL, approximate, read_number, tidy


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time in ISO 8601, weeks as days; two of them joined by `..` where a range was said."""

    value: str
    text: str
    at: int


# the letter of each unit, and how many of it; the letters in their order
_UNITS: Final = {
    "秒": ("S", 1), "分": ("m", 1), "刻": ("m", 15), "小": ("H", 1), "钟": ("H", 1), "时": ("H", 1), "天": ("D", 1),
    "日": ("D", 1), "工": ("B", 1), "交": ("B", 1), "周": ("D", 7), "星": ("D", 7), "礼": ("D", 7), "月": ("M", 1),
    "季": ("M", 3), "年": ("Y", 1), "载": ("Y", 1),
}  # fmt: skip
_ORDER: Final = "YMDHmS"
_SMALLER: Final = {"Y": ("M", 12), "M": ("D", 30), "D": ("H", 24), "H": ("m", 60), "m": ("S", 60)}
_UNIT: Final = (
    r"秒钟?|分钟|分(?![之公店析享期销部别手配数毛])|刻钟|小时|钟头|(?<=[个半])钟|天(?!津)|(?:工作|交易)日|周年|周(?![岁一二三四五六日末转])"
    r"|星期(?![一二三四五六日天])|礼拜(?![一二三四五六日天])|季度|年(?![级代])|(?<=[个半多])月"
)
_DAYS: Final = r"(?<=[两俩])日|(?<=[4-9]\d)日|(?<=\d{3})日"
_COUNT: Final = rf"(?:{NUMERAL}|半)"
_PART: Final = re.compile(
    rf"(?:(?P<low>{NUMERAL})(?:到|至|~|--?))?(?P<n>{_COUNT})(?:多|来)?(?P<half>个半|个)?(?:多)?"
    rf"(?P<unit>{_UNIT}|{_DAYS}|(?<=\d)时(?!候|间)|(?<=[七八九十])载)(?P<tail>半(?!天|夜|年|[{HAN}\d]))?钟?"
)
_RANGE: Final = re.compile(r"(?:到|至|~|--?)|以上,?(?=[^,。;]{1,8}以下)")
_SOME: Final = re.compile(r"[两2俩][天日]$")  # 前两天, 过两天: some days
_SOME_BEFORE: Final = ("前", "过", "这", "那")
_NIGHTS: Final = re.compile(rf"(?<=天)(?:{NUMERAL})[晚夜]")


@dataclass(frozen=True, slots=True)
class _Length:
    low: dict[str, float]
    high: dict[str, float]
    at: int
    end: int
    unit: str


def find_durations(text: str) -> list[Duration]:
    """Every length of time in text order. A point in time (两周后, 2026年) must be masked before."""
    if not FIGURES.search(text):
        return []
    found: list[_Length] = []
    for match in _PART.finditer(text):
        length = _length(match)
        if length is None:
            continue
        joined = _joined(text, found[-1], length) if found else None
        if joined is None:
            found.append(length)
        else:
            found[-1] = joined
    return [_duration(text, length) for length in found]


def _length(match: re.Match[str]) -> _Length | None:
    letter, times = _UNITS[match["unit"][0]]
    lead = match.string[max(0, match.start() - 2) : match.start()]
    if _SOME.match(match.group()) and lead.endswith(_SOME_BEFORE) and lead != "提前":
        return None
    if match["unit"] == "周年":
        letter, times = "Y", 1
    near = approximate(match["n"])
    count = 0.5 if match["n"] == "半" else near[1] if near else read_number(match["n"])
    low = near[0] if near else read_number(match["low"]) if match["low"] else count
    if count is None or low is None or not 0 < count < 10**9 or (letter == "Y" and count > 200):
        return None
    extra = 0.5 if match["half"] == "个半" or match["tail"] else 0.0
    ends = [{letter: (end + extra) * times} for end in (low, count)]
    return _Length(ends[0], ends[1], match.start(), match.end(), letter)


def _joined(text: str, first: _Length, second: _Length) -> _Length | None:
    """36天5小时: one length; 3天到8天, 3年以上7年以下: a range."""
    if first.end == second.at and second.unit in _ORDER and _ORDER.find(first.unit) < _ORDER.find(second.unit):
        if first.low == first.high and second.low == second.high:
            both = first.low | second.low
            return _Length(both, both, first.at, second.end, second.unit)
        return None
    link = _RANGE.match(text, first.end)
    if link and link.end() == second.at and first.low == first.high and second.low == second.high:
        end = second.end + 2 if text.startswith("以下", second.end) and "以上" in link.group() else second.end
        return _Length(first.low, second.high, first.at, end, second.unit)
    return None


def _duration(text: str, length: _Length) -> Duration:
    end = length.end
    if nights := _NIGHTS.match(text, end):  # 三天两夜: the days tell
        end = nights.end()
    low, high = iso(length.low), iso(length.high)
    return Duration(low if low == high else f"{low}..{high}", text[length.at : end], length.at)


def iso(parts: dict[str, float]) -> str:
    """ISO 8601: halves are said in the next smaller unit where it is exact."""
    if "B" in parts:
        return f"P{tidy(parts['B'])}BD"
    exact = dict(parts)
    for letter in _ORDER[:-1]:
        value = exact.get(letter, 0.0)
        smaller, size = _SMALLER[letter]
        rest = round((value - int(value)) * size, 6)
        if rest and rest == int(rest):
            exact[letter] = int(value)
            exact[smaller] = exact.get(smaller, 0.0) + rest
    day = "".join(f"{tidy(exact[letter])}{letter}" for letter in "YMD" if exact.get(letter))
    hour = "".join(f"{tidy(exact[letter])}{letter.upper()}" for letter in "HmS" if exact.get(letter))
    return f"P{day}{'T' if hour else ''}{hour}"
