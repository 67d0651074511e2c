"""Leads: somebody who may become a customer."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from scrm_bot.crm.audit import Tracked
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.errors import NotAllowed
from scrm_bot.crm.people import Staff
from scrm_bot.db import Base


class Lead(Tracked, Base):
    """One lead. `customer_id` once it has become one."""

    __tablename__ = "leads"
    __table_args__ = (Index("ix_leads_owner", "owner_id", "state"), Index("ix_leads_phone", "phone"),
                      Index("ix_leads_name", "name"), Index("ix_leads_customer", "customer_id"))  # fmt: skip

    name: Mapped[str]
    contact: Mapped[str | None]
    phone: Mapped[str | None]
    source: Mapped[str | None]
    region: Mapped[str | None]
    industry: Mapped[str | None]
    demand: Mapped[str | None]
    state: Mapped[str]  # new | working | converted | invalid
    score: Mapped[int] = mapped_column(default=0)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))


def create(desk: Desk, name: str, contact: str | None = None, phone: str | None = None) -> Lead:
    """A new lead of the actor's."""
    if not isinstance(desk.actor, Staff):
        raise NotAllowed
    lead = Lead(name=name, contact=contact, phone=phone, state="new", owner_id=desk.actor.id)
    desk.add(lead)
    return lead
