"""Times in a message, as the scheme writes them. `now` is always passed in; nothing here looks at a clock."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from scrm_bot.nlp import calendar
from scrm_bot.nlp.calendar import Period, one_day
from scrm_bot.nlp.dates import STARTS, read_date
from scrm_bot.nlp.hours import Hours, read_hours
from scrm_bot.nlp.meaning import Grain, When
from scrm_bot.nlp.number import NUMERAL, read_number

_PART_HOURS: Final = {"AM": (9, 12), "NOON": (12, 14), "PM": (14, 18), "EV": (19, 23)}
_GAP: Final = re.compile(r"[的,]?\s?(?!\s)")
_TO: Final = re.compile(r"\s?(?:到|至|~|-)\s?(?!货|期|账|岗|位|底|手|场|店|访|款)|(?<=\w)(?:和|跟|与)(?=.{2,12}之间)")
_BEFORE: Final = re.compile(
    r"(?:的时候)?(?:下班之?前|(?:之|以)前|前(?![天台后面期往段几两三日年者]|提(?!醒))|为止|之内|以内"
    r"|内(?![容部蒙存])|前(?=后?[,。]?$))(?!后)"
)
_AFTER: Final = re.compile(r"(?:之|以)后|过后|后(?![天续面来台期勤半两端悔])|起(?![来码重去诉吃草])|节后")
_LEADING: Final = re.compile(r"(?:最晚|最迟|不晚于|不迟于|不超过|截止到?|截至|赶在|务必在)(?:是|在|到)?\s?$")
_WITHIN: Final = re.compile(r"(?:最近|近|过去|过往|之前)(?:的|这)?$")
_COMING: Final = re.compile(r"(?:未来|接下来|今后|往后|接下去)(?:的|这)?$")
_UNITS: Final = {
    "秒": "second", "分": "minute", "刻": "quarter hour", "小": "hour", "钟": "hour", "天": "day", "日": "day",
    "工": "workday", "周": "week", "星": "week", "礼": "week", "月": "month", "季": "quarter", "年": "year",
}  # fmt: skip
_OFFSET: Final = re.compile(
    rf"(?:(?P<past>再?过(?:个)?|等)?(?P<n>{NUMERAL}|半)(?P<half>个半)?(?:个)?"
    r"(?P<unit>秒钟?|分钟|分(?=[\d一二三四五六七八九十])|刻钟|小时|钟头|天|日|工作日"
    r"|周(?![一二三四五六日末])|星期(?![一二三四五六日])|礼拜(?![一二三四五六日])|月(?!份)|季度|年)"
    rf"(?P<tail>半)?(?:(?P<n2>{NUMERAL})(?P<unit2>分钟?|秒钟?))?)"
    r"(?P<way>(?:之|以)?后(?![天续台])|(?:之|以)?前(?![台])|(?:之|以)?内(?!容)|不到)?"
)
_BESIDE: Final = re.compile(rf"的?(?P<way>前|后)(?P<n>{NUMERAL})(?P<unit>天|日|周|个月)")
_LEAD: Final = re.compile(r"提前|每隔?|第")


@dataclass(frozen=True, slots=True)
class _Point:
    """A day or period, the hours on it, and where the words end."""

    period: Period
    hours: Hours | None
    end: int
    loose: str
    dated: bool

    @property
    def clock(self) -> datetime | None:
        """The exact moment, if one was said."""
        if self.hours is None or self.hours.clock is None:
            return None
        moment = datetime.combine(self.period.first, self.hours.clock)
        return moment + timedelta(1) if self.hours.tomorrow else moment


def find_times(text: str, ref: datetime) -> list[When]:
    """Every time in text order, longest reading first come; vague words (最近, 改天) are none."""
    found: list[When] = []
    at = 0
    while match := STARTS.search(text, at):
        at = match.start()
        when = _read(text, at, ref)
        if when is None:
            at += 1
        else:
            found.append(when)
            at = when.at + len(when.text)
    return found


def _read(text: str, at: int, ref: datetime) -> When | None:
    if at and text[at].isdigit() and (text[at - 1].isdigit() or (text[at - 1].isascii() and text[at - 1].isalpha())):
        return None
    offset = _read_offset(text, at, ref)
    point = _read_point(text, at, ref)
    if offset is not None and (point is None or offset.at + len(offset.text) >= point.end):
        return offset
    return None if point is None else _finish(text, at, point, ref)


def _read_point(text: str, at: int, ref: datetime, base: _Point | None = None) -> _Point | None:
    """A day and its hours; `base` is the earlier end of a range, whose day and half-day carry over."""
    spot = read_date(text, at, ref.date())
    if spot is None:
        carried = base.hours.part if base and base.hours else ""
        hours = read_hours(text, at, dated=base is not None and base.clock is not None, part=carried)
        if hours is None or _greeting(text, at, hours):
            return None
        day = base.period if base else one_day(ref.date())
        return _Point(day, hours, hours.end, "" if base else "day", base is not None)
    gap = _GAP.match(text, spot.end)
    hours = None
    if spot.period.single or text[at] in "每周末":
        hours = read_hours(text, spot.end, dated=True)
        if hours is None and gap and gap.end() > spot.end:
            hours = read_hours(text, gap.end(), dated="," not in gap.group())
    return _Point(spot.period, hours, hours.end if hours else spot.end, spot.loose, dated=True)


def _greeting(text: str, at: int, hours: Hours) -> bool:
    return hours.clock is None and text[hours.end : hours.end + 1] == "好" and at <= 4


def _finish(text: str, at: int, point: _Point, ref: datetime) -> When | None:
    """The second end of a range, then 前, 后, 内."""
    link = _TO.match(text, point.end)
    if link is not None:
        other = _other_end(text, link.end(), point, ref)
        if other is not None:
            end = other.end
            for tail in ("之间", "期间"):
                end += len(tail) if text.startswith(tail, end) else 0
            return _range(text, at, end, _settle(point, ref), other)
    point = _settle(_beside(text, point), ref)
    before = _BEFORE.match(text, point.end)
    if before is not None and not (point.hours and not point.hours.clock and before.group() == "内"):
        return _before(text, at, before.end(), point)
    if _LEADING.search(text[max(0, at - 5) : at]):
        return _before(text, at, point.end, point)
    after = _AFTER.match(text, point.end)
    if after is not None and not (
        after.group() == "起" and point.loose == "week" and text[after.end() : after.end() + 1] in "去来"
    ):
        start = point.clock or datetime.combine(point.period.last, time())
        notation = f"{_stamp(point.clock) if point.clock else point.period.last.isoformat()}/.."
        return _when(notation, Grain.AFTER, start, None, text, at, after.end(), point)
    return _plain(text, at, point)


def _beside(text: str, point: _Point) -> _Point:
    """端午前一天: a day counted from a named one."""
    match = _BESIDE.match(text, point.end) if point.hours is None and point.period.single else None
    count = read_number(match["n"]) if match else None
    if match is None or count is None or count > 1000:
        return point
    step = _Step(count, {"周": "week", "个": "month"}.get(match["unit"][0], "day"), None, "")
    day = _moved(point.period.first, step, -1 if match["way"] == "前" else 1)
    return replace(point, period=one_day(day), end=match.end())


def _other_end(text: str, at: int, point: _Point, ref: datetime) -> _Point | None:
    other = _read_point(text, at, ref, point)
    if other is not None and other.loose and other.period.last < point.period.first:
        other = _read_point(text, at, datetime.combine(point.period.first, time()), point)  # 10月1日至7日
    if other is None:
        return None
    if point.clock is not None:
        if other.clock is None:
            return None
        if other.clock <= point.clock and other.hours and other.hours.clock and other.hours.clock.hour < 12:
            later = other.hours.clock.replace(hour=other.hours.clock.hour + 12)
            other = replace(other, hours=replace(other.hours, clock=later))
        return other if other.clock and other.clock > point.clock else None
    if other.clock is not None or not other.dated:
        return None
    if other.loose in ("month", "year") and point.period.single and other.period.last > point.period.first:
        other = replace(other, period=_nearest(point.period, other))
    return other if other.period.last >= point.period.first else None


def _nearest(first: Period, other: _Point) -> Period:
    """10月1日至7日: the 7th that follows the 1st, not this month's."""
    period = other.period
    while True:
        earlier = _shifted(period, other.loose, -1)
        if earlier.last <= first.first or earlier.last >= period.last:
            return period
        period = earlier


