"""`scrm-bot demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scrm_bot import demo, logs
from scrm_bot.cli.ground import HERE, configured
from scrm_bot.cli.shell import Config, told

commands = typer.Typer()


@commands.command("demo")
@told()
def run_demo(
    port: Annotated[int, typer.Option(min=0, max=65535, help="网页端口")] = 8080,
    data: Annotated[Path, typer.Option(metavar="DIR", help="数据放在哪里")] = Path("demo-data"),
    config: Config = HERE,
) -> None:
    """演示：一家示例公司和一个聊天网页，什么都不用装"""
    host = configured(config).server.host if config != HERE else "127.0.0.1"
    logs.configure("WARNING")
    demo.run(data, port, host)
