"""What the bot stands on goes away for a while, under load: PostgreSQL, Redis, the disk."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import psycopg
import redis

from tests import services
from tests.chaos.auditor import audit, settled
from tests.chaos.crowd import Doors
from tests.chaos.disk import Disk
from tests.chaos.fleet import Fleet, stage
from tests.chaos.ground import Ground
from tests.chaos.processes import Start
from tests.chaos.report import Report

LEASE = 10.0
FIRST_ACK = 3.0  # seconds after recovery
ACK_WITHOUT_REDIS = 0.5  # p99
BETWEEN = 0.3  # seconds: a retry soon, so that the first good answer is not waited for by chance

Figures = dict[str, float]
Trouble = Callable[[Figures, Doors, Fleet], Awaitable[None]]


async def restarts(ground: Ground, server: services.Postgres, begin: Start, *, times: int, pause: float) -> Report:
    """PostgreSQL falls over at once, as without power, and comes up again."""

    async def trouble(figures: Figures, doors: Doors, _bots: Fleet) -> None:
        for _ in range(times):
            await asyncio.sleep(ground.random.uniform(pause / 2, pause))
            await asyncio.to_thread(server.stop, signal.SIGQUIT)
            await asyncio.to_thread(server.start)
            await _recovered(figures, doors)

    return await _amid(ground, begin, 2, trouble)


async def terminations(ground: Ground, server: services.Postgres, begin: Start, *, times: int, pause: float) -> Report:
    """An administrator ends all connections, whatever they are doing."""

    def terminate() -> None:
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'chaos'")

    async def trouble(figures: Figures, doors: Doors, _bots: Fleet) -> None:
        for _ in range(times):
            await asyncio.sleep(ground.random.uniform(pause / 2, pause))
            await asyncio.to_thread(terminate)
            await _recovered(figures, doors)

    return await _amid(ground, begin, 2, trouble)


async def without_redis(ground: Ground, server: services.Redis, begin: Start, *, pause: float) -> Report:
    """Redis is killed, frozen and emptied."""

    def emptied() -> None:
        with redis.Redis(port=server.port) as client:
            client.flushall()

    async def trouble(figures: Figures, doors: Doors, _bots: Fleet) -> None:
        began = time.monotonic()
        await asyncio.sleep(pause)
        figures["ack_p99_before_s"] = doors.slowest(began, time.monotonic())
        async with _away(figures, doors, pause):
            await asyncio.to_thread(server.stop, signal.SIGKILL)
        await asyncio.to_thread(server.start)
        await asyncio.sleep(pause)
        async with _away(figures, doors, pause):
            os.kill(server.pid, signal.SIGSTOP)
        os.kill(server.pid, signal.SIGCONT)
        await asyncio.sleep(pause)
        await asyncio.to_thread(emptied)
        await asyncio.sleep(pause)

    return await _amid(ground, begin, 2, trouble)


async def full_disk(ground: Ground, disk: Disk, begin: Start, *, pause: float) -> Report:
    """Nothing can be written for a while: 5xx, no acknowledgement, and then it goes on."""

    async def trouble(figures: Figures, doors: Doors, bots: Fleet) -> None:
        await asyncio.sleep(pause)
        with disk.full([worker.pid for worker in bots.workers]):
            await doors.until(lambda one: one.status >= 500)
            began = time.monotonic()
            await doors.until(lambda one: one.began > began and one.status >= 500)
            await asyncio.sleep(pause)
            answers = [one.status for one in doors.log if one.began >= began]
        figures["refused"], figures["acked_while_full"] = sum(one >= 500 for one in answers), answers.count(200)
        await _recovered(figures, doors)
        await asyncio.sleep(pause)

    report = await _amid(ground, begin, 1, trouble)
    if not report.figures["refused"]:
        report.wrongs.append("nothing was refused: the disk was not full")
    return report


async def _amid(ground: Ground, begin: Start, processes: int, trouble: Trouble) -> Report:
    """Trouble while people talk; then everything settles and is counted."""
    figures: Figures = {}
    async with stage(ground, begin, processes, between=BETWEEN, lease=LEASE) as (sim, bots, crowd):
        async with crowd.talking():
            await trouble(figures, crowd.doors, bots)
        waited = await settled(ground.rows, 120)
        found = audit(ground.rows, sim, crowd.said)
    report = Report(ground.name, ground.seed, found.figures() | figures | {"settled_s": waited}, found.wrongs())
    report.rarely_twice()
    report.late("first_ack_s", FIRST_ACK)
    report.late("ack_p99_s", ACK_WITHOUT_REDIS)
    return report


async def _recovered(figures: Figures, doors: Doors) -> None:
    """It is there again: how long until somebody is answered?"""
    began = time.monotonic()
    await doors.until(lambda one: one.status == 200 and one.ended > began)
    figures["first_ack_s"] = max(figures.get("first_ack_s", 0.0), time.monotonic() - began)


@asynccontextmanager
async def _away(figures: Figures, doors: Doors, pause: float) -> AsyncIterator[None]:
    """It was just taken away: how long do acknowledgements take now?"""
    began = time.monotonic()
    yield
    await asyncio.sleep(pause * 2)
    figures["ack_p99_s"] = max(figures.get("ack_p99_s", 0.0), doors.slowest(began, time.monotonic()))
