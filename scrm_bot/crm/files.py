"""Pictures, voices and files that people sent: what each belongs to, who may see it, how far it was fetched."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Select, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from scrm_bot.crm import audit, customers, tickets
from scrm_bot.crm.audit import Tracked
from scrm_bot.crm.checkins import CheckIn
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.errors import NotAllowed
from scrm_bot.crm.followups import FollowUp
from scrm_bot.crm.people import Contact, Staff
from scrm_bot.crm.tickets import Note, Ticket
from scrm_bot.db import Base

PICTURE, VOICE, FILE = "picture", "voice", "file"
WANTED, KEPT, REFUSED, LOST = "wanted", "kept", "refused", "lost"
RUNS, UNKNOWN, TOO_BIG = "runs", "unknown", "too big"  # why something is not kept
MINUTES = 10  # how long what was written last is what a picture belongs to
LOOSE_FOR = timedelta(minutes=30)  # how long what came before a record may still go to it
_WANTED = text("state = 'wanted'")


class File(Tracked, Base):
    """One file that was sent. Its content is under `digest` in the store once it is `kept`.

    `source`: what the platform gives it out for; `channel`, `user`: the account that it came from.
    """

    __tablename__ = "files"
    __table_args__ = (
        Index("ix_files_customer", "customer_id", "id"),
        Index("ix_files_followup", "followup_id"),
        Index("ix_files_ticket", "ticket_id"),
        Index("ix_files_contact", "contact_id"),
        Index("ix_files_sender", "channel", "user", "id"),
        Index("ix_files_wanted", "run_at", sqlite_where=_WANTED, postgresql_where=_WANTED),
    )
    part = True
    derived = frozenset("state reason digest size type attempts run_at lease".split())  # the fetching is nobody's act

    kind: Mapped[str]  # picture | voice | file: as which it was sent
    name: Mapped[str]  # as its sender calls it, "" if it has none
    state: Mapped[str]  # wanted | kept | refused | lost
    reason: Mapped[str | None]
    digest: Mapped[str | None]
    size: Mapped[int | None] = mapped_column(BigInteger)
    type: Mapped[str | None]  # by its content
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    followup_id: Mapped[int | None] = mapped_column(ForeignKey("followups.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"))
    channel: Mapped[str]
    user: Mapped[str]
    source: Mapped[dict[str, Any]]
    attempts: Mapped[int] = mapped_column(default=0)
    run_at: Mapped[datetime]
    lease: Mapped[str | None]


_HOLDS = {model.__tablename__: model for model in (FollowUp, Ticket, Note, CheckIn, File)}
_BESIDE = frozenset({"customers", "contacts", "followup_contacts", "reminders", "words"})


@dataclass(frozen=True, slots=True)
class Sent:
    """What somebody sent, as their platform tells of it."""

    kind: str
    name: str
    channel: str
    user: str
    source: Mapping[str, Any]


def want(desk: Desk, sent: Sent, refused: str = "") -> File:
    """From now on its content is to be fetched, unless it is `refused`. It belongs to nothing but its sender yet."""
    actor = desk.actor
    return desk.add(
        File(
            kind=sent.kind,
            name=sent.name[:200],
            channel=sent.channel,
            user=sent.user,
            source=dict(sent.source),
            state=REFUSED if refused else WANTED,
            reason=refused or None,
            run_at=desk.now,
            staff_id=actor.id if isinstance(actor, Staff) else None,
            contact_id=actor.id if isinstance(actor, Contact) else None,
            customer_id=actor.customer_id if isinstance(actor, Contact) else None,
        )
    )


def get(desk: Desk, number: int) -> File | None:
    """By number, undone ones excepted; no permission checked."""
    file = desk.session.get(File, number)
    return file if file is not None and file.undone_at is None else None


def attach(file: File, record: FollowUp | Ticket) -> None:
    """It belongs to this record from now on: one that the actor has written, or has just added to."""
    if isinstance(record, FollowUp):
        file.followup_id, file.customer_id = record.id, record.customer_id
    else:
        file.ticket_id, file.customer_id = record.id, record.customer_id


def file_under(desk: Desk, file: File, customer: Customer) -> None:
    """It belongs to this customer, and to no record."""
    customers.check(desk, customer)
    file.customer_id = customer.id


def last_record(desk: Desk) -> FollowUp | Ticket | None:
    """What the actor has written last, a few minutes ago at most, if a picture can belong to it.

    A reminder or a contact belongs to what was written with it; a deal written since then is another matter.
    """
    for entry in audit.latest(desk.session, desk.signature, MINUTES):
        if entry.entity in _HOLDS:
            if record := _record(desk, entry.entity, entry.entity_id):
                return record
        elif entry.entity not in _BESIDE:
            return None
    return None


def _record(desk: Desk, entity: str, number: int) -> FollowUp | Ticket | None:
    row: Any = desk.session.get(_HOLDS[entity], number)
    if isinstance(row, Note):
        row = desk.session.get(Ticket, row.ticket_id)
    elif isinstance(row, CheckIn):
        row = desk.session.get(FollowUp, row.followup_id)
    elif isinstance(row, File):
        place = (FollowUp, row.followup_id) if row.followup_id else (Ticket, row.ticket_id)
        row = desk.session.get(*place) if place[1] else None
    return row if row is not None and row.undone_at is None else None


def loose(desk: Desk, channel: str, user: str, limit: int = 20) -> Sequence[File]:
    """What this account has sent lately that belongs to no record, the oldest first."""
    query = select(File).where(File.channel == channel, File.user == user).order_by(File.id.desc()).limit(limit)
    since = desk.now - LOOSE_FOR
    found = [file for file in desk.session.scalars(query) if file.created_at >= since]
    return [file for file in reversed(found) if file.followup_id is None and file.ticket_id is None]


def count_of(desk: Desk, record: FollowUp | Ticket) -> int:
    """How many belong to it."""
    column = File.followup_id if isinstance(record, FollowUp) else File.ticket_id
    return desk.session.scalar(select(func.count()).select_from(File).where(column == record.id)) or 0


def of_customer(desk: Desk, customer: Customer, kinds: Collection[str], limit: int) -> Sequence[File]:
    """A customer's files of these kinds, the newest first; what could not be kept is not there."""
    customers.check(desk, customer)
    return desk.session.scalars(_of(customer, kinds).order_by(File.id.desc()).limit(limit)).all()


