"""Named points of a message's way at which a process can be told to die, found from outside: by what it writes,
commits and sends."""

from __future__ import annotations

import os
import re
import sqlite3
import sqlite3.dbapi2
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import psycopg

from scrm_bot.adapters.dingtalk import Dingtalk
from scrm_bot.adapters.wechat import Wechat
from scrm_bot.adapters.wecom import Wecom
from scrm_bot.web.hooks import Hooks

DIED = 13  # the exit code
POINTS = (
    "before the insert",
    "after the insert",
    "after the first commit",
    "after the effects",
    "after the turn's commit",
    "before the answer",
    "before a send",
    "after a send",
)
WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE) (\w+)")


class Fuse:
    """Burns down by one each time the point is passed; then the process is gone, without a word to anybody."""

    def __init__(self, point: str, passes: int) -> None:
        self.point, self.left = point, passes
        self.lock = threading.Lock()

    def at(self, point: str) -> None:
        """The process is at this point."""
        if point != self.point:
            return
        with self.lock:
            self.left -= 1
            if self.left <= 0:
                os._exit(DIED)


def arm(point: str, passes: int) -> None:
    """Die when the point is passed for the so-manieth time."""
    assert point in POINTS, point
    fuse = Fuse(point, passes)
    _watch_postgresql(Watch(fuse))
    _watch_sqlite(Watch(fuse))
    _watch_answers(fuse)
    for adapter in (Dingtalk, Wechat, Wecom):
        _watch_sends(fuse, adapter)


class Written(threading.local):
    """The tables that this thread's transaction has written."""

    def __init__(self) -> None:
        self.tables: set[str] = set()


class Watch:
    """Stands between the program and the databases' drivers."""

    def __init__(self, fuse: Fuse) -> None:
        self.fuse, self.written = fuse, Written()

    def execute(self, run: Callable[..., Any], cursor: Any, statement: Any, *args: Any, **more: Any) -> Any:
        """One statement, or many alike."""
        found = WRITES.match(statement if isinstance(statement, str) else "")
        insert = found is not None and found[0].split() == ["INSERT", "INTO", "messages"]
        if insert:
            self.fuse.at("before the insert")
        result = run(cursor, statement, *args, **more)
        if found:
            self.written.tables.add(found[1])
        if insert:
            self.fuse.at("after the insert")
        return result

    def commit(self, run: Callable[..., Any], connection: Any) -> Any:
        """The end of a transaction."""
        tables, self.written.tables = self.written.tables, set()
        turned = {"messages", "outbox"} <= tables
        if turned:
            self.fuse.at("after the effects")
        result = run(connection)
        if "messages" in tables:
            self.fuse.at("after the turn's commit" if turned else "after the first commit")
        return result

    def rollback(self, run: Callable[..., Any], connection: Any) -> Any:
        """What it wrote is not written."""
        self.written.tables = set()
        return run(connection)


def _watch_postgresql(watch: Watch) -> None:
    for kind, names in ((psycopg.Cursor, ("execute", "executemany")), (psycopg.Connection, ("commit", "rollback"))):
        for name in names:
            setattr(kind, name, _between(getattr(watch, name.removesuffix("many")), getattr(kind, name)))


def _watch_sqlite(watch: Watch) -> None:
    class Cursor(sqlite3.Cursor):
        execute = _between(watch.execute, sqlite3.Cursor.execute)
        executemany = _between(watch.execute, sqlite3.Cursor.executemany)

    class Connection(sqlite3.Connection):
        commit = _between(watch.commit, sqlite3.Connection.commit)
        rollback = _between(watch.rollback, sqlite3.Connection.rollback)

        def cursor(self, factory: type[sqlite3.Cursor] = Cursor) -> sqlite3.Cursor:
            return super().cursor(factory)

    connect = sqlite3.dbapi2.connect
    sqlite3.dbapi2.connect = partial(connect, factory=Connection)  # type: ignore[assignment]


def _between(watched: Callable[..., Any], run: Callable[..., Any]) -> Any:
    def call(self: Any, *args: Any, **more: Any) -> Any:
        return watched(run, self, *args, **more)

    return call


def _watch_answers(fuse: Fuse) -> None:
    callback: Callable[..., Any] = Hooks.callback

    async def watched(*args: Any) -> Any:
        answer = await callback(*args)
        fuse.at("before the answer")
        return answer

    Hooks.callback = watched  # type: ignore[method-assign]


def _watch_sends(fuse: Fuse, adapter: Any) -> None:
    send: Callable[..., Any] = adapter.send

    async def watched(*args: Any, **more: Any) -> Any:
        fuse.at("before a send")
        result = await send(*args, **more)
        fuse.at("after a send")
        return result

    adapter.send = watched
