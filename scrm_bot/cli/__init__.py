"""The command line: what operators type, each command a few lines that call those who can do it."""

from scrm_bot.cli.commands import main

__all__ = ["main"]
