"""A database filled from a source, in one transaction: all of it, counted and compared, or nothing."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, select
from sqlalchemy.schema import MetaData, Table

from scrm_bot import schema, version
from scrm_bot.archive import rows
from scrm_bot.archive.rows import Layout, Sum
from scrm_bot.archive.source import CannotKeep, Source
from scrm_bot.db import Database


def fill(db: Database, source: Source, *, force: bool = False) -> dict[str, Sum]:
    """Make the database hold exactly the source's rows, at this program's version. What each table comes to.

    Raises CannotKeep if it holds rows already (unless forced to drop them), or does not come out as it went in.
    """
    if source.revision not in version.known():
        raise CannotKeep(f"数据的版本（{source.revision}）比程序新，请换用新版本的 scrm-bot")
    with schema.changing(db) as connection:
        _clear(connection, force=force)
        schema.move(connection, source.revision)
        for layout in source.layouts:
            rows.put(connection, layout, source.lines(layout))
        found = _compared(connection, source)
        schema.move(connection, "head")
    return found


def _clear(connection: Connection, *, force: bool) -> None:
    """Down to nothing, so that it can be built up to the source's version."""
    names = inspect(connection).get_table_names()
    if "alembic_version" not in names:
        if names:
            raise CannotKeep("目标数据库里有别的程序的表，请换一个空的数据库")
        return
    revision = version.found(connection)
    if revision and revision not in version.known():
        raise CannotKeep(f"目标数据库的版本（{revision}）比程序新，请换用新版本的 scrm-bot")
    if not force and (full := next((name for name in names if _holds_rows(connection, name)), "")):
        raise CannotKeep(f"目标数据库里已经有数据（{full}）；确定要全部换掉，请加 --force")
    schema.move(connection, "base")


def _holds_rows(connection: Connection, name: str) -> bool:
    if name == "alembic_version":
        return False
    table = Table(name, MetaData())
    return connection.execute(select(1).select_from(table).limit(1)).first() is not None


def _compared(connection: Connection, source: Source) -> dict[str, Sum]:
    wanted, found = source.sums(), {layout.name: _sum(connection, layout) for layout in source.layouts}
    wrong = [name for name, it in found.items() if it != wanted[name]]
    if wrong:
        raise CannotKeep(f"写进去的和原来的对不上：{'、'.join(wrong)}；什么也没有改动")
    return found


def _sum(connection: Connection, layout: Layout) -> Sum:
    found = Sum()
    for line in rows.lines(connection, layout):
        found.add(line)
    return found
