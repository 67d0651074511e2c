"""A process dies at each named point of a message's way, and the next one finds what it left."""

from __future__ import annotations

from tests.chaos.auditor import audit, settled
from tests.chaos.fleet import stage
from tests.chaos.ground import Ground
from tests.chaos.points import DIED, POINTS
from tests.chaos.processes import Start
from tests.chaos.report import Report

LEASE = 3.0  # seconds


async def crashes(ground: Ground, begin: Start, *, rounds: int, between: float | None = 4.0) -> Report:
    """Every point, so many times, while people talk on and on."""
    wrongs: list[str] = []
    async with stage(ground, begin, between=between, lease=LEASE) as (sim, bots, crowd):
        (worker,) = bots.workers
        worker.kill()
        async with crowd.talking():
            for point in POINTS * rounds:
                worker.start(die=[point, ground.random.randint(2, 6)])
                try:
                    if await worker.ended(60) != DIED:
                        wrongs.append(f"died of something else than {point}")
                except TimeoutError:
                    wrongs.append(f"never came to {point}")
                    worker.kill()
            await bots.start()
        waited = await settled(ground.rows, 60)
        found = audit(ground.rows, sim, crowd.said)
    figures = found.figures() | {"deaths": len(POINTS) * rounds, "settled_s": waited}
    return Report(ground.name, ground.seed, figures, wrongs + found.wrongs())
