"""An archive as a file: a zip of one member a table, rows as lines, what people sent, and a manifest of it all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from scrm_bot.archive.rows import TYPES, Layout, Sum
from scrm_bot.archive.source import CannotKeep, Live
from scrm_bot.files.store import Blob, Store

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
FILES: Final = "files/"
UNREADABLE = (BadZipFile, zlib.error, struct.error, LookupError, ValueError, TypeError, AttributeError, EOFError,
              RuntimeError)  # fmt: skip
NOT_OURS = "不是 scrm-bot 的备份文件，或者已经损坏"


def save(source: Live, out: Path, store: Store | None = None) -> dict[str, Sum]:
    """Write everything to a new file that only its owner may read. Either it is whole, or it is not there.

    `store`: whose files go with the rows.
    """
    with _drafted(out) as stream, ZipFile(stream, "w", ZIP_DEFLATED, compresslevel=3) as bundle:
        for layout in source.layouts:
            with bundle.open(_member(layout), "w", force_zip64=True) as member:
                for line in source.lines(layout):
                    member.write(f"{line}\n".encode())
        files = [_put(bundle, blob) for blob in (store.all() if store else ())]
        manifest = _manifest(source) | {"files": files}
        bundle.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
    return source.sums()


def _put(bundle: ZipFile, blob: Blob) -> str:
    """A file, as it is: most are packed already."""
    info = ZipInfo(f"{FILES}{blob.digest}")  # its time says nothing: the name is its content
    with blob.path.open("rb") as source, bundle.open(info, "w", force_zip64=True) as member:
        shutil.copyfileobj(source, member)
    return blob.digest


def _manifest(source: Live) -> dict[str, Any]:
    sums = source.sums()
    tables = [
        {
            "name": layout.name, "columns": dict(layout.columns), "key": layout.key, "own": list(layout.own),
            "rows": sums[layout.name].rows, "sum": sums[layout.name].digest,
        }
        for layout in source.layouts
    ]  # fmt: skip
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    return {"format": FORMAT, "revision": source.revision, "made_at": made_at, "tables": tables}


@contextmanager
def _drafted(out: Path) -> Iterator[BinaryIO]:
    draft = out.with_name(f".{out.name}.{os.getpid()}.draft")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(out)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()


@dataclass(frozen=True, slots=True)
class Archive:
    """An open archive."""

    bundle: ZipFile
    revision: str
    made_at: str
    layouts: list[Layout]
    wanted: dict[str, tuple[int, str]]  # rows and sum by table
    files: tuple[str, ...] = ()  # digests

    def lines(self, layout: Layout) -> Iterator[str]:
        """The table's rows."""
        with self.bundle.open(_member(layout)) as member:
            for line in member:
                yield line.decode().removesuffix("\n")

    def sums(self) -> dict[str, Sum]:
        """What the tables come to, counted anew."""
        return {layout.name: self._sum(layout) for layout in self.layouts}

    def check(self) -> dict[str, Sum]:
        """Read everything once. Raises CannotKeep unless it is what was written."""
        with _readable():
            found = self.sums()
        wrong = [name for name, it in found.items() if (it.rows, it.digest) != self.wanted[name]]
        if wrong:
            raise CannotKeep(f"备份已经损坏：{'、'.join(wrong)} 和清单对不上")
        with _readable():
            broken = [digest for digest in self.files if self._digest(digest) != digest]
        if broken:
            raise CannotKeep(f"备份已经损坏：{len(broken)} 个文件和清单对不上")
        return found

    def unpack(self, store: Store) -> int:
        """Put its files into a store; what is there already stays as it is. How many there were."""
        for digest in self.files:
            with self.bundle.open(FILES + digest) as member, store.draft() as draft:
                draft.fill(member)
                draft.keep()
        return len(self.files)

    def _digest(self, digest: str) -> str:
        with self.bundle.open(FILES + digest) as member:
            return hashlib.file_digest(member, "sha256").hexdigest()  # type: ignore[arg-type]

    def _sum(self, layout: Layout) -> Sum:
        found = Sum()
        for line in self.lines(layout):
            found.add(line)
        return found


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """An archive to read from. Raises CannotKeep if it is none."""
    with path.open("rb") as stream:
        with _readable():
            bundle = ZipFile(stream)
            archive = _read(bundle, json.loads(bundle.read(MANIFEST)))
        yield archive


def _read(bundle: ZipFile, manifest: dict[str, Any]) -> Archive:
    if manifest["format"] != FORMAT:
        raise CannotKeep("这份备份是更新的 scrm-bot 做的，请换用新版本")
    tables = manifest["tables"]
    layouts = [Layout(t["name"], t["columns"], t["key"], tuple(t["own"])) for t in tables]
    if not all(set(layout.columns.values()) <= set(TYPES) for layout in layouts):
        raise CannotKeep("这份备份是更新的 scrm-bot 做的，请换用新版本")
    wanted = {t["name"]: (t["rows"], t["sum"]) for t in tables}
    files = tuple(str(digest) for digest in manifest.get("files", ()))
    return Archive(bundle, manifest["revision"], manifest["made_at"], layouts, wanted, files)


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except UNREADABLE:
        raise CannotKeep(NOT_OURS) from None


def _member(layout: Layout) -> str:
    return f"tables/{layout.name}.jsonl"
