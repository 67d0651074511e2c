"""Whatever is said is first a row here, and its way is written down in it: the proof of what was said."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ColumnElement, Index, Table, bindparam, literal_column, select, text, update
from sqlalchemy import insert as sql_insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from scrm_bot.db import Base, Numbered, insert, later, settle
from scrm_bot.message import Address, Choice, Listing, OutFile, Reply
from scrm_bot.prepared import Prepared

LEASE = timedelta(seconds=60)  # longer than any send may take
OPEN = ("waiting", "sending")


class Outgoing(Numbered, Base):
    """One thing to say to one account. `to_user`, `room`: its conversation; `answers`: the message it answers."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "channel", "run_at", sqlite_where=text("state IN ('waiting','sending')"),
              postgresql_where=text("state IN ('waiting','sending')")),
        Index("ix_outbox_order", "channel", "to_user", "room", "id",
              sqlite_where=text("state IN ('waiting','sending')"),
              postgresql_where=text("state IN ('waiting','sending')")),
        Index("ix_outbox_sent", "channel", "to_user", "sent_at"),
        Index("ix_outbox_person", "person", "id", sqlite_where=text("answers IS NULL"),
              postgresql_where=text("answers IS NULL")),
        Index("ix_outbox_listing", "person", "id", sqlite_where=text("listing IS NOT NULL"),
              postgresql_where=text("listing IS NOT NULL")),
        Index("ix_outbox_cause", "cause", sqlite_where=text("cause IS NOT NULL"),
              postgresql_where=text("cause IS NOT NULL")),
        Index("ix_outbox_instead_of", "instead_of", sqlite_where=text("instead_of IS NOT NULL"),
              postgresql_where=text("instead_of IS NOT NULL")),
        Index("ix_outbox_given_up", "channel", "to_user", sqlite_where=text("state = 'given_up'"),
              postgresql_where=text("state = 'given_up'")),
    )  # fmt: skip

    channel: Mapped[str]
    to_user: Mapped[str]
    room: Mapped[str]
    text: Mapped[str]
    choices: Mapped[list[Any]]
    file: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # name, digest
    listing: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))  # rows, asked, page
    hints: Mapped[dict[str, Any]]
    state: Mapped[str]  # waiting | sending | sent | given_up
    attempts: Mapped[int] = mapped_column(default=0)
    parts_sent: Mapped[int] = mapped_column(default=0)
    run_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    lease: Mapped[str | None]
    unsure: Mapped[bool] = mapped_column(default=False)  # an earlier try may have got through
    passive: Mapped[bool] = mapped_column(default=False)  # its first part went out in the callback's answer
    answers: Mapped[int | None] = mapped_column(index=True)
    once: Mapped[str | None] = mapped_column(unique=True)  # one push per occasion, whoever thinks of it
    reason: Mapped[str | None]
    held: Mapped[bool | None]  # it waits until its addressee speaks again
    person: Mapped[str | None]  # whom it is for: staff:3, contact:7; None: nobody knows who that account is
    cause: Mapped[int | None]  # the message whose turn made us say this to somebody else
    instead_of: Mapped[int | None]  # the row that could not be delivered, and this says the same elsewhere
    reports: Mapped[int | None]  # the row of whose failure this tells
    given_up_at: Mapped[datetime | None]
    unreachable: Mapped[bool] = mapped_column(default=False)  # given up because nothing at all arrives there
    history: Mapped[list[Any] | None]  # what went wrong on the way, the latest last: [when, what, why]

    @property
    def address(self) -> Address:
        """Whom it is for."""
        return Address(self.channel, self.to_user, self.room)

    def send_id(self, part: int | str) -> str:
        """What this part is called whenever it is tried, in 32 letters; never the same in another database."""
        return f"{self.id}-{int(self.created_at.timestamp()):x}-{part}"

    @property
    def reply(self) -> Reply:
        """What it says."""
        choices = tuple(Choice(**choice) for choice in self.choices)
        return Reply(self.text, choices, OutFile(**self.file) if self.file else None, _listing(self.listing))


def is_open(row: Any = Outgoing) -> ColumnElement[bool]:
    """Still to be sent. As literals: only so does a database see that the index of open rows will do."""
    literals: list[ColumnElement[str]] = [literal_column("'waiting'"), literal_column("'sending'")]
    return row.state.in_(literals)  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class InHand:
    """The answer to a message, in the hand of whoever holds its callback open."""

    answers: int
    lease: str
    reply: Reply
    hints: Mapping[str, Any] = field(default_factory=dict)


