"""Questions about many rows: the funnel, what was won, what a person did - always within the asker's scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, func, or_, select, true

from scrm_bot.crm.customers import Customer
from scrm_bot.crm.deals import Deal
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.errors import NotAllowed
from scrm_bot.crm.followups import FollowUp
from scrm_bot.crm.people import Reach, Role, Staff, reach_of
from scrm_bot.crm.shape import Stage


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of the funnel: how many open deals stand there and what they are worth."""

    stage: Stage
    count: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Funnel:
    """All open stages in order, and what was won and lost in the period."""

    steps: tuple[Step, ...]
    won: Step
    lost: Step

    @property
    def count(self) -> int:
        """Open deals."""
        return sum(step.count for step in self.steps)

    @property
    def amount(self) -> Decimal:
        """What they are worth."""
        return sum((step.amount for step in self.steps), Decimal(0))

    @property
    def weighted(self) -> Decimal:
        """What they are worth by the stages' probability."""
        return sum((step.amount * step.stage.probability / 100 for step in self.steps), Decimal(0))


def bounds(desk: Desk, first: date, last: date) -> tuple[datetime, datetime]:
    """The moments from the start of `first` to the end of `last`, half open."""
    zone = desk.shape.zone
    return datetime.combine(first, time.min, zone), datetime.combine(last + timedelta(days=1), time.min, zone)


def funnel(desk: Desk, first: date, last: date, of: Staff | None = None) -> Funnel:
    """The pipeline as it stands, with what was closed from `first` to `last`; one person's, or all in scope."""
    scope = _scope(desk, of)
    start, end = bounds(desk, first, last)
    standing = _sums(desk, scope, Deal.kind == "open")
    closed = _sums(desk, scope, Deal.kind != "open", Deal.closed_at >= start, Deal.closed_at < end)
    steps = tuple(_step(stage, standing) for stage in desk.shape if stage.kind == "open")
    return Funnel(steps, _step(desk.shape.first("won"), closed), _step(desk.shape.first("lost"), closed))


@dataclass(frozen=True, slots=True)
class Results:
    """What was won and what was lost in a period; the largest of those that were asked for."""

    won: Step
    lost: Step
    deals: Sequence[Deal]

    @property
    def rate(self) -> int | None:
        """How many of a hundred deals that ended were won; None if none ended."""
        ended = self.won.count + self.lost.count
        return round(100 * self.won.count / ended) if ended else None


def results(
    desk: Desk, first: date, last: date, of: Staff | None = None, kind: str = "won", limit: int = 10
) -> Results:
    """The deals that ended from `first` to `last`; those of `kind` one by one."""
    start, end = bounds(desk, first, last)
    ended = (_scope(desk, of), Deal.closed_at >= start, Deal.closed_at < end)
    sums = _sums(desk, *ended, Deal.kind != "open")
    query = select(Deal).where(*ended, Deal.kind == kind).order_by(Deal.amount.desc().nulls_last(), Deal.id)
    shape = desk.shape
    return Results(
        _step(shape.first("won"), sums),
        _step(shape.first("lost"), sums),
        desk.session.scalars(query.limit(limit)).all(),
    )


def won_by(desk: Desk, first: date, last: date) -> list[tuple[str, int, Decimal]]:
    """Who in scope won how many deals worth how much from `first` to `last`, the most first."""
    start, end = bounds(desk, first, last)
    count, amount = func.count(Deal.id), func.coalesce(func.sum(Deal.amount), 0)
    query = select(Staff.name, count, amount).join(Deal, Deal.owner_id == Staff.id)
    query = query.where(_scope(desk, None), Deal.kind == "won", Deal.closed_at >= start, Deal.closed_at < end)
    rows = desk.session.execute(query.group_by(Staff.id, Staff.name).order_by(amount.desc(), Staff.id))
    return [(name, number, Decimal(worth or 0)) for name, number, worth in rows]


def moved(desk: Desk, first: date, last: date, of: Staff | None = None, limit: int = 10) -> tuple[int, Sequence[Deal]]:
    """The deals that came to another stage from `first` to `last`: how many, and the latest of them."""
    start, end = bounds(desk, first, last)
    where = (_scope(desk, of), Deal.moved_at >= start, Deal.moved_at < end)
    count = desk.session.scalar(select(func.count(Deal.id)).where(*where)) or 0
    query = select(Deal).where(*where).order_by(Deal.moved_at.desc(), Deal.id.desc())
    return count, desk.session.scalars(query.limit(limit)).all()


