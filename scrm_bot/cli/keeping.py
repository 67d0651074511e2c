"""`scrm-bot migrate`, `backup`, `restore` and `copy`: what is done to a database as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from scrm_bot import schema, settings
from scrm_bot.archive import file, source
from scrm_bot.archive.filling import fill
from scrm_bot.archive.rows import Sum
from scrm_bot.archive.source import CannotKeep
from scrm_bot.cli.alone import alone
from scrm_bot.cli.ground import HERE, Failed, configured
from scrm_bot.cli.shell import Config, told
from scrm_bot.db import Database
from scrm_bot.files.store import Store
from scrm_bot.settings import Settings

commands = typer.Typer()
Force = Annotated[bool, typer.Option("--force", help="目标里已有的数据全部换掉")]


@commands.command()
@told()
def migrate(config: Config = HERE) -> None:
    """把数据库升到这个版本"""
    with _database(configured(config)) as db:
        schema.upgrade(db)
    typer.echo("数据库已是这个版本")


@commands.command()
@told(CannotKeep)
def backup(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="备份写到这个文件，比如 scrm-2026-03-18.zip")],
    config: Config = HERE,
) -> None:
    """备份全部数据和文件到一个文件；运行中也可以做，哪种数据库都能用它恢复"""
    here = configured(config)
    with _database(here) as db, source.live(db) as rows:
        file.save(rows, out, _store(here))
    with file.opened(out) as archive:
        found = archive.check()
    all_in_all = f"{_in_all(found)}{_files(len(archive.files))}"
    typer.echo(f"备份好了：{out}  {all_in_all}，{out.stat().st_size / 1e6:.1f} MB，已核对")


@commands.command()
@told(CannotKeep)
def restore(
    archive: Annotated[Path, typer.Argument(metavar="FILE", help="scrm-bot backup 做的备份")],
    force: Force = False,
    config: Config = HERE,
) -> None:
    """从备份恢复；先停下 serve"""
    here = configured(config)
    with file.opened(archive) as whole, alone(here), _database(here) as db:
        whole.check()
        files = whole.unpack(_store(here))  # before the rows that tell of them; what is there already stays
        found = fill(db, whole, force=force)
    typer.echo(f"恢复好了：{whole.made_at} 的备份，{_in_all(found)}{_files(files)}，已核对")


@commands.command()
@told(CannotKeep)
def copy(
    to: Annotated[str, typer.Option("--to", metavar="URL|FILE", help="目标数据库的地址，或写着它的另一份 scrm.toml")],
    force: Force = False,
    config: Config = HERE,
) -> None:
    """把全部数据搬到另一个数据库（SQLite 和 PostgreSQL 之间也行），逐表核对行数和校验和；先停下 serve"""
    here, there = configured(config), _target(to)
    if here.database.url == there.database.url:
        raise Failed("来源和目标是同一个数据库")
    with alone(here), alone(there), _database(here) as db, _database(there) as target, source.live(db) as rows:
        found = fill(target, rows, force=force)
    for name, it in found.items():
        typer.echo(f"{name:<20}{it.rows:>10}  {it.digest[:16]}")
    typer.echo(f"搬好了：{_in_all(found)}，两边一致")
    typer.echo(_carry_files(here, there) if "://" not in to else f"文件还在 {here.files.folder}，新的配置要指向它")


def _target(to: str) -> Settings:
    try:
        return settings.at(to) if "://" in to else configured(Path(to))
    except ValueError as error:
        raise Failed(f"--to {error}") from None


def _carry_files(here: Settings, there: Settings) -> str:
    """Copy what people sent, unless both share the folder."""
    if Path(here.files.folder) == Path(there.files.folder):
        return f"文件夹 {here.files.folder} 两边共用，没有动"
    target, count = _store(there), 0
    for blob in _store(here).all():
        with blob.path.open("rb") as content, target.draft() as draft:
            draft.fill(content)
            draft.keep()
        count += 1
    return f"文件也搬好了：{count} 个，在 {there.files.folder}"


def _store(config: Settings) -> Store:
    """The folder of files; what is in it already may be larger than is taken today."""
    return Store(Path(config.files.folder), 1 << 40)


def _files(count: int) -> str:
    return f"，{count} 个文件" if count else ""


def _in_all(found: Mapping[str, Sum]) -> str:
    return f"{len(found)} 张表，{sum(it.rows for it in found.values())} 行"


@contextmanager
def _database(config: Settings) -> Iterator[Database]:
    db = Database(str(config.database.url))
    try:
        yield db
    finally:
        db.close()
