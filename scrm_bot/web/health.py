"""What operators ask a running process: whether it lives, whether it can take work, and its numbers."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from aiohttp import web
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from scrm_bot import circuits, outbox, version
from scrm_bot.db import Database
from scrm_bot.inbox import Incoming
from scrm_bot.metrics import Metrics
from scrm_bot.outbox import Outgoing
from scrm_bot.shared import Memory
from scrm_bot.web.hooks import Hooks

log = logging.getLogger(__name__)
PATIENCE = 3.0  # seconds that the database has to answer
ROOM = 16 * 2**20  # bytes that must be free beside a SQLite file
STILL = 15.0  # seconds without a beat that are too many
OVERDUE = timedelta(minutes=1)


@dataclass(slots=True)
class Found:
    """What the rows say. `trouble`: no work can be taken."""

    trouble: str = ""
    open: int = 0
    open_for: float = 0.0
    unsent: int = 0
    due_for: float = 0.0
    shut: dict[str, str] = field(default_factory=dict)  # why, by channel


class Health:
    """/healthz, /readyz, /metrics."""

    def __init__(
        self, db: Database, hooks: Hooks, shared: Memory, metrics: Metrics, now: Callable[[], datetime]
    ) -> None:
        self.db, self.hooks, self.shared, self.metrics, self.now = db, hooks, shared, metrics, now
        self.beaten: Callable[[], float] | None = None  # when the clock beat last, by the monotonic clock
        self._looking: asyncio.Task[Found] | None = None

    def routes(self) -> list[web.RouteDef]:
        """Where they are asked."""
        return [
            web.get("/healthz", self._healthz),
            web.get("/readyz", self._readyz),
            web.get("/metrics", self._metrics),
        ]

    async def _healthz(self, _request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _readyz(self, _request: web.Request) -> web.Response:
        """Reachable and migrated, or what is wrong."""
        found = await self._look()
        if found.trouble:
            log.warning("not ready", extra={"why": found.trouble})
            return web.Response(status=503, text=f"{found.trouble}\n")
        return web.Response(text="".join(f"{line}\n" for line in ("ok", *self._notes(found))))

    def _notes(self, found: Found) -> Iterator[str]:
        """What is wrong although work is taken: no reason to send callbacks elsewhere."""
        if not self.hooks.begun:
            yield "note: words are being loaded, answers follow"
        if self.shared.is_away:
            yield "note: redis is away, processes do not share tokens and wake-ups"
        for name, why in self._deaf().items():
            yield f"note: {name} hears nothing: {why}"
        for name, why in found.shut.items():
            yield f"note: {name} takes nothing: {why}"
        if self.beaten and (still := time.monotonic() - self.beaten()) > STILL:
            yield f"note: the clock has not beaten for {still:.0f} s"
        if found.open_for > OVERDUE.total_seconds():
            yield f"note: {found.open} messages are open, the oldest for {found.open_for:.0f} s"
        if found.due_for > OVERDUE.total_seconds():
            yield f"note: {found.unsent} messages are unsent, the oldest is due for {found.due_for:.0f} s"

    def _deaf(self) -> dict[str, str]:
        """Channels whose own connection is down, and why."""
        troubles = {name: getattr(adapter, "trouble", "") for name, adapter in self.hooks.adapters.items()}
        return {name: why for name, why in troubles.items() if why}

    async def _metrics(self, _request: web.Request) -> web.Response:
        found = await self._look()
        self.metrics.database_up.set(not found.trouble)
        self.metrics.redis_away.set(self.shared.is_away)
        self.metrics.ready.set(self.hooks.begun)
        if not found.trouble:
            self._measure(found)
        return web.Response(body=self.metrics.text(), headers={"Content-Type": "text/plain; version=0.0.4"})

    def _measure(self, found: Found) -> None:
        measured, deaf = self.metrics, self._deaf()
        measured.open_messages.set(found.open)
        measured.open_age.set(found.open_for)
        measured.outbox_depth.set(found.unsent)
        measured.outbox_age.set(found.due_for)
        for name in self.hooks.adapters:
            measured.shut.labels(name).set(name in found.shut)
            measured.deaf.labels(name).set(name in deaf)

    async def _look(self) -> Found:
        """One look at a time, however many ask: a database that hangs must not fill the threads with questions."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self.db.run(self._found), name="health")
            self._looking.add_done_callback(lambda done: done.cancelled() or done.exception())  # it has been asked
        try:
            return await asyncio.wait_for(asyncio.shield(self._looking), PATIENCE)
        except Exception as error:
            return Found(f"database cannot be reached ({type(error).__name__})")

    def _found(self) -> Found:
        trouble = version.trouble(self.db) or self._no_room()
        if trouble:
            return Found(trouble)
        with self.db.transaction() as session:
            if not self.db.is_sqlite and session.scalar(text("SELECT pg_is_in_recovery()")):
                return Found("database is a standby and takes no writes")
            return _rows(session, self.now())

    def _no_room(self) -> str:
        file = self.db.engine.url.database if self.db.is_sqlite else None
        if not file or file.startswith(":memory:"):
            return ""
        free = shutil.disk_usage(Path(file).parent).free
        if free < ROOM:
            return f"disk is full: {free >> 20} MB left beside the database"
        return "" if os.access(file, os.W_OK) else "database file is read-only"


def _rows(session: Session, now: datetime) -> Found:
    """By the indexes over open rows alone."""
    held = session.execute(select(func.count(), func.min(Incoming.received_at)).where(Incoming.fate.is_(None))).one()
    unsent = select(func.count(), func.min(Outgoing.run_at)).where(Outgoing.state.in_(outbox.OPEN))
    waiting = session.execute(unsent).one()
    shut = {one.channel: f"{one.reason} {one.detail}".rstrip() for one in circuits.known(session)}
    return Found("", held[0], _seconds(now, held[1]), waiting[0], _seconds(now, waiting[1]), shut)


def _seconds(now: datetime, since: datetime | None) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0
