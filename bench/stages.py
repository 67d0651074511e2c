"""`scrm-bot serve` with a watch on it: where one message's processor time goes, by stage and by layer.

Functions are wrapped from outside, the product knows nothing of it. Time inside a wrapped function belongs to its
stage until a wrapped function within takes over. The watch itself costs about a microsecond a call.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import json
import signal
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

STAGES: Mapping[str, tuple[str, ...]] = {
    "callback: read, wait, write": ("scrm_bot.web.hooks:Hooks.callback", "scrm_bot.web.hooks:Hooks._read"),
    "signature and AES": (
        "scrm_bot.adapters.codec:Envelope.check",
        "scrm_bot.adapters.codec:Envelope.open",
    ),
    "parse": (
        "scrm_bot.adapters.wecom:Wecom.read",
        "scrm_bot.adapters.wechat:Wechat.read",
        "scrm_bot.adapters.dingtalk:Dingtalk.read",
    ),
    "keep the message": ("scrm_bot.inbox:accept",),
    "share a transaction": ("scrm_bot.lane:Lane._do", "scrm_bot.lane:Lane._done", "scrm_bot.lane:Lane.within"),
    "begin the turn": (
        "scrm_bot.turn:Turns.step",
        "scrm_bot.dialogs.memory:lock",
        "scrm_bot.inbox:open_until",
        "scrm_bot.turn:Turns._desk",
    ),
    "vocabulary": ("scrm_bot.dialogs.vocabulary:Vocabulary.refresh",),
    "understanding": ("scrm_bot.nlp.brain:Brain.understand",),
    "dialog": ("scrm_bot.turn:Turns._hear", "scrm_bot.dialogs.media:hear"),
    "scene: what is open": ("scrm_bot.dialogs.scene:of",),
    "slots: words to rows": ("scrm_bot.dialogs.talk:Talk._read",),
    "skill and CRM": ("scrm_bot.dialogs.talk:Talk._call",),
    "answer into the outbox": (
        "scrm_bot.turn:Turns._answer",
        "scrm_bot.outbox:has_open",
        "scrm_bot.outbox:wake",
    ),
    "end the turn": ("scrm_bot.dialogs.memory:State.save", "scrm_bot.inbox:end", "scrm_bot.db:settle"),
    "commit": ("sqlalchemy.orm.session:Session.commit",),
    "seal the answer": ("scrm_bot.adapters.pushes:reply",),
    "mark the answer": ("scrm_bot.web.hooks:Hooks._mark", "scrm_bot.outbox:handed_over"),
    "relay": ("scrm_bot.relay:Relay.carry", "scrm_bot.relay:Relay._deliver"),
    "clock": ("scrm_bot.clock:Clock.tick",),
}
LAYERS: Mapping[str, tuple[str, ...]] = {
    "ORM flush": ("sqlalchemy.orm.session:Session._flush",),
    "SQLAlchemy": (
        "sqlalchemy.orm.session:Session._execute_internal",
        "sqlalchemy.orm.session:Session._get_impl",
        "sqlalchemy.orm.session:Session.refresh",
        "sqlalchemy.orm.session:Session.connection",
        "sqlalchemy.orm.session:Session.commit",
        "sqlalchemy.orm.session:Session.rollback",
        "sqlalchemy.orm.session:Session.close",
        "sqlalchemy.engine.base:Connection.execute",
        "sqlalchemy.engine.result:Result.all",
        "sqlalchemy.engine.result:Result.first",
        "sqlalchemy.engine.result:Result.scalar",
        "sqlalchemy.engine.result:ScalarResult.all",
        "sqlalchemy.engine.result:ScalarResult.first",
        "sqlalchemy.engine.result:ScalarResult.one",
    ),
    "prepared": (
        "scrm_bot.prepared:Prepared.all",
        "scrm_bot.prepared:Prepared.first",
        "scrm_bot.prepared:Prepared.do",
        "scrm_bot.prepared:Prepared.do_many",
        "scrm_bot.prepared:Rows.all",
        "scrm_bot.prepared:Rows.first",
    ),
    "driver": (
        "scrm_bot.prepared:Prepared._execute",
        "sqlalchemy.engine.default:DefaultDialect.do_execute",
        "sqlalchemy.engine.default:DefaultDialect.do_executemany",
        "sqlalchemy.engine.default:DefaultDialect.do_commit",
    ),
}
OURS = "ours"
ELSEWHERE = "HTTP, loop, threads"


class Watch:
    """Adds up processor time by (stage, layer), each thread with stacks of its own."""

    def __init__(self) -> None:
        self.spent: defaultdict[tuple[str, str], float] = defaultdict(float)
        self.calls: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._here = threading.local()

    def enter(self, stage: str | None, layer: str | None) -> None:
        """From now on time belongs there; None: as before."""
        stack = self._stack()
        self._charge(stack)
        above = stack[-1]
        stack.append((stage or above[0], layer or (OURS if stage else above[1])))
        self.calls[stack[-1]] += 1
        self._here.since = time.thread_time()

    def leave(self) -> None:
        """Back to what was before."""
        stack = self._stack()
        self._charge(stack)
        stack.pop()
        self._here.since = time.thread_time()

    def clear(self) -> None:
        """Forget the warm-up."""
        self.spent.clear()
        self.calls.clear()

    def _stack(self) -> list[tuple[str, str]]:
        if not hasattr(self._here, "stack"):
            self._here.stack = [(ELSEWHERE, OURS)]
            self._here.since = time.thread_time()
        stack: list[tuple[str, str]] = self._here.stack
        return stack

    def _charge(self, stack: list[tuple[str, str]]) -> None:
        self.spent[stack[-1]] += time.thread_time() - self._here.since


class _Steps:
    """A coroutine whose every step is watched: what happens while it waits is not its own."""

    def __init__(self, coroutine: Any, enter: Callable[[], None], leave: Callable[[], None]) -> None:
        self._coroutine, self._enter, self._leave = coroutine, enter, leave

    def __await__(self) -> Generator[Any, Any, Any]:
        step, value = self._coroutine.send, None
        while True:
            self._enter()
            try:
                out = step(value)
            except StopIteration as over:
                return over.value
            finally:
                self._leave()
            try:
                step, value = self._coroutine.send, (yield out)
            except BaseException as error:
                step, value = self._coroutine.throw, error


def watched(watch: Watch, function: Callable[..., Any], stage: str | None, layer: str | None) -> Callable[..., Any]:
    """The function, on the watch."""
    enter, leave = functools.partial(watch.enter, stage, layer), watch.leave

    @functools.wraps(function)
    async def steps(*words: Any, **more: Any) -> Any:
        return await _Steps(function(*words, **more), enter, leave)

    @functools.wraps(function)
    def call(*words: Any, **more: Any) -> Any:
        enter()
        try:
            return function(*words, **more)
        finally:
            leave()

    return steps if inspect.iscoroutinefunction(function) else call


def wrap(watch: Watch) -> list[str]:
    """Everything named above. Returns the names that are no longer there."""
    missing = []
    for name, stage, layer in named():
        place = found(name)
        if place:
            owner, last, function = place
            setattr(owner, last, watched(watch, function, stage, layer))
        else:
            missing.append(name)
    return missing


def named() -> Iterator[tuple[str, str | None, str | None]]:
    """Every function to watch, with its stage or its layer."""
    yield from ((name, stage, None) for stage, names in STAGES.items() for name in names)
    yield from ((name, None, layer) for layer, names in LAYERS.items() for name in names)


def found(name: str) -> tuple[Any, str, Callable[..., Any]] | None:
    """Its owner (a module or class), its name there, and the function."""
    module, _, path = name.partition(":")
    *owners, last = path.split(".")
    try:
        owner: Any = importlib.import_module(module)
        for one in owners:
            owner = getattr(owner, one)
        return owner, last, owner.__dict__[last]
    except (ImportError, AttributeError, KeyError):
        return None


class Reported:
    """Writes what the watch saw into a file at the end."""

    def __init__(self, watch: Watch, missing: list[str], file: Path) -> None:
        self._watch, self._missing, self._file = watch, missing, file

    def __enter__(self) -> None:
        """Nothing yet."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        rows = [[*key, seconds, self._watch.calls[key]] for key, seconds in self._watch.spent.items()]
        self._file.write_text(json.dumps({"rows": rows, "missing": self._missing}))


