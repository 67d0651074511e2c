"""A disk that can be filled up: a small file system in memory or, where nobody may mount one, a limit on files."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

MEGABYTES = 48
STEP = 65536
LIMIT = 8192  # bytes after which no file goes on where the size is limited: less than any database has


class Disk:
    """A folder whose disk can be full for a while."""

    def __init__(self, folder: Path, *, mounted: bool) -> None:
        self.folder, self.mounted = folder, mounted

    @contextmanager
    def full(self, pids: Sequence[int]) -> Iterator[None]:
        """Nothing more can be written there by these processes."""
        if self.mounted:
            ballast = self.folder / "ballast"
            _fill(ballast)
            yield
            ballast.unlink()
        else:
            for pid in pids:
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (LIMIT, resource.RLIM_INFINITY))
            yield
            for pid in pids:
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


@contextmanager
def small_disk(folder: Path, *, mount: bool) -> Iterator[Disk]:
    """A disk in this folder, mounted if wanted and possible."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(folder)]
    mounted = mount and os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield Disk(folder, mounted=mounted)
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"\0" * STEP)
