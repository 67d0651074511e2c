"""Check-ins: who was at which customer, when, and how far from where the customer is known to be. A visit begins so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from scrm_bot.crm import customers, followups
from scrm_bot.crm.audit import Tracked
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.followups import FollowUp
from scrm_bot.crm.places import Place
from scrm_bot.db import Base

NEAR = 500  # metres within which somebody may be at a customer
TOGETHER = timedelta(minutes=30)  # how long a place may come after the words, or before them
STAY = timedelta(hours=6)  # how long after the arrival what is told is about that visit


class CheckIn(Tracked, Base):
    """Somebody of ours arrived. `distance`: metres from where the customer was known to be, then."""

    __tablename__ = "checkins"
    __table_args__ = (
        Index("ix_checkins_staff", "staff_id", "id"),
        Index("ix_checkins_followup", "followup_id"),
        Index("ix_checkins_customer", "customer_id", "arrived_at"),
    )

    part = True

    followup_id: Mapped[int] = mapped_column(ForeignKey("followups.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    arrived_at: Mapped[datetime]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    address: Mapped[str | None]
    distance: Mapped[int | None]

    @property
    def place(self) -> Place | None:
        """Where, if that was told."""
        if self.latitude is None or self.longitude is None:
            return None
        return Place(self.latitude, self.longitude, self.address or "")


def place_of(customer: Customer) -> Place | None:
    """Where the customer is, if that is known."""
    if customer.latitude is None or customer.longitude is None:
        return None
    return Place(customer.latitude, customer.longitude)


def arrive(desk: Desk, customer: Customer, said: str, place: Place | None) -> CheckIn:
    """The actor is there: a visit, which what is told of it later belongs to."""
    followup = followups.log(desk, customer, said, desk.now, "拜访")
    checkin = desk.add(
        CheckIn(followup_id=followup.id, customer_id=customer.id, staff_id=desk.staff.id, arrived_at=desk.now)
    )
    if place is not None:
        locate(desk, checkin, customer, place)
    return checkin


def locate(desk: Desk, checkin: CheckIn, customer: Customer, place: Place) -> None:
    """Where that was."""
    customers.check(desk, customer)
    known = place_of(customer)
    checkin.latitude, checkin.longitude = round(place.latitude, 6), round(place.longitude, 6)
    checkin.address = place.name or None
    checkin.distance = place.metres_to(known) if known else None


def learn_place(desk: Desk, checkin: CheckIn) -> Customer | None:
    """The customer is where this check-in was."""
    customer = customers.get(desk, checkin.customer_id)
    if customer is not None and checkin.place is not None:
        customers.check(desk, customer)
        customer.latitude, customer.longitude = checkin.latitude, checkin.longitude
    return customer


def get(desk: Desk, number: int) -> CheckIn | None:
    """By number, undone ones excepted."""
    checkin = desk.session.get(CheckIn, number)
    return checkin if checkin is not None and checkin.undone_at is None else None


def latest(desk: Desk) -> CheckIn | None:
    """The actor's last one, if it was lately enough that a place or a note may belong to it."""
    query = select(CheckIn).where(CheckIn.staff_id == desk.staff.id).order_by(CheckIn.id.desc()).limit(1)
    found = desk.session.scalars(query).first()
    return found if found is not None and desk.now - found.arrived_at <= STAY else None


def visit(desk: Desk, checkin: CheckIn) -> FollowUp | None:
    """The follow-up that it began."""
    followup = desk.session.get(FollowUp, checkin.followup_id)
    return followup if followup is not None and followup.undone_at is None else None


def near(desk: Desk, place: Place, limit: int = 5) -> Sequence[tuple[Customer, int]]:
    """The actor's own customers so near that this may be one of them, with metres, the nearest first."""
    south, north, west, east = place.box(NEAR)
    query = select(Customer).where(
        Customer.owner_id == desk.staff.id,
        Customer.latitude.between(south, north),
        Customer.longitude.between(west, east),
    )
    found = [(customer, place.metres_to(there)) for customer in desk.session.scalars(query.limit(200))
             if (there := place_of(customer)) is not None]  # fmt: skip
    return sorted(((one, far) for one, far in found if far <= NEAR), key=lambda pair: pair[1])[:limit]