def _settle(point: _Point, ref: datetime) -> _Point:
    """A clock time with no day: the next one that fits."""
    if point.dated or point.clock is None or point.hours is None or point.hours.clock is None:
        return point
    if point.clock >= ref.replace(second=0, microsecond=0):
        return point
    if not point.hours.sure and point.hours.clock.hour < 12:
        later = replace(
            point, hours=replace(point.hours, clock=point.hours.clock.replace(hour=point.hours.clock.hour + 12))
        )
        if later.clock is not None and later.clock >= ref:
            return later
    return point


def _range(text: str, at: int, end: int, first: _Point, last: _Point) -> When:
    if first.clock is not None and last.clock is not None:
        notation = f"{_stamp(first.clock)}/{_stamp(last.clock)}"
        return _when(notation, Grain.RANGE, first.clock, last.clock, text, at, end, first)
    period = Period(first.period.first, last.period.last)
    return _whole(text, at, end, period, first)


def _before(text: str, at: int, end: int, point: _Point) -> When:
    if point.clock is not None:
        return _when(f"../{_stamp(point.clock)}", Grain.BEFORE, None, point.clock, text, at, end, point)
    last = datetime.combine(point.period.last, time(23, 59))
    day = point.period.last.isoformat()
    if point.hours is not None and point.hours.part:
        last = last.replace(hour=_PART_HOURS[point.hours.part][1], minute=0)
        day = f"{day}T{point.hours.part}"
    return _when(f"../{day}", Grain.BEFORE, None, last, text, at, end, point)


