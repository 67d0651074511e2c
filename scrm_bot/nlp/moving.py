"""The same words for another day: gone by or to come, and the moment at which to remind."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from scrm_bot.nlp import calendar
from scrm_bot.nlp.calendar import Period
from scrm_bot.nlp.meaning import Grain, When

_HALF_DAY: Final = re.compile(r"[早晚晨午夜晌]|凌|[ap]\.?m", re.I)
_MORNING: Final = 6  # the first hour at which anybody is met
_SOON: Final = timedelta(hours=3)  # 晚上 is told of this evening before it is quite there


def shifted(period: Period, loose: str, by: int) -> Period:
    """The days so many of the unsaid periods on."""
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
    days = shifted(Period(when.start.date(), when.end.date()), when.loose, by)
    start = datetime.combine(days.first, when.start.time())
    end = datetime.combine(days.last, when.end.time())
    notation = when.notation.replace(when.end.date().isoformat(), "\0").replace(
        when.start.date().isoformat(), days.first.isoformat()
    )
    return replace(when, notation=notation.replace("\0", days.last.isoformat()), start=start, end=end)


def gone_by(when: When, now: datetime) -> When:
    """11点 in 11点去了没见着, said in the evening, and 晚上 in 晚上请他吃饭花了八百, said in the morning."""
    if when.start is None or when.end is None or when.loose != "day" or when.start <= now:
        return when
    earlier = when.start - timedelta(hours=12)
    if when.grain is Grain.MINUTE and not _HALF_DAY.search(when.text):
        if not earlier.hour >= _MORNING or earlier.date() != now.date():
            return when
        notation = when.notation.replace(when.start.strftime("T%H"), earlier.strftime("T%H"))
        return replace(when, notation=notation, start=earlier, end=earlier)
    last_night = when.notation.endswith("EV") and when.start - now > _SOON
    return _moved_when(when, -1) if last_night else when


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
