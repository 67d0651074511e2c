"""The bot on the floor: `scrm-bot serve` in processes of its own, which can be killed, stopped and started again."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from scrm_bot.floor.latency import Histogram
from scrm_bot.simulator import Simulator

STARTS_WITHIN = 90.0
ENDS_WITHIN = 30.0
RULES = "[rules]\nquiet_from = 00:00:00\nquiet_until = 00:00:00\nmorning = 12:00:00\n"  # people work when they simulate


class Broken(Exception):
    """The bot does not come up; says why."""


def configure(file: Path, sim: Simulator, database: str, redis: str, port: int, *, stream: bool = False) -> None:
    """A scrm.toml with a channel on each of the simulated platforms."""
    channels = {
        "sales": sim.wecom.channel(),
        "ding": sim.dingtalk.channel(mode="stream" if stream else "http"),
        "service": sim.wechat.channel(),
        "desk": sim.kf.channel(),
    }
    tables: dict[str, dict[str, Any]] = {
        "company": {"name": "演练机电"},
        "server": {"port": port},
        "database": {"url": database},
        "redis": {"url": redis},
    }
    tables |= {f"channels.{name}": table for name, table in channels.items()}
    parts = [f"[{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())
             for name, table in tables.items()]  # fmt: skip
    file.write_text("\n".join([*parts, RULES]), encoding="utf-8")


@dataclass
class Worker:
    """One process: its port and configuration stay, its lives come and go."""

    config: Path
    log: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin a life."""
        with self.log.open("ab") as out:
            program = [sys.executable, "-m", "scrm_bot", "serve", "--config", str(self.config)]
            self.process = subprocess.Popen(program, stdout=out, stderr=out, start_new_session=True)

    async def end(self, how: signal.Signals) -> None:
        """SIGTERM or SIGKILL, and wait for it; who does not end is killed."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(how)
        try:
            await asyncio.to_thread(self.process.wait, ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            await asyncio.to_thread(self.process.wait)

    async def ready(self, http: ClientSession) -> None:
        """Until /readyz says so, words and all. Raises Broken."""
        ends = time.monotonic() + STARTS_WITHIN
        while not await self._says_ready(http):
            assert self.process is not None
            if self.process.poll() is not None or time.monotonic() > ends:
                raise Broken(self.log.read_text(errors="replace")[-800:])
            await asyncio.sleep(0.05)

    async def _says_ready(self, http: ClientSession) -> bool:
        try:
            async with http.get(f"http://127.0.0.1:{self.port}/readyz") as answer:
                return answer.status == 200 and "words are being loaded" not in await answer.text()
        except (ClientError, OSError, TimeoutError):
            return False


@dataclass
class House:
    """All processes of the bot."""

    workers: Sequence[Worker]
    http: ClientSession
    turns: Histogram = field(default_factory=Histogram)  # of lives that are over
    lives: int = 0

    @property
    def ports(self) -> list[int]:
        """Where they listen."""
        return [worker.port for worker in self.workers]

    async def open(self) -> None:
        """All of them up."""
        for worker in self.workers:
            worker.start()
            self.lives += 1
        await asyncio.gather(*(worker.ready(self.http) for worker in self.workers))

    async def restart(self, worker: Worker, how: signal.Signals, pause: float) -> None:
        """End one of them, in good order or not, and start it again after a while."""
        await self.measure(worker)
        await worker.end(how)
        await asyncio.sleep(pause)
        worker.start()
        self.lives += 1
        await worker.ready(self.http)

    async def measure(self, worker: Worker) -> None:
        """Keep the numbers of a life that ends now."""
        with contextlib.suppress(ClientError, OSError, TimeoutError):
            async with self.http.get(f"http://127.0.0.1:{worker.port}/metrics") as answer:
                self.turns.add(await answer.text(), "scrm_turn_seconds")

    async def close(self) -> None:
        """The day is over."""
        for worker in self.workers:
            await self.measure(worker)
        await asyncio.gather(*(worker.end(signal.SIGTERM) for worker in self.workers))


@asynccontextmanager
async def house(
    folder: Path, sim: Simulator, database: str, redis: str, processes: int, *, stream: bool = False
) -> AsyncIterator[House]:
    """So many processes on this database, ready; whatever still lives is ended."""
    workers = []
    for number in range(processes):
        config, port = folder / f"scrm-{number}.toml", _free_port()
        configure(config, sim, database, redis, port, stream=stream)
        workers.append(Worker(config, folder / f"serve-{number}.log", port))
    async with ClientSession(timeout=ClientTimeout(total=5)) as http:
        made = House(workers, http)
        try:
            await made.open()
            yield made
        finally:
            await made.close()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
