"""Many reminders come due at about the same time, several processes have a clock, and one of them is killed at work."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from datetime import UTC, datetime, timedelta

from scrm_bot.crm import people
from scrm_bot.crm.people import Staff
from scrm_bot.crm.reminders import Reminder
from scrm_bot.db import Database
from scrm_bot.simulator import Simulator
from tests.chaos.auditor import settled
from tests.chaos.fleet import stage
from tests.chaos.ground import Ground
from tests.chaos.processes import Start
from tests.chaos.report import Report

EACH = 10  # reminders for one person: WeCom drops what is more than thirty a minute
LATENESS = 5.0  # seconds, p99
NAMED = re.compile(r"第(\d+)号提醒")


async def due_at_once(
    ground: Ground, begin: Start, *, reminders: int, within: float, processes: int = 3, **options: float
) -> Report:
    """So many reminders due within so many seconds."""
    async with stage(ground, begin, processes, **options) as (sim, bots, _):
        due = await asyncio.to_thread(_write, ground, reminders, within)
        while len(_rung(sim)) < reminders // 2:
            await asyncio.sleep(0.01)
        bots.workers[0].kill()
        waited = await settled(ground.rows, 120)
        rung = _rung(sim)
    late = sorted(at - due[number] for number, at in rung if number in due)
    times = Counter(number for number, _ in rung)
    wrongs = [f"reminder {number} was never seen" for number in due if not times[number]]
    wrongs += [f"reminder {number} was seen {count} times" for number, count in times.items() if count > 1]
    wrongs += [f"reminder {number} came before its time" for number, at in rung if at < due[number]]
    p99 = late[int(len(late) * 0.99)] if late else float("inf")
    figures = {"reminders": reminders, "seen": len(times), "twice": sum(n > 1 for n in times.values())}
    times_taken = {"late_p50_s": late[len(late) // 2], "late_p99_s": p99, "settled_s": waited}
    report = Report(ground.name, ground.seed, figures | times_taken, wrongs)
    report.late("late_p99_s", LATENESS)
    return report


def _rung(sim: Simulator) -> list[tuple[int, float]]:
    found = ((NAMED.search(seen.text), seen.at) for seen in sim.screens())
    return [(int(match[1]), at) for match, at in found if match]


def _write(ground: Ground, count: int, within: float) -> dict[int, float]:
    """The reminders, for people of their own on WeCom; number -> when it is due."""
    db, begins = Database(ground.url), datetime.now(UTC) + timedelta(seconds=3)
    due: dict[int, float] = {}
    with db.transaction() as session:
        for number in range(count):
            if number % EACH == 0:
                staff = Staff(name=f"值班员{number}", role="sales", department="", phone=None, created_at=begins)
                session.add(staff)
                session.flush()
                people.bind(session, "sales", f"duty{number}", staff, begins)
            moment = begins + timedelta(seconds=ground.random.uniform(0, within))
            due[number] = moment.timestamp()
            session.add(
                Reminder(staff_id=staff.id, text=f"第{number}号提醒", due_at=moment, state="waiting", origin="asked",
                         created_at=begins)
            )  # fmt: skip
    db.close()
    return due
