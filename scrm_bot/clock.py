"""The metronome: asks the tables what is due and writes it to the outbox. APScheduler only beats, it holds nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from itertools import groupby

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.orm import Session

from scrm_bot.crm import agenda, contracts, people, reminders
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import Role, Staff, System
from scrm_bot.crm.shape import Shape
from scrm_bot.db import Database
from scrm_bot.dialogs import notices
from scrm_bot.dialogs.notices import Notice
from scrm_bot.posting import post

log = logging.getLogger(__name__)
LATE = timedelta(seconds=15)  # more than a beat and a half: somebody was down
LOOK = timedelta(minutes=1)
MORNING_ENDS = time(12, 0)  # after that a morning list is no help
LISTED = (Role.SALES, Role.SALES_MANAGER, Role.DIRECTOR, Role.SERVICE, Role.ENGINEER)


class Clock:
    """`tick` is harmless at any time, any number of times, in any number of processes: the rows decide."""

    def __init__(self, db: Database, shape: Shape, now: Callable[[], datetime], wake: Callable[[], None]) -> None:
        self.db, self.shape, self.now, self.wake = db, shape, now, wake
        self._looked_at: datetime | None = None
        self._greeted: date | None = None

    async def beat(self) -> None:
        """`tick` where the database's work is done."""
        await self.db.run(self.tick)

    def tick(self) -> None:
        """Everything that is due."""
        with self.db.transaction() as session:
            rung = self._ring(session)
        if rung:
            self.wake()
        if self._time_to_look():
            self.look()

    def look(self) -> None:
        """At what the day holds: the morning's lists, contracts that run out. Whoever was told is not told again."""
        with self.db.transaction() as session:
            told = self._daily(session)
        self._looked_at = self.now()
        if told:
            self.wake()

    def _desk_now(self) -> datetime:
        return self.now().astimezone(self.shape.zone)

    def _ring(self, session: Session) -> int:
        now = self._desk_now()
        due = reminders.due(session, now)
        if not due:
            return 0
        desk = Desk(session, System(), now, self.shape)
        for reminder in due:
            staff = session.get_one(Staff, reminder.staff_id)
            reply = notices.ring(desk, reminder, late=now - reminder.due_at > LATE)
            once = f"reminder:{reminder.id}:{reminder.rings}"
            post(desk, Notice(staff, reply, urgent=True), once)  # its time was chosen by a person: at night too
            reminder.state, reminder.sent_at = "sent", now
        return len(due)

    def _time_to_look(self) -> bool:
        """Every minute from the morning on: what comes in during the day is not left to tomorrow."""
        if self._desk_now().time() < self.shape.morning:
            return False
        return self._looked_at is None or self.now() - self._looked_at >= LOOK

    def _daily(self, session: Session) -> int:
        """The morning lists, and the contracts that have come to a rung of the renewal ladder."""
        desk = Desk(session, System(), self._desk_now(), self.shape)
        sent = self._renewals(desk)
        if desk.now.time() < MORNING_ENDS and self._greeted != desk.today:
            sent += sum(self._morning(desk, staff) for staff in people.with_role(session, LISTED))
            self._greeted = desk.today
        return sent

    def _morning(self, desk: Desk, staff: Staff) -> bool:
        items = agenda.of(desk, staff, desk.today, desk.today)
        reply = notices.morning(desk, staff, items)
        return bool(items) and post(desk, Notice(staff, reply), f"morning:{staff.id}:{desk.today}")

    def _renewals(self, desk: Desk) -> int:
        due = contracts.on_a_new_rung(desk)
        told = 0
        for owner, group in groupby(due, key=lambda found: found[0]):
            found = [(contract, customer) for _, contract, customer in group]
            reply = notices.renewals(desk, found)
            told += post(desk, Notice(desk.session.get_one(Staff, owner), reply))
            for contract, _ in found:
                contract.reminded_days = contracts.step(desk, contract)  # same transaction: each rung once
        return told


def beats(clock: Clock, *others: Callable[[], Awaitable[None]]) -> AsyncIOScheduler:
    """A scheduler with our beats and nothing to lose: memory store, late beats are beaten once."""
    scheduler = AsyncIOScheduler(
        timezone=clock.shape.zone, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )
    for beat in (clock.beat, *others):
        scheduler.add_job(_unless_over, "interval", [beat], seconds=1, next_run_time=clock.now())
    return scheduler


async def _unless_over(beat: Callable[[], Awaitable[None]]) -> None:
    """A beat that is cut short when the bot stops is no error: the next start goes on."""
    with suppress(asyncio.CancelledError):
        await beat()
