"""Statements of the hot path: SQLAlchemy builds and types them once, then the driver executes them.

A statement executed through SQLAlchemy costs five times what the driver takes for it, even when it was built before.
What every message needs is therefore prepared: the text and the converters of its values are kept per engine.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Dialect,
    Executable,
    Table,
    bindparam,
    insert,
    inspect,
    select,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.orm.attributes import instance_state

Row = TypeVar("Row")
Converter = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """One statement for one engine.

    `keys`: how its values are named for the driver; None: by their order. `places`: for each value its name among
    those given ("": it is fixed), its converter, or the fixed value. `columns`: places of what is converted in a row.
    """

    text: str
    keys: tuple[str, ...] | None
    places: tuple[tuple[str, Converter | None, Any], ...]
    columns: tuple[tuple[int, Converter], ...]

    def values(self, given: Mapping[str, Any]) -> Any:
        """As the driver wants them."""
        values = [
            fixed if not name else given[name] if convert is None else convert(given[name])
            for name, convert, fixed in self.places
        ]
        return values if self.keys is None else dict(zip(self.keys, values, strict=True))

    def rows(self, raw: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """As Python wants them."""
        return [self._row(row) for row in raw] if self.columns else raw

    def _row(self, raw: tuple[Any, ...]) -> tuple[Any, ...]:
        row = list(raw)
        for place, convert in self.columns:
            row[place] = convert(row[place])
        return tuple(row)


@dataclass(frozen=True, slots=True)
class Way:
    """How a session's transaction reaches the driver. Asking SQLAlchemy for it costs as much as a statement."""

    transaction: SessionTransaction | None
    dialect: Dialect
    driver: Any
    info: dict[Any, Any]


def _way(session: Session) -> Way:
    """Looked for once a transaction; savepoints are on the same way."""
    way: Way | None = session.info.get("way")
    if way is None or way.transaction is not session.get_transaction():
        connection = session.connection()
        driver = connection.connection.dbapi_connection
        way = Way(session.get_transaction(), connection.dialect, driver, connection.info)
        session.info["way"] = way
    return way


def changes_made(session: Session) -> int:
    """How many changing statements its connection has executed so far."""
    made: int = _way(session).info.get("changes", 0)
    return made


class Prepared:
    """One statement with `bindparam` for whatever changes, and no IN lists (`text` says them literally).

    What it changes is unknown to the objects that a session holds.
    """

    def __init__(self, statement: Executable, *, changes: bool = False) -> None:
        self._statement, self._changes = statement, changes
        self._plans: dict[str, Plan] = {}

    def all(self, session: Session, **values: Any) -> list[tuple[Any, ...]]:
        """Every row."""
        way = _way(session)
        plan = self._plan(way.dialect)
        cursor = self._execute(way, plan, plan.values(values))
        rows = cursor.fetchall()
        cursor.close()
        return plan.rows(rows)

    def first(self, session: Session, **values: Any) -> tuple[Any, ...] | None:
        """The first row, if there is one."""
        rows = self.all(session, **values)
        return rows[0] if rows else None

    def do(self, session: Session, **values: Any) -> None:
        """Execute what returns nothing."""
        way = _way(session)
        plan = self._plan(way.dialect)
        self._execute(way, plan, plan.values(values)).close()

    def do_many(self, session: Session, rows: Iterable[Mapping[str, Any]]) -> None:
        """Execute it for each of these."""
        way = _way(session)
        plan = self._plan(way.dialect)
        self._execute(way, plan, [plan.values(values) for values in rows], many=True).close()

    def _execute(self, way: Way, plan: Plan, values: Any, *, many: bool = False) -> Any:
        if self._changes:
            way.info["changes"] = way.info.get("changes", 0) + 1
        cursor = way.driver.cursor()
        try:
            (cursor.executemany if many else cursor.execute)(plan.text, values)
        except Exception as error:
            raise told(error, way.dialect) from error
        return cursor

    def _plan(self, dialect: Dialect) -> Plan:
        plan = self._plans.get(dialect.name)
        if plan is None:
            plan = self._plans[dialect.name] = _planned(self._statement, dialect)
        return plan


class Rows(Generic[Row]):
    """Rows of one class by a prepared query; those that the session holds already are the same objects."""

    def __init__(self, entity: type[Row], *where: ColumnElement[bool]) -> None:
        self.mapper = inspect(entity)
        table = self.mapper.local_table
        query = select(*table.columns).where(*where).order_by(table.c.id)
        self._names = tuple(self.mapper.get_property_by_column(column).key for column in table.columns)
        self.view = namedtuple(entity.__name__, self._names)  # type: ignore[misc]
        self._query = Prepared(query)

    def seen(self, session: Session, **values: Any) -> list[Any]:
        """Every row's values by name, in the order of their numbers. What the session has in mind is written first."""
        session.flush()
        return [self.view(*row) for row in self._query.all(session, **values)]

    def all(self, session: Session, **values: Any) -> list[Row]:
        """Every row as an object."""
        return [self.known(session, row) for row in self.seen(session, **values)]

    def first(self, session: Session, **values: Any) -> Row | None:
        """The first of them, if there is one."""
        rows = self.all(session, **values)
        return rows[0] if rows else None

    def known(self, session: Session, row: tuple[Any, ...]) -> Row:
        """The object of these values, in the order of the table's columns; the number is the first."""
        key = self.mapper.identity_key_from_primary_key((row[0],))
        held = session.identity_map.get(key)
        if held is not None:
            return held  # type: ignore[no-any-return]
        made: Row = self.mapper.class_manager.new_instance()
        vars(made).update(zip(self._names, row, strict=True))
        hold(session, made, key)
        return made


def hold(session: Session, row: Any, key: Any) -> None:
    """From now on the session holds this object, whose columns all stand in the database as they do in it.

    What `make_transient_to_detached` and `Session.add` come to for a mere row, at a tenth of their price.
    """
    state = instance_state(row)
    state.key, state.session_id = key, session.hash_key
    session.identity_map.add(state)
    if state.modified:
        state._commit_all(state.dict, session.identity_map)


def adding(table: Table, *, returning: Column[Any] | None = None) -> Prepared:
    """The INSERT of a row with all columns but the number, which the database gives."""
    statement = insert(table).values({c.name: bindparam(c.name) for c in table.columns if not c.primary_key})
    return Prepared(statement if returning is None else statement.returning(returning), changes=True)


def _planned(statement: Any, dialect: Dialect) -> Plan:
    compiled = statement.compile(dialect=dialect)
    places = {name: _place(compiled.binds.get(name), name, value, dialect) for name, value in compiled.params.items()}
    keys = compiled.positiontup if compiled.positional else list(places)
    columns = statement.exported_columns if statement.is_select or statement.is_dml else ()
    getters = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    converted = tuple((place, convert) for place, convert in enumerate(getters) if convert is not None)
    ordered = tuple(places[key] for key in keys)
    return Plan(compiled.string, None if compiled.positional else tuple(keys), ordered, converted)


def _place(bind: Any, name: str, value: Any, dialect: Dialect) -> tuple[str, Converter | None, Any]:
    convert = bind.type.dialect_impl(dialect).bind_processor(dialect) if bind is not None else None
    if bind is not None and bind.required:
        return name, convert, None
    return "", None, value if convert is None else convert(value)


def told(error: Exception, dialect: Dialect) -> Exception:
    """The driver's error as SQLAlchemy's, without what was said in it."""
    base = dialect.loaded_dbapi.Error
    if not isinstance(error, base):
        return error
    return DBAPIError.instance(None, None, error, base, hide_parameters=True, dialect=dialect)