def _plain(text: str, at: int, point: _Point) -> When:
    if point.clock is not None:
        return _when(_stamp(point.clock), Grain.MINUTE, point.clock, point.clock, text, at, point.end, point)
    if point.hours is not None and point.hours.part and point.period.single:
        first, last = _PART_HOURS[point.hours.part]
        day = point.period.first
        start, end = datetime.combine(day, time(first)), datetime.combine(day, time(last))
        return _when(f"{day.isoformat()}T{point.hours.part}", Grain.PART, start, end, text, at, point.end, point)
    return _whole(text, at, point.end, point.period, point)


def _whole(text: str, at: int, end: int, period: Period, point: _Point) -> When:
    start, last = datetime.combine(period.first, time()), datetime.combine(period.last, time(23, 59))
    if period.single:
        return _when(period.first.isoformat(), Grain.DAY, start, last, text, at, end, point)
    notation = f"{period.first.isoformat()}/{period.last.isoformat()}"
    return _when(notation, Grain.RANGE, start, last, text, at, end, point)


def _when(
    notation: str,
    grain: Grain,
    start: datetime | None,
    end: datetime | None,
    text: str,
    at: int,
    stop: int,
    point: _Point,
) -> When:
    second = bool(point.hours and point.hours.second)
    return When(notation, grain, start, end, text[at:stop], at, second, point.loose)


