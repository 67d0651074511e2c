"""What every command stands on: the configuration, a database at this version, a sentence when it cannot be done."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from sqlalchemy.exc import DBAPIError, OperationalError

from scrm_bot import logs, settings, version
from scrm_bot.db import Database
from scrm_bot.settings import Settings, SettingsError

HERE = Path("scrm.toml")


class Failed(Exception):
    """It could not be done; says why, in a sentence."""


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
    return f"出了意料之外的错：{type(error).__name__} {_first_line(error)}（SCRM_TRACE=1 可以看到经过）"


def say_error(words: str) -> None:
    """To standard error, without anything secret."""
    print(logs.masked(words), file=sys.stderr, flush=True)


def configured(path: Path) -> Settings:
    """What scrm.toml says."""
    return settings.load(path, os.environ)


def check_version(db: Database) -> None:
    """Raise Failed unless the database is at this version."""
    trouble = version.trouble(db)
    if trouble:
        raise Failed(trouble)


def _first_line(error: object) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


def is_terminal() -> bool:
    """Whether somebody looks at standard error."""
    return sys.stderr.isatty()
