"""The register of a large company's names on this machine: where it lies, and how it is made, by a process of its own.

Every process of the machine reads the same file. It is made anew when very many names are newer than it; until then
each process keeps what is newer by itself.
"""

from __future__ import annotations

import fcntl
import gc
import hashlib
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from time import monotonic

from sqlalchemy import Connection, Table, create_engine, func, select
from sqlalchemy.engine import make_url

from scrm_bot.crm.customers import Customer, CustomerName
from scrm_bot.nlp.register import Register
from scrm_bot.nlp.registering import Draft, Row

log = logging.getLogger(__name__)
LARGE = 20_000  # names; as long as there are fewer, each process has them in memory
PAUSE = 60.0  # seconds from one making to the next
_NAMES: Table = CustomerName.__table__  # type: ignore[assignment]
_CUSTOMERS: Table = Customer.__table__  # type: ignore[assignment]


class Roster:
    """One database's register. `url` without a file or a server: there is none, names stay in memory."""

    def __init__(self, url: str, large: int = LARGE) -> None:
        self.url, self.large = url, large
        self.file = place_of(url)
        self._making: Thread | None = None
        self._next = 0.0  # not before this; what failed now would fail at the next message too

    def is_needed(self) -> bool:
        """Whether there are too many names to keep them in memory."""
        if self.file is None:
            return False
        engine = create_engine(self.url, hide_parameters=True)
        with engine.connect() as connection:
            count = connection.scalar(select(func.count()).select_from(_NAMES)) or 0
        engine.dispose()
        return count > self.large

    def read(self) -> Register | None:
        """The register as it lies there; None if there is none of this layout."""
        try:
            return Register(self.file) if self.file else None
        except (OSError, ValueError):
            return None

    def make(self) -> None:
        """See to it that it is made anew, and go on; once in a while, however often it is asked for."""
        if monotonic() >= self._next:
            self._begin(nice=10)

    def _begin(self, nice: int) -> None:
        if self.file is not None and (self._making is None or not self._making.is_alive()):
            self._next = monotonic() + PAUSE
            self._making = Thread(target=self._run, args=(nice,), name="register of names", daemon=True)
            self._making.start()

    def made(self) -> Register | None:
        """Make one, unless it is being made, and wait for it."""
        self._begin(nice=0)
        if self._making is not None:
            self._making.join()
        return self.read()

    def _run(self, nice: int) -> None:
        """In a process of its own: it takes seconds of processor time."""
        told = (
            f"{self.url}\n{self.file}\n{self.large}\n{nice}\n"  # not on the command line: the URL may hold a password
        )
        ended = subprocess.run(
            [sys.executable, "-m", __name__], input=told, text=True, stderr=subprocess.PIPE, check=False
        )
        if ended.returncode:
            why = ended.stderr.strip().rpartition("\n")[2][:200]
            log.error("the register of names could not be made", extra={"exit": ended.returncode, "why": why})


def place_of(url: str) -> Path | None:
    """Beside a SQLite file; for a server's database in a folder that only we may enter. None: nowhere."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        inside = not parsed.database or parsed.database.startswith((":memory:", "file:"))
        return None if inside else Path(f"{parsed.database}-names")
    known = f"{parsed.host}:{parsed.port}/{parsed.database}"
    folder = _own_folder()
    return folder / f"names-{hashlib.sha256(known.encode()).hexdigest()[:16]}" if folder else None


def _own_folder() -> Path | None:
    given = os.environ.get("CACHE_DIRECTORY") or os.environ.get("STATE_DIRECTORY", "").partition(":")[0]
    folder = Path(given) if given else Path(tempfile.gettempdir()) / f"scrm-bot-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.stat()
    except OSError:
        return None
    private = found.st_uid == os.getuid() and not found.st_mode & 0o022  # else somebody could put names there
    return folder if private else None


def make(url: str, file: Path, large: int = LARGE) -> None:
    """Write the file, unless somebody else has just done so."""
    with file.with_name(f"{file.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        engine = create_engine(url, hide_parameters=True)
        with engine.connect() as connection:
            newest = connection.scalar(select(func.max(_NAMES.c.id))) or 0
            if not _is_fresh(file, connection, large):
                draft = Draft()
                draft.take(_rows(connection))
                draft.write(file, newest)
        engine.dispose()


def _is_fresh(file: Path, connection: Connection, large: int) -> bool:
    try:
        mark = Register(file).mark
    except (OSError, ValueError):
        return False
    newer = connection.scalar(select(func.count()).select_from(_NAMES).where(_NAMES.c.id > mark)) or 0
    return newer < large // 4


def _rows(connection: Connection) -> Iterator[Row]:
    """Every name with its customer, also of those that are undone: who reads looks whether they are there."""
    query = (
        select(_NAMES.c.customer_id, _CUSTOMERS.c.name, _NAMES.c.name, _CUSTOMERS.c.owner_id)
        .join(_CUSTOMERS, _CUSTOMERS.c.id == _NAMES.c.customer_id)
        .order_by(_NAMES.c.customer_id)
    )
    found = connection.execution_options(stream_results=True, yield_per=5000).execute(query)
    for some in found.partitions():
        yield from some


def main() -> None:
    """What to read and where to write come on standard input."""
    gc.disable()  # a million small lists, and none in a circle
    url, file, large, nice = sys.stdin.read().split("\n")[:4]
    os.nice(int(nice))
    make(url, Path(file), int(large))


if __name__ == "__main__":
    main()
