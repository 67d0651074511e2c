"""`scrm-bot serve`: everything that is configured, until somebody says stop.

The edge opens first: callbacks are kept and acknowledged while the words and the CRM are still being loaded.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from scrm_bot import edge, late, logs, version
from scrm_bot.cli.alone import alone
from scrm_bot.cli.ground import Failed, configured
from scrm_bot.edge import Edge
from scrm_bot.settings import Settings, is_called
from scrm_bot.web.door import rules

if TYPE_CHECKING:
    from scrm_bot.app import App

log = logging.getLogger(__name__)


def serve(config: Path) -> None:
    """Serve until SIGTERM or SIGINT. Raises Failed, or what the configuration or the database raise."""
    if sys.platform == "win32":
        raise Failed("serve 要在 Linux 或 macOS 上运行；Windows 上可以用 WSL 或 Docker，也可以先用 scrm-bot demo")
    found = configured(config)
    with alone(found), _door(found.server.host, found.server.port) as door:
        asyncio.run(_serve(found, door))


async def _serve(config: Settings, door: socket.socket) -> None:
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    outside, bot = edge.build(config), None
    runner = web.AppRunner(outside.application(), access_log=None, handle_signals=False, shutdown_timeout=5, **rules())
    try:
        await _open(outside, runner, door)
        bot = await asyncio.to_thread(_behind, outside)
        await bot.start()
        gc.collect()
        gc.freeze()  # what has been loaded stays: no later search for garbage need go through it
        await over.wait()
        log.info("stopping")
    finally:
        await runner.cleanup()
        await (bot or outside).stop()


async def _open(outside: Edge, runner: web.AppRunner, door: socket.socket) -> None:
    """From here on messages are kept and acknowledged. Raises Failed if the database is not at this version."""
    trouble = await outside.db.run(version.trouble, outside.db)
    if trouble:
        raise Failed(trouble)
    logs.configure()
    logging.getLogger("apscheduler").setLevel(logging.WARNING)  # it tells every beat
    await runner.setup()
    await web.SockSite(runner, door).start()
    _say_where(outside.config, door)


def _behind(outside: Edge) -> App:
    """The rest of the bot; loading it takes a second, in which callbacks are answered."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(usual / 10)  # they must not wait for it at every turn
    try:
        bot: App = late.load("app").complete(outside)
        late.load("adapters.typed")  # the first picture need not wait for it
        return bot
    finally:
        sys.setswitchinterval(usual)


@contextmanager
def _door(host: str, port: int) -> Iterator[socket.socket]:
    """Where callbacks arrive, ours before anything else is done."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        door = socket.create_server((str(address[0]), port), family=family, backlog=128)
    except OSError as error:
        raise Failed(f"{host}:{port} 用不了（{error.strerror or error}），请换 [server] 的 host 或 port") from None
    with door:
        yield door


def _say_where(config: Settings, door: socket.socket) -> None:
    host, port = door.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    names = "、".join(f"/hooks/{channel.name}" for channel in config.channels if is_called(channel))
    print(f"已就绪：http://{shown}:{port}  （回调：{names or '没有'}）", flush=True)
