"""Whoever is killed at work leaves nothing undone and nothing done twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.chaos.report import Report


async def test_a_kill_loses_nothing_and_does_nothing_twice(small: Callable[[str], Awaitable[Report]]) -> None:
    report = await small("kills-sqlite")
    assert not report.wrongs
    assert report.figures["acked"]
