"""`scrm-bot serve`: everything that is configured, until somebody says stop."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web

from scrm_bot import app, logs
from scrm_bot.cli.ground import Failed, check_version
from scrm_bot.db import Database
from scrm_bot.settings import Settings, is_called
from scrm_bot.web import door as entrance

log = logging.getLogger(__name__)


def serve(config: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Raises Failed if it cannot begin."""
    with _alone(config), _door(config.server.host, config.server.port) as door:
        _check(config)
        logs.configure()
        logging.getLogger("apscheduler").setLevel(logging.WARNING)  # it tells every beat
        asyncio.run(_serve(config, door))


async def _serve(config: Settings, door: socket.socket) -> None:
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    bot = await app.build(config)
    runner = web.AppRunner(
        bot.application(), access_log=None, handle_signals=False, shutdown_timeout=5, **entrance.rules()
    )
    try:
        await runner.setup()
        await bot.start()
        await web.SockSite(runner, door).start()
        _say_where(config, door)
        await over.wait()
        log.info("stopping")
    finally:
        await runner.cleanup()
        await bot.stop()


def _check(config: Settings) -> None:
    db = Database(str(config.database.url))
    try:
        check_version(db)
    finally:
        db.close()


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


@contextmanager
def _alone(config: Settings) -> Iterator[None]:
    """A SQLite file has one bot. The lock ends with the process, however it ends."""
    file = config.database.url.removeprefix("sqlite:///")
    if file == config.database.url or file.startswith((":memory:", "file:")):
        yield
        return
    if not Path(file).parent.is_dir():
        raise Failed(f"数据库的文件夹 {Path(file).parent} 不存在")
    with open(f"{file}.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Failed(f"{file} 已有一个 scrm-bot serve 在用；要开多个请用 PostgreSQL") from None
        yield


def _say_where(config: Settings, door: socket.socket) -> None:
    host, port = door.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    names = "、".join(f"/hooks/{channel.name}" for channel in config.channels if is_called(channel))
    print(f"已就绪：http://{shown}:{port}  （回调：{names or '没有'}）", flush=True)
