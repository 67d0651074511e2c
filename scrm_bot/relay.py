"""Carries the outbox to the platforms: claims what is due, sends it part by part, and writes down how it went."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from scrm_bot import inbox, outbox
from scrm_bot.adapters.base import Adapter, Limits, TryLater, Undeliverable, WaitForUser
from scrm_bot.db import Database
from scrm_bot.message import Kind
from scrm_bot.metrics import Metrics
from scrm_bot.outbox import Outgoing

log = logging.getLogger(__name__)
IDLE = 1.0  # seconds; whoever writes to the outbox wakes us earlier
SEND = 20.0  # seconds that one send may take; well within the lease
BACKOFF = (2, 5, 15, 60, 300, 900, 3600, 3600)  # seconds, by attempt


class Relay:
    """One loop; several conversations at a time, one message at a time in each."""

    def __init__(
        self, db: Database, adapters: Mapping[str, Adapter], now: Callable[[], datetime], metrics: Metrics
    ) -> None:
        self.db, self.adapters, self.now, self.metrics = db, adapters, now, metrics
        self._awake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to carry."""
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._run(), name="relay")

    async def stop(self) -> None:
        """Finish what is being sent, then end."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def wake(self) -> None:
        """There is something to send; may be called from any thread."""
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._awake.set)

    async def _run(self) -> None:
        while True:
            self._awake.clear()
            try:
                if await self.carry():
                    continue
            except Exception:
                log.exception("relay round failed")
                await asyncio.sleep(IDLE)
            await self._rest()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(IDLE):
                await self._awake.wait()
        except TimeoutError:
            pass

    async def carry(self) -> int:
        """Claim what is due and deliver it. How many rows were taken."""
        rows = await self.db.within(outbox.claim, self.now(), list(self.adapters))
        if rows:
            sending = asyncio.gather(*(self._deliver(row) for row in rows))
            try:
                await asyncio.shield(sending)
            except asyncio.CancelledError:
                await asyncio.gather(sending, return_exceptions=True)
                raise
        return len(rows)

    async def _deliver(self, row: Outgoing) -> None:
        adapter = self.adapters[row.channel]
        if not await self.db.within(self._may_speak, row, adapter.limits):
            return
        try:
            await self._send(adapter, row)
            result = "sent"
        except WaitForUser as wait:
            result = "held"
            await self.db.within(outbox.hold, row, wait.reason, self.now())
        except TryLater as later:
            result = "later"
            after = max(later.after, timedelta(seconds=BACKOFF[min(row.attempts, len(BACKOFF)) - 1]))
            await self._again(row, after, later.reason, unsure=later.unsure)
        except Undeliverable as never:
            result = "given_up"
            await self.db.within(outbox.give_up, row, never.reason)
        except Exception as bug:
            result = "error"
            log.exception("send failed", extra={"outbox": row.id, "channel": row.channel})
            await self._again(row, timedelta(seconds=60), type(bug).__name__, unsure=True)
        self.metrics.sends.labels(row.channel, result).inc()

    async def _send(self, adapter: Adapter, row: Outgoing) -> None:
        parts = adapter.parts(row.reply)
        for number in range(row.parts_sent, len(parts)):
            async with asyncio.timeout(SEND):
                hints = {**row.hints, "send_id": row.send_id(number)}
                await adapter.send(row.address, parts[number], hints, again=row.unsure)
            await self._mark(row, len(parts))

    async def _mark(self, row: Outgoing, parts: int) -> None:
        """The send happened: if only writing that down fails, write it again, never send again."""
        for pause in (0.1, 0.5, 2.0, 5.0):
            try:
                await self.db.within(outbox.part_sent, row, parts, self.now())
                return
            except Exception:
                log.exception("could not mark as sent", extra={"outbox": row.id})
                await asyncio.sleep(pause)

    async def _again(self, row: Outgoing, after: timedelta, reason: str, *, unsure: bool) -> None:
        def write(session: Session) -> None:
            outbox.retry(session, row, after, reason, self.now(), unsure=unsure)

        await self.db.within(write)

    def _may_speak(self, session: Session, row: Outgoing, limits: Limits) -> bool:
        """Some platforms let us speak only so often, and so long, after the user did something."""
        if not limits.windows:
            return True
        last = inbox.last_from(session, row.address)
        if last is None:
            outbox.give_up(session, row, "the user has never written: the platform forbids speaking first")
            return False
        moment, kind = last
        window = limits.windows.get(kind) or limits.windows[Kind.TEXT]
        if self.now() - moment > window.lasts:
            outbox.give_up(session, row, "outside the platform's window after the user's last message")
            return False
        if outbox.sent_since(session, row.address, moment) >= window.count:
            outbox.hold(session, row, "the platform's quota until the user writes again", self.now())
            return False
        return True
