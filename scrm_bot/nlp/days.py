"""Words for single days: 大后天, 下周三, 9月28号, 2026/3/5, 十月第一个周一, 腊月二十三, 国庆."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from scrm_bot.nlp import calendar, feasts
from scrm_bot.nlp.calendar import Period, one_day
from scrm_bot.nlp.lunar import lunar, lunar_month
from scrm_bot.nlp.number import read_number
from scrm_bot.nlp.spots import (
    DAY,
    DIGIT,
    LINK,
    NUMBER,
    ONE_OF_WORDS,
    SMALL,
    THIRD,
    WEEK,
    WEEKDAYS,
    WHICH,
    YEAR,
    YEAR_DIGIT,
    YEAR_STARTS,
    Rule,
    Spot,
    day_in,
    full_year,
    sane,
    shift,
    third,
    year_of,
    years_later,
)
from scrm_bot.workdays import plus_workdays

_DAYS: Final = {
    "大大前": -4, "大前": -3, "前": -2, "昨": -1, "今": 0, "本": 0, "当": 0, "明": 1, "次": 1, "翌": 1, "隔": 1,
    "后": 2, "大后": 3, "大大后": 4,
}  # fmt: skip


def _relative(match: re.Match[str], today: date) -> Spot | None:
    return Spot(one_day(today + timedelta(_DAYS[match["rel"]])), match.end())


def _both_days(match: re.Match[str], today: date) -> Spot | None:
    first = _DAYS[match["rel"]]
    return Spot(Period(today + timedelta(first), today + timedelta(first + 1)), match.end())


def weekday_number(name: str) -> int:
    """一 0 to 日 6."""
    return int(name) - 1 if name.isdigit() else "一二三四五六日".find(name.replace("天", "日"))


def _weekday(match: re.Match[str], today: date) -> Spot | None:
    which, name = match["which"], match["day"]
    monday = calendar.week(today, shift(which)).first
    if name == "末":
        weekend = Period(monday + timedelta(5), monday + timedelta(6))
        return Spot(weekend, match.end(), "" if which else "week")
    day = monday + timedelta(weekday_number(name))
    if not which and day < today:
        day += timedelta(7)
    last = day
    if match["day2"]:
        last = day + timedelta((weekday_number(match["day2"]) - day.weekday()) % 7)
    return Spot(Period(day, last), match.end(), "" if which else "week")


def _month_of(match: re.Match[str], today: date) -> tuple[Period, str] | None:
    """A month by name, and what was left unsaid of it."""
    if "which" in match.re.groupindex and match["which"]:
        number = today.month + shift(match["which"])
        year = year_of(match["y"], today) if match["y"] else None
        return calendar.month(year or today.year, number), ""
    year, number = year_of(match["y"], today), int(read_number(match["m"]) or 0)
    if not 1 <= number <= 12 or not sane(year):
        return None
    return calendar.month(year or today.year, number), "" if year else "year"


def _month_day(match: re.Match[str], today: date) -> Spot | None:
    found = _month_of(match, today)
    if found is None:
        return None
    period, loose = found
    end = False
    if match["third"]:
        period, end = third(period, match["third"])
    elif match["d"]:
        day = day_in(period, match["d"])
        if day is None:
            return None
        period = day
    if loose and (today - period.last).days > 183:
        period = years_later(period, 1)
    return Spot(period, match.end(), loose, end)


def _nth(match: re.Match[str], today: date) -> Spot | None:
    """The third Sunday of June; the first week of a month begins with its first Monday."""
    found = _month_of(match, today)
    if found is None:
        return None
    first = found[0].first
    nth = -1 if match["last"] else int(read_number(match["n"]) or 1)
    if match["day"]:
        day = feasts.nth_weekday(first.year, first.month, weekday_number(match["day"]), nth)
        return Spot(one_day(day), match.end(), found[1]) if day.month == first.month else None
    monday = feasts.nth_weekday(first.year, first.month, 0, nth)
    return Spot(calendar.week(monday), match.end(), found[1])


def _month_part(match: re.Match[str], today: date) -> Spot | None:
    period, end = third(calendar.month(today.year, today.month), match["third"])
    if period.last < today:
        period, end = third(calendar.month(today.year, today.month + 1), match["third"])
    return Spot(period, match.end(), "month", end)


def _day_of_month(match: re.Match[str], today: date) -> Spot | None:
    for offset in range(3):
        day = day_in(calendar.month(today.year, today.month + offset), match["d"])
        if day is not None and day.first >= today:
            return Spot(day, match.end(), "month")
    return None


def _numeric(match: re.Match[str], today: date) -> Spot | None:
    try:
        year = int(match["y"]) if match["y"] else today.year
        found = one_day(date(year if year > 99 else full_year(year, today), int(match["m"]), int(match["d"])))
    except ValueError:
        return None
    if match["y"]:
        return Spot(found, match.end())
    if (today - found.last).days > 183:
        found = years_later(found, 1)
    return Spot(found, match.end(), "year")


def _year_last(match: re.Match[str], today: date) -> Spot | None:
    """13.5.2015, 10/31/1974: the day first, except before a slash."""
    del today
    first, second = int(match["a"]), int(match["b"])
    if (match["sep"] == "/" and first <= 12) or second > 12:
        first, second = second, first
    try:
        return Spot(one_day(date(int(match["y"]), second, first)), match.end())
    except ValueError:
        return None


_SURNAMES: Final = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱林何郭马罗梁宋郑谢韩唐冯董程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶"
)


def _is_person(match: re.Match[str]) -> bool:
    """李国庆."""
    start = match.start()
    return match.group() == "国庆" and start > 0 and match.string[start - 1] in _SURNAMES


def _feast(match: re.Match[str], today: date) -> Spot | None:
    year, name = year_of(match["y"], today), match["name"]
    if not sane(year) or (name == "国庆" and _is_person(match)):
        return None
    day = feasts.feast(name, year) if year else feasts.next_feast(name, today)
    if day is None:
        return None
    last = feasts.days_off(name, day) if match["all"] else day
    return Spot(Period(day, last), match.end(), "" if year else "year")


_LUNAR_MONTHS: Final = {"正": 1, "冬": 11, "腊": 12}


def _lunar(match: re.Match[str], today: date) -> Spot | None:
    """A day or month of the lunar year: named so, or by a name that only it has (腊月, 初八, 廿二)."""
    words, day = match["lm"], match["ld"] or (match["day"] if match["moon"] else None)
    if not (match["moon"] or match["leap"] or words in _LUNAR_MONTHS or (day and day[0] in "初廿")):
        return None
    number = _LUNAR_MONTHS.get(words) or int(read_number(words) or 0)
    year = year_of(match["y"] or match["y2"], today)
    for candidate in (year,) if year else (today.year - 1, today.year, today.year + 1):
        period = _lunar_period(candidate, number, day, leap=bool(match["leap"]))
        if period is not None and (year or period.last >= today):
            return Spot(period, match.end(), "" if year else "year")
    return None


def _lunar_period(year: int, number: int, day: str | None, *, leap: bool) -> Period | None:
    if not day:
        whole = lunar_month(year, number, leap=leap)
        return Period(*whole) if whole else None
    found = lunar(year, number, int(read_number(day.lstrip("初")) or 0), leap=leap)
    return one_day(found) if found else None


def _lunar_day(match: re.Match[str], today: date) -> Spot | None:
    """初八, 廿一 alone: the next one."""
    number = int(read_number(match["ld"].lstrip("初")) or 0)
    for year in (today.year - 1, today.year):
        for month in range(1, 13):
            day = lunar(year, month, number)
            if day is not None and day >= today:
                return Spot(one_day(day), match.end(), "month")
    return None


def _workday_of_month(match: re.Match[str], today: date) -> Spot | None:
    """The first or last working day of a month."""
    month = calendar.month(today.year, today.month + shift(match["which"]))
    edge = month.last + timedelta(1) if match["last"] else month.first - timedelta(1)
    return Spot(one_day(plus_workdays(edge, -1 if match["last"] else 1)), match.end())


def _workday(match: re.Match[str], today: date) -> Spot | None:
    return Spot(one_day(plus_workdays(today, 1 if match["way"] == "下" else -1)), match.end())


_MEASURED: Final = (
    r"(?![\d.:/%万亿千百十多几kKwW个台套件只张片把条箱次家位元块人单天周年月点分时小名笔场成折期倍度吨米份])"
)
_NAMES: Final = "|".join(name for name in feasts.NAMES if name not in feasts.NUMBERS | feasts.WORDS)
# 十一, 618, 小雪: feasts only in company
_OTHER_WORDS: Final = "|".join(sorted(feasts.NUMBERS | feasts.WORDS))
_COMPANY: Final = (
    "假|黄金周|长假|小长假|之?前|之?后|以[前后]|期间|那天|当天|节|回|上班|放假|活动|大促|晚会|国际|妇女|建军|儿童"
)
_SHY: Final = rf"(?:{_OTHER_WORDS})(?={_COMPANY})|(?<=年)(?:{_OTHER_WORDS})|(?<!\w)(?:{_OTHER_WORDS})$"
_NO_FEAST: Final = "路|大道|广场|东路|西路|[厂村镇]|快乐|愉快|安康|好$|新[年气的]|礼|计划"
_FEAST_STARTS: Final = "农阴国" + "".join({name[0] for name in feasts.NAMES})
_LUNAR_DAY: Final = r"初[一二三四五六七八九十\d]|廿[一二三四五六七八九]?|[一二三]?十[一二三四五六七八九]?"
_NTH: Final = rf"(?:第(?P<n>[一二三四五1-5])个?|(?P<last>最后一个?)){WEEK}(?:(?P<day>[{WEEKDAYS}])|(?![{WEEKDAYS}末]))"
# what has a number rather than a date: 1号楼, 3号空压机
_HOUSE: Final = r"[楼线店柜机库院厂码位文件桌门泵炉站井罐塔车梯窑釜区段仓]|工厂|空压|注塑|冲床|设备|电梯|锅炉|产线"
RULES: Final[tuple[Rule, ...]] = (
    ("八", r"(?P<y>)(?P<name>八月十五)(?P<all>)(?![\d日号])", _feast),
    (DIGIT, r"(?P<y>\d{4}|\d{2})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})(?:日|号)?"
            r"(?!\d(?!\d:\d\d)|[/%]|\.[\da-zA-Z]|-\d(?!\d{3}[-/.]|\d?:\d\d))", _numeric),
    (DIGIT, r"(?P<y>(?:19|20)\d{2})\s?(?P<m>0[1-9]|1[0-2])\s?(?P<d>0[1-9]|[12]\d|3[01])(?!\d)", _numeric),
    (DIGIT, r"(?<![\d/.])(?P<y>)(?P<m>\d{1,2})/(?P<d>\d{1,2})(?:日|号)?(?![\d/%万.])", _numeric),
    (DIGIT, r"(?<![\d.])(?P<y>)(?P<m>\d{1,2})\.(?P<d>\d{1,2})(?:日|号)", _numeric),
    (DIGIT, r"(?<![\d.-])(?P<y>)(?P<m>0[1-9]|1[0-2])-(?P<d>0[1-9]|[12]\d|3[01])(?![\d-])", _numeric),
    (DIGIT, r"(?<![\d.])(?P<y>)(?P<m>\d{1,2})·(?P<d>\d{1,2})(?![\d.])", _numeric),
    (DIGIT, r"(?P<a>\d{1,2})(?P<sep>[-/.])(?P<b>\d{1,2})[-/.](?P<y>(?:19|20)\d{2})(?!\d)", _year_last),
    ("大今明昨前后次翌本隔", r"(?P<rel>大?大前|大?大后|今|明|昨|前|后|次|翌|本|隔)"
     r"(?:天(?!的话|猫|津)|日(?!常|头条|报|程|志|用|系)|儿个?)", _relative),
    ("今明昨前后当", r"(?P<rel>今|明|昨|前|后|当)(?=[早晨晚夜])(?!晚?饭)", _relative),
    ("今明", r"(?P<rel>今|明)[明后]两?[天日]", _both_days),
    ("上下这今本当次同周星礼", rf"(?:(?P<which>{WHICH})个?(?:{WEEK}的?(?={WEEK}))?)?{WEEK}"
     rf"(?!{ONE_OF_WORDS})(?P<day>[{WEEKDAYS}末]|[1-7](?![\d:点时年个天次台.号]))(?!次|年|期[^{WEEKDAYS}末])"
     rf"(?:{LINK}(?P<day2>[{WEEKDAYS}])(?![\d月号日点个年十百千万时楼期家台人金]))?", _weekday),
    (YEAR_STARTS, rf"{YEAR}?(?P<m>{SMALL})月份?(?!份?子|亮|饼|嫂)(?:的?月?{THIRD}"
     rf"|(?P<d>{DAY})(?:日|号|(?={LINK}{DAY}(?:日|号))|{_MEASURED}))?", _month_day),
    (NUMBER, rf"(?P<y>)(?P<m>{SMALL})(?={LINK}{SMALL}月)(?P<third>)(?P<d>)", _month_day),
    (YEAR_STARTS, rf"{YEAR}?(?P<which>{WHICH})个?月份?(?:的?月?{THIRD}|(?P<d>{DAY})(?:日|号))?", _month_day),
    (YEAR_STARTS, rf"{YEAR}?(?P<m>{SMALL})月份?的?{_NTH}", _nth),
    ("上下这今本当次同", rf"(?P<y>)(?P<which>{WHICH})个?月份?的?{_NTH}", _nth),
    ("月", rf"(?<![个年{NUMBER}])月{THIRD}", _month_part),
    ("中上下", r"(?<![月份个])(?P<third>中旬|上旬|下旬)", _month_part),
    (NUMBER, rf"(?<![\d月第{NUMBER}#.])(?P<d>{DAY})(?:号(?!{_HOUSE})|日(?!均|用|常|间|内|活|游|之)"
     rf"|(?={LINK}{DAY}(?:号(?!{_HOUSE})|日)))", _day_of_month),
    ("下上", r"(?P<way>[下上])一?个?工作日", _workday),
    ("上下这今本当次同", rf"(?P<which>{WHICH})个?月份?的?(?:第一个?|(?P<last>最后一个?))工作日", _workday_of_month),
    (YEAR_STARTS + _FEAST_STARTS, rf"{YEAR}?(?:农历(?!新年)|阴历|国际)?(?P<name>{_NAMES}|{_SHY})"
     r"(?P<all>期间|假期|长假|黄金周|小长假|放假)?(?:国际劳动节)?(?:当天|那天|当日|节日)?"
     rf"(?!{_NO_FEAST})", _feast),
    (YEAR_STARTS + "农阴旧正冬腊闰", rf"{YEAR}?(?P<moon>农历|阴历|旧历)?(?P<y2>(?:\d{{4}}|[{YEAR_DIGIT}]{{4}})年)?"
     rf"(?P<leap>闰)?(?P<lm>[正冬腊]|{SMALL})月"
     rf"(?:(?P<ld>{_LUNAR_DAY})(?![\d万亿千百号日])|(?P<day>{DAY})[号日])?", _lunar),
    ("初廿", r"(?<![月年当最起])(?P<ld>初[二三四五六七八九十]|廿[一二三四五六七八九])(?![中级步期次])", _lunar_day),
)  # fmt: skip
