"""What the simulated platforms remember: what people saw, what the bot called, and what time it is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

FAILURE_TEXT = "该公众号提供的服务出现故障，请稍后再试"


class Clock:
    """The platforms' time: the real one, and whatever a test adds to it.

    Callbacks are dated with the real time, by which a bot judges them; `shared = True`: the bot has this clock, too.
    `source`: another time than the real one.
    """

    def __init__(self) -> None:
        self._ahead = 0.0
        self.shared = False
        self.source: Callable[[], float] = time.time

    def now(self) -> float:
        """Seconds since 1970."""
        return self.source() + self._ahead

    def dated(self) -> float:
        """What a callback says that the time is."""
        return self.now() if self.shared else time.time()

    def stamp(self) -> int:
        """The same in whole seconds."""
        return int(self.dated())

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._ahead += seconds


@dataclass(frozen=True, slots=True)
class Seen:
    """One text on somebody's screen; `user` is the room in a group."""

    platform: str
    user: str
    text: str
    via: str  # passive | api | session | platform
    at: float


@dataclass(frozen=True, slots=True)
class Call:
    """One API call of the bot."""

    method: str
    path: str
    query: dict[str, str]
    body: dict[str, Any]  # the JSON in it


class Ledger:
    """Everything that was seen and called, in order."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.seen: list[Seen] = []
        self.calls: list[Call] = []
        self._news = asyncio.Condition()

    async def show(self, platform: str, user: str, text: str, via: str) -> None:
        """Put a text on somebody's screen."""
        async with self._news:
            self.seen.append(Seen(platform, user, text, via, self._clock.now()))
            self._news.notify_all()

    def texts(self, user: str) -> list[str]:
        """What this person (or room) saw."""
        return [seen.text for seen in self.seen if seen.user == user]

    async def more_than(self, count: int, timeout: float) -> None:
        """Until more than so many texts were seen by anybody, or time is over."""
        async with self._news:
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout):
                    await self._news.wait_for(lambda: len(self.seen) > count)

    async def until(self, user: str, part: str, timeout: float) -> str:
        """The first text with this in it, as soon as it is there. Raises TimeoutError with what was seen instead."""

        def found() -> list[str]:
            return [text for text in self.texts(user) if part in text]

        async with self._news:
            try:
                async with asyncio.timeout(timeout):
                    await self._news.wait_for(lambda: bool(found()))
            except TimeoutError:
                raise TimeoutError(f"{user} saw no {part!r} within {timeout} s, only {self.texts(user)}") from None
            return found()[0]
