"""What was promised for a moment comes once, at that moment, whatever clocks do and whoever dies."""

from __future__ import annotations

from tests.chaos.conftest import Small


async def test_every_reminder_rings_once_though_a_process_dies_ringing(small: Small) -> None:
    report = await small("reminders")
    assert not report.wrongs


async def test_nothing_is_lost_when_clocks_jump(small: Small) -> None:
    report = await small("clock-jumps")
    assert not report.wrongs


async def test_days_of_twenty_three_and_twenty_five_hours_have_each_reminder_and_one_morning(small: Small) -> None:
    report = await small("days")
    assert not report.wrongs
