"""The database: engine, Base, column types, and the only place that commits."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    Table,
    create_engine,
    event,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.types import TypeDecorator

from scrm_bot.lane import Lane
from scrm_bot.prepared import Prepared, changes_made, told

T = TypeVar("T")
AWAY = (OperationalError, InterfaceError, PoolTimeout)  # the database cannot do it now: gone, full, or too busy
Key = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers only INTEGER keys by itself


class Instant(TypeDecorator[datetime]):
    """A moment: aware in Python, UTC in the database, on both engines alike."""

    impl = DateTime(timezone=True)
    cache_ok = True
    python_type = datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times: they mean nothing without a zone."""
        del dialect
        return None if value is None else _in_utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """SQLite keeps text: straight to what SQLAlchemy's two steps would make of it."""
        return _moment_as_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """And back."""
        return _moment_of_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return value if value.tzinfo is UTC else value.astimezone(UTC)


def _moment_as_text(value: datetime | None) -> str | None:
    return None if value is None else _in_utc(value).isoformat(" ", "microseconds")[:26]  # all but the +00:00


def _moment_of_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


class Yuan(TypeDecorator[Decimal]):
    """Money: Decimal yuan in Python, whole fen in the database, so that sums are exact on both engines."""

    impl = BigInteger
    cache_ok = True
    python_type = Decimal

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> int | None:
        """Round to fen."""
        del dialect
        return None if value is None else int((Decimal(value) * 100).to_integral_value())

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Back to yuan with two places."""
        del dialect
        return None if value is None else Decimal(int(value)).scaleb(-2)


class Degrees(TypeDecorator[float]):
    """Latitude or longitude: degrees in Python, whole millionths in the database (eleven centimetres)."""

    impl = Integer
    cache_ok = True
    python_type = float

    def process_bind_param(self, value: float | None, dialect: Dialect) -> int | None:
        """Round."""
        del dialect
        return None if value is None else round(value * 1_000_000)

    def process_result_value(self, value: Any, dialect: Dialect) -> float | None:
        """Back to degrees."""
        del dialect
        return None if value is None else int(value) / 1_000_000


class Base(DeclarativeBase):
    """Parent of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012
        int: Key, datetime: Instant, Decimal: Yuan, float: Degrees, dict[str, Any]: JSON, list[Any]: JSON,
    }  # fmt: skip


class Numbered:
    """Mixin: a row with a number and a date of birth (set by whoever makes it, from the application's clock)."""

    id: Mapped[int] = mapped_column(Key, primary_key=True, sort_order=-2)
    created_at: Mapped[datetime] = mapped_column(sort_order=-1)


def normalised(url: str) -> str:
    """The driver is ours to choose: `postgresql://` means psycopg."""
    scheme, rest = url.split("://", 1)
    return f"postgresql+psycopg://{rest}" if scheme in {"postgresql", "postgres"} else url


# A process that freezes in the middle of a transaction must not hold its rows for ever: PostgreSQL takes them from it.
_PATIENCE = {
    "connect_timeout": 5,
    "options": "-c idle_in_transaction_session_timeout=20000 -c lock_timeout=5000 -c tcp_user_timeout=20000",
}


class Database:
    """One database. Synchronous; its work is carried to its thread(s), one on SQLite: the one writer."""

    def __init__(self, url: str, *, threads: int = 4) -> None:
        self.url = normalised(url)
        self.is_sqlite = self.url.startswith("sqlite")
        size = 1 if self.is_sqlite else threads
        self.engine = _engine(self.url, size)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False, autoflush=True)
        self._threads = ThreadPoolExecutor(max_workers=size, thread_name_prefix="turn")
        self._lane = Lane(self.transaction, self._threads)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Everything in it is committed together, or nothing is."""
        with self._sessions() as session:
            try:
                yield session
                settle(session)
                session.commit()
            except BaseException:
                session.rollback()
                raise

    async def run(self, work: Callable[..., T], *args: Any) -> T:
        """`work(*args)` in a database thread. Cancelling the wait does not stop the work."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: work(*args))

    async def within(self, work: Callable[..., T], *args: Any) -> T:
        """`work(session, *args)` in a transaction that it shares with what others do at the same time.

        When one of them fails, each is done again by itself: `work` must change nothing but rows.
        """
        return await self._lane.within(work, *args)

    async def alone(self, work: Callable[..., T], *args: Any) -> T:
        """`work(session, *args)` in a transaction of its own, beside others where the engine knows locks on rows."""

        def inside() -> T:
            with self.transaction() as session:
                return work(session, *args)

        return await self.run(inside)

    def ping(self) -> None:
        """Raise if the database cannot be reached."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Finish running work, close connections."""
        self._threads.shutdown(wait=True)
        self.engine.dispose()


def later(session: Session, statement: Prepared, values: Mapping[str, Any]) -> None:
    """Execute this at the end of the transaction, together with all others of its kind.

    Who reads in this transaction what such a statement writes calls `settle` first.
    """
    session.info.setdefault("later", {}).setdefault(statement, []).append(values)


def settle(session: Session) -> None:
    """Write now what was left for later."""
    session.flush()
    for statement, values in session.info.pop("later", {}).items():
        statement.do_many(session, values)


def forget(session: Session) -> None:
    """What was left for later since the last `settle` is not wanted any more."""
    session.info.pop("later", None)


def one_by_one(session: Session, what: int) -> None:
    """Whoever else wants to do this waits until our transaction is over. On SQLite nobody else writes anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_ONE_BY_ONE, {"key": what})


_ONE_BY_ONE = text("SELECT pg_advisory_xact_lock(:key)")


def insert(session: Session, table: Any) -> Any:
    """INSERT of this engine's dialect: both know `on_conflict_do_nothing`."""
    build = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    return build(table.__table__ if not isinstance(table, Table) else table)


def changes_of(session: Session) -> int:
    """Grows with every change that this session makes or has in mind."""
    return changes_made(session) + len(session.new) + len(session.dirty) + len(session.deleted)


def _count_changes(connection: Connection, _cursor: Any, _statement: str, _values: Any, context: Any, _m: bool) -> None:
    if context is not None and (context.isinsert or context.isupdate or context.isdelete):
        connection.info["changes"] = connection.info.get("changes", 0) + 1


def _engine(url: str, size: int) -> Engine:
    options: dict[str, Any] = {
        "json_serializer": json.JSONEncoder(ensure_ascii=False).encode,
        "hide_parameters": True,  # an error must not quote what people said
    }
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": 10, "check_same_thread": False}, **options)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediate)
    else:
        engine = create_engine(
            url, pool_size=size + 1, max_overflow=4, pool_pre_ping=True, connect_args=_PATIENCE, **options
        )
    event.listen(engine, "before_cursor_execute", _count_changes)
    return engine


_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA busy_timeout=10000",
    "PRAGMA foreign_keys=ON",
)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN comes too late: reads would not be protected
    cursor = connection.cursor()
    for statement in _PRAGMAS:
        cursor.execute(statement)
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    try:
        connection.connection.dbapi_connection.execute("BEGIN IMMEDIATE")  # type: ignore[union-attr]
    except Exception as error:
        raise told(error, connection.dialect) from error
