"""`scrm-bot check`: whether everything that the bot needs is there, a line each."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from pathlib import Path

import typer
from sqlalchemy.engine import make_url

from scrm_bot import app, circuits, version
from scrm_bot.cli.ground import HERE, Failed, configured, sentence
from scrm_bot.cli.shell import Config, told
from scrm_bot.db import Database
from scrm_bot.dialogs import deliveries
from scrm_bot.meeting import Meeting
from scrm_bot.settings import Settings, is_called

commands = typer.Typer()
WARNING = "⚠ "
LANGUAGES = {"zh": "中文", "en": "英文"}
AUDIENCES = {"staff": "员工", "customers": "客户"}


@commands.command()
@told()
def check(config: Config = HERE) -> None:
    """检查配置、数据库、表结构、Redis、渠道"""
    try:
        for line in findings(config):
            typer.echo(line if line.startswith(WARNING) else f"✓ {line}")
    except Failed as failed:
        raise Failed(f"✗ {failed}") from None
    typer.echo("✓ 都好")


def findings(path: Path) -> Iterator[str]:
    """What is all right, line by line, until something is not: that raises Failed or SettingsError."""
    config = configured(path)
    yield f"配置  {path}  {config.company.name}，{config.company.timezone.key}"
    yield _wording(config)
    yield from _database(config)
    yield _redis(config)
    yield _files(config)
    yield from _channels(config)


def _wording(config: Settings) -> str:
    app.shape(config)
    return f"语言  {LANGUAGES[config.company.language]}" + (
        f"，自己的话 {config.company.wording}" if config.company.wording else ""
    )


def _database(config: Settings) -> Iterator[str]:
    url = make_url(str(config.database.url)).render_as_string(hide_password=True)
    db = Database(str(config.database.url))
    try:
        trouble = version.trouble(db)
    except Exception as error:
        raise Failed(f"数据库 {url} {sentence(error)}") from None
    finally:
        db.close()
    if trouble:
        raise Failed(trouble)
    yield f"数据库  {url}"
    yield "表结构  就是这个版本的"
    yield from _out_of_order(config)


def _out_of_order(config: Settings) -> Iterator[str]:
    """What `serve` found when it last tried. No reason to fail: only `serve` finds out that it was repaired."""
    db, zone = Database(str(config.database.url)), config.company.timezone
    try:
        with db.transaction() as session:
            for one in circuits.known(session):
                words = deliveries.what_is_wrong(one.trouble, one.detail)
                when = f"{one.tripped_at.astimezone(zone):%m-%d %H:%M}"
                yield f"{WARNING}渠道  {one.channel}  发不出消息：{words}（{one.reason}，{when} 试过，会自动再试）"
    finally:
        db.close()


def _redis(config: Settings) -> str:
    url = str(config.redis.url)
    if not url:
        return "Redis  没有配置，只能开一个进程"
    if not asyncio.run(_answers(url)):
        raise Failed("Redis 连不上，或密码不对：请看 [redis] 的 url；留空就不用 Redis")
    return "Redis  有应答"


def _files(config: Settings) -> str:
    """Whether what people send can be kept."""
    store = app.store(config)
    with store.draft() as draft:
        draft.write(b"?")
    return f"文件  {store.folder}，单个最大 {config.files.max_mb} MB"


async def _answers(url: str) -> bool:
    meeting = Meeting(url, "scrm:check:")
    try:
        return await meeting.first(secrets.token_hex(8), "here", 1) is not None
    finally:
        await meeting.close()


def _channels(config: Settings) -> Iterator[str]:
    if not config.channels:
        yield "渠道  还没有配置，现在只能用 scrm-bot say 和 chat 说话"
    for channel in config.channels:
        where = f"回调地址 /hooks/{channel.name}" if is_called(channel) else "自己连到平台，不用回调地址"
        yield f"渠道  {channel.name}  {channel.kind}，给{AUDIENCES[channel.audience]}用，{where}"
