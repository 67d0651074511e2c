"""Which files are to be fetched, who has begun with one, and what came of it: nobody's act, so nothing is audited."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, Table, select, update
from sqlalchemy.orm import Session

from scrm_bot.crm.files import KEPT, WANTED, File

LEASE = timedelta(minutes=3)
_ROWS: Table = File.__table__  # type: ignore[assignment]
_TOLD = ("id", "created_at", "channel", "user", "kind", "name", "source", "attempts")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to be fetched, in the hands of whoever holds the lease."""

    id: int
    created_at: datetime
    channel: str
    user: str
    kind: str
    name: str
    source: Mapping[str, Any]
    attempts: int
    lease: str


def claim(session: Session, channels: Collection[str], now: datetime, limit: int) -> list[Wanted]:
    """The files that have waited longest, leased to the caller. A lease that ran out is taken over."""
    query = (
        select(*(_ROWS.c[name] for name in _TOLD))
        .where(_ROWS.c.state == WANTED, _ROWS.c.run_at <= now, _ROWS.c.undone_at.is_(None))
        .where(_ROWS.c.channel.in_(channels))
        .order_by(_ROWS.c.run_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = [Wanted(**row, lease=secrets.token_hex(8)) for row in session.execute(query).mappings()]
    for one in found:
        values = {"lease": one.lease, "run_at": now + LEASE, "attempts": one.attempts + 1}
        session.execute(update(_ROWS).where(_ROWS.c.id == one.id).values(values))
    return found


def kept(session: Session, row: Wanted, digest: str, size: int, mime: str) -> bool:
    """It is in the store."""
    return _change(session, row, state=KEPT, digest=digest, size=size, type=mime, reason=None, lease=None)


def later(session: Session, row: Wanted, run_at: datetime, reason: str) -> bool:
    """To be tried again then."""
    return _change(session, row, run_at=run_at, reason=reason, lease=None)


def ended(session: Session, row: Wanted, state: str, reason: str) -> bool:
    """It will not be there. False if the lease was lost, or nobody wants it any more."""
    wanted = session.scalar(select(_ROWS.c.undone_at).where(_ROWS.c.id == row.id)) is None
    return _change(session, row, state=state, reason=reason[:200], lease=None) and wanted


def _change(session: Session, row: Wanted, **values: Any) -> bool:
    mine = (_ROWS.c.id == row.id, _ROWS.c.lease == row.lease, _ROWS.c.state == WANTED)
    done: Any = session.execute(update(_ROWS).where(*mine).values(values))
    assert isinstance(done, CursorResult)
    return bool(done.rowcount)
