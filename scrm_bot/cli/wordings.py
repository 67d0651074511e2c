"""`scrm-bot wording`: every sentence that the bot says, for whoever wants it said otherwise."""

from __future__ import annotations

from typing import Annotated

import typer

from scrm_bot import app, wording
from scrm_bot.cli.ground import HERE, configured
from scrm_bot.cli.shell import Config, told
from scrm_bot.settings import Language

commands = typer.Typer()


@commands.command("wording")
@told()
def list_wording(
    language: Annotated[Language, typer.Option(help="zh 中文，en 英文")] = "zh",
    config: Config = HERE,
) -> None:
    """列出机器人说的每句话：挑要改的放进自己的文件，scrm.toml 的 [company] wording 指向它"""
    wordings = app.shape(configured(config)).wordings if config.exists() else wording.load(None)
    typer.echo(wording.listed(language, wordings))
