"""A whole bot that listens to DingTalk: the four jobs, doubles, a database that is away, several processes."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp import ClientSession

from scrm_bot.adapters import dingtalk_stream, shelf
from scrm_bot.simulator import Simulator
from scrm_bot.simulator.dingtalk_gateway import BOT_TOPIC
from tests import company, services
from tests.bot import Bot, configure, running

VISIT = "今天拜访了华星王总，对方案认可，下周三再报一版"


@pytest.fixture
async def sim(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Simulator]:
    monkeypatch.setattr(dingtalk_stream, "SHORTEST", 0.05)
    async with Simulator() as simulator:
        yield simulator


@pytest.fixture
async def bot(sim: Simulator, stores: tuple[str, str], tmp_path: Path) -> AsyncIterator[Bot]:
    async with running(configure(tmp_path, sim, *stores, mode="stream")) as bot:
        await sim.dingtalk.gateway.until_open(2)
        yield bot
    assert sim.dingtalk.gateway.complaints == []


async def _messages(bot: Bot) -> dict[str, str]:
    """Fates by key, once all are known."""
    async with asyncio.timeout(10):
        while True:
            fates = {row["key"]: row["fate"] for row in await bot.rows("messages")}
            if all(fates.values()):
                return fates
            await asyncio.sleep(0.05)


async def test_the_four_jobs_over_the_stream(sim: Simulator, bot: Bot) -> None:
    said = await sim.dingtalk.say("", "manager01", VISIT)
    assert said.status == 200
    await sim.until_seen("manager01", "✅ 华星科技(深圳)有限公司")
    assert (await bot.rows("followups"))[-1]["contacts"] == ["王建华"]
    await sim.dingtalk.say("", "manager01", "本月漏斗", room="cid-team")
    await sim.until_seen("manager01", "合计 3 单 ¥78.65万")
    await sim.until_seen("cid-team", "已私聊发你")
    await sim.dingtalk.say("", "manager01", "1秒后提醒我喝水")
    await sim.wechat.say(bot.hook("service"), "openid-wang", "机器又坏了，急，生产停了")
    await sim.until_seen("zhangjg", "新工单")
    await sim.dingtalk.say("", "zhangjg", "接")
    await sim.until_seen("openid-wang", "接单")
    await sim.until_seen("manager01", "⏰ 提醒：喝水")
    assert set((await _messages(bot)).values()) <= {"written", "answered"}


async def test_the_same_message_over_both_lines_and_again_is_one(sim: Simulator, bot: Bot) -> None:
    gateway = sim.dingtalk.gateway
    said = await sim.dingtalk.say("", "manager01", VISIT)
    copies = [gateway.push(BOT_TOPIC, said.fields, said.msg_id, on=line) for line in gateway.connections * 3]
    answers = await asyncio.gather(*copies)
    assert {answer.status for (answer,) in answers} == {200}
    fresh = sim.dingtalk.body("manager01", "", "m77") | {"msgtype": "text", "text": {"content": "本月漏斗"}}
    await asyncio.gather(*(gateway.push(BOT_TOPIC, fresh, "m77", on=line) for line in gateway.connections))
    await sim.until_seen("manager01", "📊")
    assert await _messages(bot) == {said.msg_id: "written", "m77": "answered"}
    assert len(await bot.rows("followups")) == 3
    assert len(sim.seen("manager01")) == 2


async def test_readyz_says_why_nothing_is_heard(sim: Simulator, bot: Bot) -> None:
    sim.faults.always("authFailed", "connections/open")
    sim.dingtalk.gateway.drop()
    async with ClientSession() as http, asyncio.timeout(10):
        text = ""
        while "ding hears nothing: dingtalk authFailed" not in text:
            async with http.get(f"{bot.url}/readyz") as answer:
                assert answer.status == 200
                text = await answer.text()


async def test_a_robot_in_stream_mode_cannot_be_called(sim: Simulator, bot: Bot) -> None:
    sim.dingtalk.mode = "http"
    assert (await sim.dingtalk.say(bot.hook("ding"), "manager01", "你好")).status == 404
    async with ClientSession() as http, http.get(bot.hook("ding")) as answer:
        assert answer.status == 404
    assert await bot.rows("messages") == []


async def test_what_is_said_while_the_database_is_away_is_kept_in_order_until_it_is_back(
    sim: Simulator, private_postgres: services.Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "LONGEST", 0.5)
    sim.patience = 60
    url = private_postgres.create("stream")
    await asyncio.to_thread(company.prepare, url)
    async with running(configure(tmp_path, sim, url, mode="stream")) as bot:
        gateway = sim.dingtalk.gateway
        await gateway.until_open(2)
        await asyncio.to_thread(private_postgres.stop, signal.SIGQUIT)
        said = []
        for number in range(6):
            said.append(asyncio.create_task(sim.dingtalk.say("", "manager01", f"今天去了华星，聊了第{number}件事")))
            await asyncio.sleep(0.1)
        for line in gateway.connections:
            await gateway.ping(line)
        assert not any(one.done() for one in said)
        await asyncio.to_thread(private_postgres.start)
        assert [one.status for one in await asyncio.gather(*said)] == [200] * 6
        fates = await _messages(bot)
        assert list(fates) == [one.result().msg_id for one in said]
        assert set(fates.values()) == {"written"}


async def test_two_processes_share_the_gateway_and_one_may_leave_at_any_moment(
    sim: Simulator, fresh_database_url: Callable[..., str], redis_url: str, tmp_path: Path
) -> None:
    url = fresh_database_url("postgresql", company.prepare)
    config = configure(tmp_path, sim, url, redis_url, mode="stream")
    gateway = sim.dingtalk.gateway

    async def say(number: int) -> str:
        await asyncio.sleep(number * 0.02)
        return (await sim.dingtalk.say("", f"guest{number % 20}", f"今天去了华星，聊了第{number}件事")).msg_id

    async with running(config) as staying:
        async with running(config):
            lines = await gateway.until_open(4)
            said = [asyncio.create_task(say(number)) for number in range(60)]
            await asyncio.sleep(0.6)
            sim.patience = 1.0  # whoever leaves still hears, but acknowledges no more
        await gateway.until_open(2)
        keys = set(await asyncio.gather(*said))
        assert all(line.got for line in lines)
        fates = await _messages(staying)
    assert gateway.lost == []
    assert set(fates) == keys
