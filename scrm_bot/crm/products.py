"""Products that we sell, and the devices that stand at customers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from scrm_bot.crm.audit import Tracked
from scrm_bot.db import Base


class Product(Tracked, Base):
    """One product. Below `floor_price` nobody sells alone."""

    __tablename__ = "products"

    name: Mapped[str] = mapped_column(unique=True)
    aliases: Mapped[list[Any]]
    unit: Mapped[str | None]
    price: Mapped[Decimal | None]
    floor_price: Mapped[Decimal | None]


class Device(Tracked, Base):
    """One machine at a customer's site."""

    __tablename__ = "devices"
    __table_args__ = (Index("ix_devices_customer", "customer_id"), Index("ix_devices_serial", "serial"))

    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    name: Mapped[str]
    model: Mapped[str | None]
    serial: Mapped[str | None]
    site: Mapped[str | None]
    warranty_until: Mapped[date | None] = mapped_column(Date)
    service_until: Mapped[date | None] = mapped_column(Date)
