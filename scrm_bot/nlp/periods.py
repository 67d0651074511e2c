"""Words for longer stretches: 上周, 前三季度, 明年下半年, 2017年, 26年前五个月, 上世纪80年代."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from scrm_bot.nlp import calendar
from scrm_bot.nlp.calendar import Period, one_day
from scrm_bot.nlp.feasts import nth_weekday
from scrm_bot.nlp.number import read_number
from scrm_bot.nlp.spots import (
    DIGIT,
    LINK,
    NUMBER,
    SMALL,
    WEEK,
    WHICH,
    YEAR,
    YEAR_STARTS,
    Rule,
    Spot,
    meant_as_year,
    sane,
    shift,
    year_of,
)


def _week(match: re.Match[str], today: date) -> Spot | None:
    return Spot(calendar.week(today, shift(match["which"])), match.end())


def _month_range(match: re.Match[str], today: date) -> Spot | None:
    year, first, last = year_of(match["y"], today), read_number(match["m"]), read_number(match["m2"])
    if not first or not last or not 1 <= first < last <= 12 or not sane(year):
        return None
    period = calendar.months(year or today.year, int(first), int(last))
    return Spot(period, match.end(), "" if year else "year")


def _year(match: re.Match[str], today: date) -> Spot | None:
    words, part = match["y"], match["part"] or ""
    year = year_of(words, today) if words else today.year
    if year is None or not sane(year) or not (part or meant_as_year(words, today)):
        return None
    if part in ("底", "末", "终", "尾"):
        return Spot(one_day(date(year, 12, 31)), match.end(), "", last_day=True)
    months = {"初": (1, 1), "头": (1, 1), "伊始": (1, 1), "中": (6, 6)}.get(part, (1, 12))
    return Spot(calendar.months(year, *months), match.end())


def _bare_year(match: re.Match[str], today: date) -> Spot | None:
    """1995 in 1995-1997年: 年 follows behind the other end."""
    del today
    return Spot(calendar.months(int(match["n"]), 1, 12), match.end())


def _from_year_to_year(match: re.Match[str], today: date) -> Spot | None:
    del today
    first, last = int(match["n"]), int(match["n2"])
    return Spot(Period(date(first, 1, 1), date(last, 12, 31)), match.end()) if first < last else None


def _two_years(match: re.Match[str], today: date) -> Spot | None:
    year = today.year + {"今": 0, "明": 1, "去": -1}[match["pair"]]
    return Spot(calendar.months(year, 1, 24), match.end())


def _half(match: re.Match[str], today: date) -> Spot | None:
    year = year_of(match["y"], today) or today.year
    if not sane(year):
        return None
    first = match["half"] in ("上", "前")
    return Spot(calendar.months(year, 1, 6) if first else calendar.months(year, 7, 12), match.end())


def _quarter(match: re.Match[str], today: date) -> Spot | None:
    year = year_of(match["y"], today) or today.year
    number = 1.0 if match["q"] == "首" else read_number(match["q"])
    if number is None or not 1 <= number <= 4 or not sane(year):
        return None
    return _quarter_part(calendar.quarter(year, int(number)), match)


def _which_quarter(match: re.Match[str], today: date) -> Spot | None:
    number = (today.month - 1) // 3 + 1 + shift(match["which"])
    return _quarter_part(calendar.quarter(today.year, number), match)


def _quarter_part(period: Period, match: re.Match[str]) -> Spot:
    if match["third"] in ("末", "底"):
        return Spot(one_day(period.last), match.end(), last_day=True)
    if match["third"] == "初":
        return Spot(one_day(period.first), match.end())
    return Spot(period, match.end())


def _part_of_year(match: re.Match[str], today: date) -> Spot | None:
    """今年前五个月, 前三季度, 去年最后两个月."""
    year, count = year_of(match["y"], today) or today.year, int(read_number(match["n"]) or 0)
    months = count * (3 if match["unit"] == "季度" else 1)
    if not 0 < months <= 12 or not sane(year):
        return None
    first = match["side"] in ("前", "头")
    return Spot(calendar.months(year, 1, months) if first else calendar.months(year, 13 - months, 12), match.end())


def _nth_month(match: re.Match[str], today: date) -> Spot | None:
    year, number = year_of(match["y"], today), read_number(match["n"]) if match["n"] else 1.0
    if year is None or not sane(year) or not number or not 1 <= number <= 12:
        return None
    return Spot(calendar.month(year, int(number)), match.end())


def _week_of_year(match: re.Match[str], today: date) -> Spot | None:
    """今年第37周: the first begins with the year's first Monday."""
    year, number = year_of(match["y"], today), int(read_number(match["n"]) or 0)
    if year is None or not sane(year) or not 1 <= number <= 53:
        return None
    return Spot(calendar.week(nth_weekday(year, 1, 0, 1), number - 1), match.end())


