"""`python -m bench WHAT`: run one of the measurements, print its table, keep the figures in bench/results."""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from bench import company, rounds, servers
from bench.load import Load
from bench.servers import Server

RESULTS = Path(__file__).parent / "results"


def cost(stack: ExitStack, folder: Path, words: argparse.Namespace) -> tuple[rounds.Figures, str]:
    """Bare, floor, acknowledgement and whole turn on SQLite."""
    bare, floor = stack.enter_context(servers.bare(folder)), stack.enter_context(servers.floor(folder))
    loads = {"bare": _load(bare, words), "floor": _load(floor, words)}
    sink = stack.enter_context(servers.sink(folder))
    acking = stack.enter_context(_serve(folder, "ack", 60, sink, "bench.acking"))
    loads["acknowledged"] = _load(acking, words)
    for customers in (60, 2000):
        turning = stack.enter_context(_serve(folder, f"turn{customers}", customers, sink))
        loads[f"turn, {customers} customers"] = _load(turning, words, customers, words.count // 5)
    return rounds.interleaved(loads, words.rounds), "bare"


def _serve(folder: Path, name: str, customers: int, sink: Server, launcher: str = "") -> servers.Running:
    url = f"sqlite:///{folder}/{name}.db"
    company.prepare(url, customers)
    return servers.serve(folder, url, sink.port, launcher=launcher)


def _load(server: Server, words: argparse.Namespace, customers: int = 60, count: int = 0) -> Load:
    count = count or words.count
    return Load("wecom", [server.port], [server.pid], count=count, warm=max(count // 5, 100), customers=customers)


def main() -> None:
    """Parse, run, print, keep."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("what", choices=["cost"], nargs="?", default="cost")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--count", type=int, default=4000, help="letters a round")
    words = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="scrm-bench-") as place, ExitStack() as stack:
        figures, unit = cost(stack, Path(place), words)
    print(rounds.table(figures, unit))
    RESULTS.mkdir(exist_ok=True)
    kept = {name: [asdict(result) for result in results] for name, results in figures.items()}
    machine = {"machine": platform.platform(), "python": platform.python_version(), "cores": os.cpu_count()}
    file = RESULTS / f"{words.what}-{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    file.write_text(json.dumps(machine | {"words": vars(words), "rounds": kept}, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
