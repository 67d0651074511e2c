"""Words for days: 大后天, 下周三, 月底, 明年二季度, 国庆, 9月28号. Reads one at a position; when.py joins them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from scrm_bot.nlp import calendar
from scrm_bot.nlp.calendar import Period, one_day
from scrm_bot.nlp.number import HAN, read_number


@dataclass(frozen=True, slots=True)
class Spot:
    """Days as said. `loose` is the period that was left unsaid (周三: week, 5号: month, 3月: year), "" for none."""

    period: Period
    end: int  # offset behind the words
    loose: str = ""
    last_day: bool = False  # 月底, 年底: a limit rather than a day


_SMALL: Final = r"(?:\d{1,2}|[一二两三四五六七八九]?十[一二三四五六七八九]?|[零〇]?[一二两三四五六七八九])"
_YEAR: Final = (
    rf"(?:(?P<y>[今明去前后本当来同]年|(?:20)?\d{{2}}年|[{HAN}]{{4}}年|[{HAN}]{{2}}年(?=[{HAN}十\d]{{1,2}}月))的?)"
)
_WHICH: Final = "上上|上|这一|这|本|当|下下|下一|下|次"
_SHIFT: Final = {
    "上上": -2, "上": -1, "这一": 0, "这": 0, "本": 0, "当": 0, "下下": 2, "下一": 1, "下": 1, "次": 1, None: 0, "": 0,
}  # fmt: skip
_WEEK: Final = "周|星期|礼拜"

Reader = Callable[[re.Match[str], date], Spot | None]


def _relative(match: re.Match[str], today: date) -> Spot | None:
    days = {"大前": -3, "前": -2, "昨": -1, "今": 0, "本": 0, "明": 1, "次": 1, "翌": 1, "后": 2, "大后": 3}[
        match["rel"]
    ]
    return Spot(one_day(today + timedelta(days)), match.end())


def _weekday(match: re.Match[str], today: date) -> Spot | None:
    which, name = match["which"], match["day"]
    if name == "末":
        saturday = calendar.week(today, _SHIFT[which]).first + timedelta(5)
        return Spot(Period(saturday, saturday + timedelta(1)), match.end(), "" if which else "week")
    number = "一二三四五六日".find(name.replace("天", "日")) if not name.isdigit() else int(name) - 1
    day = calendar.week(today, _SHIFT[which]).first + timedelta(number)
    if which or match["every"]:
        day = day + timedelta(7) if match["every"] and day < today else day
        return Spot(one_day(day), match.end())
    return Spot(one_day(day if day >= today else day + timedelta(7)), match.end(), "week")


def _week(match: re.Match[str], today: date) -> Spot | None:
    return Spot(calendar.week(today, _SHIFT[match["which"]]), match.end())


def _year_of(match: re.Match[str], today: date) -> int | None:
    words = match["y"]
    if not words:
        return None
    head = words[:-1]
    if head in "今明去前后本当来同":
        return today.year + {"明": 1, "来": 1, "后": 2, "去": -1, "同": 0, "前": -2}.get(head, 0)
    value = read_number(head)
    if value is None:
        return None
    return int(value) + (2000 if value < 100 else 0)


def _third(period: Period, name: str) -> tuple[Period, bool]:
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


def _month_day(match: re.Match[str], today: date) -> Spot | None:
    year, number = _year_of(match, today), read_number(match["m"])
    if number is None or not 1 <= number <= 12 or (year is not None and not 1900 < year < 2200):
        return None
    period = calendar.month(year or today.year, int(number))
    if match["d"]:
        day = read_number(match["d"])
        if day is None or not 1 <= day <= period.last.day:
            return None
        period = one_day(period.first.replace(day=int(day)))
    end = False
    if match["third"]:
        period, end = _third(period, match["third"])
    if year is not None:
        return Spot(period, match.end(), last_day=end)
    if (today - period.last).days > 183:
        period = _years_later(period, 1)
    return Spot(period, match.end(), "year", end)


def _month_range(match: re.Match[str], today: date) -> Spot | None:
    first, last = read_number(match["m"]), read_number(match["m2"])
    if not first or not last or not 1 <= first < last <= 12:
        return None
    return Spot(calendar.months(today.year, int(first), int(last)), match.end(), "year")


def _years_later(period: Period, years: int) -> Period:
    if period.single:
        return one_day(calendar.plus_months(period.first, 12 * years))
    first, last = calendar.plus_months(period.first, 12 * years), calendar.plus_months(period.last, 12 * years)
    return Period(first, calendar.month(last.year, last.month).last if last.month == 2 and last.day >= 28 else last)


def _which_month(match: re.Match[str], today: date) -> Spot | None:
    period = calendar.month(today.year, today.month + _SHIFT[match["which"]])
    if match["third"]:
        period, end = _third(period, match["third"])
        return Spot(period, match.end(), last_day=end)
    if match["d"]:
        day = read_number(match["d"])
        if day is None or not 1 <= day <= period.last.day:
            return None
        return Spot(one_day(period.first.replace(day=int(day))), match.end())
    return Spot(period, match.end())


def _month_part(match: re.Match[str], today: date) -> Spot | None:
    period, end = _third(calendar.month(today.year, today.month), match["third"])
    if period.last < today:
        period, end = _third(calendar.month(today.year, today.month + 1), match["third"])
    return Spot(period, match.end(), "month", end)


def _day_of_month(match: re.Match[str], today: date) -> Spot | None:
    number = read_number(match["d"])
    if number is None or not 1 <= number <= 31:
        return None
    for offset in range(3):
        period = calendar.month(today.year, today.month + offset)
        if number <= period.last.day and (offset or number >= today.day):
            return Spot(one_day(period.first.replace(day=int(number))), match.end(), "month")
    return None


def _year(match: re.Match[str], today: date) -> Spot | None:
    year = _year_of(match, today)
    if year is None:
        year = today.year
    if not 1900 < year < 2200:
        return None
    part = match["part"] or ""
    if part in ("底", "末", "终"):
        return Spot(one_day(date(year, 12, 31)), match.end(), "", last_day=True)
    if part == "初":
        return Spot(calendar.months(year, 1, 1), match.end(), "")
    if part == "中":
        return Spot(calendar.months(year, 6, 6), match.end(), "")
    return Spot(calendar.months(year, 1, 12), match.end())


def _half(match: re.Match[str], today: date) -> Spot | None:
    year = _year_of(match, today) or today.year
    if not 1900 < year < 2200:
        return None
    first = match["half"] in ("上", "前")
    return Spot(calendar.months(year, 1, 6) if first else calendar.months(year, 7, 12), match.end())


def _quarter(match: re.Match[str], today: date) -> Spot | None:
    year = _year_of(match, today) or today.year
    number = read_number(match["q"])
    if number is None or not 1 <= number <= 4 or not 1900 < year < 2200:
        return None
    return _quarter_part(calendar.quarter(year, int(number)), match)


def _which_quarter(match: re.Match[str], today: date) -> Spot | None:
    number = (today.month - 1) // 3 + 1 + _SHIFT[match["which"]]
    return _quarter_part(calendar.quarter(today.year, number), match)


def _quarter_part(period: Period, match: re.Match[str]) -> Spot:
    if match["third"] in ("末", "底"):
        return Spot(one_day(period.last), match.end(), last_day=True)
    if match["third"] == "初":
        return Spot(one_day(period.first), match.end())
    return Spot(period, match.end())


def _numeric(match: re.Match[str], today: date) -> Spot | None:
    try:
        year = int(match["y"]) if match["y"] else today.year
        found = one_day(date(year if year > 99 else year + 2000, int(match["m"]), int(match["d"])))
    except ValueError:
        return None
    if match["y"]:
        return Spot(found, match.end())
    if (today - found.last).days > 183:
        found = _years_later(found, 1)
    return Spot(found, match.end(), "year")


def _holiday(match: re.Match[str], today: date) -> Spot | None:
    year, name = _year_of(match, today), match["name"]
    day = calendar.holiday(name, year) if year else calendar.next_holiday(name, today)
    if day is None:
        return None
    if match["all"]:
        last = day + timedelta({"国庆": 6, "国庆节": 6, "十一": 6, "春节": 7, "五一": 4, "劳动节": 4}.get(name, 2))
        return Spot(Period(day, last), match.end(), "" if year else "year")
    return Spot(one_day(day), match.end(), "" if year else "year")


_THIRD: Final = r"(?P<third>上旬|中旬|下旬|初|底|末|中(?![午旬])|尾)"
_NAMES: Final = "|".join(
    name for name in calendar.HOLIDAYS if name not in ("十一", "五一", "六一", "七一", "八一", "五四", "618")
)
_GRAMMAR: Final[list[tuple[re.Pattern[str], Reader]]] = [
    (re.compile(pattern), reader)
    for pattern, reader in (
        (r"(?P<y>(?:20)?\d{2})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})(?:日|号)?(?![\d/%.])(?!-\d)", _numeric),
        (r"(?P<y>(?:19|20)\d{2})(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?!\d)", _numeric),
        (r"(?<![\d/.])(?P<y>)(?P<m>\d{1,2})/(?P<d>\d{1,2})(?:日|号)?(?![\d/%万.])", _numeric),
        (r"(?<![\d.])(?P<y>)(?P<m>\d{1,2})\.(?P<d>\d{1,2})(?:日|号)", _numeric),
        (
            r"(?P<rel>大前|大后|今|明|昨|前|后|次|翌|本)(?:天(?!的话|猫|津)|日(?!常|头条|报|程|志|用|系)|儿个?)",
            _relative,
        ),
        (r"(?P<rel>今|明|昨|前|后)(?=[早晨晚夜])(?!晚?饭)", _relative),
        (
            rf"(?P<every>每个?|逢)?(?P<which>{_WHICH})?个?(?:{_WEEK})(?P<day>[一二三四五六日天末]"
            rf"|[1-7](?![\d:点时年个天次台.号]))(?!次|年|期[^一二三四五六日天末])",
            _weekday,
        ),
        (rf"(?P<which>{_WHICH})个?(?:{_WEEK})(?!年|转|报(?!修|价|名|备|销)|会|五金|日|总结)", _week),
        (
            rf"{_YEAR}?(?P<m>{_SMALL})(?:月份?)(?!份?子|亮|饼)(?:{_THIRD}|(?P<d>{_SMALL})(?:日|号))?",
            _month_day,
        ),
        (rf"(?P<which>{_WHICH})个?月份?(?:{_THIRD}|(?P<d>{_SMALL})(?:日|号))?", _which_month),
        (r"(?<![个年\d一二三四五六七八九十])月(?P<third>底|末|初|中旬|上旬|下旬|中(?!旬|午))", _month_part),
        (r"(?<![月份个])(?P<third>中旬|上旬|下旬)", _month_part),
        (rf"每个?月(?P<d>{_SMALL})(?:号|日)", _day_of_month),
        (rf"(?P<y>)(?P<m>{_SMALL})[-到至~](?P<m2>{_SMALL})月份?", _month_range),
        (
            rf"(?<![\d月第{HAN}十#.])(?P<d>{_SMALL})(?:号(?![楼线店柜机库院厂码位文件]|工厂)|日(?!均|用|常|间"
            rf"|内|活))",
            _day_of_month,
        ),
        (rf"{_YEAR}?第?(?P<q>[一二三四1-4])(?:个)?季度?(?P<third>[末底初])?(?!节|风)", _quarter),
        (r"(?:(?P<y>[今明去前]年|(?:20)?\d{2}年)的?)?[Qq](?P<q>[1-4])(?!\d)(?P<third>[末底初])?", _quarter),
        (rf"(?P<which>{_WHICH})个?季(?:度)?(?P<third>[末底初])?(?!节)", _which_quarter),
        (r"(?P<which>)季度?(?P<third>[末底])", _which_quarter),
        (rf"{_YEAR}?(?P<half>[上下前后])半年", _half),
        (
            rf"{_YEAR}?(?P<name>{_NAMES}|(?:十一|五一)(?=假|黄金|长假|小长假|之?前|之?后|期间|那天|节|当天|以前"
            rf"|以后|回|上班)"
            r"|(?<=年)(?:十一|五一)|六一(?=节|那天|前|活动|儿童)|八一(?=节|建军)|618(?=那天|前|后|活动|大促|当天))"
            r"(?P<all>期间|假期|长假|黄金周|小长假|放假)?(?:当天|那天|当日|节日)?(?!路|大道|广场|东路|西路)",
            _holiday,
        ),
        (rf"{_YEAR}(?P<part>[初中底末])?(?!度|会|货|轻|份|限|龄|纪|薪|报|检|[前后]|总结|终)", _year),
        (r"(?P<y>)年(?P<part>底|末|初(?![一二三四五六七八九十])|中(?!午))", _year),
    )
]
# whether any of them matches: most places hold no date, and one search tells
_ANY: Final = re.compile("|".join(re.sub(r"\?P<\w+>", "?:", pattern.pattern) for pattern, _ in _GRAMMAR))
STARTS: Final = re.compile(
    rf"[\d{HAN}十半早今明昨前后大上下这本当次翌每逢周星礼月中年季第Qq去来同元国清端春五双除情圣妇儿教重七"
    rf"六八正腊小劳建平跨母父感万光植愚青女龙晚凌夜傍午晌深差]"
)
_COUNTED: Final = re.compile(rf"[\d{HAN}十几半每]")


def read_date(text: str, at: int, today: date) -> Spot | None:
    """The words for a day or a calendar period that begin at this offset: the longest reading."""
    best: Spot | None = None
    for pattern, reader in _GRAMMAR if _ANY.match(text, at) else ():
        match = pattern.match(text, at)
        if match is None or (best is not None and match.end() <= best.end):
            continue
        if text[at] in "周星礼" and at and _COUNTED.match(text[at - 1]):
            continue  # 两周三次
        spot = reader(match, today)
        if spot is not None:
            best = spot
    return best
