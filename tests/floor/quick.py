"""A day on the floor without network, processes or waiting: the same people at any date, on a clock they move."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select

from scrm_bot import inbox, schema
from scrm_bot.app import Core, core
from scrm_bot.clock import Clock
from scrm_bot.db import Database
from scrm_bot.floor import reading
from scrm_bot.floor.cast import Cast, Person, cast, move_in
from scrm_bot.floor.day import shares, worker_of
from scrm_bot.floor.gold import Judge, Verdict
from scrm_bot.floor.matters import Journal, Matter, Said
from scrm_bot.floor.rows import Rows
from scrm_bot.floor.worker import Floor
from scrm_bot.message import Address, Kind, Message
from scrm_bot.outbox import Outgoing
from scrm_bot.settings import Company, Files, Rules, Secret, Settings
from scrm_bot.settings import Database as At
from scrm_bot.simulator import Pushed, Request, Seen
from scrm_bot.simulator.pushing import Answered
from tests.company import ZONE
from tests.stage import WORDS

AUDIENCES = {"sales": "staff", "ding": "staff", "service": "customers", "desk": "customers"}
SLEEPLESS = Rules(
    quiet_from=datetime.min.time(), quiet_until=datetime.min.time(), morning=datetime.min.time().replace(hour=12)
)


class Office:
    """The bot in this process, and every screen. Each message takes `pace`."""

    def __init__(self, url: str, began: datetime, pace: timedelta, folder: str) -> None:
        self.now, self.pace = began, pace
        settings = Settings(
            company=Company(name="演练机电"), database=At(url=Secret(url)), files=Files(folder=folder), rules=SLEEPLESS
        )
        self.core: Core = core(settings, AUDIENCES, lambda: self.now, WORDS)
        self.clock = Clock(self.core.db, self.core.shape, lambda: self.now, lambda: None)
        self.screens: list[Seen] = []
        self._keys = self._shown = 0

    def hear(self, person: Person, text: str) -> tuple[str, str]:
        """A message's key, and what was answered to it."""
        self._keys += 1
        message = Message(Address(person.channel, person.user), f"k{self._keys}", Kind.TEXT, text, self.now)
        with self.core.db.transaction() as session:
            number, _ = inbox.accept(session, message, self.now)
        self.core.turns.take(number)
        answer = self._show(number)
        self.now += self.pace
        self.clock.tick()
        self._show(0)
        return message.key, answer

    def _show(self, number: int) -> str:
        answers = []
        with self.core.db.transaction() as session:
            for row in session.scalars(select(Outgoing).where(Outgoing.id > self._shown).order_by(Outgoing.id)):
                self._shown = row.id
                row.state, row.sent_at = "sent", self.now
                if number and row.answers == number:
                    answers.append(row.text)
                self.screens.append(Seen("", row.to_user, row.text, "api", self.now.timestamp()))
        return "\n".join(answers)


class QuickPhone:
    """Like a Phone, with the office at its other end."""

    def __init__(self, office: Office, person: Person) -> None:
        self.office, self.person = office, person
        self.pushes: deque[tuple[float, str]] = deque()
        self._place = 0

    async def say(self, matter: Matter, text: str, *, begins: bool = False, silent: bool = False) -> reading.Reading:
        """Said and answered at once."""
        said = Said(text, begins, self.office.now.timestamp(), silent=silent)
        matter.said.append(said)
        key, said.answer = self.office.hear(self.person, text)
        said.pushed = Pushed(self.person.user, key, Request("", {}, b""), {}, (Answered(200, b"", 0.0),))
        found = reading.read(said.answer)
        said.asked = found.question
        await asyncio.sleep(0)
        return found

    def look(self) -> None:
        """At whatever came meanwhile."""
        new, self._place = self.office.screens[self._place :], len(self.office.screens)
        self.pushes.extend(
            (one.at, one.text) for one in new if one.user == self.person.user and reading.pushed(one.text)
        )


@contextmanager
def _office(url: str, floor_cast: Cast, began: datetime, pace: timedelta) -> Iterator[Office]:
    db = Database(url)
    schema.upgrade(db)
    with TemporaryDirectory() as folder:
        office = Office(url, began, pace, folder)
        with db.transaction() as session:
            assert move_in(session, floor_cast, began, office.core.shape)
        db.close()
        try:
            yield office
        finally:
            office.core.db.close()


def a_day(
    url: str, began: datetime, *, seed: int = 1, people: int = 6, messages: int = 120, pace: float = 14.0
) -> tuple[Verdict, Journal]:
    """So many messages, each `pace` seconds after the one before it."""
    floor_cast = cast(people, Random(f"{seed}/cast"))
    began = began.replace(tzinfo=ZONE)
    with _office(url, floor_cast, began, timedelta(seconds=pace)) as office:
        floor = Floor(
            floor_cast, Journal(), lambda: office.now.date(), float("inf"), hurried=True, tickets={},
            time=lambda: office.now.timestamp(),
        )  # fmt: skip
        workers = [
            worker_of(floor, person, QuickPhone(office, person), seed, share)
            for person, share in shares(floor_cast, messages)
        ]
        asyncio.run(_all(workers))
        office.now += timedelta(minutes=1)
        office.clock.tick()
        office._show(0)
    return Judge(Rows(url, ZONE), floor_cast.people).judge(floor.journal, office.screens), floor.journal


async def _all(workers: list[Any]) -> None:
    await asyncio.gather(*(worker.work() for worker in workers))
