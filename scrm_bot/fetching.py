"""Fetches what people sent into the store: durable work, claimed row by row, never in a turn's way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from scrm_bot.adapters.base import Adapter, NotThere, TryLater, Undeliverable
from scrm_bot.crm import fetches
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.fetches import Wanted
from scrm_bot.crm.files import LOST, REFUSED, TOO_BIG, UNKNOWN
from scrm_bot.crm.people import System
from scrm_bot.crm.shape import Shape
from scrm_bot.db import Database
from scrm_bot.dialogs import attached
from scrm_bot.dialogs.notices import Notice
from scrm_bot.files.kinds import FileKind, kind_of
from scrm_bot.files.store import Blob, Store, TooBig
from scrm_bot.message import Address, Reply
from scrm_bot.metrics import Metrics
from scrm_bot.posting import post

log = logging.getLogger(__name__)
IDLE = 1.0  # seconds between two looks
AT_ONCE = 3  # downloads of one process
LONGEST = 100.0  # seconds that one may take; well within the lease
PATIENCE = timedelta(days=3)  # media ids live so long
FIRST, LAST = timedelta(seconds=10), timedelta(hours=1)  # the pauses between tries


class NotKept(Exception):
    """It came, and is nothing that we keep."""


class Fetcher:
    """Whoever is killed in the middle loses nothing: the lease ends, and somebody begins anew."""

    def __init__(
        self,
        db: Database,
        adapters: Mapping[str, Adapter],
        store: Store,
        shape: Shape,
        now: Callable[[], datetime],
        metrics: Metrics,
        wake: Callable[[], None],
    ) -> None:
        self.db, self.store, self.shape, self.now, self.metrics, self.wake = db, store, shape, now, metrics, wake
        self._sources: dict[str, Any] = {name: one for name, one in adapters.items() if hasattr(one, "download")}
        self._flying: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to fetch."""
        if self._sources:
            self._task = asyncio.create_task(self._run(), name="fetcher")

    async def stop(self) -> None:
        """What is on its way is let go; its lease ends by itself."""
        for task in filter(None, (self._task, *self._flying)):
            task.cancel()
        await asyncio.gather(*filter(None, (self._task, *self._flying)), return_exceptions=True)

    async def settled(self) -> None:
        """Until nothing more can be fetched now."""
        while await self.fetch() or self._flying:
            await asyncio.gather(*self._flying, return_exceptions=True)

    async def fetch(self) -> int:
        """Claim what is due, as far as there is room, and fetch it. How many there were."""
        room = AT_ONCE - len(self._flying)
        if room <= 0 or not self._sources:
            return 0
        rows = await self.db.within(fetches.claim, list(self._sources), self.now(), room)
        for row in rows:
            task = asyncio.create_task(self._one(row), name=f"fetch {row.id}")
            self._flying.add(task)
            task.add_done_callback(self._flying.discard)
        return len(rows)

    async def _run(self) -> None:
        await asyncio.to_thread(self._sweep)
        while True:
            try:
                await self.fetch()
            except Exception:
                log.exception("fetching failed")
            await asyncio.sleep(IDLE)

    def _sweep(self) -> None:
        if self.store.folder.is_dir():
            self.store.sweep()

    async def _one(self, row: Wanted) -> None:
        result = "kept"
        try:
            async with asyncio.timeout(LONGEST):
                blob, kind = await self._download(row)
            await self.db.within(fetches.kept, row, blob.digest, blob.size, kind.mime)
        except TooBig:
            result = await self._end(row, REFUSED, TOO_BIG)
        except NotKept:
            result = await self._end(row, REFUSED, UNKNOWN)
        except (NotThere, Undeliverable) as why:
            result = await self._end(row, LOST, why.reason)
        except (TryLater, TimeoutError, OSError) as why:
            result = await self._later(row, why)
        except Exception:
            log.exception("could not fetch", extra={"file": row.id})
            result = await self._later(row, TryLater("a bug; see the log"))
        self.metrics.files.labels(row.channel, result).inc()

    async def _download(self, row: Wanted) -> tuple[Blob, FileKind]:
        async with self.store.drafting() as draft:
            await self._sources[row.channel].download(row.source, draft.pour)
            kind = await asyncio.to_thread(draft.look, partial(kind_of, name=row.name)) if draft.size else None
            if kind is None:
                raise NotKept
            return await asyncio.to_thread(draft.keep), kind

    async def _later(self, row: Wanted, why: Exception) -> str:
        """Again, further and further apart; given up when the platform has nothing any more."""
        asked = why.after if isinstance(why, TryLater) else FIRST
        pause = max(asked, min(FIRST * 2 ** min(row.attempts, 12), LAST))
        if self.now() + pause - row.created_at > PATIENCE:
            return await self._end(row, LOST, f"too old; the last try: {why}")
        if isinstance(why, OSError) and not isinstance(why, TimeoutError):
            log.error("the folder of files cannot be used", extra={"why": why.strerror or type(why).__name__})
        await self.db.within(fetches.later, row, self.now() + pause, str(why)[:200] or type(why).__name__)
        return "later"

    async def _end(self, row: Wanted, state: str, reason: str) -> str:
        if await self.db.within(self._ended, row, state, reason):
            self.wake()
        return state

    def _ended(self, session: Session, row: Wanted, state: str, reason: str) -> bool:
        """Whoever sent it is told that it is not there; nobody who has taken it back meanwhile."""
        if not fetches.ended(session, row, state, reason):
            return False
        desk = Desk(session, System(), self.now().astimezone(self.shape.zone), self.shape)
        most = self.store.most >> 20

        def words() -> Reply:
            return Reply(attached.refused(row.name, reason if state == REFUSED else LOST, row.kind, most))

        return post(desk, Notice(Address(row.channel, row.user), words), f"file:{row.id}:{state}")
