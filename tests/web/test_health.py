"""What a running bot says of itself: ready or why not, and numbers that Prometheus reads and no secret is in."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import ClientSession, web
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from scrm_bot import circuits, edge, schema, settings
from scrm_bot.app import utc_now
from scrm_bot.db import Database
from scrm_bot.simulator import Simulator
from tests import company
from tests.bot import Bot, configure, running


@pytest.fixture
async def bot(sim: Simulator, fresh_database_url: Callable[..., str], tmp_path: Path) -> AsyncIterator[Bot]:
    async with running(configure(tmp_path, sim, fresh_database_url("sqlite", company.prepare))) as bot:
        yield bot


async def asked(address: str, path: str) -> tuple[int, str]:
    async with ClientSession() as http, http.get(f"{address}{path}") as answer:
        return answer.status, await answer.text()


async def numbers(address: str) -> dict[str, float]:
    """Samples by name and labels: scrm_fates_total{fate=written}."""
    status, body = await asked(address, "/metrics")
    assert status == 200
    found = {}
    for family in text_string_to_metric_families(body):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


async def test_what_happens_is_counted(bot: Bot, sim: Simulator) -> None:
    await sim.wecom.say(bot.hook("sales"), "zhouxm", "今天拜访了华星王总，对方案认可")
    await sim.wecom.say(bot.hook("sales"), "zhouxm", "1秒后提醒我喝水")
    await sim.until_seen("zhouxm", "喝水", 10)
    await sim.wecom.say(bot.hook("sales"), "zhouxm", "漏斗")
    async with ClientSession() as http:
        await http.post(bot.hook("sales"), data=b"<xml/>")
    async with asyncio.timeout(10):  # a send is counted, an answer ended, when it has been written down
        while True:
            found = await numbers(bot.url)
            if "scrm_sends_total{channel=sales,result=sent}" in found and not found["scrm_outbox_depth"]:
                break
            await asyncio.sleep(0.05)
    assert found["scrm_messages_total{channel=sales,result=new}"] == 3
    assert found["scrm_fates_total{fate=written}"] == 2
    assert found["scrm_fates_total{fate=answered}"] == 1
    assert found["scrm_turn_seconds_count"] >= 3
    assert found["scrm_token_fetches_total{result=ok}"] == 1
    assert found["scrm_clock_lag_seconds_count"] == 1
    assert sum(value for name, value in found.items() if name.startswith("scrm_refused_total{channel=sales")) == 1
    assert found["scrm_open_messages"] == found["scrm_outbox_depth"] == found["scrm_redis_away"] == 0
    assert found["scrm_database_up"] == found["scrm_words_loaded"] == 1
    assert found["process_resident_memory_bytes"] > 0
    assert any(name.startswith("scrm_build_info{database=sqlite") for name in found)


async def test_a_turn_that_fails_is_counted(bot: Bot, sim: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scrm_bot.turn.media.hear", lambda talk: 1 / 0)
    await sim.wecom.say(bot.hook("sales"), "zhouxm", "漏斗")
    assert (await numbers(bot.url))["scrm_fates_total{fate=failed}"] == 1


async def test_what_waits_is_measured_and_said(
    sim: Simulator, fresh_database_url: Callable[..., str], tmp_path: Path
) -> None:
    config = configure(tmp_path, sim, fresh_database_url("sqlite", company.prepare))
    outside = edge.build(settings.load(config, os.environ))  # which takes no turns
    with outside.db.transaction() as session:
        now = utc_now()
        circuits.trip(session, "sales", now, now, reason="secret", trouble="secret", detail="", after=timedelta(1))
        old = (now - timedelta(minutes=5)).strftime("%Y-%m-%d %H:%M:%S.%f")
        for row, columns in COLUMNS.items():
            names, values = ", ".join(columns), ", ".join(f":{name}" for name in columns)
            moments = {name: old for name in columns if name.endswith("_at")}
            session.execute(text(f"INSERT INTO {row} ({names}) VALUES ({values})"), columns | moments)
    outside.adapters["ding"] = SimpleNamespace(name="ding", trouble="no connection")  # type: ignore[assignment]
    runner = web.AppRunner(outside.application())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        found = await numbers(address)
        status, said = await asked(address, "/readyz")
    finally:
        await runner.cleanup()
        await outside.stop()
    assert (found["scrm_open_messages"], found["scrm_outbox_depth"]) == (1, 1)
    assert found["scrm_open_messages_oldest_seconds"] > 290
    assert found["scrm_outbox_oldest_seconds"] > 290
    assert (found["scrm_channel_shut{channel=sales}"], found["scrm_channel_shut{channel=service}"]) == (1, 0)
    assert (found["scrm_channel_deaf{channel=ding}"], found["scrm_channel_deaf{channel=sales}"]) == (1, 0)
    assert (status, said.splitlines()[0]) == (200, "ok")
    for note in ("words are being loaded", "sales takes nothing: secret", "ding hears nothing",
                 "1 messages are open", "1 messages are unsent"):  # fmt: skip
        assert f"note: {note}" in said


COLUMNS: dict[str, dict[str, Any]] = {
    "messages": {
        "channel": "gone", "sender": "s", "room": "", "key": "k", "kind": "text", "text": "t", "sender_name": "",
        "detail": "{}", "hints": "{}", "created_at": "", "sent_at": "", "received_at": "",
    },
    "outbox": {
        "channel": "gone", "to_user": "s", "room": "", "text": "t", "choices": "[]", "hints": "{}", "state": "waiting",
        "attempts": 0, "parts_sent": 0, "unsure": False, "passive": False, "created_at": "", "run_at": "",
    },
}  # fmt: skip


async def test_a_clock_that_stands_still_and_a_redis_that_is_away_are_said(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(bot.app.edge.shared), "is_away", True)
    bot.app.edge.health.beaten = lambda: time.monotonic() - 60
    status, said = await asked(bot.url, "/readyz")
    assert status == 200
    assert "redis is away" in said
    assert "the clock has not beaten for 60 s" in said
    assert (await numbers(bot.url))["scrm_redis_away"] == 1


async def test_an_older_schema_a_full_disk_and_a_lost_database_are_no_place_for_work(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scrm_bot.web.health.ROOM", 1 << 60)
    assert (await asked(bot.url, "/readyz"))[0] == 503
    assert "disk is full" in (await asked(bot.url, "/readyz"))[1]
    monkeypatch.undo()
    await bot.app.core.db.run(schema.downgrade, bot.app.core.db, "0001")
    status, said = await asked(bot.url, "/readyz")
    assert status == 503
    assert "scrm-bot migrate" in said
    assert (await numbers(bot.url))["scrm_database_up"] == 0
    file = Path(str(bot.app.core.db.engine.url.database))
    file.rename(file.with_suffix(".gone"))
    assert (await asked(bot.url, "/readyz"))[0] == 503
    file.with_suffix(".gone").rename(file)


async def test_a_database_that_hangs_is_asked_once_however_many_ask_us(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks: list[int] = []

    def hang(_db: Database) -> str:
        asks.append(1)
        time.sleep(0.5)
        return ""

    monkeypatch.setattr("scrm_bot.web.health.PATIENCE", 0.1)
    monkeypatch.setattr("scrm_bot.version.trouble", hang)
    for _ in range(3):
        status, said = await asked(bot.url, "/readyz")
        assert (status, said) == (503, "database cannot be reached (TimeoutError)\n")
    assert len(asks) == 1


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_open_rows_are_counted_by_their_index(kind: str, fresh_database_url: Callable[..., str]) -> None:
    db = Database(fresh_database_url(kind, company.prepare))
    explain = "EXPLAIN QUERY PLAN" if kind == "sqlite" else "EXPLAIN"
    with db.engine.connect() as connection:
        if kind == "postgresql":
            connection.execute(text("SET enable_seqscan = off"))
        for query, index in (
            ("SELECT count(*), min(received_at) FROM messages WHERE fate IS NULL", "ix_messages_open"),
            ("SELECT count(*), min(run_at) FROM outbox WHERE state IN ('waiting', 'sending')", "ix_outbox_"),
        ):
            plan = " ".join(str(row) for row in connection.execute(text(f"{explain} {query}")))
            assert index in plan, plan
    db.close()


async def test_no_secret_and_no_phone_is_in_the_numbers(bot: Bot, sim: Simulator) -> None:
    await sim.wechat.say(bot.hook("service"), "openid-wang", "我的电话 13812345678，密码 hunter2")
    everything = (await asked(bot.url, "/metrics"))[1] + (await asked(bot.url, "/readyz"))[1]
    for secret in ("13812345678", "hunter2", sim.wecom.secret, sim.wecom.token, "openid-wang", os.sep + "scrm"):
        assert secret not in everything