def newcomers(
    desk: Desk, first: date, last: date, of: Staff | None = None, limit: int = 10
) -> tuple[int, Sequence[Customer]]:
    """The customers that came to be known from `first` to `last`: how many, and the newest of them."""
    start, end = bounds(desk, first, last)
    reach = desk.reach if of is None else reach_within(desk, of)
    scope = true() if reach.everybody else Customer.owner_id.in_(reach.staff)
    where = (scope, Customer.created_at >= start, Customer.created_at < end)
    count = desk.session.scalar(select(func.count(Customer.id)).where(*where)) or 0
    query = select(Customer).where(*where).order_by(Customer.created_at.desc(), Customer.id.desc())
    return count, desk.session.scalars(query.limit(limit)).all()


def closing(desk: Desk, first: date, last: date, of: Staff | None = None, limit: int = 10) -> Sequence[Deal]:
    """Open deals that should close in that time, the largest first."""
    query = select(Deal).where(
        _scope(desk, of), Deal.kind == "open", Deal.expected_close >= first, Deal.expected_close <= last
    )
    return desk.session.scalars(query.order_by(Deal.amount.desc().nulls_last()).limit(limit)).all()


def open_deals(
    desk: Desk,
    of: Staff | None = None,
    stage: Stage | None = None,
    least: Decimal | None = None,
    limit: int = 10,
    stood_since: datetime | None = None,
    closes: tuple[date, date] | None = None,
) -> tuple[int, Decimal, list[tuple[Deal, Customer]]]:
    """Open deals in scope: how many, worth how much, and the largest of them."""
    where = [_scope(desk, of), Deal.kind == "open"]
    if stage is not None:
        where[1] = Deal.stage == stage.key
    if least is not None:
        where.append(Deal.amount >= least)
    if stood_since is not None:
        where.append(Deal.moved_at < stood_since)
    if closes is not None:
        where.append(Deal.expected_close.between(*closes))
    count, amount = desk.session.execute(select(func.count(Deal.id), func.sum(Deal.amount)).where(*where)).one()
    query = select(Deal, Customer).join(Customer, Customer.id == Deal.customer_id).where(*where)
    rows = desk.session.execute(query.order_by(Deal.amount.desc().nulls_last()).limit(limit))
    return count, amount or Decimal(0), [(deal, customer) for deal, customer in rows]


@dataclass(frozen=True, slots=True)
class Share:
    """One of the team in a period: how many follow-ups, of how many customers."""

    name: str
    total: int
    different: int


def of_team(desk: Desk, start: datetime, end: datetime) -> list[Share]:
    """Everybody in scope who sells, or went to a customer all the same; the busiest first."""
    done = and_(FollowUp.author_id == Staff.id, FollowUp.happened_at >= start, FollowUp.happened_at < end)
    total, different = func.count(FollowUp.id), func.count(func.distinct(FollowUp.customer_id))
    query = select(Staff.name, total, different).outerjoin(FollowUp, done & FollowUp.undone_at.is_(None))
    query = query.where(Staff.active, true() if desk.reach.everybody else Staff.id.in_(desk.reach.staff))
    query = query.group_by(Staff.id, Staff.name).having(or_(total > 0, Staff.role == Role.SALES))
    return [Share(*row) for row in desk.session.execute(query.order_by(total.desc(), Staff.id))]


def _scope(desk: Desk, of: Staff | None) -> ColumnElement[bool]:
    reach = desk.reach if of is None else reach_within(desk, of)
    return true() if reach.everybody else Deal.owner_id.in_(reach.staff)


def reach_within(desk: Desk, of: Staff) -> Reach:
    """One person's rows (a leader's: the team's), if the asker may see them."""
    if not desk.reach.covers(of.id):
        raise NotAllowed
    return reach_of(desk.session, of)


def _sums(desk: Desk, *where: ColumnElement[bool]) -> dict[str, tuple[int, Decimal]]:
    query = select(Deal.stage, func.count(Deal.id), func.sum(Deal.amount)).where(*where).group_by(Deal.stage)
    return {stage: (count, amount or Decimal(0)) for stage, count, amount in desk.session.execute(query)}


def _step(stage: Stage, sums: dict[str, tuple[int, Decimal]]) -> Step:
    count, amount = sums.get(stage.key, (0, Decimal(0)))
    return Step(stage, count, amount)


def unfollowed(desk: Desk, days: int, of: Staff | None = None, limit: int = 10) -> Sequence[Customer]:
    """Customers in scope without contact for so many days, the longest silent first."""
    reach = desk.reach if of is None else reach_within(desk, of)
    before = desk.now - timedelta(days=days)
    query = select(Customer).where(
        true() if reach.everybody else Customer.owner_id.in_(reach.staff),
        or_(Customer.last_followed_at < before, Customer.last_followed_at.is_(None)),
        Customer.created_at < before,
    )
    return desk.session.scalars(query.order_by(Customer.last_followed_at.asc().nulls_first()).limit(limit)).all()
