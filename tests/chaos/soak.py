"""Mixed load for a long while: what the processes hold does not grow, and they always answer how they are."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from statistics import median

from aiohttp import ClientSession, ClientTimeout

from tests.chaos.auditor import audit, settled
from tests.chaos.fleet import ERROR, Fleet, stage
from tests.chaos.ground import Ground
from tests.chaos.processes import Start
from tests.chaos.report import Report

GROWTH = 1.05  # the last quarter's median against that of the second
HEALTH = 0.1  # seconds, p99
PAGE = os.sysconf("SC_PAGE_SIZE")

Sample = tuple[float, float]  # megabytes, file descriptors


async def soak(ground: Ground, begin: Start, *, seconds: float, every: float = 10.0) -> Report:
    """Two processes, everybody talking."""
    async with stage(ground, begin, 2) as (sim, bots, crowd):
        async with crowd.talking():
            samples, health = await _watch(bots, seconds, every)
        waited = await settled(ground.rows, 120)
        found = audit(ground.rows, sim, crowd.said)
    figures = dict(found.figures()) | {"errors": bots.logged(ERROR), "health_p99_s": health, "settled_s": waited}
    report = Report(ground.name, ground.seed, figures, found.wrongs())
    for number, row in enumerate(samples):
        quarters = [row[len(row) * part // 4 : len(row) * (part + 1) // 4] or row for part in (1, 3)]
        for name, place in (("mb", 0), ("fds", 1)):
            early, last = (median(sample[place] for sample in quarter) for quarter in quarters)
            figures[f"{name}{number}"] = f"{row[0][place]:.0f}>{early:.0f}>{last:.0f}"
            if last > early * GROWTH + 2:
                report.slow.append(f"process {number}: {name} grew from {early:.0f} to {last:.0f}")
    report.rarely_twice()
    report.late("health_p99_s", HEALTH)
    return report


async def _watch(bots: Fleet, seconds: float, every: float) -> tuple[list[list[Sample]], float]:
    """What each process holds now and then, and how long /healthz takes (99 of 100 no longer)."""
    samples: list[list[Sample]] = [[] for _ in bots.workers]
    took: list[float] = []
    ends = time.monotonic() + seconds
    async with ClientSession(timeout=ClientTimeout(total=5)) as http:
        while time.monotonic() < ends:
            for row, worker in zip(samples, bots.workers, strict=True):
                row.append(_held(worker.pid))
            for worker in bots.workers * 5:
                began = time.monotonic()
                async with http.get(f"http://127.0.0.1:{worker.port}/healthz") as answer:
                    assert answer.status == 200
                took.append(time.monotonic() - began)
            await asyncio.sleep(every)
    return samples, sorted(took)[int(len(took) * 0.99)]


def _held(pid: int) -> Sample:
    resident = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / 1024**2
    return resident, len(os.listdir(f"/proc/{pid}/fd"))
