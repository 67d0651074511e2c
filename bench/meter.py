"""What processes used: processor time to the nanosecond, and memory. Linux only."""

from __future__ import annotations

import os
import re
import resource
import time
from collections.abc import Iterable
from pathlib import Path


def processor(pids: Iterable[int]) -> float:
    """Seconds of processor time, all threads, living and dead, user and system."""
    return sum(time.clock_gettime(_clock(pid)) for pid in pids)


def memory(pid: int) -> float:
    """Resident megabytes."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def children() -> float:
    """Seconds of processor time of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def ended(pid: int) -> float:
    """Seconds of processor time of its children that have ended, to a hundredth."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """The process and its children (a PostgreSQL server's connections)."""
    children = [int(task) for task in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [pid, *children]


def percentile(values: list[float], share: float) -> float:
    """The value that this share of them does not exceed; 0 if there are none."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


def _clock(pid: int) -> int:
    return ~pid << 3 | 2  # clock_getcpuclockid(3): the scheduler's clock of a whole process
