"""What scenarios need around them, made when it is asked for and gone afterwards: databases and servers."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from tests import services
from tests.chaos.disk import Disk, small_disk
from tests.chaos.ground import Ground, populate
from tests.chaos.processes import Start
from tests.databases import Databases


class Place:
    """One scenario's. `begin` starts its bots; set CHAOS_KEEP to a folder to keep their logs."""

    def __init__(
        self, run: Path, name: str, seed: int, begin: Start, databases: Databases, crowd: tuple[int, float]
    ) -> None:
        self.run, self.name, self.seed, self.begin, self.databases = run, name, seed, begin, databases
        self.crowd = crowd
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if "CHAOS_KEEP" in os.environ:
            shutil.copytree(self.folder, Path(os.environ["CHAOS_KEEP"]) / self.name, dirs_exist_ok=True)
        self._closing.close()
        self.databases.forget()

    def ground(self, kind: str, *, redis: bool = False) -> Ground:
        """A new database of this kind with people in it; with a Redis of its own if asked for."""
        return self._ground(self.databases.fresh(kind, populate), redis=redis)

    def frail_ground(self, *, redis: bool = False) -> Ground:
        """The same on `postgres`, which nobody else uses."""
        url = self.postgres.create("chaos")
        populate(url)
        return self._ground(url, redis=redis)

    def small_disk(self, *, mount: bool) -> tuple[Ground, Disk]:
        """A database on SQLite, on a disk that can be filled up."""
        disk = self._closing.enter_context(small_disk(self.folder / "disk", mount=mount))
        url = f"sqlite:///{disk.folder}/chaos.db"
        populate(url)
        return self._ground(url, redis=False), disk

    @cached_property
    def folder(self) -> Path:
        """For configurations and logs."""
        return Path(self._closing.enter_context(tempfile.TemporaryDirectory(prefix="chaos-", dir=self.run)))

    @cached_property
    def postgres(self) -> services.Postgres:
        """A server that may be killed."""
        return self._closing.enter_context(services.private(services.Postgres, self.run))

    @cached_property
    def redis(self) -> services.Redis:
        """A server that may be killed."""
        return self._closing.enter_context(services.private(services.Redis, self.run))

    def _ground(self, url: str, *, redis: bool) -> Ground:
        return Ground(self.name, self.seed, self.folder, url, self.redis.url() if redis else "", *self.crowd)
