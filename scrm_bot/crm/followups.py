"""Follow-ups: every visit, call and chat with a customer, as it was said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, Select, Table, and_, bindparam, func, select
from sqlalchemy.orm import Mapped, mapped_column

from scrm_bot.crm import customers
from scrm_bot.crm.audit import Tracked, ready
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.errors import NotAllowed
from scrm_bot.crm.people import Contact, Role, Staff
from scrm_bot.db import Base
from scrm_bot.prepared import Prepared

WRITERS = frozenset({Role.SALES, Role.SALES_MANAGER, Role.DIRECTOR, Role.SERVICE, Role.ENGINEER, Role.ADMIN})
METHODS = ("拜访", "电话", "微信", "短信", "邮件", "线上会议", "其他")
LATELY = timedelta(days=30)  # notes that a new one may be a copy of


class FollowUp(Tracked, Base):
    """One contact with a customer. `text` is what was said, `summary` the receipt's gist."""

    __tablename__ = "followups"
    __table_args__ = (
        Index("ix_followups_customer", "customer_id", "happened_at"),
        Index("ix_followups_author", "author_id", "happened_at"),
        Index("ix_followups_written", "author_id", "created_at"),
    )

    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    method: Mapped[str]
    happened_at: Mapped[datetime]
    text: Mapped[str]
    summary: Mapped[str]
    failed: Mapped[bool] = mapped_column(default=False)  # nobody there, nobody answered
    low_value: Mapped[str | None]  # why nobody learns anything from it: empty, copied, burst


class Present(Tracked, Base):
    """A contact took part in a follow-up."""

    __tablename__ = "followup_contacts"
    __table_args__ = (Index("ix_followup_contacts_followup", "followup_id"),
                      Index("ix_followup_contacts_contact", "contact_id"))  # fmt: skip

    followup_id: Mapped[int] = mapped_column(ForeignKey("followups.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id"))


_ROWS: Table = FollowUp.__table__  # type: ignore[assignment]
_BY_NUMBER = ready(FollowUp, FollowUp.id == bindparam("number"))
_WRITTEN, _WHEN = (
    Prepared(
        select(column)
        .where(_ROWS.c.author_id == bindparam("author"), _ROWS.c.created_at >= bindparam("since"))
        .where(_ROWS.c.undone_at.is_(None))
        .order_by(_ROWS.c.created_at.desc(), _ROWS.c.id.desc())
        .limit(30)
    )
    for column in (_ROWS.c.text, _ROWS.c.created_at)
)


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
    low_value: str | None = None,
) -> FollowUp:
    """Write one down. One of low value is kept, but is no contact with the customer unless the company says so."""
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
        low_value=low_value,
    )
    desk.add(followup)
    join(desk, followup, contacts)
    if counts(desk, followup):
        customers.touched(desk, customer, happened_at)
    desk.emit(Logged(followup, customer, desk.staff))
    return followup


def retell(
    desk: Desk,
    followup: FollowUp,
    text: str,
    contacts: Iterable[Contact] = (),
    *,
    summary: str,
    failed: bool,
    low_value: str | None,
) -> None:
    """A visit of the actor's that began with a check-in: now it is told what came of it."""
    customer = customers.get(desk, followup.customer_id)
    if customer is None or followup.author_id != desk.staff.id:
        raise NotAllowed
    customers.check(desk, customer)
    followup.text, followup.summary, followup.failed, followup.low_value = text, summary, failed, low_value
    join(desk, followup, contacts)
    desk.emit(Logged(followup, customer, desk.staff))


def join(desk: Desk, followup: FollowUp, contacts: Iterable[Contact]) -> None:
    """They took part."""
    for contact in contacts:
        desk.add(Present(followup_id=followup.id, contact_id=contact.id))


def met(desk: Desk, followup: FollowUp) -> bool:
    """Whether anybody is written down who took part."""
    there = select(Present.id).where(Present.followup_id == followup.id, Present.undone_at.is_(None))
    return desk.session.scalar(there.limit(1)) is not None


def counts(desk: Desk, followup: FollowUp) -> bool:
    """Whether it is a contact with the customer."""
    return followup.low_value is None or desk.shape.count_low_value


def complete(desk: Desk, followup: FollowUp, words: str, low_value: str | None) -> None:
    """What was left out is told after all."""
    customer = customers.get(desk, followup.customer_id)
    if customer is None or followup.author_id != desk.staff.id:
        raise NotAllowed
    customers.check(desk, customer)
    followup.text, followup.summary = f"{followup.text}；{words}", f"{followup.summary}；{words}"
    followup.low_value = low_value
    if counts(desk, followup):
        customers.touched(desk, customer, followup.happened_at)


def annotate(desk: Desk, followup: FollowUp, text: str, summary: str) -> None:
    """What was seen in it afterwards stands with it."""
    if followup.author_id != desk.staff.id:
        raise NotAllowed
    followup.text, followup.summary = text, summary


def get(desk: Desk, number: int) -> FollowUp | None:
    """By number; no permission checked: the verbs do that."""
    return desk.one(_BY_NUMBER, number)


def written(desk: Desk) -> list[str]:
    """What the actor wrote down lately, the latest first."""
    return [text for (text,) in _WRITTEN.all(desk.session, author=desk.staff.id, since=desk.now - LATELY)]


def written_at(desk: Desk) -> list[datetime]:
    """And when."""
    return [at for (at,) in _WHEN.all(desk.session, author=desk.staff.id, since=desk.now - LATELY)]


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


def count(desk: Desk, staff: Staff, start: datetime, end: datetime) -> tuple[int, int, int]:
    """How many follow-ups, of how many customers, and how many of them are of low value."""
    if not desk.reach.covers(staff.id):
        raise NotAllowed
    inner = _of(staff, start, end).subquery()
    sums = (func.count(), func.count(func.distinct(inner.c.customer_id)), func.count(inner.c.low_value))
    total, different, low = desk.session.execute(select(*sums).select_from(inner)).one()
    return total, different, low


def recount(desk: Desk, followup: FollowUp) -> None:
    """After an undo: the customer's last contact is that of what remains and counts."""
    customer = desk.session.get(Customer, followup.customer_id)
    query = select(func.max(FollowUp.happened_at)).where(FollowUp.customer_id == followup.customer_id)
    if not desk.shape.count_low_value:
        query = query.where(FollowUp.low_value.is_(None))
    if customer:
        customers.settle(desk, customer, desk.session.scalar(query))


def _of(staff: Staff, start: datetime, end: datetime) -> Select[FollowUp]:
    window = and_(FollowUp.happened_at >= start, FollowUp.happened_at < end)
    return select(FollowUp).where(FollowUp.author_id == staff.id, window)
