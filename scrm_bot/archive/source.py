"""Where rows come from that fill a database: another database, seen as it was at one moment, or an archive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.pool import NullPool

from scrm_bot import schema, version
from scrm_bot.archive import rows
from scrm_bot.archive.rows import Layout, Sum
from scrm_bot.db import Database


class CannotKeep(Exception):
    """A backup, restore or copy that cannot be done; says why, in a sentence."""


class Source(Protocol):
    """Rows at one revision of the schema."""

    @property
    def revision(self) -> str:
        """The schema's."""
        ...

    @property
    def layouts(self) -> Sequence[Layout]:
        """The tables, those that others point to first."""
        ...

    def lines(self, layout: Layout) -> Iterator[str]:
        """The table's rows."""
        ...

    def sums(self) -> dict[str, Sum]:
        """What the tables come to; known when all their lines have been read."""
        ...


class Live:
    """A database's rows, counted while they are read."""

    def __init__(self, connection: Connection, revision: str) -> None:
        self._connection, self.revision = connection, revision
        self.layouts = rows.layouts(schema.metadata())
        self._sums: dict[str, Sum] = {}

    def lines(self, layout: Layout) -> Iterator[str]:
        """The table's rows."""
        found = self._sums[layout.name] = Sum()
        for line in rows.lines(self._connection, layout):
            found.add(line)
            yield line

    def sums(self) -> dict[str, Sum]:
        """By table."""
        return self._sums


@contextmanager
def live(db: Database) -> Iterator[Live]:
    """All rows as they are now, whoever goes on writing. Holds nobody up."""
    trouble = version.trouble(db)
    if trouble:
        raise CannotKeep(trouble)
    with _snapshot(db) as connection:
        yield Live(connection, version.found(connection))


@contextmanager
def _snapshot(db: Database) -> Iterator[Connection]:
    engine = create_engine(db.url, poolclass=NullPool, hide_parameters=True)
    if db.is_sqlite:  # not the bot's own engine, whose every BEGIN takes the one writer's place
        event.listen(engine, "connect", _leave_begin_to_us)
        event.listen(engine, "begin", _begin)
        with engine.connect() as connection:
            yield connection
        return
    level: Any = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**level) as connection:
        connection.execute(text("SET idle_in_transaction_session_timeout = 0"))
        yield connection


def _leave_begin_to_us(connection: Any, _record: Any) -> None:
    connection.isolation_level = None


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
