"""Every change leaves an entry - who, when, old, new, caused by which message - and undo.py is built on that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Index, Table, event, inspect, select
from sqlalchemy.orm import (
    Mapped,
    Mapper,
    ORMExecuteState,
    Session,
    mapped_column,
    with_loader_criteria,
)
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from scrm_bot.db import Base, Numbered, later, settle
from scrm_bot.prepared import Prepared, Rows, adding, hold

Row = TypeVar("Row", bound="Tracked")

MADE = "*"  # the field name of an entry that says: this row was made
LOOKED_THROUGH = 500  # entries of one person: more than ten minutes' writing


class Tracked(Numbered):
    """Mixin of CRM rows: audited, undoable. An undone row stays, marked, and no query sees it."""

    message_id: Mapped[int | None] = mapped_column(index=True, sort_order=90)
    undone_at: Mapped[datetime | None] = mapped_column(sort_order=91)

    derived: frozenset[str] = frozenset()  # columns that follow from other rows: neither audited nor undone
    linked: frozenset[str] = frozenset()  # columns that mean something only together: undone together or not at all
    part = False  # of what it hangs on, and undone with it


class Entry(Numbered, Base):
    """One change of one field (or the making of a row: field "*")."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_message", "message_id", "id"),
        Index("ix_audit_actor", "actor_key", "id"),
        Index("ix_audit_entity", "entity", "entity_id", "id"),
    )

    actor: Mapped[str]  # a name to show
    actor_key: Mapped[str]  # staff:3, contact:7, system
    entity: Mapped[str]
    entity_id: Mapped[int]
    field: Mapped[str]
    old: Mapped[str | None]
    new: Mapped[str | None]
    message_id: Mapped[int | None]
    undoes: Mapped[int | None]  # the entry that this one takes back
    undone_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Signature:
    """In whose name and for which message a session writes."""

    actor: str
    actor_key: str
    now: datetime
    message_id: int | None


def ready(entity: type[Row], *where: ColumnElement[bool]) -> Rows[Row]:
    """A query of the hot path; what was undone is left out by its own words, not by the watch."""
    return Rows(entity, *where, entity.undone_at.is_(None))


_ENTRY = adding(Entry.__table__)  # type: ignore[arg-type]


def add(session: Session, row: Row) -> Row:
    """Put a new row in at once, with its entry: one statement, and nothing is left to flush."""
    by: Signature = session.info["signature"]
    mould = _mould(type(row))  # type: ignore[arg-type]
    said = vars(row)  # what is said here is news to nobody: it need not be told by attributes
    said["created_at"] = said.get("created_at") or by.now
    said["message_id"] = said.get("message_id") or by.message_id
    for name, value in mould.defaults:
        if said.get(name) is None:
            said[name] = value
    number = mould.adding.first(session, **{name: said.setdefault(name) for name in mould.names})
    assert number is not None
    said["id"] = number[0]
    hold(session, row, mould.mapper.identity_key_from_primary_key(number))
    _note(session, [_made(row)])
    return row


@dataclass(frozen=True, slots=True)
class Mould:
    """How rows of a table are put in: the statement, the columns, and what holds where nothing is said."""

    mapper: Mapper[Any]
    adding: Prepared
    names: tuple[str, ...]
    defaults: tuple[tuple[str, Any], ...]


@cache
def _mould(entity: type[Tracked]) -> Mould:
    mapper: Mapper[Any] = inspect(entity)
    table: Table = mapper.local_table  # type: ignore[assignment]
    defaults = ((column.key, column.default) for column in table.columns)
    scalars = tuple((key, default.arg) for key, default in defaults if isinstance(default, ScalarElementColumnDefault))
    names = tuple(column.key for column in table.columns if not column.primary_key)
    return Mould(mapper, adding(table, returning=table.c.id), names, scalars)


