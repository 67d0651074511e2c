"""The scenarios by name, at full size and at the size of `make test`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.chaos.kills import kills
from tests.chaos.place import Place
from tests.chaos.report import Report

Scenario = Callable[[Place], Awaitable[Report]]


def _kills(kind: str, processes: int, **size: float) -> Scenario:
    return lambda place: kills(place.ground(kind, redis=processes > 1), place.begin, processes=processes, **size)  # type: ignore[arg-type]


FULL: dict[str, Scenario] = {
    "kills-sqlite": _kills("sqlite", 1, messages=3000, deaths=20),
    "kills-postgresql": _kills("postgresql", 2, messages=3000, deaths=20),
}
SMALL: dict[str, Scenario] = {
    "kills-sqlite": _kills("sqlite", 1, messages=80, deaths=2, between=1.0, double_sends=1.0),
    "kills-postgresql": _kills("postgresql", 2, messages=80, deaths=2, between=1.0, double_sends=1.0),
}
