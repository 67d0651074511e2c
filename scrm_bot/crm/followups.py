"""Follow-ups: every visit, call and chat with a customer, as it was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, Select, and_, func, select
from sqlalchemy.orm import Mapped, mapped_column

from scrm_bot.crm import customers
from scrm_bot.crm.audit import Tracked
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.errors import NotAllowed
from scrm_bot.crm.people import Contact, Role, Staff
from scrm_bot.db import Base

WRITERS = frozenset({Role.SALES, Role.SALES_MANAGER, Role.DIRECTOR, Role.SERVICE, Role.ENGINEER, Role.ADMIN})
METHODS = ("拜访", "电话", "微信", "短信", "邮件", "线上会议", "其他")


class FollowUp(Tracked, Base):
    """One contact with a customer. `text` is what was said, `summary` the receipt's gist."""

    __tablename__ = "followups"
    __table_args__ = (
        Index("ix_followups_customer", "customer_id", "happened_at"),
        Index("ix_followups_author", "author_id", "happened_at"),
    )

    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    method: Mapped[str]
    happened_at: Mapped[datetime]
    text: Mapped[str]
    summary: Mapped[str]
    failed: Mapped[bool] = mapped_column(default=False)  # nobody there, nobody answered


class Present(Tracked, Base):
    """A contact took part in a follow-up."""

    __tablename__ = "followup_contacts"
    __table_args__ = (Index("ix_followup_contacts_followup", "followup_id"),
                      Index("ix_followup_contacts_contact", "contact_id"))  # fmt: skip

    followup_id: Mapped[int] = mapped_column(ForeignKey("followups.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"))


@dataclass(frozen=True, slots=True)
class Logged:
    """A follow-up was written; the customer's owner hears of it if somebody else wrote it."""

    followup: FollowUp
    customer: Customer
    author: Staff


def log(
    desk: Desk,
    customer: Customer,
    text: str,
    happened_at: datetime,
    method: str = "其他",
    contacts: Sequence[Contact] = (),
    *,
    summary: str = "",
    failed: bool = False,
) -> FollowUp:
    """Write one down."""
    customers.check(desk, customer)
    if desk.staff.role not in WRITERS:
        raise NotAllowed
    followup = FollowUp(
        customer_id=customer.id,
        author_id=desk.staff.id,
        method=method,
        happened_at=happened_at,
        text=text,
        summary=summary or text,
        failed=failed,
    )
    desk.add(followup)
    for contact in contacts:
        desk.add(Present(followup_id=followup.id, contact_id=contact.id))
    customers.touched(desk, customer, happened_at)
    desk.emit(Logged(followup, customer, desk.staff))
    return followup


def latest(desk: Desk, customer: Customer, limit: int = 5) -> Sequence[FollowUp]:
    """The customer's last follow-ups, newest first."""
    customers.check(desk, customer)
    query = select(FollowUp).where(FollowUp.customer_id == customer.id)
    return desk.session.scalars(query.order_by(FollowUp.happened_at.desc()).limit(limit)).all()


def by(desk: Desk, staff: Staff, start: datetime, end: datetime, limit: int = 10) -> Sequence[FollowUp]:
    """What this person did from `start` to before `end`, newest first."""
    if not desk.reach.covers(staff.id):
        raise NotAllowed
    return desk.session.scalars(_of(staff, start, end).order_by(FollowUp.happened_at.desc()).limit(limit)).all()


def count(desk: Desk, staff: Staff, start: datetime, end: datetime) -> tuple[int, int]:
    """How many follow-ups, and of how many customers."""
    if not desk.reach.covers(staff.id):
        raise NotAllowed
    inner = _of(staff, start, end).subquery()
    row = desk.session.execute(select(func.count(), func.count(func.distinct(inner.c.customer_id))).select_from(inner))
    total, different = row.one()
    return total, different


def recount(desk: Desk, followup: FollowUp) -> None:
    """After an undo: the customer's last contact is that of what remains."""
    customer = desk.session.get(Customer, followup.customer_id)
    query = select(func.max(FollowUp.happened_at)).where(FollowUp.customer_id == followup.customer_id)
    if customer:
        customers.settle(desk, customer, desk.session.scalar(query))


def _of(staff: Staff, start: datetime, end: datetime) -> Select[FollowUp]:
    window = and_(FollowUp.happened_at >= start, FollowUp.happened_at < end)
    return select(FollowUp).where(FollowUp.author_id == staff.id, window)