def watch(session: Session, by: Signature) -> None:
    """From now on this session signs what it changes and does not see what was undone."""
    session.info["signature"] = by
    if "watched" not in session.info:
        session.info["watched"] = True
        event.listen(session, "before_flush", _stamp)
        event.listen(session, "after_flush", _write_entries)
        event.listen(session, "do_orm_execute", _hide_undone)


def last_message(session: Session, by: Signature, minutes: int) -> int | None:
    """The last message of this person whose writes can still be taken back."""
    return next((entry.message_id for entry in latest(session, by, minutes)), None)


def last_write(session: Session, by: Signature, minutes: int) -> set[str]:
    """Which tables that message changed; none: there is nothing to take back."""
    found = latest(session, by, minutes)
    return {entry.entity for entry in found if entry.message_id == found[0].message_id}


def tables_of(session: Session, message: int) -> frozenset[str]:
    """Which tables a message changed."""
    return frozenset(session.scalars(select(Entry.entity).where(Entry.message_id == message)))


def latest(session: Session, by: Signature, minutes: int) -> Sequence[Entry]:
    """This person's entries of the last minutes that can still be taken back, newest first."""
    settle(session)
    since = by.now - timedelta(minutes=minutes)
    mine = select(Entry).where(Entry.actor_key == by.actor_key).order_by(Entry.id.desc()).limit(LOOKED_THROUGH)
    return [entry for entry in session.scalars(mine) if entry.created_at >= since and _can_be_undone(entry)]


def _can_be_undone(entry: Entry) -> bool:
    return entry.undone_at is None and entry.undoes is None and entry.message_id is not None


def _hide_undone(state: ORMExecuteState) -> None:
    if state.is_select and not state.is_column_load and not state.execution_options.get("with_undone"):
        state.statement = state.statement.options(
            with_loader_criteria(Tracked, lambda row: row.undone_at.is_(None), include_aliases=True)
        )


def _stamp(session: Session, _context: Any, _instances: Any) -> None:
    by: Signature = session.info["signature"]
    for row in session.new:
        if isinstance(row, Tracked):
            row.created_at = row.created_at or by.now
            row.message_id = row.message_id or by.message_id


def _write_entries(session: Session, _context: Any) -> None:
    entries = [entry for row in session.new if isinstance(row, Tracked) for entry in [_made(row)]]
    entries += [entry for row in session.dirty if isinstance(row, Tracked) for entry in _changes(row)]
    _note(session, entries)


def _note(session: Session, entries: list[dict[str, Any]]) -> None:
    """Sign the entries; they are written at the end of the transaction."""
    by: Signature = session.info["signature"]
    for entry in entries:
        session.info["wrote"] = True
        signed = {"created_at": by.now, "actor": by.actor, "actor_key": by.actor_key, "message_id": by.message_id}
        later(session, _ENTRY, entry | signed | {"undoes": None, "undone_at": None})


def _made(row: Any) -> dict[str, Any]:
    return {"entity": row.__tablename__, "entity_id": row.id, "field": MADE, "old": None, "new": None}


def _changes(row: Any) -> Iterable[dict[str, Any]]:
    state = inspect(row)
    for column in state.mapper.columns:
        name = state.mapper.get_property_by_column(column).key
        history = state.attrs[name].history
        if not history.has_changes() or name in row.derived:
            continue
        old = as_text(history.deleted[0]) if history.deleted else None
        new = as_text(history.added[0]) if history.added else None
        if old != new:
            yield {"entity": row.__tablename__, "entity_id": row.id, "field": name, "old": old, "new": new}


def as_text(value: Any) -> str | None:
    """As an entry says it."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()  # one moment, one text
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def from_text(entity: type, field: str, text: str | None) -> Any:
    """Back to what the column holds."""
    if text is None:
        return None
    kind: Any = inspect(entity).columns[field].type.python_type
    if kind is bool:
        return text == "True"
    if issubclass(kind, datetime | date):
        return kind.fromisoformat(text)
    return Decimal(text) if kind is Decimal else kind(text)
