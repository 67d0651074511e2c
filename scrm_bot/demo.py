"""`scrm-bot demo`: the bot with a company to explore and a page to talk to it, out of nothing but a folder."""

from __future__ import annotations

import asyncio
import dataclasses
import errno
import os
import socket
from collections.abc import AsyncIterator
from datetime import datetime, time
from pathlib import Path
from typing import Any

from aiohttp import web
from sqlalchemy.orm import Session

from scrm_bot import app, schema, settings
from scrm_bot.adapters.webchat import Webchat
from scrm_bot.company.books import Books, Persona
from scrm_bot.company.seed import settle
from scrm_bot.files.kinds import kind_of
from scrm_bot.files.store import Store, TooBig
from scrm_bot.lens.look import Lens
from scrm_bot.message import Address, Kind, Message
from scrm_bot.outbox import Outgoing
from scrm_bot.web import door as entrance
from scrm_bot.web.demo.live import Live
from scrm_bot.web.demo.page import Eyes, Page
from scrm_bot.web.demo.uploads import Kept, Uploads

REFUSALS = {errno.EADDRINUSE: "已经被占用", errno.EACCES: "没有权限", errno.EADDRNOTAVAIL: "本机没有这个地址"}
AUDIENCES = {"wecom": "staff", "dingtalk": "staff", "wechat": "customers"}


def run(folder: Path, port: int, host: str = "127.0.0.1") -> None:
    """Serve until interrupted. Ends with a sentence and code 1 if the port is taken or the folder cannot be used."""
    door = _open_door(host, port)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as trouble:
        raise SystemExit(f"数据文件夹 {folder} 不能用：{trouble.strerror}") from None
    awake = settings.Rules(quiet_from=time(0), quiet_until=time(0))  # visitors come at night too
    config = dataclasses.replace(settings.default(folder, host=host, port=door.getsockname()[1]), rules=awake)
    here = dataclasses.replace(config.server, public_url=_where(config))
    config = dataclasses.replace(config, server=here)
    web.run_app(
        build(config),
        sock=door,
        access_log=None,
        shutdown_timeout=3,
        print=lambda *_: _say_where(config, folder),
        **entrance.rules(),
    )


async def build(config: settings.Settings) -> web.Application:
    """The demo as a web application: its start-up fills a new database, its clean-up finishes what is in work."""
    live, books = Live(), Books()
    kept = app.store(config)
    chats = {name: Webchat(name, who, live.deliver, kept.read) for name, who in AUDIENCES.items()}
    bot = await app.build(config, chats)
    await bot.core.db.run(_prepare, bot, books)
    live.attach(bot.core.db)
    application = bot.application()
    Page(bot.core.db, live, _cast(config, books), _eyes(bot), kept.read, _uploads(kept)).mount(application)

    async def start(_application: web.Application) -> None:
        await bot.start()
        for persona in books.personas:
            await bot.hooks.take(_arrival(persona, bot.now()))

    async def stop(_application: web.Application) -> None:
        await bot.stop()

    application.on_startup.append(start)
    application.on_cleanup.append(stop)
    return application


def _prepare(bot: app.App, books: Books) -> None:
    """Bring the database to this version, and move the company in if nobody lives there."""
    schema.upgrade(bot.core.db)
    with bot.core.db.transaction() as session:
        settle(session, books, _local(bot), bot.core.shape)


def _arrival(persona: Persona, now: datetime) -> Message:
    """As on any platform: who comes is greeted, once."""
    return Message(Address(persona.channel, persona.user), "arrival", Kind.FOLLOW, "", now)


def _local(bot: app.App) -> datetime:
    return bot.now().astimezone(bot.core.shape.zone)


def _eyes(bot: app.App) -> Eyes:
    skills = {name: skill.help for name, skill in bot.core.turns.skills.items()}

    def lens(session: Session) -> Lens:
        return Lens(session, bot.core.shape, bot.now(), skills, bot.core.turns.explained)

    def look(session: Session, number: int) -> dict[str, Any] | None:
        return lens(session).look(number)

    def pushed(session: Session, row: Outgoing) -> dict[str, Any]:
        return lens(session).push(row)

    return Eyes(look, pushed)


def _uploads(kept: Store) -> Uploads:
    async def keep(pieces: AsyncIterator[bytes]) -> str:
        try:
            async with kept.drafting() as draft:
                await draft.pour(pieces)
                return (await asyncio.to_thread(draft.keep)).digest
        except TooBig:
            raise ValueError("too big") from None

    def look(digest: str) -> Kept | None:
        blob = kept.get(digest)
        kind = kind_of(blob.path) if blob else None
        return Kept(blob.path.read_bytes(), kind.mime, kind.shown) if blob and kind else None

    async def get(digest: str) -> Kept | None:
        return await asyncio.to_thread(look, digest)

    return Uploads(keep, get)


def _cast(config: settings.Settings, books: Books) -> dict[str, Any]:
    return {
        "company": config.company.name,
        "zone": config.company.timezone.key,
        "people": [dataclasses.asdict(persona) for persona in books.personas],
        "stories": [dataclasses.asdict(story) for story in books.stories],
    }


def _open_door(host: str, port: int) -> socket.socket:
    """Bound before anything else is done: whoever cannot be reached need not start."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as trouble:
        why = REFUSALS.get(trouble.errno or 0, os.strerror(trouble.errno or 0))
        raise SystemExit(f"端口 {port} 用不了（{why}），换一个试试：scrm-bot demo --port {port + 1}") from None


def _say_where(config: settings.Settings, folder: Path) -> None:
    print(f"演示已就绪：{_where(config)}  （Ctrl-C 停止）")
    print(f"数据在 {folder}，删掉它就从头再来一遍。", flush=True)


def _where(config: settings.Settings) -> str:
    host = "127.0.0.1" if config.server.host in ("0.0.0.0", "::") else config.server.host
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{config.server.port}"
