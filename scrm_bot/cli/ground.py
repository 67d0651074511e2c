"""What every command stands on: the configuration, a database at this version, a sentence when it cannot be done."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import typer
from sqlalchemy.exc import DBAPIError, OperationalError

from scrm_bot import app, logs, schema, settings
from scrm_bot.app import Core
from scrm_bot.crm.shape import Shape
from scrm_bot.db import Database
from scrm_bot.imports.run import CannotImport
from scrm_bot.nlp.frame import BadLine
from scrm_bot.settings import Settings, SettingsError
from scrm_bot.sheets import Unreadable

CONSOLES = {"console": "staff", "console-customers": "customers"}  # the terminal's channels and who speaks there
P = ParamSpec("P")
SENTENCES = (CannotImport, Unreadable, BadLine)


class Failed(Exception):
    """It could not be done; says why, in a sentence."""


def told(command: Callable[P, None]) -> Callable[P, None]:
    """A command whose failures are sentences on standard error and exit code 1. SCRM_TRACE=1 shows where it was."""

    @wraps(command)
    def run(*args: P.args, **options: P.kwargs) -> None:
        try:
            command(*args, **options)
        except (typer.Exit, typer.Abort, typer.BadParameter, BrokenPipeError):
            raise
        except Exception as error:
            if os.environ.get("SCRM_TRACE"):
                raise
            say_error(sentence(error))
            raise typer.Exit(1) from None

    return run


def sentence(error: Exception) -> str:
    """What went wrong, for whoever typed the command."""
    match error:
        case Failed() | SettingsError():
            return str(error)
        case OperationalError():
            return f"数据库用不了：{_first_line(error.orig)}"
        case DBAPIError():
            return f"数据库不答应：{_first_line(error.orig)}"
        case OSError():
            return f"{error.filename or ''} {error.strerror or error}".strip()
        case UnicodeError():
            return f"不是 UTF-8 编码的文字（{error.reason if isinstance(error, UnicodeDecodeError) else error}）"
    if isinstance(error, SENTENCES):
        return str(error)
    return f"出了意料之外的错：{type(error).__name__} {_first_line(error)}（SCRM_TRACE=1 可以看到经过）"


def say_error(words: str) -> None:
    """To standard error, without anything secret."""
    typer.echo(logs.masked(words), err=True)


def configured(path: Path) -> Settings:
    """What scrm.toml says."""
    return settings.load(path, os.environ)


@dataclass(frozen=True, slots=True)
class Books:
    """The company's rows, and its shape: all that data commands need."""

    config: Settings
    db: Database
    shape: Shape


@contextmanager
def books(path: Path) -> Iterator[Books]:
    """A database at this version. Raises Failed with what to do about it if it is not."""
    config = configured(path)
    db = Database(str(config.database.url))
    try:
        check_version(db)
        yield Books(config, db, app.shape(config))
    finally:
        db.close()


@contextmanager
def talking(path: Path) -> Iterator[Core]:
    """The same, with whoever takes turns."""
    core = app.core(configured(path), CONSOLES)
    try:
        check_version(core.db)
        yield core
    finally:
        core.db.close()


def check_version(db: Database) -> None:
    """Raise Failed unless the database is at this version."""
    trouble = schema.trouble(db)
    if trouble:
        raise Failed(trouble)


def _first_line(error: object) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


def is_terminal() -> bool:
    """Whether somebody looks at standard error."""
    return sys.stderr.isatty()
