"""What a person should do: overdue first, then what is due, then contracts that run out, then silent customers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from scrm_bot.crm import contracts, customers, reminders
from scrm_bot.crm.contracts import Contract
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import Staff
from scrm_bot.crm.reminders import Reminder

MOST = 7  # more is no list for a day
LOOK_BACK = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Overdue:
    """Should have been done before."""

    reminder: Reminder
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """To be done then."""

    reminder: Reminder
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Expiring:
    """A contract of one's customer ends in so many days."""

    contract: Contract
    customer: Customer
    left: int


@dataclass(frozen=True, slots=True)
class Silent:
    """A customer of one's own was not contacted for so many days."""

    customer: Customer
    days: int


Item = Overdue | Due | Expiring | Silent


def of(desk: Desk, staff: Staff, first: date, last: date) -> list[Item]:
    """This person's list for those days; today's also holds what was left over."""
    zone, today = desk.shape.zone, desk.today
    start = datetime.combine(first, time.min, zone)
    end = datetime.combine(last + timedelta(days=1), time.min, zone)
    items: list[Item] = []
    if first <= today <= last:
        old = reminders.between(desk, staff, start - LOOK_BACK, start)
        items += [Overdue(r, r.due_at.astimezone(zone)) for r in old]
    items += [Due(r, r.due_at.astimezone(zone)) for r in reminders.between(desk, staff, start, end)]
    if first <= today <= last:
        items += _soon_over(desk, staff)
        items += _silent(desk, staff)
    return items[:MOST]


def _soon_over(desk: Desk, staff: Staff) -> list[Item]:
    smallest = min(desk.shape.renewal_days)
    found = contracts.expiring(desk, desk.today, desk.today + timedelta(days=smallest))
    return [
        Expiring(contract, customer, (contract.expires_on - desk.today).days)
        for contract, customer in found
        if contract.expires_on and staff.id in (contract.owner_id, customer.owner_id)
    ]


def _silent(desk: Desk, staff: Staff) -> list[Item]:
    found = customers.quiet(desk, staff, desk.shape.uncontacted_days, limit=3)
    return [Silent(c, (desk.now - c.last_followed_at).days) for c in found if c.last_followed_at]
