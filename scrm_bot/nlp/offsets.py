"""Times counted from now: 三天后, 一个半小时后, 20秒后, 两周内, 最近30天, 未来48小时, 5个工作日内."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from scrm_bot.nlp import calendar
from scrm_bot.nlp.calendar import Period
from scrm_bot.nlp.number import HAN, NUMERAL, TENS, read_number
from scrm_bot.workdays import plus_workdays

_WITHIN: Final = re.compile(r"(?:最近|近|过去|过往|之前)(?:的|这)?$|(?:^|[,。;:\s在从查看])[前上]$")
_COMING: Final = re.compile(
    r"(?:未来|接下来|今后|往后|接下去|(?:^|[,。;\s])之后)(?:的|这)?$|(?:^|[,。;:\s在从查看])[后下]$"
)
_PASSING: Final = re.compile(r"再过$|(?:^|[,。;\s])过$")
_VAGUE: Final = re.compile(r"[两2俩][天日]")  # 前两天, 过两天: some days
_LEAD: Final = re.compile(r"提前|每隔?|第")
_UNITS: Final = {
    "秒": "second", "分": "minute", "刻": "quarter hour", "小": "hour", "钟": "hour", "天": "day", "日": "day",
    "工": "workday", "交": "workday", "周": "week", "星": "week", "礼": "week", "月": "month", "季": "quarter",
    "年": "year",
}  # fmt: skip
_OFFSET: Final = re.compile(
    rf"(?:(?P<n>{NUMERAL}|半)(?P<half>个半)?(?:个)?"
    r"(?P<unit>秒钟?|分钟|分(?=[\d一二三四五六七八九十半])|刻钟|小时|钟头|(?<=个)钟|天|日|工作日|交易日"
    r"|周(?![一二三四五六日末])|星期(?![一二三四五六日])|礼拜(?![一二三四五六日])|月(?!份)|季度|年)"
    rf"(?P<tail>半)?钟?(?:(?P<n2>{NUMERAL})(?P<unit2>分钟?|秒钟?))?)"
    r"(?P<way>(?:之|以)?后(?![天续台])|(?:之|以)?前(?![台])|(?:之|以)?内(?!容)|不到)?"
)


_FIRST: Final = frozenset(f"0123456789{HAN}{TENS}半")


@dataclass(frozen=True, slots=True)
class Step:
    """So many of a unit; `extra` seconds or minutes behind them."""

    count: float
    unit: str
    extra: float = 0.0  # seconds
    second: bool = False


@dataclass(frozen=True, slots=True)
class Offset:
    """A time counted from now: a day, a moment, or the stretch up to it. `way`: at, within, back, ahead."""

    way: str
    step: Step
    end: int

    @property
    def exact(self) -> bool:
        """Counted in hours or less."""
        return self.step.unit in _SECONDS

    def moment(self, ref: datetime) -> datetime:
        """The moment it points to."""
        length = self.step.count * _SECONDS[self.step.unit] + self.step.extra
        return (ref + timedelta(seconds=length)).replace(microsecond=0)

    def day(self, ref: datetime) -> date:
        """The day it points to."""
        return moved(ref.date(), self.step)

    def span(self, ref: datetime) -> Period:
        """From today to the day, or from the day to today."""
        there = self.day(ref)
        return Period(min(there, ref.date()), max(there, ref.date()))


_SECONDS: Final = {"second": 1, "minute": 60, "quarter hour": 900, "hour": 3600}


def read_offset(text: str, at: int) -> Offset | None:
    """The words that count from now and begin at this offset."""
    match = _OFFSET.match(text, at) if text[at] in _FIRST else None
    if match is None:
        return None
    lead = text[max(0, at - 6) : at]
    if _LEAD.search(lead[-2:]):
        return None
    way = (match["way"] or "").removeprefix("之").removeprefix("以")
    back, ahead, passing = _WITHIN.search(lead), _COMING.search(lead), _PASSING.search(lead)
    if _VAGUE.match(match.group()) and lead[-1:] in ("前", "上", "后", "下", "过") and (back or ahead or passing):
        return None
    if way not in ("后", "前", "内") and not (back or ahead or passing):
        return None
    if lead.endswith("后") and not ahead:
        return None  # 签约后三天内 is not counted from now
    if match["n"].startswith("0") or (match["n"][0] in "零〇" and match["unit"] == "年"):
        return None  # 07年以后 is a year
    step = _step(match)
    if step is None:
        return None
    if back or (way == "前" and not ahead):
        step = Step(-step.count, step.unit, -step.extra, step.second)
    kind = "back" if back else "ahead" if ahead else "within" if way == "内" else "at"
    return Offset(kind, step, match.end())


def _step(match: re.Match[str]) -> Step | None:
    count = 0.5 if match["n"] == "半" else read_number(match["n"])
    unit = _UNITS[match["unit"][0]]
    if (
        count is None
        or count > 100_000
        or (unit in ("year", "quarter", "workday") and count > 100 * (1 + (unit != "year")))
    ):
        return None
    count += 0.5 if match["half"] or match["tail"] else 0
    extra = read_number(match["n2"]) or 0.0 if match["n2"] else 0.0
    spoken = (
        unit == "second" or (bool(extra) and match["unit2"].startswith("秒")) or (unit == "minute" and count % 1 != 0)
    )
    return Step(count, unit, extra * (60 if (match["unit2"] or "").startswith("分") else 1), spoken)


def moved(day: date, step: Step) -> date:
    """So many units from a day."""
    count = step.count
    match step.unit:
        case "day":
            return day + timedelta(round(count))
        case "workday":
            return plus_workdays(day, round(count))
        case "week":
            return day + timedelta(round(count * 7))
        case "month":
            return calendar.plus_months(day, int(count)) + timedelta(round((count - int(count)) * 30))
        case "quarter":
            return calendar.plus_months(day, round(count * 3))
        case _:
            return calendar.plus_months(day, round(count * 12))


def last_minute(day: date) -> datetime:
    """The end of a day."""
    return datetime.combine(day, time(23, 59))
