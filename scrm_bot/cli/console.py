"""The terminal as a place to talk: who speaks, their turns, and what is said to them meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from scrm_bot import inbox, outbox
from scrm_bot.adapters.console import Console
from scrm_bot.app import Core, utc_now
from scrm_bot.cli.books import CONSOLES
from scrm_bot.cli.ground import Failed
from scrm_bot.clock import Clock
from scrm_bot.crm import customers, people
from scrm_bot.crm.customers import CustomerName
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import Contact, Staff, System
from scrm_bot.imports.cells import nearest
from scrm_bot.message import Address
from scrm_bot.outbox import Outgoing

MINE = timedelta(minutes=1)  # for so long the answer is left to us; then any relay may have it
CUSTOMER = "customer:"


class Seat:
    """Somebody at the terminal: a colleague, or a contact of a customer."""

    def __init__(self, core: Core, who: str) -> None:
        self.core = core
        with core.db.transaction() as session:
            desk = Desk(session, System(), utc_now().astimezone(core.shape.zone), core.shape)
            person = _contact(desk, who.removeprefix(CUSTOMER)) if who.startswith(CUSTOMER) else _staff(desk, who)
            channel = "console-customers" if isinstance(person, Contact) else "console"
            self.name, self.address = person.name, Address(channel, person.key)
            people.bind(session, channel, person.key, person, desk.now)

    def say(self, text: str) -> list[str]:
        """One turn. What is said back, and what else waited for this place."""
        db, now = self.core.db, utc_now()
        message = Console(self.address.channel, CONSOLES[self.address.channel], _nowhere).heard(
            self.address.user, text, now
        )
        with db.transaction() as session:
            number, _ = inbox.accept(session, message, now)
        self.core.turns.take(number, answer_by=now + MINE)
        with db.transaction() as session:
            return _delivered(session, self.address, utc_now(), number)

    def pushes(self) -> list[str]:
        """What has come for this place."""
        with self.core.db.transaction() as session:
            return _delivered(session, self.address, utc_now())

    def leave(self) -> None:
        """Nobody sits here any more: what is pushed to this person goes to their phone again."""
        with self.core.db.transaction() as session:
            account = people.find_account(session, self.address.channel, self.address.user)
            if account is not None:
                account.seen_at = None


class Bell:
    """Looks every second for what is due and what has come, and shows it, until it is stopped."""

    def __init__(self, seat: Seat, show: Callable[[str], None]) -> None:
        self.seat, self.show = seat, show
        self._clock = Clock(seat.core.db, seat.core.shape, utc_now, lambda: None)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="bell", daemon=True)

    def __enter__(self) -> Bell:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(1):
            with suppress(OperationalError):  # the database is busy or away: the next look will tell
                self._clock.tick()
                for words in self.seat.pushes():
                    self.show(words)


def _staff(desk: Desk, name: str) -> Staff:
    everybody = {s.name: s for s in desk.session.scalars(select(Staff).where(Staff.active))}
    if name not in everybody:
        raise Failed(f"没有叫 {name} 的同事{nearest(name, everybody) or _known(list(everybody))}")
    return everybody[name]


def _contact(desk: Desk, name: str) -> Contact:
    customer = customers.by_name(desk, name)
    if customer is None:
        query = select(CustomerName.name).where(CustomerName.name.contains(name[:2], autoescape=True)).limit(200)
        raise Failed(f"没有叫 {name} 的客户{nearest(name, list(desk.session.scalars(query)))}")
    contacts = customers.contacts_of(desk, customer)
    if not contacts:
        raise Failed(f"{customer.name} 还没有联系人，先用 scrm-bot import contacts 加一位")
    return contacts[0]


def _known(names: list[str]) -> str:
    return "，现有 " + "、".join(names[:10]) if names else "，还没有同事：先用 scrm-bot import staff 导入"


def _delivered(session: Session, to: Address, now: datetime, answers: int | None = None) -> list[str]:
    """Take what is due here, and what answers this message; it counts as sent."""
    rows = session.scalars(
        select(Outgoing)
        .where(
            Outgoing.channel == to.channel,
            Outgoing.to_user == to.user,
            Outgoing.state.in_(outbox.OPEN),
            (Outgoing.run_at <= now) | (Outgoing.answers == answers),
        )
        .order_by(Outgoing.id)
        .with_for_update()
    ).all()
    for row in rows:
        row.state, row.sent_at, row.lease = "sent", now, None
        row.attempts, row.parts_sent = row.attempts + 1, 1
    return [row.text for row in rows]


async def _nowhere(_to: Address, _text: str) -> None:
    """Replies are taken from the outbox."""
