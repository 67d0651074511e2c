"""Fills a new database with the demo's company: plain rows, written as one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scrm_bot.company import history
from scrm_bot.company.books import Books, Client
from scrm_bot.company.history import Calendar, Contacted
from scrm_bot.crm.contracts import Contract
from scrm_bot.crm.customers import Customer, CustomerName
from scrm_bot.crm.deals import Deal
from scrm_bot.crm.followups import FollowUp, Present
from scrm_bot.crm.leads import Lead
from scrm_bot.crm.people import Account, Contact, Department, Staff
from scrm_bot.crm.products import Device, Product
from scrm_bot.crm.reminders import Reminder
from scrm_bot.crm.shape import Shape
from scrm_bot.crm.tickets import Note, Ticket

FOUNDED = 400  # days ago: when staff and wares were entered


def settle(session: Session, books: Books, now: datetime, shape: Shape) -> bool:
    """Move the company in. False if somebody lives here already. `now` is aware, in the company's zone."""
    if session.scalar(select(Staff.id).limit(1)) is not None:
        return False
    _Mover(session, books, Calendar(now), shape).move_in()
    return True


@dataclass
class _Mover:
    """Holds who and what has been written already, by name, while the rest is written."""

    session: Session
    books: Books
    calendar: Calendar
    shape: Shape
    staff: dict[str, Staff] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=dict)
    contacts: dict[str, list[Contact]] = field(default_factory=dict)  # by the customer's name
    phones: Iterator[str] = field(default_factory=history.phones)

    def move_in(self) -> None:
        """Everything, in an order in which nobody refers to what is not there yet."""
        self._staff()
        self._products()
        self._customers()
        told = {client.name: self._contacted(client) for client in self.books.clients}
        self._followups(told)
        self._deals(told)
        self._accounts()
        for name in ("contracts", "devices", "leads", "reminders", "tickets"):
            for number, one in enumerate(self.books.company[name], 1):
                self.session.add(getattr(self, f"_{name.removesuffix('s')}")(one, number))
            self.session.flush()
        self._notes()

    def _staff(self) -> None:
        born = self.calendar.at(FOUNDED, time(9))
        plan = self.books.company["staff"]
        paths = dict.fromkeys(one["department"] for one in plan)
        self.session.add_all(Department(path=path, created_at=born) for path in paths)
        for number, one in enumerate(plan, 1):
            self.staff[one["name"]] = Staff(
                name=one["name"], role=one["role"], department=one["department"], phone=f"1390000{number:04d}",
                active=True, created_at=born,
            )  # fmt: skip
        self._write(self.staff.values())
        for one in plan:
            self.staff[one["name"]].manager_id = self._staff_id(one.get("manager", ""))
        self.session.flush()

    def _products(self) -> None:
        born = self.calendar.at(FOUNDED, time(9, 30))
        self._write(
            Product(
                name=one["name"], aliases=one["aliases"], unit=one["unit"], price=Decimal(one["price"]),
                floor_price=Decimal(one["floor_price"]), created_at=born,
            )
            for one in self.books.company["products"]
        )  # fmt: skip

    def _customers(self) -> None:
        for client in self.books.clients:
            first = self._contacted(client)[0].at
            self.customers[client.name] = Customer(
                name=client.name, industry=client.industry, region=client.region, grade=client.grade,
                lifecycle=history.lifecycle(client), source=client.source, phone=None,
                owner_id=self._staff_id(client.owner), created_at=first - timedelta(minutes=30),
            )  # fmt: skip
        self._write(self.customers.values())
        for client in self.books.clients:
            self._names_and_people(client, self.customers[client.name])
        self.session.flush()

    def _names_and_people(self, client: Client, customer: Customer) -> None:
        for name in (client.name, *client.shorts):
            short = name != client.name
            self.session.add(
                CustomerName(customer_id=customer.id, name=name, short=short, created_at=customer.created_at)
            )
        self.contacts[client.name] = [
            Contact(
                customer_id=customer.id, name=name, title=title, phone=next(self.phones), active=True,
                created_at=customer.created_at,
            )
            for name, title in client.people
        ]  # fmt: skip
        self.session.add_all(self.contacts[client.name])

    def _contacted(self, client: Client) -> list[Contacted]:
        return history.contacts_with(client, self.books.company["notes"], self.calendar)

    def _followups(self, told: Mapping[str, list[Contacted]]) -> None:
        sellers = [self.staff[name] for name in ("周晓明", "李思琪")]
        written: list[tuple[FollowUp, Contact]] = []
        for number, client in enumerate(self.books.clients):
            customer = self.customers[client.name]
            author = self._staff_id(client.owner) or sellers[number % 2].id  # whoever had it before the pool
            customer.last_followed_at = told[client.name][-1].at
            for one in told[client.name]:
                row = FollowUp(
                    customer_id=customer.id, author_id=author, method=one.method, happened_at=one.at, text=one.text,
                    summary=one.text, failed="没有接" in one.text, created_at=one.at + timedelta(minutes=20),
                )  # fmt: skip
                written.append((row, self._meant(client, one.text)))
        self._write(row for row, _ in written)
        self._write(
            Present(followup_id=row.id, contact_id=contact.id, created_at=row.created_at) for row, contact in written
        )

    def _meant(self, client: Client, words: str) -> Contact:
        """The contact whom a note speaks of."""
        people = zip(self.contacts[client.name], client.people, strict=True)
        named = (contact for contact, (name, title) in people if history.called(name, title) in words)
        return next(named, self.contacts[client.name][0])

    def _deals(self, told: Mapping[str, list[Contacted]]) -> None:
        for client in self.books.clients:
            if client.stage:
                self.session.add(self._deal(client, told[client.name]))
            before = history.earlier_win(client)
            if before:
                self.session.add(self._won_before(client, *before))
        self.session.flush()

    def _deal(self, client: Client, told: list[Contacted]) -> Deal:
        stage = self.shape.stage(client.stage)
        chance = history.dice(client)
        closes = self.calendar.now.date() + timedelta(days=chance.choice((6, 12, 18, 25, 33, 47, 60, 80)))
        last = told[-1].at
        return Deal(
            title=f"{client.shorts[0]}-{client.product}", customer_id=self.customers[client.name].id,
            owner_id=self._staff_id(client.owner), stage=stage.key, kind=stage.kind, amount=history.amount(client.wan),
            expected_close=last.date() if stage.closes else closes, moved_at=last,
            closed_at=last if stage.closes else None, lost_reason="价格" if stage.kind == "lost" else None,
            created_at=told[0].at,
        )  # fmt: skip

    def _won_before(self, client: Client, days: int, amount: Decimal) -> Deal:
        closed = self.calendar.worked(days, time(16))
        return Deal(
            title=f"{client.shorts[0]}-一期", customer_id=self.customers[client.name].id,
            owner_id=self._staff_id(client.owner), stage=self.shape.first("won").key, kind="won", amount=amount,
            expected_close=closed.date(), moved_at=closed, closed_at=closed, created_at=closed - timedelta(days=30),
        )  # fmt: skip

    def _accounts(self) -> None:
        for one in self.books.company["staff"]:
            for account in one.get("accounts", ()):
                self._account(account, staff_id=self.staff[one["name"]].id)
        for one in self.books.company["bound"]:
            contact = next(c for c in self.contacts[one["customer"]] if c.name == one["contact"])
            self._account(one["account"], contact_id=contact.id)
        self.session.flush()

    def _account(self, words: str, **person: int) -> None:
        channel, user = words.split(":")
        self.session.add(Account(channel=channel, user=user, created_at=self.calendar.at(80, time(9)), **person))

    def _contract(self, one: Mapping[str, Any], number: int) -> Contract:
        ends = self.calendar.now.date() + timedelta(days=one["ends"])
        signed = min(ends - timedelta(days=365), self.calendar.now.date() - timedelta(days=3))
        customer = self.customers[one["customer"]]
        return Contract(
            number=f"HT{signed:%y%m}-{number:03d}", title=one["title"], customer_id=customer.id,
            owner_id=customer.owner_id, amount=history.amount(one["wan"]), signed_on=signed, expires_on=ends,
            state=one.get("state", "active"), created_at=self.calendar.at(70, time(10)),
        )  # fmt: skip

    def _device(self, one: Mapping[str, Any], _number: int) -> Device:
        until = self.calendar.now.date() + timedelta(days=one["warranty"])
        return Device(
            customer_id=self.customers[one["customer"]].id, name=one["name"], model=one["model"], serial=one["serial"],
            site=one["site"], warranty_until=until, service_until=until, created_at=self.calendar.at(70, time(11)),
        )  # fmt: skip

    def _lead(self, one: Mapping[str, Any], _number: int) -> Lead:
        return Lead(
            name=one["name"], contact=one["contact"], phone=one["phone"], source=one["source"], region=one["region"],
            demand=one["demand"], state=one["state"], score=40, owner_id=self.staff[one["owner"]].id,
            created_at=self.calendar.at(one["age"], time(9, 40)),
        )  # fmt: skip

    def _reminder(self, one: Mapping[str, Any], _number: int) -> Reminder:
        due = self.calendar.at(-one["days"], time(one["hour"]))
        rung = due <= self.calendar.now
        return Reminder(
            staff_id=self.staff[one["staff"]].id, customer_id=self.customers[one["customer"]].id, text=one["text"],
            due_at=due, state="sent" if rung else "waiting", rings=0, origin="asked", sent_at=due if rung else None,
            created_at=min(due, self.calendar.now) - timedelta(days=2),
        )  # fmt: skip

    def _ticket(self, one: Mapping[str, Any], _number: int) -> Ticket:
        filed = self.calendar.at(one["age"], time(10, 20))
        channel, _, user = one.get("account", "").partition(":")
        contact = self.contacts[one["customer"]][0]
        over = one["state"] in ("resolved", "closed")
        return Ticket(
            number=f"T{filed:%y%m%d}-01", customer_id=self.customers[one["customer"]].id, contact_id=contact.id,
            asker_channel=channel or None, asker_user=user or None, kind=one.get("kind", "报修"),
            priority=one["priority"], text=one["text"], phone=contact.phone, state=one["state"],
            assignee_id=self.staff[one["assignee"]].id, rating=one.get("rating"), comment=one.get("comment"),
            responded_at=filed + timedelta(minutes=35), resolved_at=filed + timedelta(hours=5) if over else None,
            created_at=filed,
        )  # fmt: skip

    def _notes(self) -> None:
        tickets = {ticket.text: ticket for ticket in self.session.scalars(select(Ticket))}
        for one in self.books.company["tickets"]:
            ticket = tickets[one["text"]]
            for number, words in enumerate(one.get("notes", ()), 1):
                author, _, text = words.partition(":")
                self.session.add(
                    Note(
                        ticket_id=ticket.id, author=author, from_customer=author == "客户", text=text,
                        created_at=ticket.created_at + timedelta(minutes=50 * number),
                    )
                )  # fmt: skip

    def _staff_id(self, name: str) -> int | None:
        return self.staff[name].id if name else None

    def _write(self, rows: Any) -> None:
        self.session.add_all(rows)
        self.session.flush()
