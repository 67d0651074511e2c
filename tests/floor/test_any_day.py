"""What people say depends on the day and the hour; what the bot writes of it is right on all of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from tests.floor.quick import a_day

DAYS = (
    datetime(2026, 3, 18, 9, 40),  # a Wednesday
    datetime(2026, 10, 31, 15, 0),  # a Saturday, the last day of a month
    datetime(2026, 12, 31, 23, 52),  # over midnight, into another year
    datetime(2027, 2, 28, 18, 0),  # a Sunday at the end of February
    datetime(2026, 11, 23, 2, 20),  # while others sleep
)


@pytest.mark.parametrize(("seed", "began"), [*enumerate(DAYS, 1)], ids=[f"{day:%Y-%m-%d-%H%M}" for day in DAYS])
def test_nothing_is_written_wrongly_whatever_the_day(
    seed: int, began: datetime, fresh_database_url: Callable[..., str]
) -> None:
    found, journal = a_day(fresh_database_url("sqlite"), began, seed=seed)
    assert len(journal.said) > 100
    assert found.broken == []
    assert found.missing == []
    assert found.written > 60
