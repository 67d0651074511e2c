"""`scrm-bot migrate`: what is done to a database as a whole."""

from __future__ import annotations

import typer

from scrm_bot import schema
from scrm_bot.cli.ground import HERE, Config, configured, told
from scrm_bot.db import Database

commands = typer.Typer()


@commands.command()
@told()
def migrate(config: Config = HERE) -> None:
    """把数据库升到这个版本"""
    db = Database(str(configured(config).database.url))
    try:
        schema.upgrade(db)
    finally:
        db.close()
    typer.echo("数据库已是这个版本")