_ROWS: Table = Outgoing.__table__  # type: ignore[assignment]
_LATER = ("id", "sent_at", "reason", "held", "given_up_at", "history")  # what is not known yet when something is put
_SAID: dict[str, Any] = {column.name: bindparam(column.name) for column in _ROWS.c if column.name not in _LATER}
_PUT = Prepared(sql_insert(_ROWS).values(_SAID), changes=True)
_PUT_ONCE = {
    name: Prepared(build(_ROWS).values(_SAID).on_conflict_do_nothing().returning(_ROWS.c.id), changes=True)
    for name, build in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
_HANDED = Prepared(
    update(_ROWS)
    .where(_ROWS.c.answers == bindparam("message"), _ROWS.c.lease == bindparam("held"))
    .values(state=bindparam("its_state"), sent_at=bindparam("its_sent_at"), run_at=bindparam("its_run_at"))
    .values(parts_sent=1, lease=None),
    changes=True,
)
_PART_SENT = Prepared(
    update(_ROWS)
    .where(_ROWS.c.id == bindparam("number"), _ROWS.c.lease == bindparam("held"), is_open(_ROWS.c))
    .values({name: bindparam(f"its_{name}") for name in ("state", "sent_at", "run_at", "lease")})
    .values(parts_sent=bindparam("its_parts"), unsure=False)
    .returning(_ROWS.c.id),
    changes=True,
)
_WAKE = Prepared(
    update(_ROWS)
    .where(
        _ROWS.c.channel == bindparam("of_channel"),
        _ROWS.c.to_user == bindparam("of_user"),
        _ROWS.c.room == bindparam("of_room"),
        is_open(_ROWS.c),
        _ROWS.c.state == "waiting",
        _ROWS.c.run_at > bindparam("now"),
        _ROWS.c.held,
    )
    .values(run_at=bindparam("now")),
    changes=True,
)
_HAS_OPEN = Prepared(
    select(_ROWS.c.id).where(
        _ROWS.c.channel == bindparam("of_channel"),
        _ROWS.c.to_user == bindparam("of_user"),
        _ROWS.c.room == bindparam("of_room"),
        is_open(_ROWS.c),
    )
)


def put(
    session: Session,
    to: Address,
    reply: Reply,
    now: datetime,
    *,
    answers: int | None = None,
    once: str | None = None,
    hints: dict[str, Any] | None = None,
    run_at: datetime | None = None,
    person: str | None = None,
    cause: int | None = None,
    instead_of: int | None = None,
    reports: int | None = None,
) -> bool:
    """Write it down. False if this occasion (`once`) has been spoken of already."""
    session.info["to_carry"] = True
    row = _row(to, reply, now) | {"hints": hints or {}, "run_at": run_at or now, "answers": answers, "once": once}
    row |= {"person": person, "cause": cause, "instead_of": instead_of, "reports": reports}
    if once is None:
        _put(session, to, row)
        return True
    return _PUT_ONCE[session.get_bind().dialect.name].first(session, **row) is not None


def put_in_hand(
    session: Session,
    to: Address,
    reply: Reply,
    now: datetime,
    *,
    answers: int,
    hints: dict[str, Any],
    person: str | None,
    until: datetime,
) -> InHand:
    """Write an answer down that whoever asks for it carries himself: the callback that waits. After `until`: the relay.

    Only where nothing older waits for this conversation (`has_open`).
    """
    lease = secrets.token_hex(8)
    held = {"state": "sending", "attempts": 1, "passive": True, "lease": lease, "run_at": until}
    _put(session, to, _row(to, reply, now) | {"hints": hints, "answers": answers, "person": person} | held)
    return InHand(answers, lease, reply, hints)


def handed_over(session: Session, held: InHand, parts: int, now: datetime) -> None:
    """Its first part has reached the platform; the relay takes the rest, if there is one."""
    last = parts <= 1
    state = {"its_state": "sent" if last else "waiting", "its_sent_at": now if last else None}
    _HANDED.do(session, message=held.answers, held=held.lease, its_run_at=now, **state)


def to_carry(session: Session) -> bool:
    """Something was written down since the last question that the relay should carry at once."""
    return bool(session.info.pop("to_carry", False))


def has_open(session: Session, to: Address) -> bool:
    """Something waits to be said there, or is being said."""
    if to.conversation in session.info.get("spoken", ()):
        return True
    return _HAS_OPEN.first(session, of_channel=to.channel, of_user=to.user, of_room=to.room) is not None


def _put(session: Session, to: Address, row: dict[str, Any]) -> None:
    session.info.setdefault("spoken", set()).add(to.conversation)  # written at the end, known at once
    later(session, _PUT, row)


def _row(to: Address, reply: Reply, now: datetime) -> dict[str, Any]:
    return {
        "created_at": now,
        "channel": to.channel,
        "to_user": to.user,
        "room": to.room,
        "text": reply.text,
        "choices": [_choice(choice) for choice in reply.choices],
        "file": asdict(reply.file) if reply.file else None,
        "listing": asdict(reply.listing) if reply.listing else None,
        "state": "waiting",
        "attempts": 0,
        "parts_sent": 0,
        "unsure": False,
        "passive": False,
        "lease": None,
        "answers": None,
        "once": None,
        "person": None,
        "cause": None,
        "instead_of": None,
        "reports": None,
        "unreachable": False,
    }


def last_listing(session: Session, person: str, since: datetime) -> Listing | None:
    """The numbered list that this person was shown last, wherever."""
    settle(session)
    said = (Outgoing.person == person, text("listing IS NOT NULL"))  # as the index says it
    query = select(Outgoing.listing, Outgoing.created_at).where(*said).order_by(Outgoing.id.desc()).limit(1)
    found = session.execute(query).first()
    return _listing(found[0]) if found and found[1] >= since else None


def _listing(data: dict[str, Any] | None) -> Listing | None:
    if data is None:
        return None
    return Listing(tuple((table, number) for table, number in data["rows"]), data["asked"], data["page"])


def _choice(choice: Choice) -> dict[str, str]:
    words = {"label": choice.label, "says": choice.says}
    return words | {"asked": choice.asked} if choice.asked else words


def put_in_vain(
    session: Session, person: str, reply: Reply, now: datetime, reason: str, *, once: str | None, cause: int | None
) -> int | None:
    """Write down what cannot be said: this person has no account. Its number; None if `once` was spoken of already."""
    given_up = {"state": "given_up", "reason": reason, "given_up_at": now, "run_at": now, "hints": {}}
    said = _row(Address("", ""), reply, now) | {"once": once, "person": person, "cause": cause}
    row = insert(session, Outgoing).values(said | given_up)
    number = session.execute(row.on_conflict_do_nothing().returning(Outgoing.__table__.c.id)).scalar()
    return number if number is None else int(number)


def answered_with(session: Session, message: int) -> InHand | None:
    """What the callback of this message was answered with, for its redeliveries."""
    row = session.scalars(
        select(Outgoing).where(Outgoing.answers == message, Outgoing.passive).order_by(Outgoing.id).limit(1)
    ).first()
    return InHand(message, row.lease or "", row.reply, row.hints) if row else None


def part_sent(session: Session, row: Outgoing, parts: int, now: datetime) -> bool:
    """One more of its parts is out; the last one ends it. False, and nothing happens, if the lease was lost."""
    done = row.parts_sent + 1
    last = done >= parts
    its = {"parts": done, "state": "sent" if last else "sending", "sent_at": now if last else None}
    until, lease = now + LEASE, None if last else row.lease
    held = {"number": row.id, "held": row.lease, "its_run_at": until, "its_lease": lease}
    return _PART_SENT.first(session, **held, **{f"its_{name}": value for name, value in its.items()}) is not None


def wake(session: Session, to: Address, now: datetime) -> None:
    """The addressee has spoken: what was held for that may go."""
    _WAKE.do(session, of_channel=to.channel, of_user=to.user, of_room=to.room, now=now)


def change(session: Session, row: Outgoing, **values: Any) -> bool:
    """These columns, unless the row is no longer its holder's: then False, and nothing happens."""
    done = session.execute(
        update(Outgoing)
        .where(Outgoing.id == row.id, Outgoing.lease == row.lease, is_open())
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]  # CursorResult of an UPDATE
