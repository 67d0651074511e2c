"""Deals: what we hope to sell, to whom, for how much, by when, and how far it has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Date, ForeignKey, Index, bindparam, select, text
from sqlalchemy.orm import Mapped, mapped_column

from scrm_bot.crm import customers
from scrm_bot.crm.audit import Tracked, ready
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.errors import AlreadyClosed, NoOpenDeal, NotAllowed, TooLarge
from scrm_bot.crm.people import Role, Staff
from scrm_bot.crm.shape import Stage
from scrm_bot.db import Base

SELLERS = frozenset({Role.SALES, Role.SALES_MANAGER, Role.DIRECTOR, Role.ADMIN})
LARGEST = Decimal(100_000_000_000)  # a hundred billion yuan: beyond it somebody slipped


class Deal(Tracked, Base):
    """One opportunity. `stage` is a stage's key, `kind` that stage's kind, kept beside it for the indexes."""

    __tablename__ = "deals"
    __table_args__ = (
        Index("ix_deals_customer", "customer_id", "kind"),
        Index("ix_deals_funnel", "owner_id", "kind", "stage", "amount"),
        Index("ix_deals_close", "owner_id", "expected_close", sqlite_where=text("kind = 'open'"),
              postgresql_where=text("kind = 'open'")),
        Index("ix_deals_closed", "owner_id", "closed_at"),
        Index("ix_deals_ended", "closed_at"),
        Index("ix_deals_moved", "moved_at"),
    )  # fmt: skip

    linked = frozenset("stage kind moved_at closed_at lost_reason".split())

    title: Mapped[str]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    stage: Mapped[str]
    kind: Mapped[str]
    amount: Mapped[Decimal | None]
    expected_close: Mapped[date | None] = mapped_column(Date)
    moved_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    lost_reason: Mapped[str | None]


@dataclass(frozen=True, slots=True)
class Moved:
    """A deal went from one stage to another."""

    deal: Deal
    customer: Customer
    old: Stage
    new: Stage
    by: Staff


def create(
    desk: Desk,
    customer: Customer,
    title: str,
    amount: Decimal | None = None,
    expected_close: date | None = None,
    stage: Stage | None = None,
) -> Deal:
    """A new deal, the actor's own."""
    _may_sell(desk, customer)
    stage = stage or desk.shape.first("open")
    deal = Deal(
        title=title,
        customer_id=customer.id,
        owner_id=desk.staff.id if customer.owner_id is None else customer.owner_id,
        stage=stage.key,
        kind=stage.kind,
        amount=_sane(amount),
        expected_close=expected_close,
        moved_at=desk.now,
        closed_at=desk.now if stage.closes else None,
    )
    desk.add(deal)
    return deal


_OPEN_OF = ready(Deal, Deal.customer_id == bindparam("customer"), Deal.kind == "open")


def of(desk: Desk, customer: Customer, *, only_open: bool = True, limit: int = 10) -> Sequence[Deal]:
    """The customer's deals, those moved last first."""
    customers.check(desk, customer)
    if only_open:  # a handful
        found = _OPEN_OF.all(desk.session, customer=customer.id)
        return sorted(found, key=lambda deal: deal.moved_at, reverse=True)[:limit]
    query = select(Deal).where(Deal.customer_id == customer.id)
    return desk.session.scalars(query.order_by(Deal.moved_at.desc()).limit(limit)).all()


def open_deals(desk: Desk, customer: Customer) -> Sequence[Deal]:
    """Those that can still be moved; refuses if there is none."""
    found = of(desk, customer)
    if not found:
        raise NoOpenDeal(customer.name)
    return found


def move(desk: Desk, deal: Deal, stage: Stage, amount: Decimal | None = None) -> None:
    """To another stage: forward, back, won or lost."""
    customer = _customer(desk, deal)
    _may_sell(desk, customer)
    if deal.kind != "open" and stage.closes:
        raise AlreadyClosed(deal.title)
    old = desk.shape.stage(deal.stage)
    deal.stage, deal.kind = stage.key, stage.kind
    deal.moved_at = desk.now
    deal.closed_at = desk.now if stage.closes else None
    if amount is not None:
        deal.amount = _sane(amount)
    desk.emit(Moved(deal, customer, old, stage, desk.staff))


def lose(desk: Desk, deal: Deal, reason: str) -> None:
    """Lost, and why."""
    move(desk, deal, desk.shape.first("lost"))
    deal.lost_reason = reason


def change(desk: Desk, deal: Deal, amount: Decimal | None = None, expected_close: date | None = None) -> None:
    """Another amount, another date."""
    _may_sell(desk, _customer(desk, deal))
    if amount is not None:
        deal.amount = _sane(amount)
    if expected_close is not None:
        deal.expected_close = expected_close


def hand_over(desk: Desk, customer: Customer, old: int | None, to: Staff) -> int:
    """The open deals of the customer's owner go with the customer; how many they are."""
    mine = [deal for deal in of(desk, customer, limit=100) if deal.owner_id == old]
    for deal in mine:
        deal.owner_id = to.id
    return len(mine)


def get(desk: Desk, number: int) -> Deal | None:
    """By number, undone ones excepted."""
    deal = desk.session.get(Deal, number)
    return deal if deal and deal.undone_at is None else None


def _customer(desk: Desk, deal: Deal) -> Customer:
    return desk.session.get_one(Customer, deal.customer_id)


def _may_sell(desk: Desk, customer: Customer) -> None:
    customers.check(desk, customer)
    if desk.staff.role not in SELLERS:
        raise NotAllowed


def _sane(amount: Decimal | None) -> Decimal | None:
    if amount is not None and not 0 <= amount <= LARGEST:
        raise TooLarge(amount)
    return amount
