"""`python -m tests.chaos`: every scenario at full size, a line each; exit code 1 if anything broke."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from tests import services
from tests.chaos.place import Place
from tests.chaos.processes import Start, nursery, popen
from tests.chaos.report import Report
from tests.chaos.scenarios import FEW, FULL, MANY, SMALL
from tests.databases import Databases


def main() -> int:
    """Run what was asked for."""
    asked = _asked()
    run = services.open_run()
    try:
        if asked.small:
            with nursery() as begin:
                reports = [_report(run, name, asked, begin) for name in _names(asked)]
        else:
            reports = [_report(run, name, asked, popen) for name in _names(asked)]
    finally:
        services.close_run(run)
    return 1 if any(report.wrongs or report.slow for report in reports) else 0


def _report(run: Path, name: str, asked: argparse.Namespace, begin: Start) -> Report:
    databases = Databases(run, name.replace("-", "_"), lambda: services.shared(services.Postgres, run))
    with Place(run, name, asked.seed, begin, databases, FEW if asked.small else MANY) as place:
        report = asyncio.run((SMALL if asked.small else FULL)[name](place))
    print(report, *(f"    {wrong}" for wrong in [*report.wrongs, *report.slow][:20]), sep="\n", flush=True)
    return report


def _names(asked: argparse.Namespace) -> list[str]:
    return [name for name in asked.only.split(",") if name] or list(SMALL if asked.small else FULL)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help=f"of {', '.join(FULL)}")
    parser.add_argument("--small", action="store_true", help="the sizes of `make test`")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
