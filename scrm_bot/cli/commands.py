"""The commands as docs and outside checks know them, and where each of them lives.

A command's module is loaded when it is typed (or when help lists it): `serve` has no use for spreadsheets.
"""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from scrm_bot import late

HOMES = {
    "demo": "showing",
    "serve": "starting",
    "say": "talking",
    "chat": "talking",
    "understand": "understanding",
    "simulate": "simulating",
    "import": "carrying",
    "template": "carrying",
    "export": "carrying",
    "ledger": "proving",
    "replay": "proving",
    "undelivered": "redoing",
    "retry": "redoing",
    "retake": "redoing",
    "check": "checking",
    "wording": "wordings",
    "migrate": "keeping",
    "backup": "keeping",
    "restore": "keeping",
    "copy": "keeping",
}  # by module of this package, in the order of the help


class OnDemand(TyperGroup):
    """A group that knows its commands by name and loads the one that is asked for."""

    def list_commands(self, _context: Any) -> list[str]:
        """All there are."""
        return list(HOMES)

    def get_command(self, _context: Any, name: str) -> Any:
        """The command, or None if there is none of this name."""
        if name not in HOMES:
            return None
        return typer.main.get_group(late.load(f"cli.{HOMES[name]}").commands).commands[name]


commands = typer.Typer(
    cls=OnDemand,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@commands.callback()
def root() -> None:
    """对话式 CRM 机器人。"""
