"""Carries the outbox to the platforms: a steady pool of sends, bounded for each channel, part by part, row by row."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from scrm_bot import outbox
from scrm_bot.adapters.base import Adapter, Budget, Part, TryLater, Undeliverable
from scrm_bot.crm.shape import Shape
from scrm_bot.db import Database
from scrm_bot.dispatch import Dispatch
from scrm_bot.metrics import Metrics
from scrm_bot.outbox import Outgoing
from scrm_bot.shared import Memory

log = logging.getLogger(__name__)
IDLE = 1.0  # seconds; whoever writes to the outbox wakes us earlier
SEND = 20.0  # seconds that one send may take; well within the lease
SWEEP = 30.0  # seconds between two looks at what has waited for too long
PATIENCE = 5.0  # seconds for which a send waits for the account's budget before it lets others go first
GATHER = 0.03  # seconds
TOPIC = "outbox"


class LeaseLost(Exception):
    """Whoever holds the row now is not us: we were away for too long."""


class TooLate(Exception):
    """We were away, and a send that began now might outlive the lease."""


class NoBudget(Exception):
    """The whole account has said enough for now."""

    def __init__(self, wait: float) -> None:
        super().__init__(wait)
        self.wait = timedelta(seconds=wait)


class Relay:
    """Several conversations at a time, one message at a time in each; a channel that hangs holds up no other."""

    def __init__(
        self,
        db: Database,
        adapters: Mapping[str, Adapter],
        now: Callable[[], datetime],
        metrics: Metrics,
        shape: Shape,
        shared: Memory,
        read: Callable[[str], bytes | None] = lambda _digest: None,
    ) -> None:
        self.db, self.adapters, self.metrics, self.shared, self.read = db, adapters, metrics, shared, read
        self.dispatch = Dispatch({name: adapter.limits for name, adapter in adapters.items()}, shape, now)
        self._awake = asyncio.Event()
        self._flying: set[asyncio.Task[None]] = set()
        self._in_flight = Counter[str]()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._swept = 0.0
        self._stopping = False

    def start(self) -> None:
        """Begin to carry."""
        self._loop = asyncio.get_running_loop()
        self._tasks = [
            asyncio.create_task(self._run(), name="relay"),
            asyncio.create_task(self._listen(), name="relay's ear"),
        ]

    async def stop(self) -> None:
        """Finish what is claimed, then end."""
        self._stopping = True
        self._awake.set()
        for task in self._tasks[1:]:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.settled()

    async def settled(self) -> None:
        """Until nothing is on its way."""
        while self._flying:
            await asyncio.gather(*self._flying, return_exceptions=True)

    def wake(self) -> None:
        """There is something to send; may be called from any thread."""
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._awake.set)

    def wake_all(self) -> None:
        """There is more to send than one process wants to do alone; may be called from any thread."""
        if self._loop and not self._loop.is_closed():
            asyncio.run_coroutine_threadsafe(self.shared.wake(TOPIC), self._loop)
        self.wake()

    async def _run(self) -> None:
        while not self._stopping:
            self._awake.clear()
            try:
                await self._sweep()
                if await self.carry():
                    continue
            except Exception:
                log.exception("relay round failed")
                await asyncio.sleep(IDLE)
            if not self._stopping:
                await self._rest()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(IDLE):
                await self._awake.wait()
        except TimeoutError:
            pass

    async def _listen(self) -> None:
        while True:
            if await self.shared.woken(TOPIC, 60):
                self._awake.set()

    async def _sweep(self) -> None:
        if time.monotonic() - self._swept > SWEEP:
            self._swept = time.monotonic()
            await self.db.alone(self.dispatch.sweep)

    async def carry(self) -> int:
        """Claim what is due, as far as there is room, and send it off. How many rows were taken."""
        free = {name: adapter.limits.at_once - self._in_flight[name] for name, adapter in self.adapters.items()}
        free = {name: room for name, room in free.items() if room > 0}
        if not free:
            return 0
        claimed = time.monotonic()
        rows = await self.db.alone(self.dispatch.claim, free)
        for row in rows:
            self._send_off(row, claimed)
        return len(rows)

    def _send_off(self, row: Outgoing, claimed: float) -> None:
        self._in_flight[row.channel] += 1
        task = asyncio.create_task(self._deliver(row, claimed), name=f"send {row.id}")
        self._flying.add(task)
        task.add_done_callback(lambda done: self._landed(row.channel, done))

    def _landed(self, channel: str, task: asyncio.Task[None]) -> None:
        """There is room for another one, and the conversation's next message may go."""
        self._in_flight[channel] -= 1
        self._flying.discard(task)
        if (
            self._in_flight[channel] <= self.adapters[channel].limits.at_once / 2
        ):  # many at once are cheaper than many times one
            self._awake.set()
        if not task.cancelled() and (bug := task.exception()):
            log.error("delivery failed", extra={"channel": channel}, exc_info=bug)

    async def _deliver(self, row: Outgoing, claimed: float) -> None:
        result = "sent"
        try:
            await self._send(self.adapters[row.channel], row, claimed)
        except LeaseLost:
            result = "lost"
            self.metrics.lease_losses.inc()
            log.warning("lease lost", extra={"outbox": row.id})
        except TooLate:
            result = "late"
            await self.db.within(self.dispatch.handed_back, row)
        except NoBudget as spent:
            result = "held"
            await self.db.within(self.dispatch.postponed, row, spent.wait)
        except Exception as why:
            result = await self._failed(row, why)
        self.metrics.sends.labels(row.channel, result).inc()

    async def _failed(self, row: Outgoing, why: Exception) -> str:
        """If that cannot be written down either, the lease ends and somebody takes the row over."""
        if isinstance(why, TimeoutError):
            why = TryLater("no answer in time", unsure=True)
        if not isinstance(why, TryLater | Undeliverable):
            log.error("send failed", extra={"outbox": row.id, "channel": row.channel}, exc_info=why)
        try:
            return await self.db.within(self.dispatch.failed, row, why, row.run_at - outbox.LEASE)
        except Exception:
            log.exception("could not write down a failure", extra={"outbox": row.id})
            return "error"

    async def _send(self, adapter: Adapter, row: Outgoing, claimed: float) -> None:
        parts = adapter.parts(row.reply, row.hints)
        leased_at = row.run_at - outbox.LEASE
        for number in range(row.parts_sent, len(parts)):
            await self._afford(adapter, row)
            if time.monotonic() - claimed > outbox.LEASE.total_seconds() - SEND:
                raise TooLate
            part = await self._filled(parts[number])
            async with asyncio.timeout(SEND):
                hints = {**row.hints, "send_id": row.send_id(number)}
                await adapter.send(row.address, part, hints, again=row.unsure)
            if not await self._mark(row, len(parts), leased_at):
                raise LeaseLost
            claimed, row.parts_sent, row.unsure = time.monotonic(), number + 1, False

    async def _filled(self, part: Part) -> Part:
        """With what is in the file. Raises Undeliverable if nobody keeps it any more."""
        if part.file is None:
            return part
        content = await asyncio.to_thread(self.read, part.file.digest)
        if content is None:
            raise Undeliverable("the file is gone")
        return replace(part, content=content)

    async def _afford(self, adapter: Adapter, row: Outgoing) -> None:
        """Wait for the budgets that all conversations share."""
        for budget in adapter.limits.budgets:
            key = _purse(row, budget)
            while key and (wait := await self.shared.budgets.take(key, budget.count, budget.per.total_seconds())):
                if wait > PATIENCE:
                    raise NoBudget(wait)
                await asyncio.sleep(wait)

    async def _mark(self, row: Outgoing, parts: int, leased_at: datetime) -> bool:
        """The send happened: if only writing that down fails, write it again, never send again."""
        for pause in (0.1, 0.5, 2.0, 5.0):
            try:
                return await self.db.within(self.dispatch.sent, row, parts, leased_at)
            except Exception:
                log.exception("could not mark as sent", extra={"outbox": row.id})
                await asyncio.sleep(pause)
        return False


def _purse(row: Outgoing, budget: Budget) -> str:
    """What the budget is counted under; "" if it does not concern this row, or is counted in its conversation."""
    match budget.of:
        case "account":
            return row.channel
        case "room" if row.room:
            return f"{row.channel}/{row.room}"
    return ""
