"""What one measurement stands on: a folder, servers that end with it, databases with the company in them."""

from __future__ import annotations

import signal
import tempfile
from collections import Counter
from contextlib import AbstractContextManager, ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import func, select

from bench import company, servers
from bench.load import Load
from bench.servers import Server
from bench.share import capped
from scrm_bot.db import Database
from scrm_bot.inbox import Incoming
from tests.services import Postgres, Redis, private

DURABLE = {"fsync": "on", "full_page_writes": "on"}  # the tests' server does not wait for the disk


class Ground:
    """Servers start when they are asked for."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="scrm-bench-")))
        self.folder.chmod(0o755)  # PostgreSQL, which refuses to be root, has to come through
        self._made = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.__exit__(kind, error, at)

    def open(self, server: AbstractContextManager[Server]) -> Server:
        """It runs until the end."""
        return self._stack.enter_context(server)

    @cached_property
    def sink(self) -> Server:
        """The platforms' API."""
        return self.open(servers.sink(self.folder))

    @cached_property
    def postgres(self) -> Postgres:
        """A PostgreSQL server of our own."""
        folder = self.folder / "postgres"
        folder.mkdir()
        server = Postgres(folder, **DURABLE)
        server.start()
        self._stack.callback(server.stop, signal.SIGQUIT)
        return server

    @cached_property
    def redis(self) -> str:
        """The URL of a Redis of our own."""
        return self._stack.enter_context(private(Redis, self.folder)).url()

    def database(self, kind: str, customers: int) -> str:
        """The URL of a new database with a company of this size."""
        self._made += 1
        name = f"company{self._made}"
        url = f"sqlite:///{self.folder}/{name}.db" if kind == "sqlite" else self.postgres.create(name)
        company.prepare(url, customers)
        return url

    def serve(self, url: str, launcher: str = "", more: tuple[object, ...] = ()) -> Server:
        """A bot on this database; with Redis unless it is alone with its file."""
        redis = "" if url.startswith("sqlite") else self.redis
        started = servers.serve(self.folder, url, self.sink.port, launcher=launcher, redis=redis, more=more)
        return self.open(started)

    def cap(self, bot: Server, share: float) -> None:
        """It gets no more than this share of a core."""
        self._stack.enter_context(capped(bot.pid, share))

    def load(self, platform: str, *bots: Server) -> Load:
        """Letters for these bots."""
        ports, pids = [bot.port for bot in bots], [bot.pid for bot in bots]
        return Load(platform, ports, pids, sink=self.sink.port, awaited=platform == "dingtalk")


def fates(url: str) -> str:
    """What became of the messages there: a bench of visits that are not written measures something else."""
    db = Database(url)
    with db.transaction() as session:
        counted = session.execute(select(Incoming.fate, Incoming.reason, func.count()).group_by("fate", "reason"))
        found = Counter({(fate or "open", reason or ""): count for fate, reason, count in counted})
    db.close()
    total = sum(found.values())
    return ", ".join(f"{count / total:.1%} {fate} {reason}".strip() for (fate, reason), count in found.most_common(4))
