"""Weeks, months, quarters: the calendar that the words of a time point into."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta


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
