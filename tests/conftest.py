"""What the tests share: databases of both kinds, a Redis, a browser. The work behind it is in tests/services.py."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from scrm_bot.simulator import Simulator
from tests import company, services
from tests.bot import Bot, configure, running
from tests.databases import Databases

RUN = pytest.StashKey[Path]()

hypothesis.settings.register_profile("ours", deadline=None, print_blob=True)  # a busy machine is no counter-example
hypothesis.settings.load_profile("ours")


def pytest_configure(config: pytest.Config) -> None:
    """The first process of a run opens its folder; the workers find it in their environment."""
    if not hasattr(config, "workerinput"):
        config.stash[RUN] = services.open_run()
        os.environ["SCRM_TEST_RUN"] = str(config.stash[RUN])


def pytest_unconfigure(config: pytest.Config) -> None:
    """The first process closes what it opened."""
    if RUN in config.stash:
        services.close_run(config.stash[RUN])


@pytest.fixture(scope="session")
def run_folder() -> Path:
    """The folder of this run's servers and databases."""
    return Path(os.environ["SCRM_TEST_RUN"])


@pytest.fixture(scope="session")
def postgres(run_folder: Path) -> services.Postgres:
    """The PostgreSQL server that all tests share: take `fresh_database_url` of it, and leave it running."""
    return services.shared(services.Postgres, run_folder)


@pytest.fixture(scope="session")
def redis_server(run_folder: Path) -> services.Redis:
    """The Redis server that all tests share: take `redis_url` of it, and leave it running."""
    return services.shared(services.Redis, run_folder)


@pytest.fixture
def private_postgres(run_folder: Path) -> Iterator[services.Postgres]:
    """A PostgreSQL server of the test's own: `.create(name)`, `.pid`, `.stop(signal.SIGQUIT)`, `.start()` again."""
    with services.private(services.Postgres, run_folder) as server:
        yield server


@pytest.fixture
def private_redis(run_folder: Path) -> Iterator[services.Redis]:
    """A Redis server of the test's own: `.url()`, `.pid`, `.stop(signal.SIGKILL)`, `.start()` again."""
    with services.private(services.Redis, run_folder) as server:
        yield server


@pytest.fixture
def redis_url(redis_server: services.Redis, worker_id: str) -> str:
    """An empty Redis database for this test alone (but publish and subscribe reach every database: use own names)."""
    return redis_server.emptied(0 if worker_id == "master" else 1 + int(worker_id.removeprefix("gw")))


@pytest.fixture(scope="session")
def databases(run_folder: Path, worker_id: str, request: pytest.FixtureRequest) -> Databases:
    """The maker of this worker's databases."""
    return Databases(run_folder, worker_id, lambda: request.getfixturevalue("postgres"))


@pytest.fixture
def fresh_database_url(databases: Databases) -> Iterator[Callable[..., str]]:
    """`fresh_database_url(kind, prepare=None)`: the URL of a new database, kind "sqlite" or "postgresql".

    It is empty, or a copy of what `prepare(url)` made of an empty one, once per worker and function.
    """
    yield databases.fresh
    databases.forget()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Both kinds of database: a test that takes it runs twice."""
    return str(request.param)


@pytest.fixture
def database_url(database_kind: str, fresh_database_url: Callable[..., str]) -> str:
    """The URL of an empty database: a test that takes it runs on both kinds."""
    return fresh_database_url(database_kind)


@pytest.fixture
def postgres_url(fresh_database_url: Callable[..., str]) -> str:
    """The URL of an empty PostgreSQL database."""
    return fresh_database_url("postgresql")


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The browser for Playwright's `executable_path`. Without one its tests are left out, but never where CI is set."""
    try:
        return services.chromium_program()
    except services.Missing as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    """The platforms, with all their rules."""
    async with Simulator() as simulator:
        yield simulator


@pytest.fixture
def stores(database_kind: str, fresh_database_url: Callable[..., str], request: Any) -> tuple[str, str]:
    """The test's company on either database, and Redis, which goes with PostgreSQL: the two URLs."""
    redis = request.getfixturevalue("redis_url") if database_kind == "postgresql" else ""
    return fresh_database_url(database_kind, company.prepare), redis


@pytest.fixture
async def bot(sim: Simulator, stores: tuple[str, str], tmp_path: Path) -> AsyncIterator[Bot]:
    """A bot with a channel on each platform."""
    async with running(configure(tmp_path, sim, *stores)) as bot:
        yield bot