def _decade(match: re.Match[str], today: date) -> Spot | None:
    """上世纪80年代, 十九世纪; 90年代 alone is the one gone by."""
    century, words = match["century"], match["decade"]
    decade = int(read_number(words) or 0) if words else None
    if not century:
        start = 1900 if decade is not None and 2000 + decade > today.year else 2000
    elif century in ("上", "本"):
        start = (today.year // 100 - (century == "上")) * 100
    else:
        start = (int(read_number(century) or 0) - 1) * 100
    if not 100 <= start <= 2100:
        return None
    first, size = (start, 100) if decade is None else (start + decade, 10)
    return Spot(Period(date(first, 1, 1), date(first + size - 1, 12, 31)), match.end())


def _year_month(match: re.Match[str], today: date) -> Spot | None:
    del today
    month = calendar.month(int(match["y"]), int(match["m"]))
    if "y2" not in match.re.groupindex:
        return Spot(month, match.end())
    last = calendar.month(int(match["y2"]), int(match["m2"] or 12)).last
    return Spot(Period(month.first, last), match.end()) if last > month.last else None


_COUNT: Final = r"[一两二三四五六七八九十\d]{1,2}"
RULES: Final[tuple[Rule, ...]] = (
    ("上下这今本当次同", rf"(?P<which>{WHICH})个?{WEEK}(?!年|转|岁|报(?!修|价|名|备|销)|会|五金|日|总结)", _week),
    (YEAR_STARTS, rf"{YEAR}?(?P<m>{SMALL})月?{LINK}(?P<m2>{SMALL})月份?(?!{SMALL}[日号])", _month_range),
    (YEAR_STARTS, rf"{YEAR}?第?(?P<q>[一二三四1-4首])个?季度?(?P<third>[末底初])?(?!节|风)", _quarter),
    ("第首", r"(?P<y>)第?(?P<q>[一二三四1-4首])个?季度(?P<third>[末底初])?", _quarter),
    (YEAR_STARTS + "Qq", rf"{YEAR}?[Qq](?P<q>[1-4])(?!\d)(?P<third>[末底初])?", _quarter),
    ("上下这今本当次", rf"(?P<which>{WHICH})个?季(?:度)?(?P<third>[末底初])?(?!节)", _which_quarter),
    ("季", r"(?P<which>)季度?(?P<third>[末底])", _which_quarter),
    (YEAR_STARTS, rf"{YEAR}?(?P<half>[上下前后])半年", _half),
    (YEAR_STARTS, rf"{YEAR}(?P<side>前|头|后|最后)(?P<n>{_COUNT})个?(?P<unit>季度|月)", _part_of_year),
    ("前头后最", r"(?P<y>)(?P<side>前|头|后|最后)(?P<n>[一两二三1-3])个?(?P<unit>季度)", _part_of_year),
    (YEAR_STARTS, rf"{YEAR}(?:第(?P<n>{_COUNT})个月|首月)", _nth_month),
    (YEAR_STARTS, rf"{YEAR}第(?P<n>[一二三四五六七八九十\d]{{1,3}})个?{WEEK}(?![一二三四五六日天末])", _week_of_year),
    (YEAR_STARTS, rf"{YEAR}年?(?P<part>初(?![一二三四五六七八九十])|中(?!午)|底|末|终|尾|头|伊始)", _year),
    (YEAR_STARTS, rf"{YEAR}(?P<part>)(?!代|度|会|货|轻|份|限|龄|纪|薪|报|检|总结|终|[前后](?!$|[,。]))", _year),
    (NUMBER, r"(?P<y>(?:\d{4}|[零〇一二三四五六七八九]{4}|0\d)年)(?P<part>)"
     r"(?=[前后](?!半|[一两二三四五六七八九十\d]+个?[月季]))", _year),
    ("年", r"(?P<y>)年(?P<part>底|末|尾|初(?![一二三四五六七八九十])|中(?!午))", _year),
    (DIGIT, rf"(?P<n>(?:19|20)\d{{2}})(?={LINK}(?:\d{{2}}|\d{{4}})年)", _bare_year),
    (DIGIT, rf"(?<=[从自])(?P<n>(?:19|20)\d{{2}}){LINK}(?P<n2>(?:19|20)\d{{2}})(?![\d年.])", _from_year_to_year),
    ("今明去", r"(?P<pair>今|明|去)(?:明|后|今)两年", _two_years),
    (NUMBER + "上本", rf"(?P<century>上|本|{SMALL})(?:个)?世纪(?:(?P<decade>\d0|[二三四五六七八九]?十)年代)?", _decade),
    (NUMBER, r"(?P<century>)(?P<decade>[2-9]0|[二三四五六七八九]十)年代", _decade),
    (DIGIT, r"(?P<y>(?:19|20)\d{2})[-/](?P<m>0[1-9]|1[0-2])(?![\d/.-])", _year_month),
    (DIGIT, rf"(?P<y>(?:19|20)\d{{2}})[.](?P<m>0[1-9]|1[0-2]){LINK}(?P<y2>(?:19|20)\d{{2}})"
     r"(?:[.](?P<m2>0[1-9]|1[0-2]))?(?![\d.])", _year_month),
)  # fmt: skip
