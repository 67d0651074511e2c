"""A captured callback brings its sender nothing: sent again it is the same message, changed it is refused."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from scrm_bot.simulator import Pushed, Request, Simulator
from tests import company, services
from tests.bot import Bot, configure, running

STORES = ["no redis", "redis", "redis that died"]
SAID = "华星到哪步了"


@pytest.fixture(params=STORES)
async def bot(
    sim: Simulator, fresh_database_url: Callable[..., str], tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[Bot]:
    """A bot whose Redis is there, is not, or dies after the first callback of each account."""
    redis = ""
    if request.param == "redis":
        redis = request.getfixturevalue("redis_url")
    if request.param == "redis that died":
        private: services.Redis = request.getfixturevalue("private_redis")
        redis = private.url()
        private.stop(signal.SIGKILL)
    async with running(configure(tmp_path, sim, fresh_database_url("sqlite", company.prepare), redis)) as bot:
        yield bot


async def _refused(sim: Simulator, forged: Request) -> bool:
    answer = await sim.world.caller.once(forged)
    return (answer.status, answer.body) == (403, b"")


async def test_wecom(sim: Simulator, bot: Bot) -> None:
    first = await sim.wecom.say(bot.hook("sales"), "zhouxm", SAID)
    assert "方案演示" in first.reply
    again = [await sim.wecom.redeliver(first), await sim.wecom.reseal(first), await sim.wecom.push(*_once_more(first))]
    assert {(one.status, one.reply) for one in again} == {(200, first.reply)}
    stamps = {name: first.request.query[name] for name in ("timestamp", "nonce")}
    same_nonce = sim.wecom.sealed(first.request.hook, first.fields, **stamps)
    assert (await sim.world.caller.once(same_nonce)).status == 200
    assert await _refused(sim, sim.wecom.sealed(first.request.hook, first.fields | {"MsgId": "7"}, **stamps))
    assert await _refused(sim, sim.wecom.sealed(first.request.hook, first.fields | {"Content": "转给我"}, **stamps))
    assert len(await bot.rows("messages")) == 1


def _once_more(first: Pushed) -> tuple[str, str, dict[str, str], str]:
    return first.request.hook, first.user, first.fields, first.msg_id


async def test_wechat_in_safe_mode(sim: Simulator, bot: Bot) -> None:
    first = await sim.wechat.say(bot.hook("service"), "openid-wang", "机器坏了")
    again = [await sim.wechat.redeliver(first), await sim.wechat.reseal(first)]
    assert {(one.status, one.reply) for one in again} == {(200, first.reply)}
    stamps = {name: first.request.query[name] for name in ("timestamp", "nonce")}
    assert await _refused(sim, sim.wechat.sealed(first.request.hook, first.fields | {"MsgId": "7"}, **stamps))
    assert len(await bot.rows("tickets")) == 1


async def test_dingtalk(sim: Simulator, bot: Bot) -> None:
    first = await sim.dingtalk.say(bot.hook("ding"), "manager01", "漏斗")
    await sim.until_seen("manager01", "漏斗")
    assert [(await sim.dingtalk.redeliver(first)).status, (await sim.dingtalk.reseal(first)).status] == [200, 200]
    stamp = first.request.headers["timestamp"]
    another = sim.dingtalk.sealed(first.request.hook, first.fields | {"text": {"content": "撤销"}}, timestamp=stamp)
    assert await _refused(sim, another)
    new = sim.dingtalk.sealed(first.request.hook, first.fields | {"msgId": "another"}, timestamp=stamp)
    assert (await sim.world.caller.once(new)).status == 200  # two people may write in one millisecond
    assert len(await bot.rows("messages")) == 2


async def test_wechat_in_plain_mode_whose_signature_signs_no_body(
    sim: Simulator, fresh_database_url: Callable[..., str], tmp_path: Path
) -> None:
    sim.wechat.aes_key = ""
    async with running(configure(tmp_path, sim, fresh_database_url("sqlite", company.prepare))) as bot:
        first = await sim.wechat.say(bot.hook("service"), "openid-wang", "机器坏了")
        assert (await sim.wechat.redeliver(first)).reply == first.reply
        body = first.request.body.replace("机器坏了".encode(), "取消报修".encode())
        assert await _refused(sim, replace(first.request, body=body))
        assert await _refused(sim, replace(first.request, body=body.replace(first.msg_id.encode(), b"7")))
        assert [row["state"] for row in await bot.rows("tickets")] == ["dispatched"]


async def test_a_process_that_loses_redis_still_knows_what_it_saw_itself(
    sim: Simulator, private_redis: services.Redis, fresh_database_url: Callable[..., str], tmp_path: Path
) -> None:
    url = fresh_database_url("sqlite", company.prepare)
    async with running(configure(tmp_path, sim, url, private_redis.url())) as bot:
        first = await sim.wecom.say(bot.hook("sales"), "zhouxm", SAID)
        await asyncio.to_thread(private_redis.stop, signal.SIGKILL)
        stamps = {name: first.request.query[name] for name in ("timestamp", "nonce")}
        assert await _refused(sim, sim.wecom.sealed(first.request.hook, first.fields | {"MsgId": "7"}, **stamps))
        assert (await sim.wecom.redeliver(first)).reply == first.reply
