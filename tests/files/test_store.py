"""The folder of files: whole or not there, once, within its size."""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from scrm_bot.files.store import Store, TooBig


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_the_same_content_is_kept_once_under_its_digest(tmp_path: Path) -> None:
    store = Store(tmp_path / "files", 1000)
    first, second = store.put(b"abc"), store.put(b"abc")
    assert first == second
    assert first.digest == hashlib.sha256(b"abc").hexdigest()
    assert first.path.read_bytes() == b"abc"
    assert files_in(tmp_path) == [first.digest]
    assert store.get(first.digest) == first
    assert store.get("0" * 64) is None


def test_only_its_owner_may_read_what_is_kept(tmp_path: Path) -> None:
    blob = Store(tmp_path / "files", 1000).put(b"abc")
    assert blob.path.stat().st_mode & 0o077 == 0
    assert (tmp_path / "files").stat().st_mode & 0o077 == 0


def test_what_is_too_big_leaves_nothing_behind(tmp_path: Path) -> None:
    store = Store(tmp_path, 10)
    with pytest.raises(TooBig):
        store.put(b"x" * 11)
    assert files_in(tmp_path) == []


def test_a_stream_is_cut_off_as_soon_as_it_is_too_big(tmp_path: Path) -> None:
    store, sent = Store(tmp_path, 1000), 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 100
            yield b"x" * 100

    async def pour() -> None:
        async with store.drafting() as draft:
            await draft.pour(endless())

    with pytest.raises(TooBig):
        asyncio.run(pour())
    assert sent <= 1200
    assert files_in(tmp_path) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "a" * 63, "A" * 64, "", "/" + "a" * 63])
def test_a_path_is_no_digest(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="digest"):
        Store(tmp_path, 10).get(name)


def test_drafts_that_a_crash_left_are_swept_away_a_day_later(tmp_path: Path) -> None:
    store = Store(tmp_path, 10)
    old, fresh = tmp_path / ".draft-old", tmp_path / ".draft-new"
    for path in (old, fresh):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 90_000,) * 2)
    assert store.sweep() == 1
    assert files_in(tmp_path) == [".draft-new"]
