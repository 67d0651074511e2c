"""What operators ask a running process: whether it lives, whether it can take work, and its numbers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator

from aiohttp import web
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scrm_bot import circuits, outbox, version
from scrm_bot.db import Database
from scrm_bot.inbox import Incoming
from scrm_bot.metrics import Metrics
from scrm_bot.outbox import Outgoing
from scrm_bot.web.hooks import Hooks

log = logging.getLogger(__name__)


class Health:
    """/healthz, /readyz, /metrics."""

    def __init__(self, db: Database, hooks: Hooks, metrics: Metrics) -> None:
        self.db, self.hooks, self.metrics = db, hooks, metrics

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
        try:
            trouble = await asyncio.wait_for(self.db.run(version.trouble, self.db), 3)
        except Exception as error:
            log.warning("not ready", extra={"why": type(error).__name__})
            trouble = "database cannot be reached"
        if trouble:
            return web.Response(status=503, text=f"{trouble}\n")
        broken = await self.db.within(circuits.known)
        shut = [f"note: {one.channel} takes nothing: {one.reason} {one.detail}".rstrip() for one in broken]
        return web.Response(text="".join(f"{line}\n" for line in ("ok", *self._notes(), *shut)))

    def _notes(self) -> Iterator[str]:
        """What is wrong although work is taken: no reason to send callbacks elsewhere."""
        if not self.hooks.begun:
            yield "note: words are being loaded, answers follow"
        for name, adapter in self.hooks.adapters.items():
            if trouble := getattr(adapter, "trouble", ""):  # of those that listen
                yield f"note: {name} hears nothing: {trouble}"

    async def _metrics(self, _request: web.Request) -> web.Response:
        await self.db.within(self._count)
        return web.Response(body=self.metrics.text(), headers={"Content-Type": "text/plain; version=0.0.4"})

    def _count(self, session: Session) -> None:
        is_open, unsent = Incoming.fate.is_(None), Outgoing.state.in_(outbox.OPEN)
        self.metrics.open_messages.set(session.scalar(select(func.count(Incoming.id)).where(is_open)) or 0)
        self.metrics.outbox_depth.set(session.scalar(select(func.count(Outgoing.id)).where(unsent)) or 0)
