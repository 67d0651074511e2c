"""Service tickets: from the customer's first word to the rating."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, bindparam, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from scrm_bot.crm.audit import Tracked
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.errors import AlreadyClosed, NotAllowed, TakenBy
from scrm_bot.crm.people import Contact, Role, Staff, Stranger, accounts_of, with_role
from scrm_bot.db import Base, one_by_one
from scrm_bot.prepared import Prepared

STATES = {
    "new": "待受理",
    "dispatched": "已派单",
    "accepted": "已接单",
    "working": "处理中",
    "waiting": "等待中",
    "resolved": "已解决",
    "closed": "已关闭",
    "cancelled": "已取消",
}
NUMBERING = 0x7C4E7  # of ours among PostgreSQL's advisory locks
OPEN = ("new", "dispatched", "accepted", "working", "waiting")
FIXERS = frozenset({Role.ENGINEER, Role.SERVICE, Role.ADMIN})
SEE_TICKETS = frozenset({Role.SERVICE, Role.EXECUTIVE, Role.ADMIN})


class Ticket(Tracked, Base):
    """One request. `asker_channel`, `asker_user`: the account that filed it, known or not."""

    __tablename__ = "tickets"
    __table_args__ = (
        Index("ix_tickets_open", "assignee_id", "created_at",
              sqlite_where=text("state NOT IN ('closed','cancelled')"),
              postgresql_where=text("state NOT IN ('closed','cancelled')")),
        Index("ix_tickets_asker", "asker_channel", "asker_user", "created_at"),
        Index("ix_tickets_customer", "customer_id", "created_at"),
        Index("ix_tickets_created", "created_at"),
        Index("ix_tickets_contact", "contact_id"),
        Index("ix_tickets_resolved", "resolved_at"),
    )  # fmt: skip

    linked = frozenset("state assignee_id responded_at resolved_at rating comment".split())

    number: Mapped[str] = mapped_column(unique=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"))
    asker_channel: Mapped[str | None]
    asker_user: Mapped[str | None]
    kind: Mapped[str]
    priority: Mapped[str]
    text: Mapped[str]
    phone: Mapped[str | None]
    state: Mapped[str]
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    rating: Mapped[int | None]
    comment: Mapped[str | None]
    responded_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]


class Note(Tracked, Base):
    """What was added to a ticket, by either side."""

    __tablename__ = "ticket_notes"
    __table_args__ = (Index("ix_ticket_notes_ticket", "ticket_id", "id"),)

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    author: Mapped[str]
    from_customer: Mapped[bool]
    text: Mapped[str]


@dataclass(frozen=True, slots=True)
class Opened:
    """A ticket was filed and, if anybody could be found, dispatched."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class StateChanged:
    """A ticket went on: the customer is told."""

    ticket: Ticket
    by: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class Reassigned:
    """A ticket went to another engineer."""

    ticket: Ticket
    by: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Who filed a ticket took it back before anybody had touched it."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class Added:
    """Something was added to a ticket: the other side is told."""

    ticket: Ticket
    note: Note


@dataclass(frozen=True, slots=True)
class Unsaid:
    """The customer took back what had been added."""

    ticket: Ticket
    note: Note


