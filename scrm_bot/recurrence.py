"""What comes again: 每周一早上九点, 每月15号, 每个工作日. The rule, its next day, and the text it is kept as."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from scrm_bot.workdays import plus_workdays, worked

_HORIZON = 366 * 8  # days: 29 February comes again within them


@dataclass(frozen=True, slots=True)
class Every:
    """A rule: each `interval` of `unit`, on these days.

    `unit` is day, workday, week, month or year. `days`: of a week 0-6, of a month 1-31 or -1 for its last. `months`:
    1-12, where not every month counts. `at`: the hour, if one was said.
    """

    unit: str
    days: tuple[int, ...] = ()
    interval: int = 1
    months: tuple[int, ...] = ()
    at: time | None = None

    def first(self, day: date) -> date:
        """The first of its days, that day counted."""
        for _ in range(_HORIZON):
            if self._holds(day):
                return day
            day += timedelta(1)
        return day

    def following(self, day: date) -> date:
        """The next of its days behind one of them."""
        if self.unit == "day":
            return day + timedelta(self.interval)
        if self.unit == "workday":
            return plus_workdays(day, self.interval)
        if self.unit == "week":
            sunday = day + timedelta(6 - day.weekday())
            found = self.first(day + timedelta(1))
            return found if found <= sunday else self.first(sunday + timedelta(7 * self.interval - 6))
        return self.first(day + timedelta(1))

    def _holds(self, day: date) -> bool:
        if self.months and day.month not in self.months:
            return False
        match self.unit:
            case "day":
                return True
            case "workday":
                return worked(day)
            case "week":
                return day.weekday() in self.days
            case _:
                last = monthrange(day.year, day.month)[1]
                return any(day.day == (last if wanted == -1 else min(wanted, last)) for wanted in self.days)

    def said(self, at: time | None) -> Every:
        """The same at an hour."""
        return replace(self, at=at)

    def __str__(self) -> str:
        """week/1/0,2//09:00."""
        at = "" if self.at is None else self.at.isoformat("minutes")
        return "/".join((self.unit, str(self.interval), _listed(self.days), _listed(self.months), at))


def _listed(numbers: tuple[int, ...]) -> str:
    return ",".join(str(number) for number in numbers)


def recurrence(text: str) -> Every:
    """The rule that a text keeps."""
    unit, interval, days, months, at = text.split("/")
    hour = time.fromisoformat(at) if at else None
    return Every(unit, _numbers(days), int(interval), _numbers(months), hour)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(",") if number)
