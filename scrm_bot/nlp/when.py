"""Times in a message, as the scheme writes them. `now` is always passed in; nothing here looks at a clock."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from scrm_bot.nlp.calendar import Period, one_day
from scrm_bot.nlp.dates import STARTS, read_date
from scrm_bot.nlp.hours import Hours, read_hours
from scrm_bot.nlp.meaning import Grain, When
from scrm_bot.nlp.moving import shifted
from scrm_bot.nlp.number import NUMERAL, read_number
from scrm_bot.nlp.offsets import Offset, Step, last_minute, moved, read_offset
from scrm_bot.nlp.spots import Spot
from scrm_bot.recurrence import Every

_PART_HOURS: Final = {"AM": (9, 12), "NOON": (12, 14), "PM": (14, 18), "EV": (19, 23)}
_GAP: Final = re.compile(r"(?:(?<=\d)-(?=\d\d?:)|[的,]?\s?)(?!\s)")
_TO: Final = re.compile(
    r"起?\s?(?:到|至|~|--?)\s?(?!货|期|账|岗|位|底|手|场|店|访|款)|(?<=\w)(?:和|跟|与)(?=.{2,12}(?:之间|间(?!隔|接)))"
)
_NOW: Final = re.compile(r"现在(?=到|至|-|~)")
_UNTIL_NOW: Final = re.compile(r"(?:起|开始|以来)?(?:至今(?![天日年晚早明])|到现在|到目前|截至目前)")
_BEFORE: Final = re.compile(
    r"(?:的时候)?(?:下班之?前|(?:之|以)前|前(?![天台后面期往段几两三日年者]|提(?!醒))|为止|之内|以内"
    r"|内(?![容部蒙存])|前(?=后?[,。]?$))(?!后)"
)
_AFTER: Final = re.compile(r"(?:之|以)后|过后|后(?![天续面来台期勤半两端悔])|节后")
_SINCE: Final = re.compile(r"起(?![来码重去诉吃草])|以来|(?<=年)开始")
_LED_SINCE: Final = re.compile(r"自从?\s?$")
_LEADING: Final = re.compile(r"(?:最晚|最迟|不晚于|不迟于|不超过|截止到?|截至|赶在|务必在)(?:是|在|到)?\s?$")
_BESIDE: Final = re.compile(rf"的?(?P<way>前|后)(?P<n>{NUMERAL})(?P<unit>天|日|周|个月)")
_SAME_DAY: Final = re.compile(r"(?P<gap>[,、 ]?)[(]?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])[)]?(?!期)")
_NAMED_DAY: Final = re.compile(r"[, (]{1,2}")
_THEN: Final = re.compile(r"次日|翌日|第二天|隔天|当[天日晚]|同[一]?天")
_AND: Final = re.compile(r"\s?(?:[、,和及与跟]|以及|还有)\s?")
_AND_THEN: Final = re.compile(r"[^。;!?]{0,16}?(?:然后|之后|接着|完了)[^,。;]{0,3}")
_MORE_OR_LESS: Final = frozenset("宜贵高低快慢多少大小好早晚差紧松近远重轻急长短热冷难强弱满稳细薄厚让降加减")
_PAPER: Final = tuple("合共协相不")  # 合同, 共同
_INSIDE: Final = re.compile(r"\d$|[A-Za-z]$(?<!\d[kKwW])")  # a figure or a code goes on; 30w3月 is money, then a month
_STARTS: Final = re.compile(rf"[{STARTS}半早晚凌夜傍午晌深差自现]")


@dataclass(frozen=True, slots=True)
class _Point:
    """A day or period, the hours on it, and where the words end."""

    period: Period
    hours: Hours | None
    end: int
    loose: str
    dated: bool = False
    every: Every | None = None

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
    while match := _STARTS.search(text, at):
        at = match.start()
        when = _read(text, at, ref)
        if when is not None and found and when.loose in ("week", "month", "year"):
            when = _listed(text, found[-1], when)
        if when is None:
            at += 1
        else:
            found.append(when)
            at = when.at + len(when.text)
    return found


def _listed(text: str, before: When, when: When) -> When:
    """下周二、周四: the second is of the same week; 3月5号和8号: of the same month; 下周三…，然后周五: after it."""
    then, last = _AND_THEN.fullmatch(text, before.at + len(before.text), when.at), before.end or before.start
    if then and last and when.loose == "week" and not before.loose and when.start and when.start < last:
        return _read(text, when.at, datetime.combine(last.date(), time())) or when
    months = before.grain is Grain.RANGE and when.grain is Grain.RANGE and when.loose == before.loose == "year"
    days = before.grain in (Grain.DAY, Grain.PART, Grain.MINUTE)
    if before.start is None or not (days or months) or not _AND.fullmatch(text, before.at + len(before.text), when.at):
        return when
    return _read(text, when.at, datetime.combine(before.start.date(), time())) or when


def _read(text: str, at: int, ref: datetime) -> When | None:
    if text.startswith("一下下", at - 1) or (text.startswith("一点", at) and text[at - 1 : at] in _MORE_OR_LESS):
        return None  # 商量一下下周四再说: that of 一下 is no part of the day; nor is 便宜一点 one o'clock
    if text.startswith("同", at) and text[at - 1 : at] in _PAPER:
        return None  # 合同周五到期
    if at and text[at].isdigit() and _INSIDE.search(text, max(0, at - 2), at):
        return None
    offset = read_offset(text, at)
    point = _read_point(text, at, ref)
    if offset is not None and (point is None or offset.end >= point.end):
        return _counted(text, at, ref, offset)
    return None if point is None else _finish(text, at, point, ref)


def _read_point(text: str, at: int, ref: datetime, base: _Point | None = None) -> _Point | None:
    """A day and its hours; `base` is the earlier end of a range, whose day and half-day carry over."""
    spot = read_date(text, at, ref.date()) if at < len(text) else None
    if spot is None:
        return _hours_alone(text, at, ref, base)
    spot = _same_day(text, spot, ref)
    gap = _GAP.match(text, spot.end)
    hours = None
    if spot.period.single or text[at] in "每周末":
        hours = read_hours(text, spot.end, dated=True)
        if hours is None and gap and gap.end() > spot.end:
            hours = read_hours(text, gap.end(), dated="," not in gap.group())
    every = spot.every.said(hours.clock) if spot.every and hours else spot.every
    return _Point(spot.period, hours, hours.end if hours else spot.end, spot.loose, dated=True, every=every)


def _hours_alone(text: str, at: int, ref: datetime, base: _Point | None) -> _Point | None:
    if text[at : at + 1] == "现" and (now := _NOW.match(text, at)):
        return _Point(
            one_day(ref.date()), Hours("", ref.time().replace(second=0, microsecond=0), now.end()), now.end(), ""
        )
    carried = base.hours.part if base and base.hours else ""
    hours = read_hours(text, at, dated=base is not None and base.clock is not None, part=carried)
    if hours is None or _greeting(text, at, hours):
        return None
    day = base.period if base else one_day(ref.date())
    return _Point(day, hours, hours.end, "" if base else "day", base is not None)


def _same_day(text: str, spot: Spot, ref: datetime) -> Spot:
    """3月20号周五 is one day; 周五, 3月20号 too, if it is a Friday."""
    if not spot.period.single or spot.every:
        return spot
    if spot.loose == "week":
        gap = _NAMED_DAY.match(text, spot.end)
        named = read_date(text, gap.end(), ref.date()) if gap and gap.end() < len(text) else None
        same = named and named.period.single and named.period.first.weekday() == spot.period.first.weekday()
        if not (named and same and named.loose in ("", "year")):
            return spot
        return replace(named, end=named.end + 1) if text[named.end : named.end + 1] == ")" else named
    match = _SAME_DAY.match(text, spot.end) if text[spot.end - 1] in "号日0123456789" else None
    if match is None or (
        match["gap"] and spot.period.first.weekday() != "一二三四五六日".find(match["day"].replace("天", "日"))
    ):
        return spot
    return replace(spot, end=match.end())


def _greeting(text: str, at: int, hours: Hours) -> bool:
    return hours.clock is None and text[hours.end : hours.end + 1] == "好" and at <= 4


def _finish(text: str, at: int, point: _Point, ref: datetime) -> When | None:
    """The second end of a range, then 前, 后, 内."""
    ranged = None if point.every else _ranged(text, at, point, ref)
    if ranged is not None:
        return ranged
    point = _settle(_beside(text, point), ref)
    if point.every:
        return _plain(text, at, point)
    before = _BEFORE.match(text, point.end)
    if before is not None and not (point.hours and not point.hours.clock and before.group() == "内"):
        return _before(text, at, before.end(), point)
    if _LEADING.search(text[max(0, at - 5) : at]):
        return _before(text, at, point.end, point)
    since = _SINCE.match(text, point.end)
    if since is not None and not (point.loose == "week" and text[since.end() : since.end() + 1] in ("去", "来")):
        return _after(text, at, since.end(), point, point.period.first)
    if not point.period.single and _LED_SINCE.search(text[max(0, at - 3) : at]):
        return _after(text, at, point.end, point, point.period.first)
    after = _AFTER.match(text, point.end)
    if after is not None:
        day = point.period.last if point.period.single else point.period.last + timedelta(1)
        return _after(text, at, after.end(), point, day)
    return _plain(text, at, point)


def _ranged(text: str, at: int, point: _Point, ref: datetime) -> When | None:
    if now := _UNTIL_NOW.match(text, point.end):
        today = _Point(one_day(ref.date()), None, now.end(), "", dated=True)
        return _range(text, at, now.end(), point, today) if point.period.first <= ref.date() else None
    link = _TO.match(text, point.end)
    other = _other_end(text, link.end(), point, ref) if link else None
    if other is None:
        return None
    end = other.end
    for tail in ("之间", "期间", "间", "止"):
        end += len(tail) if text.startswith(tail, end) else 0
    if before := re.compile(r"(?:之|以)?前").match(text, end):
        end = before.end()
    return _range(text, at, end, *_both_settled(point, other, ref))


def _after(text: str, at: int, end: int, point: _Point, day: date) -> When:
    start = point.clock or datetime.combine(day, time())
    notation = f"{_stamp(point.clock) if point.clock else day.isoformat()}/.."
    return _when(notation, Grain.AFTER, start, None, text, at, end, point)


def _beside(text: str, point: _Point) -> _Point:
    """端午前一天: a day counted from a named one."""
    match = _BESIDE.match(text, point.end) if point.hours is None and point.period.single else None
    count = read_number(match["n"]) if match else None
    if match is None or count is None or count > 1000:
        return point
    step = Step(count if match["way"] == "后" else -count, {"周": "week", "个": "month"}.get(match["unit"][0], "day"))
    day = moved(point.period.first, step)
    return replace(point, period=one_day(day), end=match.end())


def _other_end(text: str, at: int, point: _Point, ref: datetime) -> _Point | None:
    """What was left unsaid of it is read from the first end: 10月1日至7日, 8月至2月, 去年春节到元宵."""
    other = _read_point(text, at, ref, point)
    first = datetime.combine(point.period.first, time())
    if other is not None and (other.loose in ("week", "month", "year") or _THEN.match(text, at)):
        other = _read_point(text, at, first, point)
        if other is not None and other.loose and other.period.last < point.period.first:
            other = replace(other, period=shifted(other.period, other.loose, 1))
    if other is None:
        return None
    if point.clock is not None:
        return _later(point, other) if other.clock is not None else None
    if other.clock is not None or not other.dated:
        return None
    return other if other.period.last >= point.period.first else None


def _later(point: _Point, other: _Point) -> _Point | None:
    """The clock at the other end: 8点到5点 is to the afternoon, 晚上10点到早上6点 to the next day."""
    assert point.clock is not None
    hours = other.hours
    if other.clock is None or hours is None or hours.clock is None:
        return None
    if other.clock <= point.clock and not hours.part and hours.clock.hour < 12 and not hours.sure:
        later = hours.clock.replace(hour=hours.clock.hour + 12)
        other = replace(other, hours=replace(hours, clock=later))
    if other.clock is not None and other.clock <= point.clock and other.period == point.period:
        other = replace(other, period=one_day(point.period.first + timedelta(1)))
    return other if other.clock and other.clock > point.clock else None


def _both_settled(point: _Point, other: _Point, ref: datetime) -> tuple[_Point, _Point]:
    """8点到9点 said at ten is this evening; 8点到11点 is still going on."""
    if point.dated or other.clock is None or other.clock >= ref:
        return point, other
    first, last = _settle(point, ref), _settle(replace(other, dated=False), ref)
    fits = first.clock is not None and last.clock is not None and ref <= first.clock < last.clock
    return (first, last) if fits else (point, other)


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
    return When(notation, grain, start, end, text[at:stop], at, second, point.loose, point.every)


def _stamp(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return moment.strftime("%Y-%m-%dT%H:%M:%S" if moment.second else "%Y-%m-%dT%H:%M")


def _counted(text: str, at: int, ref: datetime, offset: Offset) -> When | None:
    """三天后, 半小时内, 最近30天 as a time."""
    try:
        return _from_now(text, at, ref, offset)
    except (OverflowError, ValueError):
        return None


def _from_now(text: str, at: int, ref: datetime, offset: Offset) -> When:
    words = text[at : offset.end]
    if offset.exact:
        moment, second = offset.moment(ref), offset.step.second
        if offset.way in ("back", "ahead"):
            first, last = sorted((moment, ref.replace(second=0, microsecond=0)))
            return When(f"{_stamp(first)[:16]}/{_stamp(last)[:16]}", Grain.RANGE, first, last, words, at, second)
        notation = moment.strftime("%Y-%m-%dT%H:%M:%S" if second else "%Y-%m-%dT%H:%M")
        if offset.way == "within":
            return When(f"../{notation}", Grain.BEFORE, None, moment, words, at, second)
        return When(notation, Grain.MINUTE, moment, moment, words, at, second)
    if offset.way in ("back", "ahead"):
        period = offset.span(ref)
        return _whole(text, at, offset.end, period, _Point(period, None, offset.end, "", dated=True))
    there = offset.day(ref)
    if offset.way == "within":
        return When(f"../{there.isoformat()}", Grain.BEFORE, None, last_minute(there), words, at)
    hours = read_hours(text, offset.end, dated=True)
    if hours is None and text[offset.end : offset.end + 1] == "的":
        hours = read_hours(text, offset.end + 1, dated=True)
    return _plain(text, at, _Point(one_day(there), hours, hours.end if hours else offset.end, "", dated=True))
