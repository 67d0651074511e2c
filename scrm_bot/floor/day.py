"""A day on the floor, from the empty database to the verdict."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from scrm_bot import schema
from scrm_bot.crm.shape import Shape
from scrm_bot.db import Database
from scrm_bot.floor.cast import Cast, Person, cast, move_in
from scrm_bot.floor.gold import Judge, Verdict
from scrm_bot.floor.house import House, house
from scrm_bot.floor.matters import Journal
from scrm_bot.floor.others import Customer, Engineer, Manager
from scrm_bot.floor.outages import Outage, Server, Troubles
from scrm_bot.floor.phone import Counts, Doors, Phone
from scrm_bot.floor.reps import Rep
from scrm_bot.floor.rows import Rows
from scrm_bot.floor.worker import Floor, Line, Worker
from scrm_bot.simulator import Simulator

A_DAY = 8.0  # hours in which a person types a hundred messages
MESSAGES_A_DAY = 100
SHARES = {"sales": 1.25, "sales_manager": 0.5, "engineer": 0.8, "customer": 0.6}
HURRIED = 600.0  # seconds that a day without pauses may take
SETTLES = 180.0
RINGS_WITHIN = 3.0


class Occupied(Exception):
    """The database has people in it: it is somebody's, and not to be played with."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be simulated. `speed` 0: without pauses. `messages` 0: as many as such a day has."""

    people: int = 20
    hours: float = 8.0
    speed: float = 60.0
    seed: int = 1
    database: str = ""  # "": a SQLite file of its own
    redis: str = ""
    processes: int = 1
    messages: int = 0
    outages: int = -1  # -1: as many as such a day has
    stream: bool = False  # 钉钉 in Stream mode

    @property
    def typed(self) -> int:
        """How many messages people want to type."""
        return self.messages or round(self.people * MESSAGES_A_DAY * self.hours / A_DAY)

    @property
    def seconds(self) -> float:
        """How long the day takes."""
        return self.hours * 3600 / self.speed if self.speed else HURRIED

    @property
    def troubles(self) -> int:
        """One an hour, unless told otherwise."""
        return max(1, round(self.hours)) if self.outages < 0 else self.outages


@dataclass(slots=True)
class Outcome:
    """The day that was."""

    plan: Plan
    verdict: Verdict
    outages: list[Outage]
    acks: list[float]  # seconds that the bot took to acknowledge
    turn_p50: float
    turn_p99: float
    turns: int
    counts: Counts
    doubled_calls: int
    lives: int
    seconds: float


async def simulate(
    plan: Plan,
    folder: Path,
    tell: Callable[[str], None] = lambda _line: None,
    servers: Mapping[str, Server] = MappingProxyType({}),
) -> Outcome:
    """The whole of it. `folder` keeps the database, the configuration and the logs. Raises Occupied, house.Broken.

    `servers`: those that the bot works with and that may be stopped and started again, by what that is called.
    """
    shape = Shape()
    floor_cast = cast(plan.people, Random(f"{plan.seed}/cast"))
    url = plan.database or f"sqlite:///{folder}/floor.db"
    await asyncio.to_thread(_prepare, url, floor_cast, shape)
    sim = Simulator()
    sim.world.caller = doors = Doors(Random(f"{plan.seed}/doors"), twice=0.02)
    async with sim, house(folder, sim, url, plan.redis, plan.processes, stream=plan.stream) as bots:
        doors.ports = bots.ports
        tell(f"{len(floor_cast.people)} 人上班，{plan.typed} 条消息，{plan.troubles} 次故障")
        day = _Day(plan, floor_cast, sim, bots, shape.zone, servers)
        began = time.monotonic()
        await day.pass_by(tell)
        rows = Rows(url, shape.zone)
        await _settled(rows)
        await asyncio.sleep(1)
        seconds = time.monotonic() - began
    verdict = Judge(rows, floor_cast.people).judge(day.floor.journal, sim.screens())
    return Outcome(
        plan, verdict, day.troubles.survived, doors.took, bots.turns.share(0.5), bots.turns.share(0.99),
        bots.turns.count, day.counts, doors.doubled, bots.lives, seconds,
    )  # fmt: skip


