"""A bot configured for the simulator: in this process, or as the real command in one of its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any, BinaryIO

from aiohttp import ClientSession, web

from scrm_bot import app, settings
from scrm_bot.simulator import Simulator
from scrm_bot.web import door
from tests.stage import WORDS, exported

SLEEPLESS = "[rules]\nquiet_from = 00:00:00\nquiet_until = 00:00:00\nmorning = 12:00:00\n"


@dataclass
class Bot:
    """One running bot."""

    url: str
    app: app.App

    def hook(self, channel: str) -> str:
        """The callback URL of a channel."""
        return f"{self.url}/hooks/{channel}"

    async def rows(self, entity: str) -> list[dict[str, Any]]:
        """As exported."""
        return await self.app.core.db.run(exported, self.app.core, entity)

    async def tick(self) -> None:
        """Let the clock see what is due."""
        await self.app.core.db.run(self.app.clock.tick)

    async def settle(self) -> None:
        """Until every turn is over and nothing waits that may be carried now."""
        await self.app.hooks.drain()
        while await self.app.relay.carry():
            await self.app.relay.settled()


def configure(
    folder: Path,
    sim: Simulator,
    database: str,
    redis: str = "",
    port: int = 0,
    mode: str = "http",
    more: Mapping[str, Mapping[str, Any]] | None = None,
    rules: str = SLEEPLESS,
) -> Path:
    """A scrm.toml with one channel on each platform that calls by itself, and `more`; `mode` is DingTalk's."""
    ding = sim.dingtalk.channel(mode=mode)
    channels = {"sales": sim.wecom.channel(), "ding": ding, "service": sim.wechat.channel()}
    channels |= {name: dict(table) for name, table in (more or {}).items()}
    tables = [
        f"[channels.{name}]\n" + "\n".join(f"{key} = {json.dumps(value)}" for key, value in table.items())
        for name, table in channels.items()
    ]
    head = f"""
[company]
name = "示例机电"
[server]
port = {port}
[database]
url = "{database}"
[redis]
url = "{redis}"
"""
    file = folder / "scrm.toml"
    file.write_text("\n".join([head, rules, *tables]), encoding="utf-8")
    return file


@asynccontextmanager
async def running(config: Path, now: Callable[[], datetime] = app.utc_now, **rules: Any) -> AsyncIterator[Bot]:
    """The bot in this process, on a free port. `rules`: other ones for whoever connects than the usual.

    `now`: its clock, if it shares the simulator's (`sim.clock.shared`).
    """
    async with _serving(config, now, rules) as bot:
        await bot.app.start()
        yield bot


@asynccontextmanager
async def held(config: Path, now: Callable[[], datetime]) -> AsyncIterator[Bot]:
    """The same, but nothing is carried and nothing rings by itself: call `settle` and `tick`."""
    async with _serving(config, now, {}) as bot:
        await bot.app.open()
        yield bot


@asynccontextmanager
async def _serving(config: Path, now: Callable[[], datetime], rules: Mapping[str, Any]) -> AsyncIterator[Bot]:
    built = await app.build(settings.load(config, os.environ), now=now, words=WORDS)
    runner = web.AppRunner(built.application(), access_log=None, **(door.rules() | dict(rules)))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield Bot(f"http://127.0.0.1:{runner.addresses[0][1]}", built)
    finally:
        await runner.cleanup()
        await built.stop()


@contextmanager
def serving(config: Path, port: int, log: BinaryIO | None = None) -> Iterator[Popen[bytes]]:
    """`scrm-bot serve` in a process of its own; killed at the end if it still lives.

    Without a file for its `log` it must not write much: a pipe that nobody reads is full after 64 KiB.
    """
    out = log or PIPE
    process = Popen([sys.executable, "-m", "scrm_bot", "serve", "--config", str(config)], stdout=out, stderr=out)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.communicate()


async def until_ready(port: int, patience: float = 90) -> None:
    """Until /readyz says so, words and all: they are loaded a moment later than messages are taken."""
    ends = time.monotonic() + patience
    async with ClientSession() as http:
        while True:
            try:
                async with http.get(f"http://127.0.0.1:{port}/readyz") as answer:
                    if answer.status == 200 and "words are being loaded" not in await answer.text():
                        return
            except OSError:
                pass
            assert time.monotonic() < ends, "the bot did not become ready"
            await asyncio.sleep(0.1)
