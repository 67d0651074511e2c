"""Messages that nobody will send a second time, from the moment they are heard until the database has them."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from scrm_bot.adapters.base import Door
from scrm_bot.message import Message

log = logging.getLogger(__name__)
ROOM = 10_000  # messages; then the oldest is given up
AT_ONCE = 100
SHORTEST, LONGEST = 0.2, 30.0  # seconds between two tries


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    message: Message
    kept: asyncio.Future[None]


class Shelf:
    """Handed in oldest first, many at once, and again until it works. What lies here is lost with the process."""

    def __init__(self, door: Door, name: str) -> None:
        self._door, self._name = door, name
        self._waiting: list[_Waiting] = []
        self._in_hand: list[_Waiting] = []
        self._keeper: asyncio.Task[None] | None = None

    def put(self, message: Message) -> asyncio.Future[None]:
        """Done once the message is durable; cancelled if it is given up."""
        if len(self._waiting) >= ROOM:
            self._waiting.pop(0).kept.cancel()
            log.error("a message is lost: too many wait for the database", extra={"channel": self._name})
        waiting = _Waiting(message, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._keeper is None or self._keeper.done():
            self._keeper = asyncio.create_task(self._keep(), name=f"keep {self._name}")
        return waiting.kept

    async def close(self, patience: float) -> None:
        """The database has so many seconds left to take the rest."""
        if self._keeper is not None:
            await asyncio.wait([self._keeper], timeout=patience)
            self._keeper.cancel()
        lost = self._in_hand + self._waiting
        for waiting in lost:
            waiting.kept.cancel()
        if lost:
            log.error("messages are lost unless just being written", extra={"channel": self._name, "count": len(lost)})

    async def _keep(self) -> None:
        pause, size = SHORTEST, AT_ONCE
        while self._waiting:
            self._in_hand, self._waiting = self._waiting[:size], self._waiting[size:]
            try:
                await self._door.hand_in([waiting.message for waiting in self._in_hand])
            except Exception:
                self._put_back()
                extra = {"channel": self._name, "waiting": len(self._waiting)}
                log.warning("messages wait for the database", exc_info=True, extra=extra)
                await asyncio.sleep(pause)
                pause, size = min(pause * 2, LONGEST), 1
            else:
                self._done()
                pause, size = SHORTEST, min(size * 2, AT_ONCE)

    def _put_back(self) -> None:
        """To the front; but what failed alone goes to the end, with all that its conversation said since."""
        alone = self._in_hand[0].message.address if len(self._in_hand) == 1 else None
        self._waiting[:0] = self._in_hand
        self._waiting.sort(key=lambda waiting: waiting.message.address == alone)
        self._in_hand = []

    def _done(self) -> None:
        for waiting in self._in_hand:
            if not waiting.kept.done():
                waiting.kept.set_result(None)
        self._in_hand = []
