"""Processes are killed at random moments while people talk, and start again."""

from __future__ import annotations

import asyncio
import time
from random import Random

from tests.chaos.auditor import audit, settled
from tests.chaos.crowd import Crowd
from tests.chaos.fleet import ERROR, Fleet, stage
from tests.chaos.ground import Ground
from tests.chaos.processes import Start
from tests.chaos.report import Report

LEASE = 10.0  # seconds; an operator's is longer, and so would be the wait after the last kill


async def kills(
    ground: Ground,
    begin: Start,
    *,
    messages: int,
    deaths: int,
    processes: int,
    between: float | None = 4.0,
) -> Report:
    """So many messages, so many kills."""
    began = time.monotonic()
    async with stage(ground, begin, processes, between=between, lease=LEASE) as (sim, bots, crowd):
        storm = asyncio.create_task(_storm(bots, crowd, ground.random, messages, deaths))
        await crowd.talk(messages)
        talked = time.monotonic() - began
        await storm
        waited = await settled(ground.rows, 240)
        found = audit(ground.rows, sim, crowd.said)
    figures = (
        found.figures() | {"errors": bots.logged(ERROR)} | {"kills": deaths, "talk_s": talked, "settled_s": waited}
    )
    report = Report(ground.name, ground.seed, figures, found.wrongs())
    report.rarely_twice()
    return report


async def _storm(bots: Fleet, crowd: Crowd, random: Random, messages: int, deaths: int) -> None:
    for moment in sorted(random.randrange(messages // 20, messages * 9 // 10) for _ in range(deaths)):
        await crowd.until(moment)
        await asyncio.sleep(random.uniform(0, 0.05))
        victim = random.choice(bots.workers)
        await asyncio.to_thread(victim.kill)
        victim.start()
        await victim.ready()
