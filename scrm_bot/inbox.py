"""Every message once; its fate; what a crash left unanswered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from scrm_bot.db import Base, Numbered, insert
from scrm_bot.message import Address, Kind, Message

FATES = ("written", "answered", "asked", "parked", "ignored", "failed")


class Incoming(Numbered, Base):
    """One message as it came in. `fate` is None until its turn is over."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("channel", "sender", "key"),
        Index("ix_messages_open", "channel", "room", "sender", "id", sqlite_where=text("fate IS NULL"),
              postgresql_where=text("fate IS NULL")),
        Index("ix_messages_conversation", "channel", "sender", "received_at"),
    )  # fmt: skip

    channel: Mapped[str]
    sender: Mapped[str]
    room: Mapped[str]
    key: Mapped[str]
    kind: Mapped[str]
    text: Mapped[str]
    sender_name: Mapped[str]
    detail: Mapped[dict[str, Any]]
    hints: Mapped[dict[str, Any]]
    sent_at: Mapped[datetime]
    received_at: Mapped[datetime]
    fate: Mapped[str | None]
    reason: Mapped[str | None]
    done_at: Mapped[datetime | None]
    staff_id: Mapped[int | None]
    contact_id: Mapped[int | None]
    understood: Mapped[list[Any] | None]  # its acts with their reasons, for whoever asks why

    @property
    def address(self) -> Address:
        """Where it came from and where answers go."""
        return Address(self.channel, self.sender, self.room)

    def end(self, fate: str, reason: str, now: datetime) -> None:
        """Its one fate."""
        self.fate, self.reason, self.done_at = fate, reason[:500], now


class Cursor(Base):
    """How far a place was read that holds its messages ready until they are fetched."""

    __tablename__ = "cursors"

    place: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    updated_at: Mapped[datetime]


def cursor(session: Session, place: str) -> str:
    """The place's cursor; "" if it was never read."""
    return session.scalar(select(Cursor.value).where(Cursor.place == place)) or ""


def read_to(session: Session, place: str, since: str, value: str, now: datetime) -> None:
    """The place was read from `since` up to here; in the transaction that keeps what was found.

    Who comes late - another process has read on from there - moves nothing back.
    """
    if since:
        moved = update(Cursor).where(Cursor.place == place, Cursor.value == since)
        session.execute(moved.values(value=value, updated_at=now))
    else:
        row = insert(session, Cursor).values(place=place, value=value, updated_at=now)
        session.execute(row.on_conflict_do_nothing())


def accept(session: Session, message: Message, now: datetime) -> tuple[int, bool]:
    """The message's number, and whether it is new. Durable when the transaction commits."""
    row = insert(session, Incoming).values(
        created_at=now,
        channel=message.address.channel,
        sender=message.address.user,
        room=message.address.room,
        key=message.key,
        kind=message.kind.value,
        text=message.text,
        sender_name=message.sender_name,
        detail=dict(message.detail),
        hints=dict(message.hints),
        sent_at=message.sent_at,
        received_at=now,
    )
    number = session.execute(row.on_conflict_do_nothing().returning(Incoming.__table__.c.id)).scalar()
    if number is not None:
        return number, True
    return find(session, message), False


def find(session: Session, message: Message) -> int:
    """The number of a message that came before."""
    to = message.address
    return session.scalars(
        select(Incoming.id).where(
            Incoming.channel == to.channel, Incoming.sender == to.user, Incoming.key == message.key
        )
    ).one()


def oldest_open(session: Session, message: Incoming) -> Incoming:
    """Turns of one conversation are taken in order: the first open message up to this one."""
    return session.scalars(
        select(Incoming)
        .where(
            Incoming.fate.is_(None),
            Incoming.channel == message.channel,
            Incoming.room == message.room,
            Incoming.sender == message.sender,
            Incoming.id <= message.id,
        )
        .order_by(Incoming.id)
        .limit(1)
    ).one()


def left_open(session: Session, before: datetime, limit: int = 100) -> list[int]:
    """Messages received before then whose turn nobody finished."""
    query = select(Incoming.id).where(Incoming.fate.is_(None), Incoming.received_at < before)
    return list(session.scalars(query.order_by(Incoming.id).limit(limit)))


def last_from(session: Session, to: Address) -> tuple[datetime, Kind] | None:
    """When this account last did something, and what."""
    row = session.execute(
        select(Incoming.received_at, Incoming.kind)
        .where(Incoming.channel == to.channel, Incoming.sender == to.user)
        .order_by(Incoming.received_at.desc())
        .limit(1)
    ).first()
    return (row[0], Kind(row[1])) if row else None


def ledger(session: Session) -> dict[str, int]:
    """How many messages met each fate; key "open" for those without one."""
    rows = session.execute(select(Incoming.fate, func.count()).group_by(Incoming.fate))
    return {fate or "open": count for fate, count in rows}
