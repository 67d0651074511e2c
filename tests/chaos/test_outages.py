"""What the bot stands on may go away: nothing is lost, and it goes on by itself."""

from __future__ import annotations

import pytest

from tests.chaos.conftest import Small


@pytest.mark.parametrize("trouble", ["postgresql-restarts", "postgresql-terminations", "redis"])
async def test_two_processes_bear_the_loss_of_a_server(small: Small, trouble: str) -> None:
    report = await small(trouble)
    assert not report.wrongs
    assert report.figures["acked"]


async def test_nothing_is_acknowledged_on_a_full_disk_and_nothing_lost_by_it(small: Small) -> None:
    report = await small("disk")
    assert not report.wrongs
    assert report.figures["acked"]
    assert not report.figures["acked_while_full"]
