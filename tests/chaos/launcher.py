"""`scrm-bot serve` with what chaos needs changed from outside: the product itself knows nothing of it.

    python -m tests.chaos.launcher '{"config": "scrm.toml", "lease": 3}'

Options beside `config`: `lease`, the seconds after which a row of the outbox that a dead process held is free again;
`die`, a point of `tests.chaos.points` and the how-manieth time it is passed; `clock`, a file that says how far the
clock is off ("+90s") and may change at any time. Where libfaketime is at work the operating system's clock is off by
that already, else the application's own is.

Without an argument it is a nursery: it loads everything once, then forks a bot for each such line on its input, which
starts ten times as fast, and answers with the process number. How a child ended stands in the file `<its log>.<pid>`.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import scrm_bot.cli
from scrm_bot import app, outbox, relay, turn
from scrm_bot.nlp import lexicon
from scrm_bot.nlp.brain import Brain
from scrm_bot.nlp.lexicon import Lexicon
from scrm_bot.nlp.words import Words
from tests.chaos import points

LOOK = 0.02  # seconds between looks at the children


def launch(spec: dict[str, Any]) -> None:
    """Change what is to be changed, then be the bot."""
    _die_with_parent()
    if "lease" in spec:
        outbox.LEASE = timedelta(seconds=spec["lease"])
        turn.OUT_OF_HAND = min(turn.OUT_OF_HAND, outbox.LEASE)
        relay.SEND, relay.PATIENCE = spec["lease"] * 0.4, spec["lease"] * 0.1  # as the product's are within its own
    if "clock" in spec and "faketime" not in os.environ.get("LD_PRELOAD", ""):
        app.build = partial(app.build, now=partial(_now, Path(spec["clock"])))
    if "die" in spec:
        points.arm(*spec["die"])
    sys.argv = ["scrm-bot", "serve", "--config", spec["config"]]
    scrm_bot.cli.main()


def _now(clock: Path) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=int(clock.read_text().removesuffix("s")))


def nurse() -> None:
    """Fork bots until nobody asks any more."""
    _die_with_parent()
    words = Words()
    lexicon.Words = lambda: words  # type: ignore[assignment,misc]  # loaded once for all children
    Brain(Lexicon(words)).warm()
    children: dict[int, str] = {}
    while True:
        if select.select([0], [], [], LOOK)[0]:
            line = sys.stdin.readline()
            if not line:
                return
            spec = json.loads(line)
            pid = _fork(spec)
            children[pid] = spec["log"]
            print(pid, flush=True)
        _reap(children)


def _fork(spec: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        log = os.open(spec["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(log, 1)
        os.dup2(log, 2)
        launch(spec)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _reap(children: dict[int, str]) -> None:
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        note = Path(f"{children.pop(pid)}.{pid}")
        note.with_suffix(".new").write_text(str(os.waitstatus_to_exitcode(status)))
        note.with_suffix(".new").rename(note)


def _die_with_parent() -> None:
    """Whatever happens to the tests, no bot is left behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        launch(json.loads(sys.argv[1]))
    else:
        nurse()
