"""Working days of China as the State Council announces them: moved ones are worked, bridged ones are off."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from holidays import HolidayBase, country_holidays


@lru_cache(1)
def _china() -> HolidayBase:
    return country_holidays("CN")  # years are added as they are asked for


@lru_cache(4096)
def worked(day: date) -> bool:
    """Whether people are at work: years not announced yet have their legal holidays and plain weekends."""
    return bool(_china().is_working_day(day))


@lru_cache(1024)
def plus_workdays(day: date, count: int) -> date:
    """So many working days later (or earlier), at most four hundred."""
    step = timedelta(1 if count >= 0 else -1)
    for _ in range(min(abs(count), 400)):
        day += step
        while not worked(day):
            day += step
    return day
