"""A company with whatever is hard to carry: signs, empty and half empty values, JSON, money, moments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import insert

from scrm_bot.archive import rows, source
from scrm_bot.archive.rows import Sum
from scrm_bot.company.books import Books
from scrm_bot.company.seed import settle
from scrm_bot.crm.deals import Deal
from scrm_bot.crm.people import Staff
from scrm_bot.crm.shape import Shape
from scrm_bot.db import Database
from scrm_bot.inbox import Incoming
from tests.company import migrate

NOW = datetime(2026, 3, 18, 9, 40, 1, 234567, tzinfo=UTC)
ODD = '👩‍🔧 一句\n两句\t"引号" \\ \' \u2028 é 𠮷 {} [] null'


def filled(url: str) -> None:
    """The demo's company and some odd rows."""
    db = Database(url)
    migrate(db)
    with db.transaction() as session:
        settle(session, Books(), NOW.astimezone(Shape().zone), Shape())
        for number, understood in enumerate((None, [], [{"slots": {"名": ODD, "n": 1.5, "none": None}}])):
            session.execute(insert(Incoming.__table__).values(message(number) | {"understood": understood}))
        odd = Deal(title=ODD, customer_id=1, stage="quote", kind="open", amount=Decimal("12345678901.23"),
                   expected_close=date(2026, 12, 31), moved_at=NOW, created_at=NOW)  # fmt: skip
        last, first = (Staff(name=name, role="sales", created_at=NOW) for name in ("后来的", "先来的"))
        session.add_all((odd, last, first))
        session.flush()
        last.manager_id = max(last.id, first.id) if last.id < first.id else first.id  # somebody with a later number
    db.close()


def message(number: int) -> dict[str, object]:
    """A row of the inbox."""
    return {
        "created_at": NOW, "channel": "sales", "sender": "zhouxm", "room": "", "key": f"k{number}", "kind": "text",
        "text": ODD, "sender_name": "", "detail": {}, "hints": {"a": ["b", {"c": None}]}, "sent_at": NOW,
        "received_at": NOW.replace(microsecond=0),
    }  # fmt: skip


@contextmanager
def database(url: str) -> Iterator[Database]:
    """Closed at the end."""
    db = Database(url)
    try:
        yield db
    finally:
        db.close()


def holds(url: str) -> dict[str, Sum]:
    """What each table comes to, read anew."""
    with database(url) as db, source.live(db) as live:
        for layout in live.layouts:
            for _ in live.lines(layout):
                pass
        return live.sums()


def contents(url: str) -> dict[str, list[str]]:
    """Every row, as a line."""
    with database(url) as db, source.live(db) as live, db.engine.connect() as connection:
        return {layout.name: sorted(rows.lines(connection, layout)) for layout in live.layouts}


@pytest.fixture
def company_url(database_kind: str, fresh_database_url: Callable[..., str]) -> str:
    """A filled database of each kind."""
    return fresh_database_url(database_kind, filled)
