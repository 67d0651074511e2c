"""Other bots, in an environment of their own that nothing of ours depends on."""

from __future__ import annotations

import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path

from bench.servers import Server, running
from tests.services import free_port

HERE = Path(__file__).parent
PLACE = HERE / "results" / "rivals-venv"
NEEDS = HERE / "requirements-rivals.txt"
BOTS = {"WeRoBot": "/hooks/plain", "NoneBot2": "/wxmp/revice/wxplain"}  # where they listen
MODULES = {"WeRoBot": "bench.rival_werobot", "NoneBot2": "bench.rival_nonebot"}


def installed() -> Path:
    """The Python that can run them; made the first time, and again when the list changes."""
    python, done = PLACE / "bin" / "python", PLACE / "installed.txt"
    wanted = NEEDS.read_text()
    if not done.exists() or done.read_text() != wanted:
        print("installing the rivals (once)", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(PLACE)], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(NEEDS)]
        subprocess.run(pip, check=True)
        done.write_text(wanted)
    return python


def running_bot(python: Path, name: str, folder: Path) -> AbstractContextManager[Server]:
    """One of them, on a free port."""
    port = free_port()
    return running([str(python), "-m", MODULES[name], str(port)], folder, port)