def table(report: Mapping[str, Any], messages: int, whole: float) -> str:
    """Microseconds a message by stage and layer; `whole`: what the process used, so that the rest has a name."""
    layers = [OURS, *LAYERS]
    spent: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for stage, layer, seconds, _ in report["rows"]:
        spent[stage][layer] = seconds / messages * 1e6
    known = sum(sum(row.values()) for stage, row in spent.items() if stage != ELSEWHERE)
    spent[ELSEWHERE] = {OURS: whole - known}
    lines = [f"{'CPU us a message':28}" + "".join(f"{layer:>12}" for layer in layers) + f"{'together':>12}{'share':>8}"]
    for stage in [*STAGES, ELSEWHERE]:
        row = [spent[stage].get(layer, 0.0) for layer in layers]
        lines.append(f"{stage:28}" + "".join(f"{us:12.0f}" for us in row) + f"{sum(row):12.0f}{sum(row) / whole:8.0%}")
    row = [sum(spent[stage].get(layer, 0.0) for stage in spent) for layer in layers]
    lines.append(f"{'together':28}" + "".join(f"{us:12.0f}" for us in row) + f"{sum(row):12.0f}{sum(row) / whole:8.0%}")
    gone = [f"no longer there: {name}" for name in report["missing"]]
    return "\n".join([*lines, *gone])


def main() -> None:
    """Serve the configuration given, report into the file given; SIGUSR1 forgets the warm-up."""
    watch = Watch()
    missing = wrap(watch)
    from scrm_bot.cli.serving import serve

    signal.signal(signal.SIGUSR1, lambda *_: watch.clear())
    with Reported(watch, missing, Path(sys.argv[2])):
        serve(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
