"""New databases for tests, of both kinds, as fast as each kind allows."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.services import Postgres

Prepare = Callable[[str], object]


class Databases:
    """Makes databases for one worker, and removes them.

    A database prepared by a function is made once and copied from then on: the quick way to a migrated schema.
    """

    def __init__(self, folder: Path, worker: str, postgres: Callable[[], Postgres]) -> None:
        self.folder = folder
        self.worker = worker
        self.postgres = postgres  # a question, so that tests on SQLite start no server
        self.numbers = itertools.count(1)
        self.made: list[str] = []
        self.prepared: dict[tuple[str, Prepare], str] = {}

    def fresh(self, kind: str, prepare: Prepare | None = None) -> str:
        """The URL of a new database, kind "sqlite" or "postgresql"; `prepare(url)` has to close its connections."""
        template = ""
        if prepare:
            if (kind, prepare) not in self.prepared:
                url = self._new(kind)
                prepare(url)
                self.prepared[kind, prepare] = url
            template = self.prepared[kind, prepare]
        url = self._new(kind, template)
        self.made.append(url)
        return url

    def forget(self) -> None:
        """Remove what `fresh` made, connected or not."""
        while self.made:
            url = self.made.pop()
            if url.startswith("sqlite"):
                for file in self.folder.glob(f"{name_of(url)}*"):
                    file.unlink()
            else:
                self.postgres().drop(name_of(url))

    def _new(self, kind: str, template: str = "") -> str:
        name = f"{self.worker}_{next(self.numbers)}"
        if kind == "sqlite":
            if template:
                shutil.copyfile(self.folder / name_of(template), self.folder / f"{name}.db")
            return f"sqlite:///{self.folder}/{name}.db"
        return self.postgres().create(name, name_of(template) or "template1")


def name_of(url: str) -> str:
    """The last part of a database's URL."""
    return url.rpartition("/")[2]
