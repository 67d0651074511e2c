"""From a time as it was said to the moment that the CRM stores."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from scrm_bot.crm.desk import Desk
from scrm_bot.dialogs.phrases import meant, period
from scrm_bot.nlp.meaning import Grain, When
from scrm_bot.nlp.moving import due, toward
from scrm_bot.recurrence import Every

NOON = time(12, 0)
_MORNING = 7  # the first hour that is one of the morning where none is told
_LATE = re.compile(r"下午|晚|傍|夜|1[3-9]|2[0-4]|十[三四五六七八九]|二十|pm", re.I)


def aware(desk: Desk, local: datetime) -> datetime:
    """The company's wall clock, with its zone."""
    return local.replace(tzinfo=desk.shape.zone)


def due_at(desk: Desk, when: When) -> datetime:
    """When to remind. What should ring earlier today rings in an hour, or at the end of the day that was named."""
    moment = aware(desk, due(when))
    if when.grain is not Grain.MINUTE and moment <= desk.now and moment.date() == desk.today:
        return min(desk.now + timedelta(hours=1), aware(desk, datetime.combine(desk.today, time(23, 59))))
    if moment < desk.now and when.end is not None and aware(desk, when.end) > desk.now:
        return _by_its_end(desk, when.end.date())
    return moment


def _by_its_end(desk: Desk, last: date) -> datetime:
    """这周, said in the week: its last working day that is still to come."""
    workday = last - timedelta(days=max(0, last.weekday() - 4))
    day = workday if workday > desk.today else min(last, desk.today + timedelta(days=1))
    return max(aware(desk, datetime.combine(day, time(9, 0))), desk.now + timedelta(hours=1))


def at_its_hour(when: When, others: Iterable[When]) -> tuple[When, str]:
    """明天上午…九点: the day with the hour that is named apart from it, and that hour's words."""
    hour = next((one for one in others if one.loose == "day" and one.grain is Grain.MINUTE and one.start), None)
    if hour is None or hour.start is None or when.start is None or when.grain not in (Grain.PART, Grain.DAY):
        return when, ""
    at = datetime.combine(when.start.date(), hour.start.time())
    if when.grain is Grain.DAY and at.hour - NOON.hour >= _MORNING and not _LATE.search(hour.text):
        at = at.replace(hour=at.hour - NOON.hour)  # 十点, said in the afternoon of another day
    if when.grain is Grain.PART and (at.hour < NOON.hour) is not (when.start.hour < NOON.hour):
        at = at.replace(hour=(at.hour + NOON.hour) % 24)
    return replace(when, grain=Grain.MINUTE, start=at, end=at), hour.text


def ahead(text: str, when: When, lengths: Iterable[str]) -> timedelta | None:
    """提前一周 in 合同5号到期，提前一周提醒我: how long before the day that is named in the same breath."""
    length = next(iter(lengths), None)
    return stretch(length) if length and when.text in text and _AHEAD.search(text) else None


_AHEAD = re.compile(
    r"(?:提前|提早|早)[^,，。;；]{1,8}?(?:提醒|叫|喊|通知|告诉|跟我说)|(?:提醒|叫|喊|通知)我?(?:一[声下])?提前"
)


def recurring(desk: Desk, when: When) -> tuple[datetime, Every]:
    """The first moment to come of what recurs, and its rule at that hour."""
    assert when.every is not None
    first = due(when)
    while aware(desk, first) <= desk.now:
        first = datetime.combine(when.every.following(first.date()), first.time())
    return aware(desk, first), when.every.said(first.time())


def happened_at(desk: Desk, when: When | None, said: datetime | None = None) -> datetime:
    """When a visit was: when it was told if nothing else is said, noon of a bare day, never in the future."""
    now = said or desk.now
    if when is None:
        return now
    start = when.start or when.end
    ends = (when.end or start) if start else None
    if start is None or ends is None or (start.date() <= now.date() <= ends.date() and when.grain is not Grain.MINUTE):
        return now  # 今年, 本周: of which today is a day
    if when.grain is Grain.DAY:
        start = datetime.combine(start.date(), NOON)
    return min(aware(desk, start), now)


def close_date(desk: Desk, when: When) -> date | None:
    """The last day that was named; 九月底 said in November is next year's."""
    ahead = toward(when, desk.now.replace(tzinfo=None), past=False)
    last = ahead.end or ahead.start
    return last.date() if last else None


def span(desk: Desk, when: When | None, default: str = "month") -> tuple[date, date]:
    """First and last day of what was asked about; else this month, this week or today."""
    if when is not None and (when.start or when.end):
        first = (when.start or datetime.combine(desk.today, NOON)).date()
        last = (when.end or when.start or datetime.combine(desk.today, NOON)).date()
        return min(first, last), max(first, last)
    today = desk.today
    match default:
        case "day":
            return today, today
        case "week":
            monday = today - timedelta(days=today.weekday())
            return monday, monday + timedelta(days=6)
        case _:
            first = today.replace(day=1)
            return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def spoken(when: When | None, first: date, last: date) -> str:
    """本周（11月16日-11月22日）: the words that were used, and the days that they were taken for."""
    named = when.text if when is not None else ""
    return meant(named, period(first, last)) if named else period(first, last)


def stretch(duration: str) -> timedelta:
    """P3D, PT2H, P2W, P1M as a stretch of time; a month is 30 days, a year 365."""
    found = _DURATION.fullmatch(duration)
    if not found:
        return timedelta(0)
    years, months, weeks, days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    whole_days = years * 365 + months * 30 + weeks * 7 + days
    return timedelta(days=whole_days, hours=hours, minutes=minutes, seconds=seconds)


_PART = r"(?:(\d+(?:\.\d+)?){})?"
_DURATION = re.compile(
    "P" + "".join(_PART.format(u) for u in "YMWD") + "(?:T" + "".join(_PART.format(u) for u in "HMS") + ")?"
)
