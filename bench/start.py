"""How long a bot is not there: from exec to the first callback that is durable and acknowledged."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import time
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from bench import letters, meter, names, rounds, sentences, servers
from bench.companies import companies
from bench.ground import Ground
from scrm_bot.dialogs.roster import place_of
from tests.services import free_port

PATIENCE = 60.0
FEW = 60  # customers, whom the first messages are about


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds and megabytes."""

    acknowledged: float  # the first callback whose answer needs no turn (DingTalk)
    answered: float  # the first visit that was understood and written (WeCom)
    memory: float  # after fifty messages
    processor: float  # time until the first acknowledgement, whatever else the machine does
    understood: float  # processor time until the first visit was written, that of children that ended too


def measured() -> Start:
    """Of a small company."""
    with Ground() as ground:
        return _both(ground, ground.database("sqlite", FEW))


def among(customers: int, rounds: int) -> dict[str, list[Start]]:
    """Of a company of so many more, which has no register of names yet, and which has one."""
    none, there = f"{customers} customers, no register yet", f"{customers} customers and their register"
    found: dict[str, list[Start]] = {none: [], there: []}
    with Ground() as ground:
        url = ground.database("sqlite", FEW)
        names.fill(url, list(companies(customers)), FEW + 1)
        file = place_of(url)
        for _ in range(rounds):
            found[none].append(_both(ground, url, file))
            found[there].append(_both(ground, url))
    return found


def _both(ground: Ground, url: str, without: Path | None = None) -> Start:
    """Two starts on one database: for the acknowledgement, and for the answer; `without` this file, if there is one."""
    if without:
        without.unlink(missing_ok=True)
    acknowledged, processor, _ = _first(ground, url, "dingtalk")
    if without:
        without.unlink(missing_ok=True)
    answered, understood, memory = _first(ground, url, "wecom", more=50)
    return Start(acknowledged, answered, memory, processor, understood)


def table(title: str, figures: list[Start]) -> str:
    """Medians and the worst."""
    lines = [f"{title:44}{'median':>9}{'worst':>9}"]
    for name, words in (
        ("acknowledged", "exec to first callback acknowledged, s"),
        ("processor", "processor time for that, s"),
        ("answered", "exec to first visit understood and written, s"),
        ("understood", "processor time for that, s"),
        ("memory", "memory after 50 messages, MB"),
    ):
        values = [getattr(one, name) for one in figures]
        lines.append(f"{words:44}{median(values):9.2f}{max(values):9.2f}")
    return "\n".join(lines)


def _first(ground: Ground, url: str, platform: str, more: int = 0) -> tuple[float, float, float]:
    port = free_port()
    config = servers.configure(ground.folder, url, port, ground.sink.port)
    letter = letters.of(platform, f"http://127.0.0.1:{ground.sink.port}")(*next(sentences.said(FEW, port)))
    began = time.perf_counter()
    with (ground.folder / f"{port}.log").open("wb") as out:
        process = subprocess.Popen(
            servers.module("scrm_bot", "serve", "--config", config), env=servers.environment(), stdout=out, stderr=out
        )
    try:
        _post(port, letter, process)
        if more:
            _wait_for_turns(url)
        took, processor = time.perf_counter() - began, meter.processor([process.pid]) + meter.ended(process.pid)
        if more:
            rounds.measured(replace(ground.load(platform), ports=[port], pids=[process.pid], count=more, warm=0))
        return took, processor, meter.memory(process.pid)
    finally:
        process.terminate()
        process.wait(30)


def _wait_for_turns(url: str) -> None:
    """Until nothing is open: what comes before the words are there is acknowledged, and answered when they are.

    It only reads, and little: the processor is the bot's, and so is the write lock.
    """
    ends = time.monotonic() + PATIENCE
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
        while file.execute("SELECT 1 FROM messages WHERE fate IS NULL LIMIT 1").fetchone():
            if time.monotonic() > ends:
                raise RuntimeError("the first visit was not understood")
            time.sleep(0.02)


def _post(port: int, letter: bytes, process: subprocess.Popen[bytes]) -> None:
    """Until somebody says 200."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as line:
                line.sendall(letter)
                if line.recv(65536).startswith(b"HTTP/1.1 200"):
                    return
        except OSError:
            time.sleep(0.005)
    raise RuntimeError("no callback was acknowledged")
