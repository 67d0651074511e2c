"""How a command looks to the shell: its options, and what becomes of its failures. `serve` begins without this."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, ParamSpec

import typer

from scrm_bot.cli.ground import say_error, sentence

Config = Annotated[Path, typer.Option("--config", metavar="FILE", help="配置文件；里面的相对路径相对于它")]
P = ParamSpec("P")


def told(*ours: type[Exception]) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """A command whose failures are sentences on standard error and exit code 1. SCRM_TRACE=1 shows where it was.

    `ours`: exceptions of the rooms behind it that speak for themselves.
    """

    def telling(command: Callable[P, None]) -> Callable[P, None]:
        @wraps(command)
        def run(*args: P.args, **options: P.kwargs) -> None:
            try:
                command(*args, **options)
            except (typer.Exit, typer.Abort, typer.BadParameter, BrokenPipeError):
                raise
            except Exception as error:
                if os.environ.get("SCRM_TRACE"):
                    raise
                say_error(str(error) if isinstance(error, ours) else sentence(error))
                raise typer.Exit(1) from None

        return run

    return telling
