"""A company whose reps tell of visits: as many customers as asked for, each rep with some of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from bench import accounts, sentences
from scrm_bot import schema
from scrm_bot.crm import people
from scrm_bot.crm.customers import Customer, CustomerName
from scrm_bot.crm.deals import Deal
from scrm_bot.crm.people import Contact, Staff
from scrm_bot.db import Database

CHANNELS = ("wecom", "wechat", "plain", "dingtalk", "stream")


def prepare(url: str, customers: int) -> None:
    """A database at this version with the company in it."""
    db = Database(url)
    schema.upgrade(db)
    with db.transaction() as session:
        _settle(session, customers)
    db.close()


def _settle(session: Session, customers: int) -> None:
    before = datetime.now(UTC) - timedelta(days=60)
    staff = _staff(session, before)
    for number, client in enumerate(sentences.clients(customers)):
        owner = staff[client.owner]
        row = Customer(name=client.name, owner_id=owner.id, lifecycle="跟进中", created_at=before)
        session.add(row)
        session.flush()
        for name in (client.name, client.short):
            session.add(CustomerName(customer_id=row.id, name=name, short=name != client.name, created_at=before))
        contact = Contact(customer_id=row.id, name="王建华", title="总经理", created_at=before)
        session.add(contact)
        session.flush()
        if number < accounts.REPS:
            people.bind(session, "kf", accounts.user(number), contact, before)
        session.add(
            Deal(title=f"{client.short}一期", customer_id=row.id, owner_id=owner.id, stage="need", kind="open",
                 amount=100_000, moved_at=before, created_at=before)
        )  # fmt: skip


def _staff(session: Session, before: datetime) -> list[Staff]:
    manager = Staff(name="陈志远", role="sales_manager", department="销售部", created_at=before)
    session.add(manager)
    session.flush()
    reps = [
        Staff(name=_name(number), role="sales", department="销售部", manager_id=manager.id, created_at=before)
        for number in range(accounts.REPS)
    ]
    session.add_all(reps)
    session.flush()
    for channel in CHANNELS:
        people.bind(session, channel, "manager", manager, before)
        for number, rep in enumerate(reps):
            people.bind(session, channel, accounts.user(number), rep, before)
    return reps


def _name(number: int) -> str:
    return sentences.SURNAMES[number % 20] + "思文博涵诺雨嘉怡浩梓"[number % 9] + "远轩"[number // 20]
