"""A SQLite file has one bot: who serves it, and who replaces what is in it, keeps everybody else out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scrm_bot.cli.ground import Failed
from scrm_bot.settings import Settings

if sys.platform != "win32":
    import fcntl


@contextmanager
def alone(config: Settings) -> Iterator[None]:
    """Nobody else serves this SQLite file meanwhile. The lock ends with the process, however it ends."""
    file = config.database.url.removeprefix("sqlite:///")
    if file == config.database.url or file.startswith((":memory:", "file:")):
        yield
        return
    if not Path(file).parent.is_dir():
        raise Failed(f"数据库的文件夹 {Path(file).parent} 不存在")
    with open(f"{file}.lock", "w") as lock:
        if sys.platform != "win32":  # where serve does not run
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise Failed(f"{file} 已有一个 scrm-bot serve 在用；要开多个请用 PostgreSQL") from None
        yield
