"""Taking back what a message wrote: all as it was before, but for what has been built on since; that stays, named.

A row that was made goes if nobody else has changed it and nothing hangs on it; a column goes back if nothing has set it
since, and those that mean something only together go together. What is gone is marked and seen by no query.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Table, select, update
from sqlalchemy.orm import Session

from scrm_bot.crm import audit
from scrm_bot.crm.audit import MADE, Entry, Signature, Tracked
from scrm_bot.crm.errors import NothingToUndo
from scrm_bot.db import Base, settle


@dataclass(frozen=True, slots=True)
class Kept:
    """What could not be taken back: a row (field "*") or a column of it, and who has changed or used it since."""

    row: Any
    field: str
    by: str  # a name to show, "" if nobody knows; audit.SYSTEM's for the clock
    used: bool = False  # something of theirs hangs on it


@dataclass
class Undone:
    """What was taken back: the rows unmade, the columns set back (row, column, from, to), and what was kept."""

    unmade: list[Any] = field(default_factory=list)
    restored: list[tuple[Any, str, str | None, str | None]] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)

    @property
    def in_vain(self) -> bool:
        """Nothing at all could be taken back."""
        return not (self.unmade or self.restored)


def last(session: Session, by: Signature, minutes: int) -> int:
    """The last message of this person that can be taken back. Refuses if there is none."""
    message = audit.last_message(session, by, minutes)
    if message is None:
        raise NothingToUndo(minutes)
    return message


def stands_for(session: Session, message: int) -> int | None:
    """The message that this one took back, if it took one back."""
    query = select(Entry.undoes).where(Entry.message_id == message, Entry.undoes.is_not(None))
    return session.scalar(query.order_by(Entry.id).limit(1))


def rows_written(session: Session, by: Signature, minutes: int) -> Iterator[tuple[int, Any, bool]]:
    """What this person wrote in the last minutes, newest first: the message, a row, and whether it was made."""
    for entry in audit.latest(session, by, minutes):
        row = _row(session, entry)
        if row is not None and entry.message_id is not None:
            yield entry.message_id, row, entry.field == MADE


def take_back(session: Session, by: Signature, message: int) -> Undone:
    """Take back all that this message of this person's wrote, as far as nobody has built on it since."""
    settle(session)
    query = select(Entry).where(_written_by(message, by), Entry.undone_at.is_(None)).order_by(Entry.id.desc())
    entries, result = session.scalars(query).all(), Undone()
    made = {(entry.entity, entry.entity_id) for entry in entries if entry.field == MADE}
    for entry in entries:  # first what was set: what it has tied to a new row must not go with that
        if (entry.entity, entry.entity_id) not in made:
            _set_back(session, by, entry, result)
    for entry in entries:
        if entry.field == MADE:
            _unmake(session, by, entry, result)
        entry.undone_at = by.now
    sign(session, by, message)
    return result


def _written_by(message: int | None, by: Signature) -> ColumnElement[bool]:
    return (Entry.message_id == message) & (Entry.actor_key == by.actor_key)


def sign(session: Session, by: Signature, message: int) -> None:
    """What the undo itself wrote is no write to be taken back: the next undo goes on to the one before."""
    settle(session)
    session.execute(
        update(Entry)
        .where(_written_by(by.message_id, by), Entry.undone_at.is_(None))
        .values(undoes=message)
        .execution_options(synchronize_session=False)
    )


def _row(session: Session, entry: Entry) -> Any:
    """The row that an entry tells of; None if it is not there any more."""
    row = session.get(_tables()[entry.entity], entry.entity_id)
    return row if row is not None and row.undone_at is None else None


# -- rows


def _unmake(session: Session, by: Signature, entry: Entry, result: Undone) -> None:
    row = _row(session, entry)
    if row is None:
        return
    parts, hanging = _hanging_on(session, by, row)
    changed = _since(session, entry, Entry.actor_key != by.actor_key)
    if changed is not None:
        result.kept.append(Kept(row, MADE, changed.actor))
    elif hanging is not None:
        its = next((one.by for one in result.kept if one.row is hanging), None)
        result.kept.append(Kept(row, MADE, _maker(session, hanging)[1] if its is None else its, used=True))
    else:
        for one in [*parts, row]:
            _mark(session, by, one)
        result.unmade.append(row)


def _mark(session: Session, by: Signature, row: Any) -> None:
    """It is gone, and so are later changes of it: the next undo does not stop at them."""
    row.undone_at = by.now
    session.flush()
    its = (Entry.entity == row.__tablename__, Entry.entity_id == row.id, Entry.actor_key == by.actor_key)
    gone = update(Entry).where(*its, Entry.undone_at.is_(None), Entry.field != "undone_at").values(undone_at=by.now)
    settle(session)
    session.execute(gone.execution_options(synchronize_session="fetch"))


def _hanging_on(session: Session, by: Signature, row: Any) -> tuple[list[Any], Any]:
    """The actor's own parts of the row, which go with it; and any other row that hangs on it, None if there is none."""
    parts: list[Any] = []
    for model, column in _hanging(row.__table__):
        found = session.scalars(select(model).where(column == row.id).limit(2 if not model.part else None)).all()
        for one in found:
            if not model.part or _maker(session, one)[0] != by.actor_key:
                return [], one
            parts.append(one)
    return parts, None


@cache
def _hanging(table: Table) -> Sequence[tuple[type[Tracked], ColumnElement[Any]]]:
    """Which classes hang on rows of this table, and by which column."""
    models = (mapper for mapper in Base.registry.mappers if issubclass(mapper.class_, Tracked))
    found = ((m.class_, column) for m in models for column in m.local_table.columns if column.references(table.c.id))
    return tuple(found)


@cache
def _tables() -> dict[str, Any]:
    return {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}


def _maker(session: Session, row: Any) -> tuple[str, str]:
    """Who made a row: the key and the name; empty if nobody wrote that down."""
    query = select(Entry.actor_key, Entry.actor).where(
        Entry.entity == row.__tablename__, Entry.entity_id == row.id, Entry.field == MADE
    )
    found = session.execute(query.limit(1)).first()
    return (found[0], found[1]) if found else ("", "")


# -- columns


def _set_back(session: Session, by: Signature, entry: Entry, result: Undone) -> None:
    row = _row(session, entry)
    if row is None or entry.field == "undone_at":
        return
    together = row.linked if entry.field in row.linked else {entry.field}
    others = ~_written_by(entry.message_id, by)
    changed = _since(session, entry, others, Entry.field.in_(together))
    if changed is not None or audit.as_text(getattr(row, entry.field)) != entry.new:
        result.kept.append(Kept(row, entry.field, changed.actor if changed else ""))
    else:
        setattr(row, entry.field, audit.from_text(type(row), entry.field, entry.old))
        result.restored.append((row, entry.field, entry.new, entry.old))


def _since(session: Session, entry: Entry, *where: ColumnElement[bool]) -> Entry | None:
    """A later change of the same row that still holds."""
    same = (Entry.entity == entry.entity, Entry.entity_id == entry.entity_id, Entry.id > entry.id)
    holds = (Entry.undone_at.is_(None), Entry.undoes.is_(None))
    return session.scalars(select(Entry).where(*same, *holds, *where).order_by(Entry.id).limit(1)).first()
