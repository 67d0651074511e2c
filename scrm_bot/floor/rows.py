"""The bot's database, read from outside when the day is over, with names where it has numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine, func, select
from sqlalchemy.engine import Engine
from sqlalchemy.pool import NullPool

from scrm_bot import schema
from scrm_bot.db import normalised

Row = Mapping[str, Any]
TABLES = ("followups", "deals", "contracts", "reminders", "tickets", "contacts", "customers", "leads")
WATCHED = {  # fields whose change has to be wanted
    "deals": ("stage", "amount", "expected_close", "lost_reason", "title", "customer_id"),
    "reminders": ("state", "due_at", "text"),
    "tickets": ("state", "rating"),
    "contacts": ("name", "phone"),
    "customers": ("name", "owner_id"),
    "followups": ("customer_id", "happened_at"),
}


@dataclass(frozen=True, slots=True)
class Made:
    """A row that a message made, as people would tell it."""

    table: str
    message: int | None
    values: Row


@dataclass(frozen=True, slots=True)
class Turned:
    """A field that a message changed."""

    table: str
    row: str  # the firm's name, the ticket's number, the reminder's words
    field: str
    value: Any
    message: int | None


class Rows:
    """What the database says."""

    def __init__(self, url: str, zone: ZoneInfo) -> None:
        self.zone = zone
        self._engine: Engine = create_engine(normalised(url), poolclass=NullPool)

    def all(self, name: str) -> list[Row]:
        """Every row of a table, in order of their numbers; moments by the company's clock."""
        table = schema.metadata().tables[name]
        with self._engine.connect() as connection:
            found = connection.execute(select(table).order_by(table.c.id)).mappings()
            return [{key: self._local(value) for key, value in row.items()} for row in found]

    def open(self) -> int:
        """Messages without a fate, rows of the outbox without an end, reminders that should have rung."""
        tables = schema.metadata().tables
        messages, outbox, reminders = (tables[name].c for name in ("messages", "outbox", "reminders"))
        soon = datetime.now(UTC) + timedelta(minutes=1)
        wheres = (  # each before what it turns into, which is looked for a moment later
            (messages.fate.is_(None),),
            (reminders.state == "waiting", reminders.due_at < soon, reminders.undone_at.is_(None)),
            (outbox.state.in_(("waiting", "sending")),),
        )
        with self._engine.connect() as connection:
            return sum(connection.scalar(select(func.count()).where(*where)) or 0 for where in wheres)

    def made(self) -> dict[int | None, list[Made]]:
        """What stands in the tables and was not taken back, by the message that made it."""
        names, first = Names(self), self._first()
        found: defaultdict[int | None, list[Made]] = defaultdict(list)
        for table in TABLES:
            for row in self.all(table):
                if row["undone_at"] is None:
                    born = {**row, **first.get((table, row["id"]), {})}
                    found[row["message_id"]].append(Made(table, row["message_id"], names.told(table, born)))
        return found

    def _first(self) -> dict[tuple[str, int], dict[str, Any]]:
        """What later changes found: the values that a row was born with."""
        found: defaultdict[tuple[str, int], dict[str, Any]] = defaultdict(dict)
        for entry in self.all("audit"):
            if entry["field"] in WATCHED.get(entry["entity"], ()) and entry["field"] not in ("customer_id", "owner_id"):
                born = found[entry["entity"], entry["entity_id"]]
                born.setdefault(entry["field"], self._read(entry["field"], entry["old"]))
        return found

    def turned(self) -> dict[int | None, list[Turned]]:
        """What was changed and not taken back, by the message that changed it."""
        names = Names(self)
        found: defaultdict[int | None, list[Turned]] = defaultdict(list)
        for entry in self.all("audit"):
            if entry["field"] not in WATCHED.get(entry["entity"], ()) or entry["undone_at"] or entry["undoes"]:
                continue
            label, value = names.label(entry["entity"], entry["entity_id"]), self._read(entry["field"], entry["new"])
            message = entry["message_id"]
            found[message].append(Turned(entry["entity"], label, entry["field"], value, message))
        return found

    def _read(self, field: str, text: str | None) -> Any:
        """A value as the audit keeps it."""
        if text is None:
            return None
        if field in ("due_at", "happened_at"):
            return self._local(datetime.fromisoformat(text))
        if field == "expected_close":
            return date.fromisoformat(text)
        return Decimal(text) if field == "amount" else text

    def _local(self, value: Any) -> Any:
        return value.astimezone(self.zone) if isinstance(value, datetime) else value


class Names:
    """Of rows, by their numbers."""

    def __init__(self, rows: Rows) -> None:
        self._rows = {name: {row["id"]: row for row in rows.all(name)} for name in ("staff", *TABLES)}

    def told(self, table: str, row: Row) -> Row:
        """With names where there are numbers."""
        told = dict(row)
        told["customer"] = self._name("customers", row.get("customer_id"))
        for column, word in (("author_id", "author"), ("staff_id", "for"), ("owner_id", "owner")):
            told[word] = self._name("staff", row.get(column))
        if table == "tickets":
            told["asker"] = row["asker_user"]
        return told

    def label(self, table: str, number: int) -> str:
        """How people call a row."""
        row = self._rows[table].get(number)
        if row is None:
            return ""
        if table in ("deals", "followups"):
            return self._name("customers", row["customer_id"])
        return str(row.get("number") or row.get("name") or row.get("text") or "")

    def _name(self, table: str, number: int | None) -> str:
        row = self._rows[table].get(number) if number else None
        return str(row["name"]) if row else ""


def by_key(messages: Iterable[Row]) -> dict[tuple[str, str, str], Row]:
    """Messages by channel, sender and the platform's id."""
    return {(row["channel"], row["sender"], row["key"]): row for row in messages}
