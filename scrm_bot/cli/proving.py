"""`scrm-bot ledger` and `replay`: the proofs."""

from __future__ import annotations

from typing import Annotated

import typer

from scrm_bot.cli import proof
from scrm_bot.cli.books import books, talking
from scrm_bot.cli.ground import HERE, Failed
from scrm_bot.cli.shell import Config, told

commands = typer.Typer()


@commands.command()
@told()
def ledger(config: Config = HERE) -> None:
    """收到多少条消息，各自怎样了；有一分钟以上没处理的就以 1 退出"""
    with books(config) as ours:
        lines, late = proof.ledger(ours)
    typer.echo("\n".join(lines))
    if late:
        numbers = "、".join(str(number) for number in late[:10])
        raise Failed(f"有消息超过一分钟还没有处理：{numbers}{' 等' if len(late) > 10 else ''}")


@commands.command()
@told()
def replay(number: Annotated[int, typer.Argument(metavar="N", help="消息编号")], config: Config = HERE) -> None:
    """把第 N 条消息再走一遍，一步一步显示，什么也不写"""
    with talking(config) as core:
        for line in proof.replay(core, number):
            typer.echo(line)
