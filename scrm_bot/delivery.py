"""How a row of the outbox gets on its way: who may take it when, and what comes of it - later, held, given up."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, Select, bindparam, cast, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from scrm_bot import outbox
from scrm_bot.message import Address, Delivery
from scrm_bot.outbox import Outgoing

TRIES = 8
PATIENCE = timedelta(hours=24)
# Whoever claims takes this of PostgreSQL's advisory locks, and so sees what the one before has claimed. Row locks alone
# cannot keep the order of a conversation: they do not show what another one is about to claim.
CLAIMS = 0x5C2B08
REMEMBERED = 12  # of the mishaps on a row's way


@dataclass(frozen=True, slots=True)
class Pushed:
    """So many messages reached this user by API, or may have."""

    user: str
    at: datetime
    count: int


# A passive reply's first part is free; a try that failed may have got through.
_WEIGHT = Outgoing.parts_sent + Outgoing.attempts - 1 - cast(Outgoing.passive, Integer)


def _due() -> Select[Any]:
    """Built once: it is asked at every turn."""
    of = bindparam("of", type_=Outgoing.channel.type)
    at = bindparam("at", type_=Outgoing.run_at.type)
    older, sent = aliased(Outgoing), aliased(Outgoing)
    waits_for_older = exists().where(
        older.channel == of,
        older.to_user == Outgoing.to_user,
        older.room == Outgoing.room,
        outbox.is_open(older),
        older.id < Outgoing.id,
    )
    on_its_way = select(sent.to_user, sent.room).where(
        sent.channel == of, outbox.is_open(sent), sent.run_at > at, sent.state == "sending"
    )
    return (
        select(Outgoing)
        .where(outbox.is_open(), Outgoing.run_at <= at, Outgoing.channel == of)
        .where(~waits_for_older, tuple_(Outgoing.to_user, Outgoing.room).not_in(on_its_way))
        .order_by(Outgoing.run_at, Outgoing.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
    )


_DUE = _due()


def due(session: Session, now: datetime, channel: str, limit: int) -> list[Outgoing]:
    """Rows of this channel that may go: the oldest open one of each conversation, while no other is on its way.

    Locked for the caller, who leases what he sends.
    """
    return list(session.scalars(_DUE, {"of": channel, "at": now, "most": limit}))


def retry(session: Session, row: Outgoing, after: timedelta, reason: str, now: datetime, *, unsure: bool) -> bool:
    """Try again later - or give up, after too many tries or too long a time: then True."""
    if row.attempts >= TRIES:
        return give_up(session, row, f"too many tries, the last one: {reason}", now)
    if is_too_old(row, now):
        return give_up(session, row, f"too old; the last try: {reason}", now)
    told = _told(row, now, "later", reason)
    outbox.change(session, row, state="waiting", run_at=now + after, lease=None, unsure=unsure, **told)
    return False


def hold(session: Session, row: Outgoing, reason: str, now: datetime) -> bool:
    """It may go only after its addressee has spoken again; `wake` lets it. True if it has waited for too long."""
    if is_too_old(row, now):
        return give_up(session, row, f"too old; it waited: {reason}", now)
    postpone(session, row, now + timedelta(hours=1), reason, now)
    return False


def postpone(session: Session, row: Outgoing, until: datetime, reason: str, now: datetime) -> None:
    """Not now, through no fault of its own: a try that was begun for it is not counted."""
    tries = row.attempts - (row.state == "sending")
    told = _told(row, now, "held", reason) if reason != row.reason else {}
    outbox.change(session, row, state="waiting", run_at=until, lease=None, attempts=tries, **told)


def give_up(session: Session, row: Outgoing, reason: str, now: datetime, *, unreachable: bool = False) -> bool:
    """It will not be delivered this way. False, and nothing happens, if the lease was lost."""
    told = _told(row, now, "given_up", reason)
    return outbox.change(session, row, state="given_up", lease=None, given_up_at=now, unreachable=unreachable, **told)


def bounced(session: Session, to: Address, send_id: str, reason: str, now: datetime) -> Outgoing | None:
    """What the platform had taken under this name did not arrive: the row, given up. None if it was not one of ours."""
    number = send_id.partition("-")[0]
    row = session.get(Outgoing, int(number)) if number.isascii() and number.isdigit() and len(number) < 19 else None
    if row is None or row.address != to or not send_id.startswith(row.send_id("")) or row.state == "given_up":
        return None
    told = _told(row, now, "given_up", f"not delivered: {reason}")
    row.state, row.lease, row.given_up_at = "given_up", None, now
    row.reason, row.history = told["reason"], told["history"]
    return row


def is_too_old(row: Outgoing, now: datetime) -> bool:
    """Nobody has use for it any more."""
    return now - row.created_at > PATIENCE


def too_old(session: Session, now: datetime, limit: int = 100) -> list[Outgoing]:
    """What has waited for too long, whatever for, and is in nobody's hands. Locked for the caller."""
    query = select(Outgoing).where(
        outbox.is_open(),
        Outgoing.created_at < now - PATIENCE,
        or_(Outgoing.state == "waiting", Outgoing.run_at <= now),
    )
    return list(session.scalars(query.order_by(Outgoing.id).limit(limit).with_for_update(skip_locked=True)))


