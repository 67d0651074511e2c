"""Somebody's folder of tables, and the database that they are imported into."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from scrm_bot import schema, sheets
from scrm_bot.crm.shape import Shape
from scrm_bot.db import Database
from scrm_bot.imports.run import Import, Tally

NOW = datetime(2026, 3, 18, 9, 40, tzinfo=UTC)
CHANNELS = {"sales": "staff", "ding": "staff", "service": "customers"}


def migrate(url: str) -> None:
    db = Database(url)
    schema.upgrade(db)
    db.close()


@dataclass
class Desktop:
    """Somebody's folder of tables, and the database that they go into."""

    db: Database
    folder: Path
    bad: list[list[Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def bring(self, entity: str, content: str | bytes | Path, *, dry: bool = False) -> Tally:
        path = content if isinstance(content, Path) else self.folder / "table.csv"
        if isinstance(content, str):
            path.write_text(content, encoding="utf-8")
        elif isinstance(content, bytes):
            path.write_bytes(content)
        self.bad.clear()
        work = Import(self.db, Shape(), CHANNELS, lambda: NOW, dry)
        with sheets.opened(path) as table:
            tally = work.run(entity, table, lambda row: self.bad.append(list(row)), lambda _done: None)
            self.notes = table.notes
        return tally

    def all(self, model: Any) -> list[Any]:
        with self.db.transaction() as session:
            return list(session.scalars(select(model).order_by(model.id)))

    def one(self, model: Any) -> Any:
        (row,) = self.all(model)
        return row


def counts(tally: Tally) -> tuple[int, int, int, int]:
    return tally.new, tally.updated, tally.same, tally.bad


def as_csv(rows: Any) -> str:
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    return stream.getvalue()
