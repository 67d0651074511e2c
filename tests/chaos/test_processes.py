"""Two processes on one database: they share the work, take over from each other, and never do a thing both."""

from __future__ import annotations

from tests.chaos.conftest import Small


async def test_one_message_delivered_ten_times_at_once_is_one_row_one_effect_and_one_answer(small: Small) -> None:
    report = await small("redeliveries")
    assert not report.wrongs


async def test_the_other_takes_over_from_a_frozen_process_whose_late_writes_are_void(small: Small) -> None:
    report = await small("frozen")
    assert not report.wrongs
    assert report.figures["acked"]


async def test_who_is_asked_to_end_finishes_what_is_in_hand(small: Small, database_kind: str) -> None:
    report = await small(f"stops-{database_kind}")
    assert not report.wrongs
    assert report.figures["acked"]
