"""One nursery for all chaos tests of a worker: a bot then starts in a fraction of a second."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from tests.chaos.place import Place
from tests.chaos.processes import Start, nursery
from tests.chaos.report import Report
from tests.chaos.scenarios import FEW, SMALL
from tests.databases import Databases

SEED = 1
Small = Callable[[str], Awaitable[Report]]


@pytest.fixture(scope="session")
def begin() -> Iterator[Start]:
    with nursery() as start:
        yield start


@pytest.fixture
def small(run_folder: Path, begin: Start, databases: Databases) -> Small:
    """`await small(name)`: the scenario at its small size."""

    async def run(name: str) -> Report:
        with Place(run_folder, name, SEED, begin, databases, FEW) as place:
            report = await SMALL[name](place)
        print(report)
        return report

    return run
