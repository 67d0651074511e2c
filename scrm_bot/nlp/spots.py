"""What the grammars of days and of periods share: years, months, 上/本/下, and what they yield."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from scrm_bot.nlp.calendar import Period, month, one_day, plus_months
from scrm_bot.nlp.number import approximate, read_number
from scrm_bot.recurrence import Every


@dataclass(frozen=True, slots=True)
class Spot:
    """Days as said. `loose` is the period that was left unsaid (周三: week, 5号: month, 3月: year), "" for none."""

    period: Period
    end: int  # offset behind the words
    loose: str = ""
    last_day: bool = False  # 月底, 年底: a limit rather than a day
    every: Every | None = None  # it comes again


Reader = Callable[[re.Match[str], date], Spot | None]
# what a rule may begin with, its words, and how they are read
Rule = tuple[str, str, Reader]

DIGIT: Final = "0123456789"
NUMBER: Final = DIGIT + "零〇一二两三四五六七八九十"
SMALL: Final = r"(?:\d{1,2}|[一二三四五六七八九]?十[一二三四五六七八九]?|[零〇]?[一二三四五六七八九])"
DAY: Final = r"(?:[12]\d|3[01]|0?\d|[一二三]?十[一二三四五六七八九]?|[零〇]?[一二三四五六七八九])"
WEEK: Final = "(?:周|星期|礼拜)"
ONE_OF_WORDS: Final = (  # 这周一共: no Monday
    "一(?:共|直|趟|起(?:去|来|拜访|跑|聊|吃|过)|家(?:都|也)|次(?:都|也|性)|个.{0,4}(?:都|也)|定(?:会|要|得|能))"
)
WEEKDAYS: Final = "一二三四五六日天"
LINK: Final = r"\s?(?:到|至|~|--?)\s?"
WHICH: Final = "上{1,3}一?|下{1,3}一?|这一?|今个?|本|当|次|同"
THIRD: Final = r"(?P<third>上旬|中旬|下旬|初|底|末|中(?![午旬])|尾)"
YEAR_DIGIT: Final = "零〇一二三四五六七八九"
YEAR_STARTS: Final = "今明去前后本当来同次翌上下这大民" + NUMBER
_SAID: Final = (
    r"大?[前后]年|[今明去本当来同次翌上下]年|[上下这]一年|民国[元一二三四五六七八九十\d]{1,3}年"
    rf"|\d{{4}}年|\d{{2}}年|[{YEAR_DIGIT}]{{4}}年|[{YEAR_DIGIT}]{{2}}年|[两二]千(?:零?[{YEAR_DIGIT}])?年"
)
YEAR: Final = rf"(?:(?P<y>{_SAID})的?\s?)"
# a two-digit number before 年 that is a year only because something follows
_RELATIVE: Final = {
    "今": 0, "本": 0, "当": 0, "同": 0, "这一": 0, "明": 1, "来": 1, "次": 1, "翌": 1, "下": 1, "下一": 1, "后": 2,
    "大后": 3, "去": -1, "上": -1, "上一": -1, "前": -2, "大前": -3,
}  # fmt: skip


def shift(which: str | None) -> int:
    """上上 -2, 本 0, 下一 1."""
    which = which or ""
    return which.count("下") + which.count("次") - which.count("上")


def year_of(words: str | None, today: date) -> int | None:
    """The year that words ending in 年 name; two digits are within thirty years to come, or gone by."""
    head = (words or "").removesuffix("年")
    if not head:
        return None
    if head in _RELATIVE:
        return today.year + _RELATIVE[head]
    if head.startswith("民国"):
        value = 1.0 if head[2:] == "元" else read_number(head[2:])
        return None if value is None else 1911 + int(value)
    value = read_number(head)
    if value is None:
        return None
    return full_year(int(value), today) if len(head) == 2 and head[-1] != "千" else int(value)


def full_year(short: int, today: date) -> int:
    """26 is 2026, 98 is 1998."""
    return 2000 + short if 2000 + short <= today.year + 30 else 1900 + short


def meant_as_year(words: str, today: date) -> bool:
    """Whether two digits before 年 are a year though nothing follows: 26年, 08年, 二六年; not 10年 or 三五年."""
    head = words.removesuffix("年")
    if len(head) != 2 or head in _RELATIVE or head[-1] == "千":
        return True
    if not head.isdigit():
        return head[0] in "零〇" or approximate(head) is None
    distance = abs(full_year(int(head), today) - today.year)
    return head[0] == "0" or distance <= 1 or (distance <= 5 and head[1] != "0")


def sane(year: int | None) -> bool:
    """Whether the calendar reaches there."""
    return year is None or 1 <= year <= 2200


def third(period: Period, name: str) -> tuple[Period, bool]:
    """初, 上旬, 中旬, 下旬, 底 of a month; whether it is the end."""
    first, last = period.first, period.last
    if name in ("初", "头"):
        return one_day(first), False
    if name == "上旬":
        return Period(first, first.replace(day=10)), False
    if name in ("中旬", "中"):
        return Period(first.replace(day=11), first.replace(day=20)), False
    if name == "下旬":
        return Period(first.replace(day=21), last), False
    return one_day(last), name in ("底", "末", "尾")


def years_later(period: Period, years: int) -> Period:
    """The same days so many years later."""
    if period.single:
        return one_day(plus_months(period.first, 12 * years))
    first, last = plus_months(period.first, 12 * years), plus_months(period.last, 12 * years)
    return Period(first, month(last.year, last.month).last if last.month == 2 and last.day >= 28 else last)


def day_in(period: Period, words: str) -> Period | None:
    """The day of that number in a month."""
    day = read_number(words)
    if day is None or not 1 <= day <= period.last.day:
        return None
    return one_day(period.first.replace(day=int(day)))
