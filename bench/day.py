"""A simulated day on a PostgreSQL and a Redis of its own, which are stopped and started again in the middle of it.

python -m bench.day --people 20 --messages 2000 --speed 0 --outages 10 --processes 2 --stream --seed 1
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path

from scrm_bot.floor import report
from scrm_bot.floor.day import Outcome, Plan, simulate
from tests import services


def main() -> int:
    """The figures as JSON; 1 if anything was lost, written twice or wrongly."""
    plan = _plan()
    with tempfile.TemporaryDirectory(prefix=services.PREFIX) as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as somebody else
        outcome = _day(plan, Path(folder))
    print(json.dumps(report.figures(outcome), ensure_ascii=False, indent=2))
    return 1 if outcome.verdict.broken else 0


def _plan() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("people", 20), ("messages", 0), ("outages", -1), ("processes", 2), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    for name, hours in (("hours", 8.0), ("speed", 60.0)):
        parser.add_argument(f"--{name}", type=float, default=hours)
    parser.add_argument("--stream", action="store_true")
    return parser.parse_args()


def _day(plan: argparse.Namespace, folder: Path) -> Outcome:
    with services.private(services.Postgres, folder) as postgres, services.private(services.Redis, folder) as redis:
        servers = {"database restarted": postgres, "Redis restarted": redis}
        day = Plan(**vars(plan), database=postgres.create("floor"), redis=redis.url())
        return asyncio.run(simulate(day, folder, _tell, servers))


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
