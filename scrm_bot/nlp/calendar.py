"""Days, months, holidays: the calendar that the words of when.py point into. The lunar year from a table of our own."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

# One lunar year a number, from 2010: bits 4-15 tell its months from the first on (1 = 30 days), the low four bits the
# leap month, bit 16 whether that has 30 days. The calendar of the Purple Mountain Observatory.
_LUNAR_FROM: Final = 2010
_LUNAR_START: Final = date(2010, 2, 14)
_LUNAR: Final = (
    0x0A950, 0x0B4A0, 0x0BAA4, 0x0AD50, 0x055D9, 0x04BA0, 0x0A5B0, 0x15176, 0x052B0, 0x0A930,
    0x07954, 0x06AA0, 0x0AD50, 0x05B52, 0x04B60, 0x0A6E6, 0x0A4E0, 0x0D260, 0x0EA65, 0x0D530,
    0x05AA0, 0x076A3, 0x096D0, 0x04AFB, 0x04AD0, 0x0A4D0, 0x1D0B6, 0x0D250, 0x0D520, 0x0DD45,
    0x0B5A0, 0x056D0, 0x055B2, 0x049B0, 0x0A577, 0x0A4B0, 0x0AA50, 0x1B255, 0x06D20, 0x0ADA0,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, both ends included."""

    first: date
    last: date

    @property
    def single(self) -> bool:
        """One day only."""
        return self.first == self.last


def one_day(day: date) -> Period:
    """That day alone."""
    return Period(day, day)


def lunar(year: int, month: int, day: int) -> date | None:
    """The date of a day of the lunar year, None outside the table; day -1 is the last of the month."""
    index = year - _LUNAR_FROM
    if not 0 <= index < len(_LUNAR):
        return None
    passed = sum(_year_days(info) for info in _LUNAR[:index])
    info = _LUNAR[index]
    for earlier in range(1, month):
        passed += _month_days(info, earlier) + (_leap_days(info) if info & 0xF == earlier else 0)
    if day == -1:
        day = _month_days(info, month) + (_leap_days(info) if info & 0xF == month else 0)
    return _LUNAR_START + timedelta(passed + day - 1)


def _month_days(info: int, month: int) -> int:
    return 30 if info & (0x10000 >> month) else 29


def _leap_days(info: int) -> int:
    return (30 if info & 0x10000 else 29) if info & 0xF else 0


def _year_days(info: int) -> int:
    return sum(_month_days(info, month) for month in range(1, 13)) + _leap_days(info)


