"""Messages that are not brought by callbacks: DingTalk's Stream gateway and 微信客服, whose mailbox the bot reads.

Here the simulator is the platform, in this process: it is slow, so rates mean nothing; processor time does.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from bench import accounts, meter, rounds, sentences, servers
from bench.ground import Ground
from bench.load import Load, Result
from bench.rounds import Figures
from bench.servers import Server
from scrm_bot.simulator import Pushed, Simulator

AT_ONCE = 16  # people who write at the same time
PATIENCE = 60.0
REQUESTS = (
    "你们上次装的设备又报警了，代码E{code}",
    "{code}号机今天早上停了，麻烦尽快来看看",
    "生产线上的控制器重启{code}次了，还是不行",
    "控制器屏幕不亮了，编号{code}，能换一台吗",
)
Say = Callable[[int], Awaitable[Pushed]]


def measured(ground: Ground, bare: Load, number: int, count: int) -> Figures:
    """Rounds of the bare server, the gateway and the mailbox."""
    return asyncio.run(_measured(ground, bare, number, count))


async def _measured(ground: Ground, bare: Load, number: int, count: int) -> Figures:
    figures: Figures = {"bare": [], "dingtalk stream, a visit": [], "wecom_kf, a request": []}
    async with Simulator() as sim:
        sim.dingtalk.mode = "stream"
        bot = await asyncio.to_thread(_serve, ground, sim)
        await sim.dingtalk.gateway.until_open(1, PATIENCE)
        says = (_visits(sim), _requests(sim, bot))
        for say in says:
            await _said(sim, bot, say, max(count // 5, AT_ONCE))
        for one in range(number):
            figures["bare"].append(await asyncio.to_thread(rounds.measured, replace(bare, seed=one + 1)))
            for name, say in zip(list(figures)[1:], says, strict=True):
                figures[name].append(await _said(sim, bot, say, count))
    return figures


def _serve(ground: Ground, sim: Simulator) -> Server:
    url = ground.database("sqlite", 60)
    channels: dict[str, dict[str, Any]] = {"stream": sim.dingtalk.channel(mode="stream"), "kf": sim.kf.channel()}
    return ground.open(servers.serve(ground.folder, url, ground.sink.port, channels=channels))


def _visits(sim: Simulator) -> Say:
    said = sentences.said(60, 1)

    async def say(_: int) -> Pushed:
        user, text = next(said)
        return await sim.dingtalk.say("", user, text)

    return say


def _requests(sim: Simulator, bot: Server) -> Say:
    chance = random.Random(1)
    hook = f"http://127.0.0.1:{bot.port}/hooks/kf"

    async def say(number: int) -> Pushed:
        text = chance.choice(REQUESTS).format(code=chance.randrange(100, 999))
        return await sim.kf.say(hook, accounts.user(number), text)

    return say


async def _said(sim: Simulator, bot: Server, say: Say, count: int) -> Result:
    """So many messages; over when everybody has been answered."""
    places, before = asyncio.Semaphore(AT_ONCE), len(sim.screens())
    used, began = meter.processor([bot.pid]), time.perf_counter()

    async def one(number: int) -> Pushed:
        async with places:
            return await say(number)

    pushed = await asyncio.gather(*(one(number) for number in range(count)))
    await _answered(sim, before + count)
    seconds = time.perf_counter() - began
    took = [answer.seconds * 1000 for each in pushed for answer in each.answers[-1:]]
    return Result(
        rate=count / seconds,
        cpu_us=(meter.processor([bot.pid]) - used) / count * 1e6,
        database_us=0.0,
        p50=meter.percentile(took, 0.5),
        p99=meter.percentile(took, 0.99),
        failed=sum(each.status != 200 for each in pushed),
        replied=len(sim.screens()) - before,
    )


async def _answered(sim: Simulator, seen: int) -> None:
    ends = time.perf_counter() + PATIENCE
    while len(sim.screens()) < seen and time.perf_counter() < ends:
        await asyncio.sleep(0.05)
