from datetime import datetime, time

import pytest

from scrm_bot.crm.shape import Shape
from tests.company import ZONE


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("now", "awake"),
    [
        ("2026-03-18T09:40", "2026-03-18T09:40"),
        ("2026-03-18T20:59", "2026-03-18T20:59"),
        ("2026-03-18T21:00", "2026-03-19T08:00"),
        ("2026-03-18T23:59", "2026-03-19T08:00"),
        ("2026-03-18T00:30", "2026-03-18T08:00"),
        ("2026-03-18T08:00", "2026-03-18T08:00"),
    ],
)
def test_what_is_pushed_at_night_waits_for_the_morning(now: str, awake: str) -> None:
    assert Shape(zone=ZONE).awake(_at(now)) == _at(awake)


def test_quiet_hours_within_one_day_and_none_at_all() -> None:
    siesta = Shape(zone=ZONE, quiet_from=time(12), quiet_until=time(14))
    assert siesta.awake(_at("2026-03-18T13:00")) == _at("2026-03-18T14:00")
    assert siesta.awake(_at("2026-03-18T23:00")) == _at("2026-03-18T23:00")
    never = Shape(zone=ZONE, quiet_from=time(0), quiet_until=time(0))
    assert never.awake(_at("2026-03-18T23:00")) == _at("2026-03-18T23:00")
