"""What a killed process leaves behind is finished by the next one: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from scrm_bot.app import core, utc_now
from scrm_bot.crm.people import Staff, who
from scrm_bot.crm.reminders import Reminder
from scrm_bot.db import Database
from scrm_bot.settings import Database as Where
from scrm_bot.settings import Secret, Settings
from tests import company
from tests.bot import configure, serving, until_ready
from tests.services import free_port
from tests.simulator import Pushed, Simulator
from tests.story import WORDS, exported

MESSAGES = 200
KILLED_AT = 60  # answered messages


@pytest.fixture
def url(database_kind: str, fresh_database_url: Callable[..., str]) -> str:
    return fresh_database_url(database_kind, company.prepare)


async def _talk_until_killed(sim: Simulator, hook: str, kill: Callable[[], None]) -> list[Pushed]:
    """Several people talk at once; in the middle the process dies."""
    answered, slots = Counter[str](), asyncio.Semaphore(8)

    async def say(number: int) -> Pushed:
        async with slots:
            user = ("zhouxm", "lisq", "zhaod", "boss")[number % 4]
            pushed = await sim.wecom.say(hook, user, f"今天去了趟中山凯宇塑胶，聊了第{number}件事，下周三再去")
            answered["200"] += pushed.status == 200
            if answered["200"] == KILLED_AT:
                kill()
            return pushed

    return list(await asyncio.gather(*(say(number) for number in range(MESSAGES))))


async def test_each_acknowledged_message_has_one_row_and_one_fate_after_a_kill(url: str, tmp_path: Path) -> None:
    port = free_port()
    async with Simulator() as sim:
        sim.patience = 1.0
        config = configure(tmp_path, sim, url, port=port)
        hook = f"http://127.0.0.1:{port}/hooks/sales"
        with serving(config, port) as first:
            await until_ready(port)
            pushed = await _talk_until_killed(sim, hook, lambda: first.send_signal(signal.SIGKILL))
        with serving(config, port):
            await until_ready(port)
            await asyncio.sleep(2)
    acknowledged = [one for one in pushed if one.status == 200]
    assert KILLED_AT <= len(acknowledged) < MESSAGES
    middle = core(Settings(database=Where(url=Secret(url))), words=WORDS)
    messages, followups = exported(middle, "messages"), exported(middle, "followups")
    middle.db.close()
    rows = Counter(row["key"] for row in messages)
    assert all(rows[one.msg_id] == 1 for one in acknowledged)
    assert all(row["fate"] for row in messages)
    effects = Counter(row["message"] for row in followups if row["message"])
    written = [row["id"] for row in messages if row["fate"] == "written"]
    assert effects == Counter(written)


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
