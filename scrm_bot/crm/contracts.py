"""Contracts: what was signed, and when it runs out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, Date, ForeignKey, Index, and_, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from scrm_bot.crm.audit import Tracked
from scrm_bot.crm.customers import Customer, visible
from scrm_bot.crm.desk import Desk
from scrm_bot.db import Base

STATES = {"draft": "待签署", "signed": "已签署", "active": "履行中", "finished": "履行完毕", "void": "作废"}
RUNNING = ("signed", "active")


class Contract(Tracked, Base):
    """One contract."""

    __tablename__ = "contracts"
    __table_args__ = (
        Index("ix_contracts_expiry", "expires_on", "state"),
        Index("ix_contracts_customer", "customer_id"),
        Index("ix_contracts_owner", "owner_id", "expires_on"),
        Index("ix_contracts_deal", "deal_id"),
    )

    number: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deals.id"))
    amount: Mapped[Decimal | None]
    signed_on: Mapped[date | None] = mapped_column(Date)
    expires_on: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str]
    reminded_days: Mapped[int | None]  # the rung of the renewal ladder that its owner was last told of
    derived = frozenset({"reminded_days"})


def expiring(desk: Desk, first: date, last: date, limit: int = 50) -> Sequence[tuple[Contract, Customer]]:
    """Running contracts that the actor may see and that end from `first` to `last`, the next to end first."""
    query = (
        select(Contract, Customer)
        .join(Customer, Customer.id == Contract.customer_id)
        .where(Contract.state.in_(RUNNING), Contract.expires_on.between(first, last), visible(desk))
        .order_by(Contract.expires_on)
        .limit(limit)
    )
    return [(contract, customer) for contract, customer in desk.session.execute(query)]


def step(desk: Desk, contract: Contract) -> int | None:
    """The rung of the renewal ladder that the contract stands on: the fewest days that still cover it."""
    if contract.expires_on is None:
        return None
    left = (contract.expires_on - desk.today).days
    rungs = [days for days in desk.shape.renewal_days if left <= days]
    return min(rungs) if rungs and left >= 0 else None


def horizon(desk: Desk) -> date:
    """The last day that the renewal ladder looks at."""
    return desk.today + timedelta(days=max(desk.shape.renewal_days))


def on_a_new_rung(desk: Desk, limit: int = 200) -> list[tuple[int, Contract, Customer]]:
    """Contracts that have come down to a rung nobody was told of, with whom to tell, person by person; locked."""
    query = (
        select(Contract, Customer)
        .join(Customer, Customer.id == Contract.customer_id)
        .where(Contract.state.in_(RUNNING), or_(*_untold(desk)))
        .where(or_(Contract.owner_id.is_not(None), Customer.owner_id.is_not(None)))
        .order_by(Contract.expires_on)
        .limit(limit)
        .with_for_update(of=Contract, skip_locked=True)
    )
    found = [(c.owner_id or customer.owner_id or 0, c, customer) for c, customer in desk.session.execute(query)]
    return sorted(found, key=lambda f: f[0])


def _untold(desk: Desk) -> Iterable[ColumnElement[bool]]:
    """For each rung: the days that it covers, and that its owner was last told of a higher one or of none."""
    first = desk.today
    for days in sorted(desk.shape.renewal_days):
        last = desk.today + timedelta(days=days)
        told = or_(Contract.reminded_days.is_(None), Contract.reminded_days > days)
        yield and_(Contract.expires_on.between(first, last), told)
        first = last + timedelta(days=1)