def _qingming(year: int) -> date:
    """The solar term, by the usual formula for this century."""
    short = year % 100
    return date(year, 4, int(short * 0.2422 + 4.81) - short // 4)


_SOLAR: Final = {
    "元旦": (1, 1), "情人节": (2, 14), "妇女节": (3, 8), "三八节": (3, 8), "女神节": (3, 8), "植树节": (3, 12),
    "愚人节": (4, 1), "五一": (5, 1), "劳动节": (5, 1), "青年节": (5, 4), "五四": (5, 4), "儿童节": (6, 1),
    "六一": (6, 1),
    "618": (6, 18), "六一八": (6, 18), "建党节": (7, 1), "七一": (7, 1), "建军节": (8, 1), "八一": (8, 1),
    "教师节": (9, 10), "国庆": (10, 1), "国庆节": (10, 1), "十一": (10, 1), "双十一": (11, 11), "双11": (11, 11),
    "光棍节": (11, 11), "双十二": (12, 12), "双12": (12, 12), "平安夜": (12, 24), "圣诞": (12, 25), "圣诞节": (12, 25),
    "跨年": (12, 31), "万圣节": (10, 31),
}  # fmt: skip
_LUNAR_DAYS: Final = {
    "春节": (1, 1), "大年初一": (1, 1), "正月初一": (1, 1), "年初一": (1, 1), "初一": (1, 1), "元宵": (1, 15),
    "元宵节": (1, 15), "正月十五": (1, 15), "龙抬头": (2, 2), "端午": (5, 5), "端午节": (5, 5), "七夕": (7, 7),
    "七夕节": (7, 7), "中元节": (7, 15), "中秋": (8, 15), "中秋节": (8, 15), "八月十五": (8, 15), "重阳": (9, 9),
    "重阳节": (9, 9), "腊八": (12, 8), "小年": (12, 23), "除夕": (12, -1), "年三十": (12, -1), "大年三十": (12, -1),
    "除夕夜": (12, -1),
}  # fmt: skip
_SPRING: Final = {
    f"{head}初{name}": day for head in ("大年", "正月", "年") for day, name in enumerate("一二三四五六七八九十", 1)
}
HOLIDAYS: Final = tuple(
    sorted(
        {*_SOLAR, *_LUNAR_DAYS, *_SPRING, "清明", "清明节", "母亲节", "父亲节", "感恩节"} - {"初一"},
        key=len,
        reverse=True,
    )
)


def holiday(name: str, year: int) -> date | None:
    """The legal date of a holiday in that (solar) year."""
    if name in _SOLAR:
        return date(year, *_SOLAR[name])
    if name in ("清明", "清明节"):
        return _qingming(year)
    if name in _SPRING:
        return lunar(year, 1, _SPRING[name])
    if name in ("母亲节", "父亲节", "感恩节"):
        month, weekday, nth = {"母亲节": (5, 6, 2), "父亲节": (6, 6, 3), "感恩节": (11, 3, 4)}[name]
        return _nth_weekday(year, month, weekday, nth)
    month, day = _LUNAR_DAYS[name]
    found = lunar(year, month, day)
    if found is not None and month == 12 and found.year > year:
        return lunar(year - 1, month, day)  # 除夕 of a year is the one before its 春节
    return found


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta((weekday - first.weekday()) % 7 + 7 * (nth - 1))


def next_holiday(name: str, today: date) -> date | None:
    """The holiday that comes next, today counted."""
    for year in (today.year, today.year + 1):
        found = holiday(name, year)
        if found is not None and found >= today:
            return found
    return None


def day_off(day: date) -> bool:
    """Weekends and legal holidays; days worked in exchange are announced year by year and not known here."""
    if day.weekday() >= 5 or (day.month, day.day) in ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)):
        return True
    spring = lunar(day.year, 1, 1)
    feasts = [lunar(day.year, 5, 5), lunar(day.year, 8, 15), _qingming(day.year)]
    return day in feasts or (spring is not None and -1 <= (day - spring).days <= 2)


def plus_workdays(day: date, count: int) -> date:
    """So many working days later (or earlier)."""
    step = timedelta(1 if count >= 0 else -1)
    for _ in range(min(abs(count), 2000)):
        day += step
        while day_off(day):
            day += step
    return day


def week(today: date, offset: int = 0) -> Period:
    """The calendar week, Monday first, so many weeks from this one."""
    monday = today - timedelta(today.weekday()) + timedelta(7 * offset)
    return Period(monday, monday + timedelta(6))


def month(year: int, number: int) -> Period:
    """A calendar month; numbers outside 1-12 reach into other years."""
    year, number = year + (number - 1) // 12, (number - 1) % 12 + 1
    return Period(date(year, number, 1), date(year, number, monthrange(year, number)[1]))


def months(year: int, first: int, last: int) -> Period:
    """From one month to another, whole."""
    return Period(month(year, first).first, month(year, last).last)


def quarter(year: int, number: int) -> Period:
    """A calendar quarter; numbers outside 1-4 reach into other years."""
    return months(year + (number - 1) // 4, ((number - 1) % 4) * 3 + 1, ((number - 1) % 4) * 3 + 3)


def plus_months(day: date, count: int) -> date:
    """The same day so many months later, or that month's last."""
    target = month(day.year, day.month + count)
    return target.first.replace(day=min(day.day, target.last.day))
