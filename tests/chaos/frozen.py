"""A process stands still past its lease while people talk, then goes on as if nothing had been."""

from __future__ import annotations

import asyncio
import signal

from tests.chaos.auditor import audit, settled
from tests.chaos.fleet import ERROR, stage
from tests.chaos.ground import Ground
from tests.chaos.processes import Start
from tests.chaos.report import Report

LEASE = 3.0


async def frozen(ground: Ground, begin: Start, *, times: int, pause: float, between: float | None = 4.0) -> Report:
    """Two processes on PostgreSQL, one or the other frozen, so many times."""
    async with stage(ground, begin, 2, between=between, lease=LEASE) as (sim, bots, crowd):
        async with crowd.talking():
            for _ in range(times):
                await asyncio.sleep(ground.random.uniform(pause / 2, pause))
                victim = ground.random.choice(bots.workers)
                victim.signal(signal.SIGSTOP)
                await asyncio.sleep(LEASE + ground.random.uniform(1, 3))
                victim.signal(signal.SIGCONT)
        waited = await settled(ground.rows, 120)
        found = audit(ground.rows, sim, crowd.said)
    zombies = {"leases_lost": bots.logged("lease lost"), "errors": bots.logged(ERROR)}
    figures = found.figures() | {"freezes": times} | zombies | {"settled_s": waited}
    report = Report(ground.name, ground.seed, figures, found.wrongs())
    report.rarely_twice()
    return report
