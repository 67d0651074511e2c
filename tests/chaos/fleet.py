"""The bot's processes: real ones, that can be killed, frozen, thawed, stopped and asked how they are."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from scrm_bot.simulator import Simulator
from tests.bot import configure
from tests.chaos.crowd import Crowd, Doors
from tests.chaos.ground import Ground
from tests.chaos.processes import Process, Start, end
from tests.services import free_port

STARTS_WITHIN = 90.0
ERROR = '"level": "error"'  # as it stands in a log


@dataclass
class Worker:
    """One place of the bot: its port and configuration stay, its processes come and go."""

    folder: Path
    config: Path
    port: int
    begin: Start
    options: dict[str, Any]  # for every life, see the launcher
    process: Process | None = None

    @property
    def log_file(self) -> Path:
        """What it writes in all its lives."""
        return self.folder / "log"

    @property
    def pid(self) -> int:
        """Its process number."""
        assert self.process is not None
        return self.process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs (or is frozen)."""
        return self.process is not None and self.process.poll() is None

    def start(self, **options: Any) -> None:
        """Begin a life; `options` for this one only."""
        self.process = self.begin({"config": str(self.config)} | self.options | options, self.log_file)

    def signal(self, number: signal.Signals) -> None:
        """SIGSTOP freezes it, SIGCONT thaws it."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """kill -9."""
        assert self.process is not None
        end(self.process)

    async def stop(self, patience: float = 30) -> int:
        """SIGTERM; its exit code."""
        assert self.process is not None
        return await asyncio.to_thread(end, self.process, signal.SIGTERM, patience)

    async def ended(self, patience: float = 30) -> int:
        """Its exit code, once it has ended by itself."""
        assert self.process is not None
        async with asyncio.timeout(patience):
            while (code := self.process.poll()) is None:
                await asyncio.sleep(0.01)
        return code

    async def ready(self) -> float:
        """Until /readyz says so, words and all: it answers callbacks only then. How many seconds that took."""
        began = time.monotonic()
        async with ClientSession(timeout=ClientTimeout(total=5)) as http:
            while not await self._says_ready(http):
                patient = time.monotonic() - began < STARTS_WITHIN
                assert self.alive, f"the bot ended by itself:\n{self.log()[-2000:]}"
                assert patient, f"the bot did not become ready:\n{self.log()[-2000:]}"
                await asyncio.sleep(0.02)
        return time.monotonic() - began

    def log(self) -> str:
        """Everything it wrote."""
        return self.log_file.read_text(errors="replace")

    async def _says_ready(self, http: ClientSession) -> bool:
        try:
            async with http.get(f"http://127.0.0.1:{self.port}/readyz") as answer:
                return answer.status == 200 and "words are being loaded" not in await answer.text()
        except (ClientError, OSError, TimeoutError):
            return False


@dataclass
class Fleet:
    """All processes of one scenario."""

    workers: list[Worker]

    @property
    def ports(self) -> list[int]:
        """Where they listen."""
        return [worker.port for worker in self.workers]

    async def start(self) -> None:
        """Whoever does not run; returns when all are ready."""
        for worker in self.workers:
            if not worker.alive:
                worker.start()
        await asyncio.gather(*(worker.ready() for worker in self.workers))

    def logged(self, words: str) -> int:
        """How many lines of their logs hold this."""
        return sum(words in line for worker in self.workers for line in worker.log().splitlines())


@asynccontextmanager
async def fleet(ground: Ground, sim: Simulator, count: int, begin: Start, **options: Any) -> AsyncIterator[Fleet]:
    """So many processes on the ground's database, ready; whatever still lives is killed at the end."""
    made = Fleet([_worker(ground, sim, number, begin, options) for number in range(count)])
    try:
        await made.start()
        yield made
    finally:
        for worker in made.workers:
            if worker.alive:
                worker.kill()


@asynccontextmanager
async def stage(
    ground: Ground, begin: Start, processes: int = 1, *, between: float | None = 4.0, **options: Any
) -> AsyncIterator[tuple[Simulator, Fleet, Crowd]]:
    """Platforms, bots and people. `between`: seconds between a platform's attempts."""
    sim = Simulator()
    sim.world.caller = doors = Doors(between)
    async with sim, fleet(ground, sim, processes, begin, **options) as bots:
        doors.ports = bots.ports
        yield sim, bots, Crowd(sim, doors, ground.seed, ground.people, ground.pace)


def _worker(ground: Ground, sim: Simulator, number: int, begin: Start, options: dict[str, Any]) -> Worker:
    folder, port = ground.folder / f"bot{number}", free_port()
    folder.mkdir(exist_ok=True)
    return Worker(folder, configure(folder, sim, ground.url, ground.redis, port), port, begin, options)
