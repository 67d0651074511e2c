"""Channels that take nothing for now, why and until when: one process finds out for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from scrm_bot.db import Base, insert
from scrm_bot.prepared import Prepared

PAUSES = (45, 90, 180, 360, 600)  # seconds without calls, by how often in a row it was tried in vain
PROBE = timedelta(seconds=30)  # for so long one row tries for all whether the channel works again


class Circuit(Base):
    """One channel that is out of order. No row: it works as far as anybody knows."""

    __tablename__ = "circuits"

    channel: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    trouble: Mapped[str]  # secret | address | permission | blocked | quota; "": it passes by itself
    detail: Mapped[str]  # the IP address that the platform saw
    trips: Mapped[int]
    since: Mapped[datetime]
    tripped_at: Mapped[datetime]
    shut_until: Mapped[datetime]


_KNOWN = select(Circuit).order_by(Circuit.channel)
_ANY = Prepared(select(Circuit.__table__.c.channel))


def known(session: Session) -> Sequence[Circuit]:
    """Every channel that is out of order, or was when it was last tried."""
    session.flush()
    return session.scalars(_KNOWN).all() if _ANY.first(session) else ()


def shut(session: Session, now: datetime) -> set[str]:
    """Channels that need not be tried now."""
    return set(session.scalars(select(Circuit.channel).where(Circuit.shut_until > now)))


def trip(
    session: Session, channel: str, began: datetime, now: datetime, *, reason: str, trouble: str, detail: str,
    after: timedelta,
) -> bool:  # fmt: skip
    """A send that `began` then found the channel out of order. False if that was known since: nothing has changed."""
    values = {"reason": reason[:200], "trouble": trouble, "detail": detail[:100], "tripped_at": now}
    first = insert(session, Circuit).values(
        channel=channel, trips=1, since=now, shut_until=now + _pause(trouble, after, 1), **values
    )
    if session.execute(first.on_conflict_do_nothing().returning(Circuit.__table__.c.channel)).scalar() is not None:
        return True
    circuit = session.get_one(Circuit, channel, with_for_update=True, populate_existing=True)
    if circuit.tripped_at >= began:
        return False
    circuit.trips += 1
    circuit.shut_until = now + _pause(trouble, after, circuit.trips)
    for name, value in values.items():
        setattr(circuit, name, value)
    return True


def probe(circuit: Circuit, now: datetime) -> None:
    """One row may try now; everybody else waits for what it finds."""
    circuit.shut_until = now + PROBE


def close(session: Session, channel: str, began: datetime) -> None:
    """A send that `began` then got through: the channel works."""
    session.execute(
        delete(Circuit)
        .where(Circuit.channel == channel, Circuit.tripped_at < began)
        .execution_options(synchronize_session=False)
    )


def _pause(trouble: str, after: timedelta, trips: int) -> timedelta:
    """What repairs itself says when; for the rest longer and longer, so that a repair is noticed within minutes."""
    if trouble in {"", "quota"}:
        return after
    return max(after, timedelta(seconds=PAUSES[min(trips, len(PAUSES)) - 1]))
