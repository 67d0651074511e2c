"""What goes wrong on the floor: the platforms' APIs and the bot's own processes, one trouble after the other."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from scrm_bot.floor.house import House
from scrm_bot.simulator import Fault, Simulator

LONGEST = 12.0  # seconds of a trouble: what takes minutes of the day passes as fast as the day does
RATE_LIMITS: tuple[tuple[int | str, str], ...] = (  # each platform's code for too many calls a minute
    (45011, "/message/custom/"), (45009, "/cgi-bin/message/send"), (45009, "/cgi-bin/kf/send"),
    ("Forbidden.AccessDenied.QpsLimitForApi", "/v1.0/robot"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outage:
    """One trouble that was gone through."""

    kind: str
    seconds: float


class Server(Protocol):
    """What the bot works with: a database, a Redis."""

    def start(self) -> None:
        """Start it again, with all that it kept."""

    def stop(self) -> None:
        """In good order."""


@dataclass
class Troubles:
    """Makes them, spread over the day. `survived`: those that ended with the bot at work again."""

    sim: Simulator
    house: House
    dice: Random
    servers: Mapping[str, Server] = field(default_factory=dict)
    planned: int = 0
    survived: list[Outage] = field(default_factory=list)

    async def spread(self, count: int, seconds: float) -> None:
        """So many troubles within so many seconds; every kind comes before any comes again."""
        self.planned = count
        kinds = list(self._kinds())
        self.dice.shuffle(kinds)
        gap = seconds / (count + 1)
        for number in range(count):
            await asyncio.sleep(gap * self.dice.uniform(0.6, 1.0))
            kind, make = kinds[number % len(kinds)]
            lasted = min(LONGEST, gap * self.dice.uniform(0.2, 0.6))
            await make(lasted)
            self.survived.append(Outage(kind, round(lasted, 1)))

    def _kinds(self) -> Sequence[tuple[str, Callable[[float], Awaitable[None]]]]:
        own = [(name, self._stops(server)) for name, server in self.servers.items()]
        return (
            *own,
            ("killed", self._killed), ("API answers 500", self._fails(Fault.HTTP_500)), ("restarted", self._restarted),
            ("API hangs", self._fails(Fault.HANG)), ("rate limits", self._limited), ("tokens die", self._tokens),
            ("connections break", self._fails(Fault.RESET)), ("killed for longer", self._gone),
        )  # fmt: skip

    def _stops(self, server: Server) -> Callable[[float], Awaitable[None]]:
        async def stops(seconds: float) -> None:
            await asyncio.to_thread(server.stop)
            await asyncio.sleep(min(seconds, 5.0))
            await asyncio.to_thread(server.start)

        return stops

    async def _killed(self, _seconds: float) -> None:
        await self.house.restart(self.dice.choice(self.house.workers), signal.SIGKILL, 0.0)

    async def _gone(self, seconds: float) -> None:
        await self.house.restart(self.dice.choice(self.house.workers), signal.SIGKILL, min(seconds, 5.0))

    async def _restarted(self, _seconds: float) -> None:
        await self.house.restart(self.dice.choice(self.house.workers), signal.SIGTERM, 0.0)

    def _fails(self, fault: Fault) -> Callable[[float], Awaitable[None]]:
        async def fails(seconds: float) -> None:
            self.sim.faults.always(fault)
            await asyncio.sleep(seconds)
            self.sim.faults.clear()

        return fails

    async def _limited(self, seconds: float) -> None:
        for code, path in RATE_LIMITS:
            self.sim.faults.always(code, path)
        await asyncio.sleep(seconds)
        self.sim.faults.clear()

    async def _tokens(self, _seconds: float) -> None:
        for mint in (self.sim.wecom.tokens, self.sim.kf.tokens, self.sim.wechat.tokens, self.sim.dingtalk.tokens):
            mint.expire()
