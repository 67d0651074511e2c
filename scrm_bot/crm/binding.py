"""Binding: how an account that nobody knows becomes a person we know."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, select, update
from sqlalchemy.orm import Mapped, mapped_column

from scrm_bot.crm import customers, people
from scrm_bot.crm.audit import Tracked
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.errors import WrongCode
from scrm_bot.crm.people import Contact, Staff
from scrm_bot.crm.tickets import Ticket
from scrm_bot.db import Base

VALID = timedelta(days=7)
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # nothing that reads like something else


class BindCode(Tracked, Base):
    """A one-time code that staff hand to a contact (or that an admin hands to staff)."""

    __tablename__ = "bind_codes"
    __table_args__ = (Index("ix_bind_codes_customer", "customer_id"), Index("ix_bind_codes_contact", "contact_id"))

    code: Mapped[str] = mapped_column(unique=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    made_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Bound:
    """An account became this person's: those who would know if it was somebody else are told."""

    person: Staff | Contact
    channel: str


def hand_out(desk: Desk, customer: Customer, contact: Contact | None = None) -> BindCode:
    """A code for a customer of the actor's."""
    customers.check(desk, customer)
    return desk.add(
        BindCode(
            code="".join(secrets.choice(LETTERS) for _ in range(8)),
            customer_id=customer.id,
            contact_id=contact.id if contact else None,
            made_by=desk.staff.id,
            expires_at=desk.now + VALID,
        )
    )


def redeem(desk: Desk, text: str, channel: str, user: str) -> Contact:
    """The account becomes the contact of the code; once."""
    good = (BindCode.code == text.strip().upper(), BindCode.used_at.is_(None), BindCode.expires_at > desk.now)
    code = desk.session.scalars(select(BindCode).where(*good).with_for_update()).first()
    if code is None or code.customer_id is None:
        raise WrongCode
    code.used_at = desk.now
    contact = desk.session.get(Contact, code.contact_id) if code.contact_id else None
    if contact is None:
        contact = Contact(customer_id=code.customer_id, name="微信联系人")
        desk.add(contact)
    attach(desk, contact, channel, user)
    return contact


def attach(desk: Desk, person: Staff | Contact, channel: str, user: str) -> None:
    """Bind the account, and hand the person what the account has filed as a stranger."""
    people.bind(desk.session, channel, user, person, desk.now)
    desk.emit(Bound(person, channel))
    if isinstance(person, Contact):
        desk.session.execute(
            update(Ticket)
            .where(Ticket.asker_channel == channel, Ticket.asker_user == user, Ticket.contact_id.is_(None))
            .values(contact_id=person.id, customer_id=person.customer_id)
            .execution_options(synchronize_session="fetch")
        )