def of_ticket(desk: Desk, ticket: Ticket, limit: int) -> Sequence[File]:
    """A request's files, the newest first."""
    if not tickets.may_see(desk, ticket):
        raise NotAllowed
    query = select(File).where(File.ticket_id == ticket.id, File.state.in_((WANTED, KEPT)))
    return desk.session.scalars(query.order_by(File.id.desc()).limit(limit)).all()


def how_many(desk: Desk, customer: Customer, kinds: Collection[str]) -> int:
    """Of these kinds in all."""
    customers.check(desk, customer)
    return desk.session.scalar(select(func.count()).select_from(_of(customer, kinds).subquery())) or 0


def _of(customer: Customer, kinds: Collection[str]) -> Select[File]:
    there = File.state.in_((WANTED, KEPT))
    return select(File).where(File.customer_id == customer.id, File.kind.in_(kinds), there)


def may_see(desk: Desk, file: File) -> bool:
    """Whoever sent it; whoever may see the customer, or the ticket, that it belongs to."""
    actor = desk.actor
    if isinstance(actor, Staff) and file.staff_id == actor.id:
        return True
    ticket = desk.session.get(Ticket, file.ticket_id) if file.ticket_id else None
    if ticket is not None and tickets.may_see(desk, ticket):
        return True
    if not isinstance(actor, Staff) or file.customer_id is None:
        return False
    customer = customers.get(desk, file.customer_id)
    return customer is not None and desk.reach.covers(customer.owner_id)
