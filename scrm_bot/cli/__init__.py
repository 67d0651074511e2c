"""The command line: what operators type, each command a few lines that call those who can do it."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from pathlib import Path

from scrm_bot import late, logs


def main() -> None:
    """Run the command that was typed."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    logs.configure("INFO" if os.environ.get("SCRM_TRACE") else "CRITICAL")  # those who type read sentences
    match sys.argv[1:]:
        case ["serve", "--config", file] if not os.environ.get("SCRM_TRACE"):
            sys.exit(_serve(Path(file)))
        case _:
            late.load("cli.commands").commands(prog_name="scrm-bot")


def _serve(config: Path) -> int:
    """As `commands` would do it, without loading a parser for the one option: every start counts."""
    try:
        late.load("cli.serving").serve(config)
    except Exception as error:
        ground = late.load("cli.ground")
        ground.say_error(ground.sentence(error))
        return 1
    return 0