@dataclass(frozen=True, slots=True)
class Urged:
    """The customer is pressing."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class Reopened:
    """It was not mended after all: whoever worked on it hears what the customer says."""

    ticket: Ticket
    said: str


@dataclass(frozen=True, slots=True)
class Rated:
    """The customer gave stars."""

    ticket: Ticket


def open_ticket(
    desk: Desk,
    text: str,
    *,
    kind: str = "报修",
    priority: str = "P3",
    customer_id: int | None = None,
    asker: tuple[str, str] | None = None,
    phone: str | None = None,
) -> Ticket:
    """File a request: a contact's own, a stranger's, or one that staff file for a customer."""
    contact = desk.actor if isinstance(desk.actor, Contact) else None
    engineer = _on_duty(desk)
    ticket = Ticket(
        customer_id=contact.customer_id if contact else customer_id,
        contact_id=contact.id if contact else None,
        asker_channel=asker[0] if asker else None,
        asker_user=asker[1] if asker else None,
        kind=kind,
        priority=priority,
        text=text,
        phone=phone or (contact.phone if contact else None),
        assignee_id=engineer.id if engineer else None,
        state="dispatched" if engineer else "new",
    )
    ticket.number = _next_number(desk)  # as late as can be: others wait for theirs until the commit
    desk.add(ticket)
    desk.emit(Opened(ticket))
    return ticket


def withdrawn(desk: Desk, ticket: Ticket) -> None:
    """It was taken back by who had filed it: whoever was sent to it hears so."""
    desk.emit(Withdrawn(ticket))


def unsaid(desk: Desk, note: Note) -> None:
    """Words added to it were taken back: whoever was told them hears so."""
    ticket = get(desk, note.ticket_id)
    if ticket is not None and note.from_customer:
        desk.emit(Unsaid(ticket, note))


def accept(desk: Desk, ticket: Ticket) -> None:
    """The engineer takes it."""
    _may_fix(desk, ticket)
    if ticket.state not in ("new", "dispatched"):
        raise TakenBy(ticket.number, STATES[ticket.state])
    ticket.state, ticket.assignee_id = "accepted", desk.staff.id
    ticket.responded_at = desk.now
    desk.emit(StateChanged(ticket, desk.staff.name))


def say(desk: Desk, ticket: Ticket, words: str) -> Note:
    """Add words to it, for the other side to hear."""
    from_customer = not isinstance(desk.actor, Staff)
    if not from_customer:
        _may_fix(desk, ticket)
        ticket.responded_at = ticket.responded_at or desk.now
        if ticket.state in ("accepted", "dispatched", "new"):
            ticket.state, ticket.assignee_id = "working", desk.staff.id
    elif not _asked_by(desk, ticket):
        raise NotAllowed
    note = desk.add(Note(ticket_id=ticket.id, author=desk.actor.name, from_customer=from_customer, text=words))
    desk.emit(Added(ticket, note))
    return note


def report(desk: Desk, ticket: Ticket, words: str, *, waits: bool) -> Note:
    """How it goes on the spot, for the customer to hear; `waits`: nothing can be done until something comes."""
    note = say(desk, ticket, words)
    ticket.state = "waiting" if waits else "working"
    return note


def resolve(desk: Desk, ticket: Ticket, words: str) -> None:
    """Done, and what was done; the customer is asked to rate."""
    _may_fix(desk, ticket)
    ticket.state, ticket.resolved_at = "resolved", desk.now
    ticket.assignee_id = desk.staff.id
    ticket.responded_at = ticket.responded_at or desk.now
    desk.add(Note(ticket_id=ticket.id, author=desk.staff.name, from_customer=False, text=words))
    desk.emit(StateChanged(ticket, desk.staff.name, words))


def reopen(desk: Desk, ticket: Ticket, words: str) -> None:
    """It is as it was: back to whoever worked on it, or else to whoever is free."""
    if not _asked_by(desk, ticket):
        raise NotAllowed
    before = desk.session.get(Staff, ticket.assignee_id) if ticket.assignee_id else None
    engineer = before if before and before.active else _on_duty(desk)
    ticket.assignee_id, ticket.state = (engineer.id, "dispatched") if engineer else (None, "new")
    ticket.resolved_at = None
    desk.add(Note(ticket_id=ticket.id, author=desk.actor.name, from_customer=True, text=words))
    desk.emit(Reopened(ticket, words))


def assign(desk: Desk, ticket: Ticket, to: Staff) -> None:
    """To another engineer."""
    _may_fix(desk, ticket)
    ticket.assignee_id, ticket.state = to.id, "dispatched"
    desk.emit(Reassigned(ticket, desk.staff.name))


def pass_on(desk: Desk, ticket: Ticket) -> Staff | None:
    """I cannot: whoever else is free. None if there is nobody."""
    _may_fix(desk, ticket)
    other = _on_duty(desk, but=desk.staff.id)
    if other:
        assign(desk, ticket, other)
    return other


def urge(desk: Desk, ticket: Ticket) -> None:
    """The customer presses: up one step, the engineer hears it."""
    if not _asked_by(desk, ticket) and not isinstance(desk.actor, Staff):
        raise NotAllowed
    ticket.priority = {"P3": "P2", "P2": "P1"}.get(ticket.priority, "P1")
    desk.emit(Urged(ticket))


def press(desk: Desk, ticket: Ticket, priority: str) -> None:
    """What was added makes it more urgent than it was."""
    if priority < ticket.priority:
        ticket.priority = priority
        desk.emit(Urged(ticket))


def cancel(desk: Desk, ticket: Ticket) -> None:
    """The asker does not need it any more."""
    if not _asked_by(desk, ticket):
        raise NotAllowed
    ticket.state = "cancelled"
    desk.emit(StateChanged(ticket, desk.actor.name))


def rate(desk: Desk, ticket: Ticket, stars: int, comment: str) -> None:
    """One to five, and in whose words; that closes it."""
    if not _asked_by(desk, ticket):
        raise NotAllowed
    ticket.rating, ticket.comment = stars, comment
    ticket.state = "closed"
    desk.emit(Rated(ticket))


def get(desk: Desk, number: int) -> Ticket | None:
    """By row number, undone ones excepted."""
    ticket = desk.session.get(Ticket, number)
    return ticket if ticket and ticket.undone_at is None else None


def numbered(desk: Desk, number: str) -> Ticket | None:
    """By the number on the receipt, if the actor may know of it."""
    ticket = desk.session.scalars(select(Ticket).where(Ticket.number == number.upper())).first()
    return ticket if ticket and may_see(desk, ticket) else None


def may_see(desk: Desk, ticket: Ticket) -> bool:
    """Askers see their own; engineers theirs and what nobody has; leaders of service and the boss all."""
    if not isinstance(desk.actor, Staff):
        return _asked_by(desk, ticket)
    role = desk.actor.role
    if role in SEE_TICKETS or ticket.assignee_id == desk.actor.id:
        return True
    if role == Role.ENGINEER:
        return ticket.assignee_id is None
    return ticket.customer_id is not None and _owner_in_reach(desk, ticket.customer_id)


def asked_by(desk: Desk, channel: str, user: str, *states: str, limit: int = 5) -> Sequence[Ticket]:
    """What this account has filed, newest first; open states by default."""
    query = select(Ticket).where(Ticket.asker_channel == channel, Ticket.asker_user == user)
    query = query.where(Ticket.state.in_(states or OPEN))
    return desk.session.scalars(query.order_by(Ticket.created_at.desc(), Ticket.id.desc()).limit(limit)).all()


_ASSIGNED = Prepared(
    select(Ticket.id)
    .where(Ticket.assignee_id == bindparam("staff"), text("state NOT IN ('closed','cancelled')"))
    .where(Ticket.state != "resolved", Ticket.undone_at.is_(None))
    .limit(1)
)


def has_assigned(desk: Desk, staff: Staff) -> bool:
    """An engineer has an open ticket."""
    return _ASSIGNED.first(desk.session, staff=staff.id) is not None


def last_note(desk: Desk, ticket: Ticket) -> Note | None:
    """What was said last."""
    query = select(Note).where(Note.ticket_id == ticket.id)
    return desk.session.scalars(query.order_by(Note.id.desc()).limit(1)).first()


def assigned_to(desk: Desk, staff: Staff, limit: int = 10) -> Sequence[Ticket]:
    """An engineer's open tickets: the urgent first, then the oldest."""
    query = select(Ticket).where(Ticket.assignee_id == staff.id, Ticket.state.in_(OPEN))
    return desk.session.scalars(query.order_by(Ticket.priority, Ticket.created_at).limit(limit)).all()


