"""How long something takes or lasts: 一个半小时 PT1H30M, 两周 P14D, 两年 P2Y, 15个工作日 P15BD."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from scrm_bot.nlp.number import FIGURES, NUMERAL, read_number, tidy


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time in ISO 8601, weeks as days; two of them joined by `..` where a range was said."""

    value: str
    text: str
    at: int


_UNITS: Final = {
    "秒": ("T", "S", 1), "秒钟": ("T", "S", 1), "分": ("T", "M", 1), "分钟": ("T", "M", 1), "刻钟": ("T", "M", 15),
    "小时": ("T", "H", 1), "钟头": ("T", "H", 1), "天": ("", "D", 1), "日": ("", "D", 1), "工作日": ("", "BD", 1),
    "周": ("", "D", 7), "星期": ("", "D", 7), "礼拜": ("", "D", 7), "月": ("", "M", 1), "季度": ("", "M", 3),
    "年": ("", "Y", 1), "周年": ("", "Y", 1), "交易日": ("", "BD", 1),
}  # fmt: skip
UNIT: Final = (
    r"秒钟?|分钟|分(?![之公店析享期销部别手配])|刻钟|小时|钟头|天|工作日|交易日|周(?!年"
    r"|[一二三四五六日末])|星期|礼拜|季度|周?年"
)
_COUNT: Final = rf"(?:{NUMERAL}|半)"
_PATTERN: Final = re.compile(
    rf"(?:(?P<low>{NUMERAL})(?:个?(?P<lowunit>{UNIT}|月))?(?:到|至|~|-))?"
    rf"(?P<n>{_COUNT})(?P<rough>多|来)?(?P<half>个半)?"
    rf"(?:个(?P<gunit>月|{UNIT})|(?P<unit>{UNIT}|(?<=个半)月))(?P<tailhalf>半(?!天|夜|年))?"
)
_TEENS: Final = re.compile(
    rf"(?P<n>{NUMERAL})(?:个)?小时(?P<m>{NUMERAL})分钟?|(?P<m2>{NUMERAL})分钟?(?P<s>{NUMERAL})秒钟?"
)


def find_durations(text: str) -> list[Duration]:
    """Every length of time in text order. A point in time (两周后, 2026年) must be masked before."""
    found: list[Duration] = []
    if not FIGURES.search(text):
        return found
    for pattern in (_TEENS, _PATTERN):
        for match in pattern.finditer(text):
            if any(match.start() < old.at + len(old.text) and old.at < match.end() for old in found):
                continue
            value = _joined(match) if pattern is _TEENS else _length(match)
            if value:
                found.append(Duration(value, match.group(), match.start()))
    return sorted(found, key=lambda duration: duration.at)


def _joined(match: re.Match[str]) -> str | None:
    if match["n"]:
        hours, minutes = read_number(match["n"]), read_number(match["m"])
        return None if hours is None or minutes is None else f"PT{tidy(hours)}H{tidy(minutes)}M"
    minutes, seconds = read_number(match["m2"]), read_number(match["s"])
    return None if minutes is None or seconds is None else f"PT{tidy(minutes)}M{tidy(seconds)}S"


def _length(match: re.Match[str]) -> str | None:
    unit = match["gunit"] or match["unit"]
    count = 0.5 if match["n"] == "半" else read_number(match["n"])
    if count is None or not 0 < count < 100_000 or (unit in ("年", "周年") and count > 200):
        return None
    if match["half"] or match["tailhalf"]:
        count += 0.5
    high = iso(count, unit)
    if match["low"]:
        low = read_number(match["low"])
        return None if low is None else f"{iso(low, match['lowunit'] or unit)}..{high}"
    return high


def iso(count: float, unit: str) -> str:
    """ISO 8601 of so many units: halves are said in the next smaller one where it is exact."""
    zone, letter, times = _UNITS[unit]
    total = count * times
    if total == int(total):
        return f"P{zone}{int(total)}{letter}"
    whole, rest = int(total), total - int(total)
    smaller = {"H": ("M", 60), "M": ("S", 60), "Y": ("M", 12)}.get(letter)
    if letter == "M" and zone == "":
        return f"P{f'{whole}M' if whole else ''}{round(rest * 30)}D"
    if letter == "D":
        return f"P{f'{whole}D' if whole else ''}T{round(rest * 24)}H"
    if smaller is None or rest * smaller[1] != int(rest * smaller[1]):
        return f"P{zone}{tidy(total)}{letter}"
    return f"P{zone}{f'{whole}{letter}' if whole else ''}{int(rest * smaller[1])}{smaller[0]}"
