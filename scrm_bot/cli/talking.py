"""`scrm-bot say` and `chat`: somebody at the terminal."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console

from scrm_bot.cli.books import talking
from scrm_bot.cli.console import Bell, Seat
from scrm_bot.cli.ground import HERE
from scrm_bot.cli.shell import Config, told

commands = typer.Typer()
Who = Annotated[str, typer.Option("--as", metavar="WHO", help="员工姓名，或 customer:客户名（那家客户的第一位联系人）")]


@commands.command()
@told()
def say(text: str, who: Who, config: Config = HERE) -> None:
    """以某人的身份说一句话，显示回话"""
    with talking(config) as core:
        seat = Seat(core, who)
        try:
            for words in seat.say(text):
                typer.echo(words)
        finally:
            seat.leave()


@commands.command()
@told()
def chat(who: Who, config: Config = HERE) -> None:
    """以某人的身份在终端里聊天，Ctrl-D 结束"""
    screen = Console(highlight=False, soft_wrap=True)
    with talking(config) as core:
        seat = Seat(core, who)
        try:
            with Bell(seat, lambda words: screen.print(f"\n{words}", markup=False)):
                _converse(seat, screen)
        finally:
            seat.leave()


def _converse(seat: Seat, screen: Console) -> None:
    prompt = f"{seat.name}> " if sys.stdin.isatty() else ""
    while True:
        try:
            text = screen.input(prompt, markup=False)
        except EOFError:
            screen.print()
            return
        for words in seat.say(text) if text.strip() else ():
            screen.print(words, markup=False)
