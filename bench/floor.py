"""The durable floor: the bare server plus three rows for each message, answered after their commit.

One writer thread takes whatever has come in meanwhile and commits it at once: SQLite, WAL, synchronous=FULL.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import threading
import time
from queue import SimpleQueue

from aiohttp import web

from bench.bare import SAID, application

TABLES = """
CREATE TABLE IF NOT EXISTS inbox (id INTEGER PRIMARY KEY, channel TEXT NOT NULL, sender TEXT NOT NULL,
    key TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, received_at REAL NOT NULL, fate TEXT,
    UNIQUE (channel, sender, key));
CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY, channel TEXT NOT NULL, to_user TEXT NOT NULL,
    text TEXT NOT NULL, state TEXT NOT NULL, run_at REAL NOT NULL, answers INTEGER);
CREATE INDEX IF NOT EXISTS outbox_answers ON outbox (answers);
CREATE TABLE IF NOT EXISTS conversations (key TEXT PRIMARY KEY, memory TEXT NOT NULL, updated_at REAL NOT NULL);
"""
INBOX = (
    "INSERT INTO inbox (channel, sender, key, kind, text, received_at, fate)"
    " VALUES ('wecom', ?, ?, ?, ?, ?, 'answered') ON CONFLICT DO NOTHING RETURNING id"
)
OUTBOX = "INSERT INTO outbox (channel, to_user, text, state, run_at, answers) VALUES ('wecom', ?, ?, 'sent', ?, ?)"
CONVERSATION = (
    "INSERT INTO conversations VALUES (?, ?, ?)"
    " ON CONFLICT (key) DO UPDATE SET memory = excluded.memory, updated_at = excluded.updated_at"
)
Waiting = tuple[dict[str, str], "asyncio.Future[None]"]


class Writer:
    """The one thread that writes."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._queue: SimpleQueue[Waiting] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, daemon=True)

    async def start(self, _app: web.Application) -> None:
        """Begin to write for this loop."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    async def keep(self, fields: dict[str, str]) -> None:
        """Returns when the message is durable."""
        durable = self._loop.create_future()
        self._queue.put((fields, durable))
        await durable

    def _run(self) -> None:
        db = sqlite3.connect(self._file, isolation_level=None)
        db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;" + TABLES)
        while True:
            batch = [self._queue.get()]
            while not self._queue.empty():
                batch.append(self._queue.get_nowait())
            db.execute("BEGIN IMMEDIATE")
            for fields, _ in batch:
                _write(db, fields)
            db.execute("COMMIT")
            self._loop.call_soon_threadsafe(_tell, batch)


def _write(db: sqlite3.Connection, fields: dict[str, str]) -> None:
    user, now = fields["FromUserName"], time.time()
    row = db.execute(INBOX, (user, fields["MsgId"], fields["MsgType"], fields["Content"], now)).fetchone()
    if row:
        db.execute(OUTBOX, (user, SAID, now, row[0]))
        db.execute(CONVERSATION, (f"wecom/{user}", "{}", now))


def _tell(batch: list[Waiting]) -> None:
    for _, durable in batch:
        if not durable.done():
            durable.set_result(None)


def main() -> None:
    """Serve on the port given, into the file given."""
    writer = Writer(sys.argv[2])
    bot = application(writer.keep)
    bot.on_startup.append(writer.start)
    web.run_app(bot, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)


if __name__ == "__main__":
    main()
