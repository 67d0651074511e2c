"""Group commit: together where nothing goes wrong, each by itself where something does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from scrm_bot.crm.people import Department
from scrm_bot.db import Database
from scrm_bot.lane import conclude
from tests import company


@pytest.fixture
def db(database_kind: str, fresh_database_url: Callable[..., str]) -> Iterator[Database]:
    database = Database(fresh_database_url(database_kind, company.prepare))
    yield database
    database.close()


def _write(session: Session, path: str) -> str:
    session.add(Department(path=path, created_at=company.NOW))
    session.flush()
    return path


def _written(db: Database) -> list[str]:
    with db.transaction() as session:
        return list(session.scalars(select(Department.path).order_by(Department.id)))


async def test_what_many_want_meanwhile_is_done_in_one_transaction_in_their_order(db: Database) -> None:
    transactions = []

    def note(session: Session, path: str) -> None:
        transactions.append(id(session))
        _write(session, path)

    paths = [f"部门{number}" for number in range(20)]
    await asyncio.gather(*(db.within(note, path) for path in paths))
    assert _written(db) == paths
    assert len(set(transactions)) < len(paths)


async def test_one_that_fails_takes_nobody_with_it(db: Database) -> None:
    def fail(session: Session) -> None:
        _write(session, "坏的")
        raise ValueError("no")

    works = [db.within(_write, "一"), db.within(fail), db.within(_write, "二"), db.within(_write, "一")]
    first, failed, second, twin = await asyncio.gather(*works, return_exceptions=True)
    assert (first, second) == ("一", "二")
    assert isinstance(failed, ValueError)
    assert isinstance(twin, Exception)  # a department's path is unique: the database said so to its writer alone
    assert _written(db) == ["一", "二"]


async def test_what_concludes_is_committed_before_the_next_begins(db: Database) -> None:
    def concluding(session: Session) -> None:
        _write(session, "先")
        conclude(session)

    def fail(session: Session) -> int:
        raise ValueError(session.scalar(select(func.count(Department.id))))

    await asyncio.gather(db.within(concluding), db.within(fail), return_exceptions=True)
    assert _written(db) == ["先"]


async def test_a_caller_who_does_not_wait_any_more_holds_up_nobody(db: Database) -> None:
    impatient = asyncio.create_task(db.within(_write, "甲"))
    await asyncio.sleep(0)
    impatient.cancel()
    assert await db.within(_write, "乙") == "乙"
    assert _written(db) == ["甲", "乙"]


async def test_all_hear_of_a_database_that_cannot_be_reached(tmp_path: object) -> None:
    gone = Database("postgresql://nobody@127.0.0.1:1/none")
    try:
        outcomes = await asyncio.gather(*(gone.within(_ask) for _ in range(5)), return_exceptions=True)
    finally:
        gone.close()
    assert all(isinstance(outcome, Exception) for outcome in outcomes)


def _ask(session: Session) -> None:
    session.execute(text("SELECT 1"))
