"""What data commands stand on: the company's rows at this version, with or without whoever takes turns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scrm_bot import app
from scrm_bot.app import Core
from scrm_bot.cli.ground import check_version, configured
from scrm_bot.crm.shape import Shape
from scrm_bot.db import Database
from scrm_bot.settings import Settings

CONSOLES = {"console": "staff", "console-customers": "customers"}  # the terminal's channels and who speaks there


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
