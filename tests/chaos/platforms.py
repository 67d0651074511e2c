"""The platforms misbehave: tokens die, secrets are wrong, calls fail in every way for a while."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterable
from datetime import UTC, datetime

from scrm_bot.crm.reminders import Reminder
from scrm_bot.db import Database
from scrm_bot.simulator import Fault, Simulator
from tests.chaos.auditor import audit, settled
from tests.chaos.fleet import stage
from tests.chaos.ground import REPS, Ground
from tests.chaos.processes import Start
from tests.chaos.report import Report

AT_ONCE = 50
# A call that fails so was not carried out, or its answer was lost; a code means too fast, or busy.
FAULTS: tuple[Fault | int, ...] = (
    Fault.HTTP_500, Fault.RESET, Fault.HANG, Fault.LOST, Fault.TRUNCATED, Fault.HTML, -1, 6000, 45009, 45033,
)  # fmt: skip
QUICK: tuple[Fault | int, ...] = (Fault.HTTP_500, Fault.RESET, Fault.LOST, Fault.TRUNCATED, 6000)


async def token_death(ground: Ground, begin: Start, *, rounds: int) -> Report:
    """All tokens die, then many sends at once on two processes: one refresh."""
    wrongs: list[str] = []
    async with stage(ground, begin, 2) as (sim, _bots, _crowd):
        for number in range(rounds + 1):
            calls = sim.wecom.tokens.calls
            sim.wecom.tokens.expire()
            _remind(ground, number)
            await _seen(sim, number, 30)
            if (asked := sim.wecom.tokens.calls - calls) != 1:
                wrongs.append(f"round {number}: {asked} tokens fetched")
            sim.clock.advance(60)  # another minute of what may be sent to each
        seen = sum("第" in screen.text for screen in sim.screens())
    figures = {"rounds": rounds + 1, "sends": AT_ONCE * (rounds + 1), "seen": seen, "fetched": sim.wecom.tokens.calls}
    return Report(ground.name, ground.seed, figures, wrongs)


async def bad_secret(ground: Ground, begin: Start, *, seconds: float, processes: int = 2) -> Report:
    """The secret is wrong: two calls, then nobody asks for a while."""
    async with stage(ground, begin, processes) as (sim, _bots, _crowd):
        sim.wecom.secret = "changed"
        _remind(ground, 0)
        await asyncio.sleep(seconds)
        calls, sends = sim.wecom.tokens.calls, len(sim.calls("message/send"))
    wrongs = [f"{calls} calls for a token"] if not 1 <= calls <= 2 else []
    return Report(ground.name, ground.seed, {"owed": AT_ONCE, "token_calls": calls, "sends": sends}, wrongs)


async def faults(
    ground: Ground, begin: Start, *, seconds: float, kinds: Iterable[Fault | int], patience: float
) -> Report:
    """Calls fail in one way after the other; afterwards everything owed is delivered."""
    async with stage(ground, begin, 2, lease=20) as (sim, _bots, crowd):
        async with crowd.talking():
            ends = time.monotonic() + seconds
            for fault in itertools.cycle(kinds):
                sim.faults.always(fault)
                await asyncio.sleep(min(ground.random.uniform(0.3, 3), seconds / 6))
                sim.faults.clear()
                if time.monotonic() > ends:
                    break
        waited = await settled(ground.rows, patience)
        found = audit(ground.rows, sim, crowd.said)
    figures = found.figures() | {"calls": len(sim.calls()), "settled_s": waited}
    wrongs = found.wrongs()  # doubles are no wrong here: a lost answer leaves only the choice of twice or never
    wrongs += [f"{found.given_up} sends were given up"] if found.given_up else []
    return Report(ground.name, ground.seed, figures, wrongs)


def _remind(ground: Ground, number: int) -> None:
    """Reminders that are due now, for many people on WeCom."""
    db, now = Database(ground.url), datetime.now(UTC)
    with db.transaction() as session:
        staff = [row["id"] for row in ground.rows.all("staff") if row["name"].startswith("业务员")][:REPS]
        for person, _ in zip(itertools.cycle(staff), range(AT_ONCE), strict=False):
            session.add(
                Reminder(staff_id=person, text=f"第{number}轮", due_at=now, state="waiting", origin="asked",
                         created_at=now)
            )  # fmt: skip
    db.close()


async def _seen(sim: Simulator, number: int, patience: float) -> None:
    async with asyncio.timeout(patience):
        while sum(f"第{number}轮" in seen.text for seen in sim.screens()) < AT_ONCE:
            await asyncio.sleep(0.05)
