"""The smallest bots: an adapter behind a real HTTP hook, next to simulated platforms."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from scrm_bot.adapters.base import Adapter
from scrm_bot.adapters.dingtalk import Dingtalk
from scrm_bot.adapters.wechat import Wechat
from scrm_bot.adapters.wecom import Wecom
from scrm_bot.adapters.wecom_kf import WecomKf
from scrm_bot.shared import Memory
from scrm_bot.simulator import Simulator
from tests.adapters.support import Bot

Make = Callable[..., Awaitable[Bot]]


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    """All platforms, started."""
    async with Simulator() as sim:
        yield sim


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    """The one session of the bot."""
    async with ClientSession() as session:
        yield session


@pytest.fixture
async def serve() -> AsyncIterator[Callable[[Adapter], Awaitable[Bot]]]:
    """Puts an adapter behind a hook."""
    servers: list[TestServer] = []

    async def serve(adapter: Adapter) -> Bot:
        bot = Bot(adapter)
        app = web.Application(client_max_size=20 * 2**20)
        app.router.add_route("*", "/hooks/it", bot.hook)
        servers.append(TestServer(app))
        await servers[-1].start_server()
        bot.url = str(servers[-1].make_url("/hooks/it"))
        return bot

    yield serve
    for server in servers:
        await server.close()


@pytest.fixture
async def wecom(sim: Simulator, http: ClientSession, serve: Any) -> Bot:
    """A bot on the simulated WeCom."""
    shared = Memory()
    settings = _without_kind(sim.wecom.channel())
    return await serve(Wecom("sales", **settings, http=http, tokens=shared.tokens, nonces=shared.nonces))


@pytest.fixture
async def kf(sim: Simulator, http: ClientSession, serve: Any) -> Bot:
    """A bot on the simulated 微信客服. Nobody listens yet: see `adapter.listen`."""
    shared, settings = Memory(), _without_kind(sim.kf.channel())
    return await serve(WecomKf("care", **settings, http=http, tokens=shared.tokens, nonces=shared.nonces))


@pytest.fixture
async def wechat(sim: Simulator, http: ClientSession, serve: Any) -> Bot:
    """A bot on the simulated WeChat, in safe mode."""
    return await make_wechat(sim, http, serve)


@pytest.fixture
async def plain_wechat(sim: Simulator, http: ClientSession, serve: Any) -> Bot:
    """A bot on the simulated WeChat, in plain mode."""
    sim.wechat.aes_key = ""
    return await make_wechat(sim, http, serve)


@pytest.fixture
async def dingtalk(sim: Simulator, http: ClientSession, serve: Any) -> Bot:
    """A bot on the simulated DingTalk."""
    shared = Memory()
    settings = _without_kind(sim.dingtalk.channel())
    shares = {"tokens": shared.tokens, "nonces": shared.nonces, "budgets": shared.budgets}
    return await serve(Dingtalk("ding", **settings, http=http, **shares))


@pytest.fixture
def bot(request: pytest.FixtureRequest) -> Bot:
    """A bot of whichever platform a test names."""
    return request.getfixturevalue(request.param)


async def make_wechat(sim: Simulator, http: ClientSession, serve: Any) -> Bot:
    shared = Memory()
    settings = _without_kind(sim.wechat.channel())
    return await serve(Wechat("service", **settings, http=http, tokens=shared.tokens, nonces=shared.nonces))


def _without_kind(channel: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in channel.items() if name not in {"kind", "mode"}}
