"""How a database is brought to this program's version, or back. Alembic without its files; version.py only asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Literal

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.types import TypeDecorator, TypeEngine

from scrm_bot import circuits, inbox, outbox
from scrm_bot.crm import (
    binding,
    checkins,
    contracts,
    deals,
    files,
    followups,
    leads,
    links,
    products,
    reminders,
    rooms,
    tickets,
    words,
)
from scrm_bot.db import Base, Database
from scrm_bot.dialogs import memory

MODELS = (
    circuits, inbox, outbox, memory, binding, checkins, contracts, deals, files, followups, leads, links, products,
    reminders, rooms, tickets, words,
)  # fmt: skip
LOCK = 0x5C2B07  # of ours among PostgreSQL's advisory locks

Steps = Callable[[Any, MigrationContext], Any]


def metadata() -> MetaData:
    """Every table, as the models say it."""
    assert MODELS  # they are imported so that their tables are known here
    return Base.metadata


def upgrade(db: Database, to: str = "head") -> None:
    """Bring the database to this version (or to a revision). Two at once: the second waits, then finds it done."""
    with changing(db) as connection:
        move(connection, to)


def downgrade(db: Database, to: str = "base") -> None:
    """Bring the database back to an older revision. What only newer ones can hold is lost."""
    with changing(db) as connection:
        _run(connection, to, lambda now, _context: _scripts()._downgrade_revs(to, now))


@contextmanager
def changing(db: Database) -> Iterator[Connection]:
    """A transaction for changes of the schema, one at a time: all of it, or nothing."""
    with db.engine.begin() as connection:
        if not db.is_sqlite:
            connection.execute(text("SET LOCAL lock_timeout = 0"))  # another one's migration may take its time
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        yield connection


def move(connection: Connection, to: str) -> None:
    """In such a transaction: up to a revision or to "head", or down to "base", where nothing is left."""
    if to == "base":
        _run(connection, to, lambda now, _context: _scripts()._downgrade_revs(to, now))
    else:
        _run(connection, to, lambda now, _context: _scripts()._upgrade_revs(to, now))


def configured(connection: Connection, environment: EnvironmentContext) -> None:
    """The one way in which migrations are run and compared."""
    environment.configure(
        connection=connection,
        target_metadata=metadata(),
        render_as_batch=True,  # SQLite alters a table by copying it
        render_item=_plainly,
        transactional_ddl=True,  # SQLite too: our BEGIN is a real one
    )


def config() -> Config:
    """Alembic's settings: where the revisions are."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    return settings


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(config())


def _run(connection: Connection, to: str, steps: Steps) -> None:
    with EnvironmentContext(config(), _scripts(), fn=steps, destination_rev=to) as environment:
        configured(connection, environment)
        environment.run_migrations()


def _plainly(kind: str, item: object, _context: object) -> str | Literal[False]:
    """A revision knows no types of ours, only what the database sees of them."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    if kind == "type" and isinstance(item, TypeEngine) and item._variant_mapping:
        variants = "".join(f'.with_variant(sa.{other!r}, "{name}")' for name, other in item._variant_mapping.items())
        return f"sa.{type(item).__name__}(){variants}"
    return False
