"""`scrm-bot serve` as the shell sees it; serving.py does it."""

from __future__ import annotations

import typer

from scrm_bot.cli.ground import HERE
from scrm_bot.cli.serving import serve as serve_it
from scrm_bot.cli.shell import Config, told

commands = typer.Typer()


@commands.command()
@told()
def serve(config: Config = HERE) -> None:
    """运行：接通所有配置好的渠道"""
    serve_it(config)
