"""The scenarios by name, at full size and at the size of `make test`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from tests.chaos import clocks, outages, platforms
from tests.chaos.crashes import crashes
from tests.chaos.frozen import frozen
from tests.chaos.kills import kills
from tests.chaos.place import Place
from tests.chaos.redeliveries import redeliveries
from tests.chaos.reminders import due_at_once
from tests.chaos.report import Report
from tests.chaos.soak import soak
from tests.chaos.stops import stops

Scenario = Callable[[Place], Awaitable[Report]]
UNHURRIED = 12.0  # seconds at most: nobody is spoken to more often than WeCom lets a bot speak to one person
MANY, FEW = (60, 3.0), (10, 0.5)  # people who talk at once, and seconds between messages of one, at most


def _kills(kind: str, processes: int, **size: Any) -> Scenario:
    return lambda place: kills(place.ground(kind, redis=processes > 1), place.begin, processes=processes, **size)


def _crashes(kind: str, **size: Any) -> Scenario:
    return lambda place: crashes(place.ground(kind), place.begin, **size)


def _restarts(**size: Any) -> Scenario:
    return lambda place: outages.restarts(place.frail_ground(redis=True), place.postgres, place.begin, **size)


def _terminations(**size: Any) -> Scenario:
    return lambda place: outages.terminations(place.frail_ground(redis=True), place.postgres, place.begin, **size)


def _redis(**size: Any) -> Scenario:
    return lambda place: outages.without_redis(place.ground("postgresql", redis=True), place.redis, place.begin, **size)


def _full_disk(*, mount: bool, **size: Any) -> Scenario:
    return lambda place: outages.full_disk(*place.small_disk(mount=mount), place.begin, **size)


def _frozen(**size: Any) -> Scenario:
    return lambda place: frozen(place.ground("postgresql", redis=True), place.begin, **size)


def _reminders(**size: Any) -> Scenario:
    return lambda place: due_at_once(place.ground("postgresql", redis=True), place.begin, **size)


def _redeliveries(**size: Any) -> Scenario:
    return lambda place: redeliveries(place.ground("postgresql", redis=True), place.begin, **size)


def _stops(kind: str, processes: int, **size: Any) -> Scenario:
    return lambda place: stops(place.ground(kind, redis=processes > 1), place.begin, processes=processes, **size)


def _platforms(play: Any, **size: Any) -> Scenario:
    return lambda place: play(place.ground("postgresql", redis=True), place.begin, **size)


def _days(**size: Any) -> Scenario:
    return lambda place: clocks.short_and_long_days(place.ground("sqlite"), **size)


def _soak(**size: Any) -> Scenario:
    return lambda place: soak(replace(place.ground("postgresql", redis=True), pace=UNHURRIED), place.begin, **size)


FULL: dict[str, Scenario] = {
    "kills-sqlite": _kills("sqlite", 1, messages=3000, deaths=20),
    "kills-postgresql": _kills("postgresql", 2, messages=3000, deaths=20),
    "crashes-sqlite": _crashes("sqlite", rounds=3),
    "crashes-postgresql": _crashes("postgresql", rounds=3),
    "postgresql-restarts": _restarts(times=5, pause=10),
    "postgresql-terminations": _terminations(times=5, pause=10),
    "redis": _redis(pause=8),
    "disk": _full_disk(mount=True, pause=8),
    "frozen": _frozen(times=5, pause=6),
    "reminders": _reminders(reminders=1000, within=20),
    "redeliveries": _redeliveries(messages=20),
    "stops-sqlite": _stops("sqlite", 1, times=5, pause=6),
    "stops-postgresql": _stops("postgresql", 2, times=5, pause=6),
    "token-death": _platforms(platforms.token_death, rounds=5),
    "bad-secret": _platforms(platforms.bad_secret, seconds=15),
    "faults": _platforms(platforms.faults, seconds=60, kinds=platforms.FAULTS, patience=900),
    "clock-jumps": _platforms(clocks.jumps, pause=8),
    "days": _days(),
    "soak": _soak(seconds=1200),
}
SMALL: dict[str, Scenario] = {
    "kills-sqlite": _kills("sqlite", 1, messages=80, deaths=2, between=None),
    "kills-postgresql": _kills("postgresql", 2, messages=80, deaths=2, between=None),
    "crashes-sqlite": _crashes("sqlite", rounds=1, between=None),
    "crashes-postgresql": _crashes("postgresql", rounds=1, between=None),
    "postgresql-restarts": _restarts(times=1, pause=1),
    "postgresql-terminations": _terminations(times=1, pause=1),
    "redis": _redis(pause=0.7),
    "disk": _full_disk(mount=False, pause=0.5),
    "frozen": _frozen(times=1, pause=1, between=None),
    "reminders": _reminders(reminders=150, within=2, lease=4),
    "redeliveries": _redeliveries(messages=3),
    "stops-sqlite": _stops("sqlite", 1, times=1, pause=1, between=None),
    "stops-postgresql": _stops("postgresql", 2, times=1, pause=1, between=None),
    "token-death": _platforms(platforms.token_death, rounds=1),
    "bad-secret": _platforms(platforms.bad_secret, seconds=3),
    "faults": _platforms(platforms.faults, seconds=2, kinds=platforms.QUICK, patience=180),
    "clock-jumps": _platforms(clocks.jumps, offsets=(60, -30), pause=0.5),
    "days": _days(zones=["America/New_York"]),
}
