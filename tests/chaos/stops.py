"""Asked to end (SIGTERM) under load, a process finishes what it has in hand and goes; the next one goes on."""

from __future__ import annotations

import asyncio
import time

from tests.chaos.auditor import audit, settled
from tests.chaos.fleet import ERROR, stage
from tests.chaos.ground import Ground
from tests.chaos.processes import Start
from tests.chaos.report import Report

ENDS_WITHIN = 10.0  # seconds
LEASE = 30.0  # whoever ends in good order leaves nothing leased


async def stops(
    ground: Ground, begin: Start, *, processes: int, times: int, pause: float, between: float | None = 4.0
) -> Report:
    """So many times."""
    wrongs: list[str] = []
    longest = 0.0
    async with stage(ground, begin, processes, between=between, lease=LEASE) as (sim, bots, crowd):
        async with crowd.talking():
            for _ in range(times):
                await asyncio.sleep(ground.random.uniform(pause / 2, pause))
                worker, began = ground.random.choice(bots.workers), time.monotonic()
                code = await worker.stop()
                longest = max(longest, time.monotonic() - began)
                wrongs += [f"exit code {code}"] if code else []
                await bots.start()
        waited = await settled(ground.rows, 60)
        found = audit(ground.rows, sim, crowd.said)
    figures = (
        found.figures() | {"errors": bots.logged(ERROR)} | {"stops": times, "longest_s": longest, "settled_s": waited}
    )
    report = Report(ground.name, ground.seed, figures, wrongs + found.wrongs())
    report.wrongs += [f"said twice: {what}" for what in found.double_sends]
    report.late("longest_s", ENDS_WITHIN)
    return report