class _Day:
    """What goes on at once: people and troubles."""

    def __init__(
        self,
        plan: Plan,
        floor_cast: Cast,
        sim: Simulator,
        bots: House,
        zone: ZoneInfo,
        servers: Mapping[str, Server],
    ) -> None:
        self.plan, self.sim = plan, sim
        self.counts = Counts()
        self.floor = Floor(
            floor_cast, Journal(), lambda: datetime.now(zone).date(), time.monotonic() + plan.seconds,
            hurried=not plan.speed, tickets={},
        )  # fmt: skip
        self.troubles = Troubles(sim, bots, Random(f"{plan.seed}/troubles"), servers)
        self.workers = [
            worker_of(self.floor, person, self._phone(person), plan.seed, share)
            for person, share in shares(floor_cast, plan.typed)
        ]

    async def pass_by(self, tell: Callable[[str], None]) -> None:
        """Until everybody has said what they had to say, or the day is over."""
        news = asyncio.create_task(self._news(tell))
        if not self.plan.speed:
            _let_them_hurry(self.sim)
        troubles = asyncio.create_task(self.troubles.spread(self.plan.troubles, self._troubled()))
        try:
            await asyncio.gather(*(worker.work() for worker in self.workers))
            await troubles
            await self._last_rings()
        finally:
            await _stopped(news)

    def _troubled(self) -> float:
        """Seconds over which troubles are spread: hurried people are soon done."""
        return self.plan.seconds if self.plan.speed else max(8.0, self.plan.typed / 25)

    async def _last_rings(self) -> None:
        """What is due within the day rings before it is judged."""
        last = max((ring.due for ring in self.floor.journal.rings), default=0.0)
        await asyncio.sleep(max(0.0, last + RINGS_WITHIN - time.time()))

    async def _news(self, tell: Callable[[str], None]) -> None:
        while True:
            await asyncio.sleep(max(5.0, self.plan.seconds / 16) if self.plan.speed else 5.0)
            typed = sum(worker.typed for worker in self.workers)
            tell(f"{typed}/{self.plan.typed} 条，{len(self.troubles.survived)} 次故障")

    def _phone(self, person: Person) -> Phone:
        return Phone(self.sim, person, Random(f"{self.plan.seed}/{person.user}/phone"), 0.03, self.counts)


def worker_of(floor: Floor, person: Person, phone: Line, seed: int, share_: int) -> Worker:
    """Who they are at work."""
    kinds: dict[str, type[Worker]] = {
        "sales": Rep, "sales_manager": Manager, "engineer": Engineer, "customer": Customer,
    }  # fmt: skip
    return kinds[person.role](floor, person, phone, Random(f"{seed}/{person.user}"), share_)


def shares(floor_cast: Cast, messages: int) -> list[tuple[Person, int]]:
    """Who types how many: reps the most."""
    whole = sum(SHARES[person.role] for person in floor_cast.people)
    return [(person, max(2, round(messages * SHARES[person.role] / whole))) for person in floor_cast.people]


def _let_them_hurry(sim: Simulator) -> None:
    """Nobody types thirty messages a minute, except where nobody pauses."""
    for quota in sim.wecom.quotas:
        quota.most = 1_000_000


def _prepare(url: str, floor_cast: Cast, shape: Shape) -> None:
    db = Database(url)
    try:
        schema.upgrade(db)
        with db.transaction() as session:
            moved_in = move_in(session, floor_cast, datetime.now(UTC).astimezone(shape.zone), shape)
    finally:
        db.close()
    if not moved_in:
        raise Occupied


async def _settled(rows: Rows) -> None:
    ends = time.monotonic() + SETTLES
    while await asyncio.to_thread(rows.open) and time.monotonic() < ends:
        await asyncio.sleep(0.2)


async def _stopped(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
