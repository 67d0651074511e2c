"""Questions about many tickets: what is open, how many came, how they were rated - within what the asker may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, func, or_, select, text, true

from scrm_bot.crm.customers import Customer, visible
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import Role, Staff
from scrm_bot.crm.tickets import OPEN, SEE_TICKETS, Ticket

POOR = 3  # stars, and less: somebody should call there


@dataclass(frozen=True, slots=True)
class Ratings:
    """How customers rated what was done in a period: of so many tickets so many, and the poor ones."""

    resolved: int
    rated: int
    mean: Decimal
    poor: Sequence[Ticket]


def _in_sight(desk: Desk) -> ColumnElement[bool]:
    """As tickets.may_see has it of one: all; an engineer's own; one's own and those of customers that one may see."""
    role = desk.staff.role
    if role in SEE_TICKETS:
        return true()
    own = Ticket.assignee_id == desk.staff.id
    if role == Role.ENGINEER:
        return own
    return or_(own, Ticket.customer_id.in_(select(Customer.id).where(visible(desk))))


def still_open(desk: Desk, limit: int) -> tuple[Sequence[Ticket], int]:
    """What is not done yet, the urgent first, then the oldest; and how many there are in all."""
    unclosed = text("state NOT IN ('closed','cancelled')")  # as the index says it, or it is not used
    where = (unclosed, Ticket.state.in_(OPEN), _in_sight(desk))
    total = desk.session.scalar(select(func.count(Ticket.id)).where(*where)) or 0
    query = select(Ticket).where(*where).order_by(Ticket.priority, Ticket.created_at, Ticket.id)
    return desk.session.scalars(query.limit(limit)).all(), total


def counts(desk: Desk, start: datetime, end: datetime) -> dict[str, int]:
    """How many were filed in that time, by state."""
    query = select(Ticket.state, func.count()).where(Ticket.created_at >= start, Ticket.created_at < end)
    return dict(desk.session.execute(query.where(_in_sight(desk)).group_by(Ticket.state)).all())


def ratings(desk: Desk, start: datetime, end: datetime, of: Staff | None = None, limit: int = 10) -> Ratings:
    """Of what was resolved in that time, by one of us or by all."""
    where = [Ticket.resolved_at >= start, Ticket.resolved_at < end, _in_sight(desk)]
    if of is not None:
        where.append(Ticket.assignee_id == of.id)
    sums = (func.count(Ticket.id), func.count(Ticket.rating), func.sum(Ticket.rating))
    resolved, rated, stars = desk.session.execute(select(*sums).where(*where)).one()
    poor = select(Ticket).where(*where, Ticket.rating <= POOR).order_by(Ticket.rating, Ticket.resolved_at.desc())
    mean = Decimal(stars or 0) / max(rated, 1)
    return Ratings(resolved, rated, mean, desk.session.scalars(poor.limit(limit)).all())
