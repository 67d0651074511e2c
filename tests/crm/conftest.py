"""A desk in the small company, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from scrm_bot.crm import people
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.shape import Shape
from scrm_bot.db import Database
from tests import company


@pytest.fixture
def db(database_kind: str, fresh_database_url: Callable[..., str]) -> Iterator[Database]:
    database = Database(fresh_database_url(database_kind, company.prepare))
    yield database
    database.close()


@pytest.fixture
def session(db: Database) -> Iterator[Session]:
    with db.transaction() as session:
        yield session


@pytest.fixture
def desk_of(session: Session) -> Callable[..., Desk]:
    """`desk_of("sales:zhouxm", message=1)`: that person's desk in this session."""

    def make(account: str, message: int = 1, now: datetime = company.NOW) -> Desk:
        actor = people.who(session, *account.split(":", 1))
        return Desk(session, actor, now, Shape(), message)

    return make
