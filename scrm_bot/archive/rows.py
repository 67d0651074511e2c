"""Rows as lines of text that read the same whichever database they came from, and their sums.

A line is a JSON list, the row's values in the order of its table's columns: instants in UTC, money in whole fen, JSON
as it was written. What a table holds is told by a count and the sum of its lines' hashes, which knows no order:
databases sort words differently.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    Text,
    cast,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.types import NullType, TypeEngine

from scrm_bot.db import Degrees, Instant, Yuan

BATCH: Final = 500  # rows that are put in with one statement
TYPES: Final[Mapping[str, TypeEngine[Any]]] = {
    "text": Text(), "integer": BigInteger(), "instant": Instant(), "date": Date(), "boolean": Boolean(),
    "json": NullType(),  # written as it was read, a text that the database takes for what it is
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layout:
    """A table as an archive knows it: columns by kind, its key, and columns that point into the table itself."""

    name: str
    columns: Mapping[str, str]
    key: str
    own: tuple[str, ...] = ()

    def table(self) -> Table:
        """For statements; it knows nothing of indexes and constraints."""
        return Table(self.name, MetaData(), *(Column(name, TYPES[kind]) for name, kind in self.columns.items()))


@dataclass(slots=True)
class Sum:
    """How many lines, and what they come to."""

    rows: int = 0
    total: int = field(default=0, repr=False)

    def add(self, line: str) -> None:
        """One more."""
        self.rows += 1
        self.total = (self.total + int.from_bytes(hashlib.sha256(line.encode()).digest())) % (1 << 256)

    @property
    def digest(self) -> str:
        """64 hexadecimal digits."""
        return f"{self.total:064x}"


def layouts(metadata: MetaData) -> list[Layout]:
    """Every table of the models, those that others point to first."""
    return [_layout(table) for table in metadata.sorted_tables]


def _layout(table: Table) -> Layout:
    (key,) = table.primary_key.columns
    own = [column.name for column in table.columns if any(f.column.table is table for f in column.foreign_keys)]
    return Layout(table.name, {column.name: _kind(column.type) for column in table.columns}, key.name, tuple(own))


def _kind(type_: TypeEngine[Any]) -> str:
    match type_:
        case Instant():
            return "instant"
        case Yuan() | Degrees() | Integer():
            return "integer"
        case JSON():
            return "json"
        case Boolean():
            return "boolean"
        case Date():
            return "date"
        case String():
            return "text"
    raise TypeError(f"an archive has no kind for {type_!r}")


def lines(connection: Connection, layout: Layout) -> Iterator[str]:
    """The table's rows, a line each, streamed."""
    for row in connection.execute(_reading(layout), execution_options={"yield_per": 1000}):
        yield json.dumps(list(row), ensure_ascii=False, separators=(",", ":"), default=_written)


def _reading(layout: Layout) -> Select[Any]:
    table = layout.table()
    wanted = [
        cast(table.c[name], Text).label(name) if kind == "json" else table.c[name]
        for name, kind in layout.columns.items()
    ]
    return select(*wanted).order_by(table.c[layout.key])


def _written(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def put(connection: Connection, layout: Layout, given: Iterable[str]) -> None:
    """Put the lines' rows in. The table is empty."""
    table, names = layout.table(), list(layout.columns)
    statement, pointers = insert(table), list[tuple[Any, dict[str, Any]]]()
    rest = iter(given)
    while batch := [dict(zip(names, json.loads(line), strict=True)) for line in islice(rest, BATCH)]:
        for row in batch:
            _read(layout, row)
            found = {name: row[name] for name in layout.own if row[name] is not None}
            if found:  # whom it points to may not be there yet
                pointers.append((row[layout.key], found))
                row.update(dict.fromkeys(found))
        connection.execute(statement, batch)
    for key, found in pointers:
        connection.execute(update(table).where(table.c[layout.key] == key).values(found))
    _count_on(connection, layout, table)


def _read(layout: Layout, row: dict[str, Any]) -> None:
    for name, kind in layout.columns.items():
        value = row[name]
        if value is not None and kind == "instant":
            row[name] = datetime.fromisoformat(value)
        elif value is not None and kind == "date":
            row[name] = date.fromisoformat(value)


def _count_on(connection: Connection, layout: Layout, table: Table) -> None:
    """PostgreSQL numbers new rows from a counter that knows nothing of rows that brought their number along."""
    if connection.dialect.name != "postgresql" or layout.columns[layout.key] != "integer":
        return
    last = connection.scalar(select(func.max(table.c[layout.key])))
    if last is not None:
        query = text("SELECT setval(pg_get_serial_sequence(:name, :key), :last)")
        connection.execute(query, {"name": f'"{layout.name}"', "key": layout.key, "last": last})
