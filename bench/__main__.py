"""`python -m bench WHAT...`: run measurements, print their tables, keep the figures in bench/results."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from bench.measures import ALL, Report, Size

RESULTS = Path(__file__).parent / "results"


def main() -> int:
    """1 if anything was answered wrongly: then the figures mean nothing."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("what", nargs="*", metavar="WHAT", help=f"{', '.join(ALL)}; all of them if none is named")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--count", type=int, default=4000, help="letters a round; whole turns get a fifth")
    words = parser.parse_args()
    unknown = [what for what in words.what if what not in ALL]
    if unknown:
        parser.error(f"no such measurement: {', '.join(unknown)}")
    failed = 0
    for what in words.what or list(ALL):
        print(f"\n== {what}: {(ALL[what].__doc__ or '').strip()}", flush=True)
        report = ALL[what](Size(words.rounds, words.count))
        print(report.text, flush=True)
        _keep(what, words, report)
        failed += report.failed
    return 1 if failed else 0


def _keep(what: str, words: argparse.Namespace, report: Report) -> None:
    RESULTS.mkdir(exist_ok=True)
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    around = {
        "machine": platform.platform(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": load,
    }
    file = RESULTS / f"{what}-{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    data = around | {"rounds": words.rounds, "count": words.count, "table": report.text, "data": report.data}
    file.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
