"""Words for what comes again: 每天, 每周一三五, 每两周的周五, 每月15号, 每季度末, 每年3月15号, 每个工作日."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from scrm_bot.nlp.calendar import one_day
from scrm_bot.nlp.days import weekday_number
from scrm_bot.nlp.number import read_number
from scrm_bot.nlp.spots import DAY, LINK, SMALL, WEEK, WEEKDAYS, Rule, Spot
from scrm_bot.recurrence import Every


def _spot(every: Every, match: re.Match[str], today: date) -> Spot:
    """Its next day; the period that was left unsaid lets a later one stand for it."""
    loose = every.unit if every.unit in ("day", "week", "month", "year") and not every.months else ""
    return Spot(one_day(every.first(today)), match.end(), loose, every=every)


def _daily(match: re.Match[str], today: date) -> Spot | None:
    if not match["n"]:
        return _spot(Every("day"), match, today)
    count = int(read_number(match["n"]) or 0)
    if not 1 <= count <= 365:
        return None
    return Spot(one_day(today + timedelta(count)), match.end(), "day", every=Every("day", interval=count))


def _workdays(match: re.Match[str], today: date) -> Spot | None:
    return _spot(Every("workday"), match, today)


def _weekly(match: re.Match[str], today: date) -> Spot | None:
    interval = int(read_number(match["n"]) or 0) if match["n"] else 1
    days = (5, 6) if match["days"].endswith("末") else _weekdays(match["days"])
    if not 1 <= interval <= 52:
        return None
    return _spot(Every("week", days, interval), match, today)


def _weekdays(words: str) -> tuple[int, ...]:
    """一三五, 一、三、五, 一到五."""
    found = [weekday_number(char) for char in words if char in WEEKDAYS or char in "1234567"]
    if len(found) == 2 and re.search(r"[到至~\-]", words):
        return tuple(range(found[0], found[1] + 1)) if found[0] < found[1] else tuple(found)
    return tuple(sorted(set(found)))


def _monthly(match: re.Match[str], today: date) -> Spot | None:
    day = -1 if match["end"] else 1 if match["start"] else int(read_number(match["d"]) or 0)
    return _spot(Every("month", (day,)), match, today) if -1 <= day <= 31 and day else None


def _quarterly(match: re.Match[str], today: date) -> Spot | None:
    late = match["third"] != "初"
    months = (3, 6, 9, 12) if late else (1, 4, 7, 10)
    return _spot(Every("month", (-1 if late else 1,), months=months), match, today)


def _yearly(match: re.Match[str], today: date) -> Spot | None:
    month, day = int(read_number(match["m"]) or 0), int(read_number(match["d"]) or 0)
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return None
    return _spot(Every("year", (day,), months=(month,)), match, today)


_COUNT: Final = r"[一两二三四五六七八九十\d]{1,3}"
_ONE_DAY: Final = rf"(?:{WEEK}?[{WEEKDAYS}]|[1-7](?![\d:点时年个天次号]))"
RULES: Final[tuple[Rule, ...]] = (
    ("每", rf"每隔?(?:(?P<n>{_COUNT})天|[天日]|(?=[早晚]))", _daily),
    ("每", r"每个?工作日", _workdays),
    ("每逢", rf"(?:每个?|逢|每逢)(?:隔?(?P<n>{_COUNT})个?{WEEK}的?)?{WEEK}?"
     rf"(?P<days>(?<={'周'}|{'期'}|{'拜'}){_ONE_DAY}(?:(?:[、,和及]|{LINK})?{_ONE_DAY})*|(?<=周)末)", _weekly),
    ("每", rf"每个?月的?(?:(?P<d>{DAY})(?:号|日)|(?P<end>月?底|月?末|最后一天)|(?P<start>月?初(?!\d)))", _monthly),
    ("每", r"每个?季度?(?P<third>[末底初])", _quarterly),
    ("每", rf"每年的?(?P<m>{SMALL})月(?:份的?)?(?P<d>{DAY})(?:号|日)", _yearly),
)  # fmt: skip
