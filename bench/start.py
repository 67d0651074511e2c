"""How long a bot is not there: from exec to the first callback that is durable and acknowledged."""

from __future__ import annotations

import socket
import subprocess
import time
from dataclasses import dataclass, replace
from statistics import median

from bench import letters, meter, rounds, sentences, servers
from bench.ground import Ground
from tests.services import free_port

PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds and megabytes."""

    acknowledged: float  # the first callback whose answer needs no turn (DingTalk)
    answered: float  # the first visit that was understood, written and answered (WeCom)
    memory: float  # after fifty messages
    processor: float  # time until the first acknowledgement, whatever else the machine does


def measured() -> Start:
    """Two starts on one database: for the acknowledgement, and for the answer."""
    with Ground() as ground:
        url = ground.database("sqlite", 60)
        acknowledged, processor, _ = _first(ground, url, "dingtalk")
        answered, _, memory = _first(ground, url, "wecom", more=50)
    return Start(acknowledged, answered, memory, processor)


def table(figures: list[Start]) -> str:
    """Medians and the worst."""
    lines = [f"{'':44}{'median':>9}{'worst':>9}"]
    for name, words in (
        ("acknowledged", "exec to first callback acknowledged, s"),
        ("processor", "processor time for that, s"),
        ("answered", "exec to first visit answered, s"),
        ("memory", "memory after 50 messages, MB"),
    ):
        values = [getattr(one, name) for one in figures]
        lines.append(f"{words:44}{median(values):9.2f}{max(values):9.2f}")
    return "\n".join(lines)


def _first(ground: Ground, url: str, platform: str, more: int = 0) -> tuple[float, float, float]:
    port = free_port()
    config = servers.configure(ground.folder, url, port, ground.sink.port)
    letter = letters.of(platform, f"http://127.0.0.1:{ground.sink.port}")(*next(sentences.said(60, port)))
    began = time.perf_counter()
    with (ground.folder / f"{port}.log").open("wb") as out:
        process = subprocess.Popen(
            servers.module("scrm_bot", "serve", "--config", config), env=servers.environment(), stdout=out, stderr=out
        )
    try:
        _post(port, letter, process)
        took, processor = time.perf_counter() - began, meter.processor([process.pid])
        if more:
            rounds.measured(replace(ground.load(platform), ports=[port], pids=[process.pid], count=more, warm=0))
        return took, processor, meter.memory(process.pid)
    finally:
        process.terminate()
        process.wait(30)


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