def _stamp(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return moment.strftime("%Y-%m-%dT%H:%M:%S" if moment.second else "%Y-%m-%dT%H:%M")


def _read_offset(text: str, at: int, ref: datetime) -> When | None:
    """三天后, 一个半小时后, 20秒后, 两周内, 最近30天, 5个工作日内."""
    match = _OFFSET.match(text, at)
    if match is None or _LEAD.search(text[max(0, at - 2) : at]):
        return None
    lead = text[max(0, at - 5) : at]
    back, ahead = _WITHIN.search(lead), _COMING.search(lead)
    way = (match["way"] or "").removeprefix("之").removeprefix("以")
    if not (way in ("后", "前", "内") or match["past"] or back or ahead):
        return None
    count = 0.5 if match["n"] == "半" else read_number(match["n"])
    unit = _UNITS[match["unit"][0]]
    if count is None or count > 100_000 or (unit == "year" and count > 100):
        return None
    count += 0.5 if match["half"] or match["tail"] else 0
    extra = read_number(match["n2"]) if match["n2"] else None
    if way == "前" and unit in ("day", "week", "month", "year") and text.startswith("台", match.end()):
        return None
    try:
        return _offset(
            text, match, ref, _Step(count, unit, extra, match["unit2"] or ""), way, back=bool(back), ahead=bool(ahead)
        )
    except (OverflowError, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class _Step:
    count: float
    unit: str
    extra: float | None
    extra_unit: str


def _offset(
    text: str, match: re.Match[str], ref: datetime, step: _Step, way: str, *, back: bool, ahead: bool
) -> When | None:
    at, end = match.start(), match.end()
    if step.unit in ("second", "minute", "quarter hour", "hour"):
        return _soon(text, at, end, ref, step, way)
    here = ref.date()
    if back or ahead:
        period = Period(_moved(here, step, -1), here) if back else Period(here, _moved(here, step, 1))
        return _bare(text, at, end, period)
    there = _moved(here, step, -1 if way == "前" else 1)
    if way == "内":
        last = datetime.combine(there, time(23, 59))
        return When(f"../{there.isoformat()}", Grain.BEFORE, None, last, text[at:end], at)
    hours = read_hours(text, end, dated=True)
    if hours is None and text[end : end + 1] == "的":
        hours = read_hours(text, end + 1, dated=True)
    return _plain(text, at, _Point(one_day(there), hours, hours.end if hours else end, "", dated=True))


def _bare(text: str, at: int, end: int, period: Period) -> When:
    return _whole(text, at, end, period, _Point(period, None, end, "", dated=True))


def _soon(text: str, at: int, end: int, ref: datetime, step: _Step, way: str) -> When | None:
    size = {"second": 1, "minute": 60, "quarter hour": 900, "hour": 3600}
    length = step.count * size[step.unit]
    if step.extra is not None:
        length += step.extra * (60 if step.extra_unit.startswith("分") else 1)
    exact = step.unit == "second" or (step.extra is not None and step.extra_unit.startswith("秒"))
    moment = (ref + timedelta(seconds=-length if way == "前" else length)).replace(microsecond=0)
    notation = moment.strftime("%Y-%m-%dT%H:%M:%S" if exact else "%Y-%m-%dT%H:%M")
    if way == "内":
        return When(f"../{notation}", Grain.BEFORE, None, moment, text[at:end], at, exact)
    return When(notation, Grain.MINUTE, moment, moment, text[at:end], at, exact)


def _moved(day: date, step: _Step, sign: int) -> date:
    count = step.count * sign
    match step.unit:
        case "day":
            return day + timedelta(round(count))
        case "workday":
            return calendar.plus_workdays(day, round(count))
        case "week":
            return day + timedelta(round(count * 7))
        case "month":
            whole = calendar.plus_months(day, int(count))
            return whole + timedelta(round((count - int(count)) * 30))
        case "quarter":
            return calendar.plus_months(day, round(count * 3))
        case _:
            return calendar.plus_months(day, round(count * 12))


def _shifted(period: Period, loose: str, by: int) -> Period:
    if loose == "week":
        return Period(period.first + timedelta(7 * by), period.last + timedelta(7 * by))
    if loose == "day":
        return Period(period.first + timedelta(by), period.last + timedelta(by))
    size = 1 if loose == "month" else 12
    return Period(calendar.plus_months(period.first, size * by), calendar.plus_months(period.last, size * by))


def toward(when: When, ref: datetime, *, past: bool) -> When:
    """The same words read as gone by or as to come: 周三 in 周三去了趟, 1月5号 said in December, 8点提醒我 at nine."""
    if not when.loose or when.grain not in (Grain.DAY, Grain.PART, Grain.MINUTE, Grain.RANGE):
        return when
    if when.start is None or when.end is None:
        return when
    wrong = when.start.date() > ref.date() if past else when.end < ref
    if not wrong:
        return when
    return _moved_when(when, -1 if past else 1)


def _moved_when(when: When, by: int) -> When:
    assert when.start is not None
    assert when.end is not None
    days = _shifted(Period(when.start.date(), when.end.date()), when.loose, by)
    start = datetime.combine(days.first, when.start.time())
    end = datetime.combine(days.last, when.end.time())
    notation = when.notation.replace(when.end.date().isoformat(), "\0").replace(
        when.start.date().isoformat(), days.first.isoformat()
    )
    return replace(when, notation=notation.replace("\0", days.last.isoformat()), start=start, end=end)


def due(when: When, default_hour: int = 9) -> datetime:
    """The naive local moment at which to remind of it."""
    match when.grain:
        case Grain.MINUTE if when.start is not None:
            return when.start
        case Grain.PART if when.start is not None:
            part = when.notation.rsplit("T", 1)[-1]
            hour = {"AM": 9, "NOON": 12, "PM": 14, "EV": 19}[part]
            return when.start.replace(hour=hour, minute=0, second=0)
        case Grain.BEFORE if when.end is not None:
            morning = when.end.replace(hour=default_hour, minute=0, second=0)
            return min(morning, when.end)
        case _:
            start = when.start or when.end or datetime.min
            timed = ":" in when.notation
            return start if timed else start.replace(hour=default_hour, minute=0, second=0)