def of_customer(desk: Desk, customer_id: int, limit: int = 5) -> Sequence[Ticket]:
    """A customer's tickets, newest first."""
    query = select(Ticket).where(Ticket.customer_id == customer_id)
    return desk.session.scalars(query.order_by(Ticket.created_at.desc()).limit(limit)).all()


def _next_number(desk: Desk) -> str:
    """T + date + a running number. Two turns count one after the other; UNIQUE has the last word."""
    one_by_one(desk.session, NUMBERING)
    prefix = f"T{desk.today:%y%m%d}-"
    today = desk.session.scalars(
        select(Ticket.number)
        .where(Ticket.number.between(prefix, prefix + ":"))  # ":" comes after the digits
        .order_by(Ticket.id.desc())
        .limit(1)
        .execution_options(with_undone=True)
    ).first()
    return f"{prefix}{int(today.rsplit('-', 1)[1]) + 1 if today else 1:02d}"


def _on_duty(desk: Desk, but: int | None = None) -> Staff | None:
    """The engineer with the fewest open tickets, reachable ones first."""
    engineers = [e for e in with_role(desk.session, [Role.ENGINEER]) if e.id != but]
    query = select(Ticket.assignee_id, func.count()).where(Ticket.state.in_(OPEN)).group_by(Ticket.assignee_id)
    load = dict(desk.session.execute(query).all())
    return min(engineers, key=lambda e: (not accounts_of(desk.session, e), load.get(e.id, 0), e.id), default=None)


def _asked_by(desk: Desk, ticket: Ticket) -> bool:
    actor = desk.actor
    if isinstance(actor, Contact):
        return ticket.contact_id == actor.id or (
            ticket.customer_id is not None and ticket.customer_id == actor.customer_id
        )
    if isinstance(actor, Stranger):
        return (ticket.asker_channel, ticket.asker_user) == (actor.channel, actor.user)
    return False


def _may_fix(desk: Desk, ticket: Ticket) -> None:
    if not isinstance(desk.actor, Staff) or desk.actor.role not in FIXERS or not may_see(desk, ticket):
        raise NotAllowed
    if ticket.state in ("closed", "cancelled", "resolved"):
        raise AlreadyClosed(ticket.number)


def _owner_in_reach(desk: Desk, customer_id: int) -> bool:
    return desk.reach.covers(desk.session.scalar(select(Customer.owner_id).where(Customer.id == customer_id)))
