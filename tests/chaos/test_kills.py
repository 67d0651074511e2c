"""Whoever dies at work leaves nothing undone and nothing done twice."""

from __future__ import annotations

from tests.chaos.conftest import Small


async def test_a_kill_loses_nothing_and_does_nothing_twice(small: Small, database_kind: str) -> None:
    report = await small(f"kills-{database_kind}")
    assert not report.wrongs
    assert report.figures["acked"]


async def test_there_is_no_point_at_which_a_death_loses_anything_or_does_it_twice(
    small: Small, database_kind: str
) -> None:
    report = await small(f"crashes-{database_kind}")
    assert not [wrong for wrong in report.wrongs if not _still_waits(wrong)]
    assert report.figures["acked"]


def _still_waits(wrong: str) -> bool:
    """Each death holds a conversation up until a lease ends: a send that waits in its row is late, not lost.

    At full size nobody hurries, and it counts as lost.
    """
    return wrong.startswith("lost_sends") and wrong.endswith(("{'waiting': 1}", "{'sending': 1}"))
