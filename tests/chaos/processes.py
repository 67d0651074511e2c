"""Two ways to start a process of the bot: as an operator would, or forked from a nursery that has everything loaded."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "SCRM_TRACE": "1"}
COMMAND = [sys.executable, "-m", "tests.chaos.launcher"]
FAKETIME = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))


class Process(Protocol):
    """A started bot; `poll`: its exit code, None while it runs."""

    pid: int

    def poll(self) -> int | None: ...


class Start(Protocol):
    """A way to start one. `spec`: see the launcher."""

    def __call__(self, spec: Mapping[str, Any], log: Path) -> Process: ...


def popen(spec: Mapping[str, Any], log: Path) -> Process:
    """The whole start, as long as it takes; with `clock`, under libfaketime where the machine has it."""
    library = next((str(found) for found in FAKETIME if found.exists()), None)
    off = {"FAKETIME_TIMESTAMP_FILE": spec.get("clock", ""), "FAKETIME_CACHE_DURATION": "1", "DONT_FAKE_MONOTONIC": "1"}
    environment = ENVIRONMENT | ({"LD_PRELOAD": library} | off if library and "clock" in spec else {})
    with log.open("ab") as out:
        return subprocess.Popen(
            [*COMMAND, json.dumps(spec)], stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=ROOT, env=environment
        )


class Forked:
    """A child of the nursery's, which writes down how it ended."""

    def __init__(self, pid: int, log: Path) -> None:
        self.pid, self._note = pid, Path(f"{log}.{pid}")

    def poll(self) -> int | None:
        """Its exit code, None while it runs."""
        return int(self._note.read_text()) if self._note.exists() else None


@contextmanager
def nursery() -> Iterator[Start]:
    """Starts bots quickly."""
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=ENVIRONMENT) as nurse:

        def start(spec: Mapping[str, Any], log: Path) -> Process:
            assert nurse.stdin
            assert nurse.stdout
            nurse.stdin.write(json.dumps({**spec, "log": str(log)}).encode() + b"\n")
            nurse.stdin.flush()
            return Forked(int(nurse.stdout.readline()), log)

        yield start


def end(process: Process, how: signal.Signals = signal.SIGKILL, patience: float = 30) -> int:
    """Send it this and wait; its exit code."""
    deadline = time.monotonic() + patience
    while (code := process.poll()) is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, how)
        if time.monotonic() > deadline:
            raise TimeoutError(f"process {process.pid} does not end")
        how = signal.SIGCONT  # once is enough; and a frozen one hears nothing else
        time.sleep(0.01)
    return code