def stuck(
    session: Session, channels: Collection[str], now: datetime, before: datetime, after_id: int, limit: int = 100
) -> list[Outgoing]:
    """Due pushes to known people on these channels, written down `before`, by number. Locked for the caller."""
    query = select(Outgoing).where(
        Outgoing.state == "waiting",
        Outgoing.channel.in_(channels),
        Outgoing.created_at < before,
        Outgoing.run_at <= now,
        Outgoing.person.is_not(None),
        Outgoing.answers.is_(None),
        Outgoing.id > after_id,
    )
    return list(session.scalars(query.order_by(Outgoing.id).limit(limit).with_for_update(skip_locked=True)))


def tried(session: Session, root: int) -> set[Address]:
    """Where it was tried to say this: the first row and those in its stead."""
    query = select(Outgoing.channel, Outgoing.to_user).where((Outgoing.id == root) | (Outgoing.instead_of == root))
    return {Address(channel, user) for channel, user in session.execute(query)}


def undelivered(session: Session, limit: int = 1000) -> list[Outgoing]:
    """What was given up and went no other way, either: the last row of each, oldest first."""
    root, other = func.coalesce(Outgoing.instead_of, Outgoing.id), aliased(Outgoing)
    same = or_(other.id == root, other.instead_of == root)
    newer = exists().where(same, or_(other.state != "given_up", other.id > Outgoing.id))
    query = select(Outgoing).where(Outgoing.state == "given_up", ~newer).order_by(Outgoing.id).limit(limit)
    return list(session.scalars(query))


def proof(session: Session, person: str, once: str, at: datetime | None) -> list[Delivery]:
    """What became of what was said on this occasion, or in a list of such occasions written down at that moment."""
    of_list = (Outgoing.person == person) & (Outgoing.created_at == at) & Outgoing.once.startswith("reminders:")
    first = session.scalars(select(Outgoing).where((Outgoing.once == once) | of_list).limit(1)).first()
    if first is None:
        return []
    ways = session.scalars(select(Outgoing).where(Outgoing.instead_of == first.id).order_by(Outgoing.id))
    return [_outcome(row) for row in (first, *ways)]


def _outcome(row: Outgoing) -> Delivery:
    at = row.sent_at or row.given_up_at or row.run_at
    return Delivery(row.address, row.state, at, row.reason or "", row.unreachable)


def unreachable_since(session: Session, to: Address) -> datetime | None:
    """When it was last found that nothing arrives at this account; None if it never was."""
    return session.scalar(
        select(func.max(Outgoing.given_up_at)).where(
            Outgoing.channel == to.channel,
            Outgoing.to_user == to.user,
            Outgoing.state == "given_up",
            Outgoing.unreachable,
        )
    )


def pushed_since(session: Session, channel: str, users: Collection[str], moment: datetime) -> list[Pushed]:
    """What these accounts got since then without asking, the latest first; what may have reached them counts, too."""
    query = select(Outgoing.to_user, Outgoing.sent_at, _WEIGHT).where(
        Outgoing.channel == channel, Outgoing.to_user.in_(users), Outgoing.sent_at >= moment, _WEIGHT > 0
    )
    found = session.execute(query.order_by(Outgoing.sent_at.desc()))
    return [Pushed(user, at, count) for user, at, count in found if at is not None]


def _told(row: Outgoing, now: datetime, what: str, why: str) -> dict[str, Any]:
    """Columns that keep what went wrong."""
    entry = [now.isoformat(timespec="seconds"), what, why[:200]]
    return {"reason": why[:200], "history": [*(row.history or ()), entry][-REMEMBERED:]}
