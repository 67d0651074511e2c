"""What came due while no process was there is said by the next one."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from scrm_bot.app import utc_now
from scrm_bot.crm.people import Staff, who
from scrm_bot.crm.reminders import Reminder
from scrm_bot.db import Database
from scrm_bot.simulator import Simulator
from tests import company
from tests.bot import configure, serving
from tests.services import free_port


@pytest.fixture
def url(database_kind: str, fresh_database_url: Callable[..., str]) -> str:
    return fresh_database_url(database_kind, company.prepare)


async def test_a_reminder_that_came_due_while_nobody_was_there_comes_at_the_next_start_and_says_so(
    url: str, tmp_path: Path
) -> None:
    db = Database(url)
    with db.transaction() as session:
        zhou = who(session, "sales", "zhouxm")
        assert isinstance(zhou, Staff)
        due = utc_now() - timedelta(minutes=10)
        session.add(
            Reminder(staff_id=zhou.id, text="给王总打电话", due_at=due, state="waiting", origin="asked", created_at=due)
        )
    db.close()
    port = free_port()
    async with Simulator() as sim:
        with serving(configure(tmp_path, sim, url, port=port), port) as process:
            heard = await sim.until_seen("zhouxm", "给王总打电话", 90)
            assert "晚了 10 分钟" in heard
            await asyncio.sleep(2.5)
            assert len([text for text in sim.seen("zhouxm") if "给王总打电话" in text]) == 1
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
