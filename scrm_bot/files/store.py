"""A folder of files named after what is in them: the same content is kept once, and nothing is ever written over."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, TypeVar

T = TypeVar("T")
_DIGEST = re.compile(r"[0-9a-f]{64}")
CHUNK = 256 * 1024
ABANDONED = 24 * 3600.0  # seconds after which a draft belongs to nobody any more


class TooBig(Exception):
    """More bytes than the company keeps of one file."""


@dataclass(frozen=True, slots=True)
class Blob:
    """What is kept under a digest."""

    digest: str
    size: int
    path: Path


class Store:
    """`most`: bytes of the largest file. Several processes, and machines, may share the folder."""

    def __init__(self, folder: Path, most: int) -> None:
        self.folder, self.most = folder, most

    def path(self, digest: str) -> Path:
        """Where that content is, if it is there. Raises ValueError if this is no digest."""
        if not _DIGEST.fullmatch(digest):
            raise ValueError("not a digest")
        return self.folder / digest[:2] / digest

    def get(self, digest: str) -> Blob | None:
        """What is kept under this digest."""
        path = self.path(digest)
        return Blob(digest, path.stat().st_size, path) if path.is_file() else None

    def read(self, digest: str) -> bytes | None:
        """All of it, for whoever hands it out; None: nobody keeps it any more."""
        blob = self.get(digest)
        return blob.path.read_bytes() if blob else None

    def put(self, content: bytes) -> Blob:
        """Keep these bytes. Raises TooBig."""
        with self.draft() as draft:
            draft.write(content)
            return draft.keep()

    def all(self) -> Iterator[Blob]:
        """Everything that is kept, in the order of digests."""
        found = (path for path in self.folder.glob("??/*") if _DIGEST.fullmatch(path.name))
        for path in sorted(found):
            yield Blob(path.name, path.stat().st_size, path)

    @contextmanager
    def draft(self) -> Iterator[Draft]:
        """A file in the making: `write`, look at its `path`, then `keep` it; otherwise it is gone."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.folder / f".draft-{secrets.token_hex(8)}"
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            try:
                yield Draft(path, stream, self)
            finally:
                with suppress(FileNotFoundError):
                    path.unlink()

    @asynccontextmanager
    async def drafting(self) -> AsyncIterator[Draft]:
        """The same where nothing may block: the disk is waited for in a thread."""
        making = self.draft()
        draft = await asyncio.to_thread(making.__enter__)
        try:
            yield draft
        finally:
            await asyncio.to_thread(making.__exit__, None, None, None)

    def sweep(self) -> int:
        """Remove drafts that a crash has left. How many there were."""
        old = [path for path in self.folder.glob(".draft-*") if time.time() - path.stat().st_mtime > ABANDONED]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)


class Draft:
    """Written piece by piece, hashed on the way."""

    def __init__(self, path: Path, stream: BinaryIO, store: Store) -> None:
        self.path, self.size = path, 0
        self._stream, self._store, self._sum = stream, store, hashlib.sha256()

    def write(self, piece: bytes) -> None:
        """Some more of it. Raises TooBig."""
        self.size += len(piece)
        if self.size > self._store.most:
            raise TooBig
        self._sum.update(piece)
        self._stream.write(piece)

    def fill(self, source: IO[bytes]) -> None:
        """All that can be read there. Raises TooBig."""
        while piece := source.read(CHUNK):
            self.write(piece)

    async def pour(self, pieces: AsyncIterator[bytes]) -> None:
        """All that comes, a good piece at a time. Raises TooBig."""
        held = bytearray()
        async for piece in pieces:
            held += piece
            if len(held) >= CHUNK or self.size + len(held) > self._store.most:
                await asyncio.to_thread(self.write, bytes(held))
                held.clear()
        await asyncio.to_thread(self.write, bytes(held))

    def look(self, at: Callable[[Path], T]) -> T:
        """What somebody makes of what is written so far."""
        self._stream.flush()
        return at(self.path)

    def keep(self) -> Blob:
        """From now on it is there for good, under its digest."""
        self._stream.flush()
        os.fsync(self._stream.fileno())
        digest = self._sum.hexdigest()
        place = self._store.path(digest)
        if not place.is_file():
            place.parent.mkdir(exist_ok=True, mode=0o700)
            self.path.replace(place)  # at once: nobody ever sees half of it
            _settle(place.parent)
        return Blob(digest, self.size, place)


def _settle(folder: Path) -> None:
    """A name is durable when its folder is."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
