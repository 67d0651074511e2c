"""How a row of the outbox gets on its way: who may take it when, and what comes of it - later, held, given up."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, Integer, Select, Table, bindparam, cast, exists, func, or_, select, tuple_, update
from sqlalchemy.orm import Session, aliased

from scrm_bot import outbox
from scrm_bot.message import Address, Delivery
from scrm_bot.outbox import Outgoing
from scrm_bot.prepared import Prepared

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


_ROWS: Table = Outgoing.__table__  # type: ignore[assignment]
_NAMES = tuple(column.key for column in _ROWS.columns)
# A passive reply's first part is free; a try that failed may have got through.
_WEIGHT = _ROWS.c.parts_sent + _ROWS.c.attempts - 1 - cast(_ROWS.c.passive, Integer)


def _due() -> Select[Any]:
    """The oldest open row of each conversation that has nothing on its way.

    Written so that it goes row by row along the indexes, however little a database knows of how full the table is: as a
    join it took a quarter of a second where a thousand rows had just been written.
    """
    of: BindParameter[Any] = bindparam("of")
    at: BindParameter[Any] = bindparam("at")
    one, sent = _ROWS.alias(), _ROWS.alias()
    its_conversation = (one.c.channel == of, one.c.to_user == _ROWS.c.to_user, one.c.room == _ROWS.c.room)
    oldest = select(one.c.id).where(*its_conversation, outbox.is_open(one.c)).order_by(one.c.id).limit(1)
    on_its_way = select(sent.c.to_user, sent.c.room).where(
        sent.c.channel == of, outbox.is_open(sent.c), sent.c.run_at > at, sent.c.state == "sending"
    )
    return (
        select(_ROWS)
        .where(outbox.is_open(_ROWS.c), _ROWS.c.run_at <= at, _ROWS.c.channel == of)
        .where(_ROWS.c.id == oldest.correlate(_ROWS).scalar_subquery())
        .where(tuple_(_ROWS.c.to_user, _ROWS.c.room).not_in(on_its_way))
        .order_by(_ROWS.c.run_at)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
    )


_DUE = Prepared(_due())
_LEASE = Prepared(
    update(_ROWS)
    .where(_ROWS.c.id == bindparam("number"))
    .values(run_at=bindparam("until"), lease=bindparam("holder"), unsure=bindparam("doubted"))
    .values(state="sending", attempts=_ROWS.c.attempts + 1),
    changes=True,
)
_PUSHED = Prepared(
    select(_ROWS.c.to_user, _ROWS.c.sent_at, _WEIGHT)
    .where(_ROWS.c.channel == bindparam("of"), _ROWS.c.to_user == bindparam("user"))
    .where(_ROWS.c.sent_at >= bindparam("since"), _WEIGHT > 0)
    .order_by(_ROWS.c.sent_at.desc())
)


def claim(session: Session, now: datetime, channel: str, limit: int) -> list[Outgoing]:
    """Rows of this channel that may go, leased to the caller, apart from the session.

    Of each conversation the oldest open one, while no other is on its way. A lease that ran out is taken over: its
    holder may have sent the row.
    """
    rows = [
        Outgoing(**dict(zip(_NAMES, values, strict=True)))
        for values in _DUE.all(session, of=channel, at=now, most=limit)
    ]
    for row in rows:
        row.unsure = row.unsure or row.state == "sending"
        row.state, row.lease, row.run_at = "sending", secrets.token_hex(8), now + outbox.LEASE
        row.attempts += 1
    if rows:
        leases = ({"number": r.id, "until": r.run_at, "holder": r.lease, "doubted": r.unsure} for r in rows)
        _LEASE.do_many(session, leases)
    return rows


def retry(session: Session, row: Outgoing, after: timedelta, reason: str, now: datetime, *, unsure: bool) -> bool:
    """Try again later - or give up, after too many tries or too long a time: then True."""
    if row.attempts >= TRIES:
        return give_up(session, row, f"too many tries, the last one: {reason}", now)
    if is_too_old(row, now):
        return give_up(session, row, f"too old; the last try: {reason}", now)
    told = _told(row, now, "later", reason)
    outbox.change(session, row, state="waiting", run_at=now + after, lease=None, unsure=unsure, held=False, **told)
    return False


def hold(session: Session, row: Outgoing, reason: str, now: datetime) -> bool:
    """It may go only after its addressee has spoken again; `wake` lets it. True if it has waited for too long."""
    if is_too_old(row, now):
        return give_up(session, row, f"too old; it waited: {reason}", now)
    postpone(session, row, now + timedelta(hours=1), reason, now, held=True)
    return False


def postpone(
    session: Session, row: Outgoing, until: datetime, reason: str, now: datetime, *, held: bool = False
) -> None:
    """Not now, through no fault of its own: a try that was begun for it is not counted."""
    tries = row.attempts - (row.state == "sending")
    told = _told(row, now, "held", reason) if reason != row.reason else {}
    outbox.change(session, row, state="waiting", run_at=until, lease=None, attempts=tries, held=held, **told)


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


def pushed_since(session: Session, channel: str, user: str, moment: datetime) -> list[Pushed]:
    """What this account got since then without asking, the latest first; what may have reached it counts, too."""
    return [Pushed(*found) for found in _PUSHED.all(session, of=channel, user=user, since=moment)]


def _told(row: Outgoing, now: datetime, what: str, why: str) -> dict[str, Any]:
    """Columns that keep what went wrong."""
    entry = [now.isoformat(timespec="seconds"), what, why[:200]]
    return {"reason": why[:200], "history": [*(row.history or ()), entry][-REMEMBERED:]}
