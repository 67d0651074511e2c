"""A share of one core for a process and all its threads, by the kernel's control groups (version 1 or 2; root only).

What two processes are worth is seen where there is room for both: not on a machine whose cores the first one, the
database and the generator fill already.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PERIOD = 20_000  # microseconds in which the share is counted
_ONE, _TWO = Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup")


@contextmanager
def capped(pid: int, share: float) -> Iterator[None]:
    """The process gets no more than this share of a core until the block ends. Raises RuntimeError where none can."""
    top = _ONE if _ONE.is_dir() else _TWO
    group, quota = top / f"scrm-bench-{pid}", int(PERIOD * share)
    try:
        group.mkdir()
        if top is _ONE:
            (group / "cpu.cfs_period_us").write_text(str(PERIOD))
            (group / "cpu.cfs_quota_us").write_text(str(quota))
        else:
            (group / "cpu.max").write_text(f"{quota} {PERIOD}")
        (group / "cgroup.procs").write_text(str(pid))
    except OSError as error:
        raise RuntimeError(f"no control group for a share of a core: {error}") from None
    try:
        yield
    finally:
        if Path(f"/proc/{pid}").exists():
            (top / "cgroup.procs").write_text(str(pid))
        group.rmdir()
