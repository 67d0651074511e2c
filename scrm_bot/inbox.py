"""Every message once; its fate; what a crash left unanswered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, Table, UniqueConstraint, bindparam, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from scrm_bot.db import Base, Numbered, insert, later, settle
from scrm_bot.message import Address, Earlier, Kind, Message
from scrm_bot.prepared import Prepared

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


@dataclass(frozen=True, slots=True)
class Taken:
    """A message under its number in the inbox."""

    number: int
    message: Message


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


_ROWS: Table = Incoming.__table__  # type: ignore[assignment]
_OPEN = Prepared(
    select(_ROWS.c.id)
    .where(
        _ROWS.c.fate.is_(None),
        _ROWS.c.channel == bindparam("of_channel"),
        _ROWS.c.room == bindparam("of_room"),
        _ROWS.c.sender == bindparam("of_sender"),
        _ROWS.c.id <= bindparam("upto"),
    )
    .order_by(_ROWS.c.id)
)
_END = Prepared(
    update(_ROWS)
    .where(_ROWS.c.id == bindparam("number"))
    .values({name: bindparam(f"its_{name}") for name in ("fate", "reason", "done_at", "staff_id", "contact_id")})
    .values(understood=bindparam("its_understood")),
    changes=True,
)
_NEW = ("created_at", "channel", "sender", "room", "key", "kind", "text", "sender_name", "detail", "hints", "sent_at",
        "received_at")  # fmt: skip
_ACCEPT = {
    "sqlite": Prepared(
        sqlite.insert(_ROWS).values({n: bindparam(n) for n in _NEW}).on_conflict_do_nothing().returning(_ROWS.c.id)
    ),
    "postgresql": Prepared(
        postgresql.insert(_ROWS).values({n: bindparam(n) for n in _NEW}).on_conflict_do_nothing().returning(_ROWS.c.id)
    ),
}


def accept(session: Session, message: Message, now: datetime) -> tuple[int, bool]:
    """The message's number, and whether it is new. Durable when the transaction commits."""
    row = {
        "created_at": now,
        "channel": message.address.channel,
        "sender": message.address.user,
        "room": message.address.room,
        "key": message.key,
        "kind": message.kind.value,
        "text": message.text,
        "sender_name": message.sender_name,
        "detail": dict(message.detail),
        "hints": dict(message.hints),
        "sent_at": message.sent_at,
        "received_at": now,
    }
    added = _ACCEPT[session.get_bind().dialect.name].first(session, **row)
    if added is not None:
        return added[0], True
    return find(session, message), False


def find(session: Session, message: Message) -> int:
    """The number of a message that came before."""
    number = numbered(session, message.address, message.key)
    assert number is not None
    return number


def numbered(session: Session, to: Address, key: str) -> int | None:
    """The number of this account's message of that key; None if there is none."""
    its = (Incoming.channel == to.channel, Incoming.sender == to.user, Incoming.key == key)
    return session.scalar(select(Incoming.id).where(*its))


def by_number(session: Session, number: int) -> Taken | None:
    """A message that came before."""
    row = session.get(Incoming, number)
    if row is None:
        return None
    to = Address(row.channel, row.sender, row.room)
    kind = Kind(row.kind)
    return Taken(number, Message(to, row.key, kind, row.text, row.sent_at, row.sender_name, row.detail, row.hints))


def open_until(session: Session, taken: Taken) -> list[int]:
    """Turns of one conversation are taken in order: its messages without a fate, up to this one, oldest first."""
    to = taken.message.address
    of = {"of_channel": to.channel, "of_room": to.room, "of_sender": to.user, "upto": taken.number}
    ended = session.info.get("ended", ())
    return [number for (number,) in _OPEN.all(session, **of) if number not in ended]


def end(
    session: Session,
    number: int,
    fate: str,
    reason: str,
    now: datetime,
    *,
    staff_id: int | None = None,
    contact_id: int | None = None,
    understood: list[Any] | None = None,
) -> None:
    """Its one fate. Written with the transaction."""
    its = {"fate": fate, "reason": reason[:500], "done_at": now, "staff_id": staff_id, "contact_id": contact_id}
    session.info.setdefault("ended", set()).add(number)  # written at the end, known at once
    values = {f"its_{name}": value for name, value in (its | {"understood": understood}).items()}
    later(session, _END, {"number": number, **values})


def earlier(
    session: Session, number: int, places: Sequence[tuple[str, str]], room: str = "", limit: int = 8
) -> list[Earlier]:
    """What was said before this message at these accounts (channel, user), the latest first."""
    settle(session)
    rows = [row for place in places for row in _before(session, number, *place, room, limit)]
    rows.sort(key=lambda row: (row.received_at, row.id), reverse=True)
    return [
        Earlier(
            row.id,
            row.staff_id,
            row.received_at,
            row.text,
            row.fate or "",
            row.reason or "",
            row.understood or (),
            Kind(row.kind),
            row.detail,
            Address(row.channel, row.sender, row.room),
        )
        for row in rows[:limit]
    ]


def _before(session: Session, number: int, channel: str, user: str, room: str, limit: int) -> Sequence[Incoming]:
    mine = (Incoming.channel == channel, Incoming.sender == user, Incoming.room == room)
    query = select(Incoming).where(*mine, Incoming.id < number, Incoming.fate.is_not(None))
    return session.scalars(query.order_by(Incoming.received_at.desc(), Incoming.id.desc()).limit(limit)).all()


def failed(session: Session) -> list[int]:
    """Messages whose turn met a bug."""
    return list(session.scalars(select(Incoming.id).where(Incoming.fate == "failed").order_by(Incoming.id)))


def reopen(session: Session, numbers: list[int]) -> None:
    """Their turns are to be taken once more."""
    of = (Incoming.id.in_(numbers), Incoming.fate == "failed")
    session.execute(update(Incoming).where(*of).values(fate=None, reason=None, done_at=None))


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
