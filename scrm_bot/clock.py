"""The metronome: asks the tables what is due and writes it to the outbox."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import groupby
from time import monotonic

from sqlalchemy.orm import Session

from scrm_bot.crm import agenda, contracts, people, reminders
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import Account, Role, Staff, System
from scrm_bot.crm.reminders import Reminder
from scrm_bot.crm.shape import Shape
from scrm_bot.db import Database
from scrm_bot.dialogs import notices
from scrm_bot.dialogs.notices import Notice
from scrm_bot.message import Reply
from scrm_bot.posting import Best, best_places, post, post_at

log = logging.getLogger(__name__)
LATE = timedelta(seconds=15)  # more than a beat and a half: somebody was down
BATCH = 100  # reminders to a transaction: other clocks take the next ones meanwhile
FEW = 5  # missed reminders that may come one by one; more come as a list
MOST_LISTED = 30  # lines of such a list
MOST_MISSED = 300  # missed reminders that are looked at together
LOOK = timedelta(minutes=1)
MORNING_ENDS = time(12, 0)  # after that a morning list is no help
LISTED = (Role.SALES, Role.SALES_MANAGER, Role.DIRECTOR, Role.SERVICE, Role.ENGINEER)


class Clock:
    """`tick` is harmless at any time, any number of times, in any number of processes: the rows decide."""

    def __init__(self, db: Database, shape: Shape, now: Callable[[], datetime], wake: Callable[[], None]) -> None:
        self.db, self.shape, self.now, self.wake = db, shape, now, wake
        self.lag: Callable[[float], None] = lambda _seconds: None  # told how late each reminder was written
        self.beaten = monotonic()
        self._looked_at: datetime | None = None
        self._greeted: date | None = None

    async def beat(self) -> None:
        """`tick` where the database's work is done, batch by batch: others get in between."""
        while await self.db.run(self.ring):
            pass
        if self._time_to_look():
            await self.db.run(self.look)
        self.beaten = monotonic()

    def tick(self) -> None:
        """Everything that is due."""
        while self.ring():
            pass
        if self._time_to_look():
            self.look()

    def ring(self) -> bool:
        """A batch of the reminders that are due. True if there may be more."""
        with self.db.transaction() as session:
            rung = self._ring(session)
        if rung:
            self.wake()
        return rung >= BATCH

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
        due = reminders.due(session, now, BATCH)
        if not due:
            return 0
        desk = Desk(session, System(), now, self.shape)
        best = best_places(desk, {reminder.staff_id for reminder in due})
        late = [reminder for reminder in due if now - reminder.due_at > LATE]
        missed, flooded = self._lists(desk, late, best) if late else ([], set())
        singly = [[one] for one in due if one.staff_id in best and (one not in late or one.staff_id not in flooded)]
        told = [(rung, self._say(desk, rung, best[rung[0].staff_id])) for rung in missed + singly]
        for rung, heard in told:  # all at the end: one statement
            for reminder in rung:
                reminder.state, reminder.sent_at = "sent", now if heard else None
                reminders.again(desk, reminder)
        for reminder in due:
            self.lag((now - reminder.due_at).total_seconds())
            if reminder.staff_id not in best:  # nobody is there any more
                reminder.state = "cancelled"
        return len(due)

    def _lists(self, desk: Desk, late: list[Reminder], best: Best) -> tuple[list[list[Reminder]], set[int]]:
        """Whoever missed more than a few hears of them in one message, or in a few: the lists, and who that is."""
        missed = reminders.missed(desk.session, {r.staff_id for r in late}, desk.now - LATE, MOST_MISSED)
        of_one = [list(group)[:MOST_LISTED] for _, group in groupby(missed, key=lambda reminder: reminder.staff_id)]
        lists = [group for group in of_one if len(group) > FEW and group[0].staff_id in best]
        return lists, {group[0].staff_id for group in lists}

    def _say(self, desk: Desk, rung: list[Reminder], to: tuple[Staff, Account | None]) -> bool:
        """At night too: its time was chosen by a person. False: there is no place where that person can be told."""
        (staff, place), (first, *more) = to, rung
        late = desk.now - first.due_at > LATE

        def say() -> Reply:
            return notices.ring_missed(desk, rung) if more else notices.ring(desk, first, late=late)

        once = f"reminder{'s' if more else ''}:{first.id}:{first.rings}"
        return post_at(desk, Notice(staff, say, urgent=True), place, once)

    def _time_to_look(self) -> bool:
        """Every minute from the morning on: what comes in during the day is not left to tomorrow."""
        if self._desk_now().time() < self.shape.morning:
            return False
        since = LOOK if self._looked_at is None else self.now() - self._looked_at
        return not timedelta(0) <= since < LOOK  # less than nothing: the clock was set back

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
        notice = Notice(staff, lambda: notices.morning(desk, staff, items))
        return bool(items) and post(desk, notice, f"morning:{staff.id}:{desk.today}")

    def _renewals(self, desk: Desk) -> int:
        due = contracts.on_a_new_rung(desk)
        told = 0
        for owner, group in groupby(due, key=lambda found: found[0]):
            found = [(contract, customer) for _, contract, customer in group]
            told += post(desk, Notice(desk.session.get_one(Staff, owner), partial(notices.renewals, desk, found)))
            for contract, _ in found:
                contract.reminded_days = contracts.step(desk, contract)  # same transaction: each rung once
        return told
