"""Feasts by name: legal holidays, lunar feasts, shopping days, solar terms, and how long the days off are."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from scrm_bot.nlp.lunar import TERMS, lunar, solar_term

_SOLAR: Final = {
    "元旦": (1, 1), "元旦节": (1, 1), "新年": (1, 1), "阳历新年": (1, 1), "情人节": (2, 14), "女生节": (3, 7),
    "妇女节": (3, 8), "三八": (3, 8), "三八节": (3, 8), "女神节": (3, 8), "植树节": (3, 12), "三一五": (3, 15),
    "消费者权益日": (3, 15), "愚人节": (4, 1), "五一": (5, 1), "劳动节": (5, 1), "五一节": (5, 1), "青年节": (5, 4),
    "五四": (5, 4), "儿童节": (6, 1), "六一": (6, 1), "618": (6, 18), "六一八": (6, 18), "建党节": (7, 1),
    "七一": (7, 1), "建军节": (8, 1), "八一": (8, 1), "八一建军节": (8, 1), "教师节": (9, 10), "国庆": (10, 1),
    "国庆节": (10, 1), "十一": (10, 1), "双十一": (11, 11), "双11": (11, 11), "光棍节": (11, 11), "双十二": (12, 12),
    "双12": (12, 12), "平安夜": (12, 24), "圣诞": (12, 25), "圣诞节": (12, 25), "跨年": (12, 31), "万圣节": (10, 31),
}  # fmt: skip
_LUNAR: Final = {
    "春节": (1, 1), "农历新年": (1, 1), "大年初一": (1, 1), "正月初一": (1, 1), "年初一": (1, 1), "元宵": (1, 15),
    "元宵节": (1, 15), "正月十五": (1, 15), "龙抬头": (2, 2), "端午": (5, 5), "端午节": (5, 5), "七夕": (7, 7),
    "七夕节": (7, 7), "中元节": (7, 15), "中秋": (8, 15), "中秋节": (8, 15), "八月十五": (8, 15), "重阳": (9, 9),
    "重阳节": (9, 9), "腊八": (12, 8), "腊八节": (12, 8), "小年": (12, 23), "除夕": (12, -1), "年三十": (12, -1),
    "大年三十": (12, -1), "除夕夜": (12, -1), "大年夜": (12, -1),
}  # fmt: skip
_SPRING: Final = {
    f"{head}初{name}": day for head in ("大年", "年") for day, name in enumerate("一二三四五六七八九十", 1)
}
_SUNDAYS: Final = {"母亲节": (5, 6, 2), "父亲节": (6, 6, 3), "感恩节": (11, 3, 4)}
_ALIAS: Final = {"清明节": "清明", "冬至节": "冬至"}
# names that are also numbers: they need a word of holidays beside them
NUMBERS: Final = frozenset(("十一", "五一", "三八", "六一", "七一", "八一", "五四", "618", "三一五"))
# solar terms that are names of people or weather as well
WORDS: Final = frozenset(("小雪", "大雪", "小满", "白露", "谷雨", "雨水", "立夏", "大寒", "小寒", "大暑"))
NAMES: Final = tuple(sorted({*_SOLAR, *_LUNAR, *_SPRING, *_SUNDAYS, *_ALIAS, *TERMS}, key=len, reverse=True))
_DAYS_OFF: Final = {"国庆": 7, "国庆节": 7, "十一": 7, "春节": 8, "五一": 5, "劳动节": 5, "五一节": 5}


def feast(name: str, year: int) -> date | None:
    """Its date in that (solar) year, None where the tables end."""
    if name in _SOLAR:
        return date(year, *_SOLAR[name])
    if name in _SUNDAYS:
        return nth_weekday(year, *_SUNDAYS[name])
    if name in TERMS or name in _ALIAS:
        return solar_term(_ALIAS.get(name, name), year)
    month, day = _LUNAR.get(name) or (1, _SPRING[name])
    found = lunar(year, month, day)
    if found is not None and month == 12 and found.year > year:
        return lunar(year - 1, month, day)  # 除夕 of a year is the one before its 春节
    return found


def next_feast(name: str, today: date) -> date | None:
    """The one that comes next, today counted."""
    for year in (today.year, today.year + 1):
        found = feast(name, year)
        if found is not None and found >= today:
            return found
    return None


def days_off(name: str, day: date) -> date:
    """The last of the days off that begin with it."""
    return day + timedelta(_DAYS_OFF.get(name, 3) - 1)


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """第三个周日 of a month; -1 the last."""
    first = date(year, month, 1)
    found = first + timedelta((weekday - first.weekday()) % 7 + 7 * (nth - 1 if nth > 0 else 4))
    return found if nth > 0 or found.month == month else found - timedelta(7)
