"""Prepared statements take and give what SQLAlchemy would, on both engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scrm_bot.crm.deals import Deal
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import Account, Staff, System
from scrm_bot.crm.shape import Shape
from scrm_bot.db import Database, changes_of
from scrm_bot.dialogs.memory import Conversation
from scrm_bot.prepared import Prepared, Rows, adding
from tests import company

DEALS, MEMORIES = Deal.__table__, Conversation.__table__


@pytest.fixture
def session(database_kind: str, fresh_database_url: Callable[..., str]) -> Iterator[Session]:
    db = Database(fresh_database_url(database_kind, company.prepare))
    with db.transaction() as session:
        yield session
    db.close()


def test_money_times_and_nothing_come_out_as_they_went_in(session: Session) -> None:
    model = session.scalars(select(Deal).limit(1)).one()
    names = [column.name for column in DEALS.columns if not column.primary_key]
    values = {name: getattr(model, name) for name in names} | {"amount": Decimal("123456.78"), "message_id": None}
    row = adding(DEALS, returning=DEALS.c.id).first(session, **values)
    assert row is not None
    found = Prepared(select(DEALS.c.amount, DEALS.c.moved_at, DEALS.c.message_id).where(DEALS.c.id == bindparam("n")))
    assert found.all(session, n=row[0]) == [(Decimal("123456.78"), model.moved_at, None)]


def test_objects_and_emoji_come_out_as_they_went_in(session: Session) -> None:
    said = {"pending": [{"said": "华星👍“好”"}], "customers": [1, 2]}
    now = datetime(2026, 3, 18, 1, 2, 3, 456789, tzinfo=UTC)
    adding_memory = Prepared(
        MEMORIES.insert().values({name: bindparam(name) for name in ("key", "memory", "updated_at")}), changes=True
    )
    adding_memory.do_many(session, [{"key": f"k{n}", "memory": said, "updated_at": now} for n in range(3)])
    read = Prepared(select(MEMORIES.c.memory, MEMORIES.c.updated_at).where(MEMORIES.c.key == bindparam("its_key")))
    assert read.first(session, its_key="k1") == (said, now)
    assert read.first(session, its_key="none") is None


def test_a_moment_without_a_zone_is_refused(session: Session) -> None:
    read = Prepared(select(MEMORIES.c.key).where(MEMORIES.c.updated_at > bindparam("since")))
    with pytest.raises(ValueError, match="zone"):
        read.all(session, since=datetime(2026, 3, 18))


def test_a_refusal_of_the_database_is_told_as_sqlalchemy_tells_it_and_quotes_nothing(session: Session) -> None:
    new = adding(Account.__table__)  # type: ignore[arg-type]
    twin = {"channel": "sales", "user": "zhouxm", "created_at": company.NOW, "staff_id": None, "contact_id": None}
    with pytest.raises(IntegrityError) as refusal, session.begin_nested():
        new.do(session, **twin, seen_at=None)
    assert refusal.value.params is None


def test_a_change_is_counted_and_a_question_is_not(session: Session) -> None:
    before = changes_of(session)
    Prepared(select(MEMORIES.c.key)).all(session)
    assert changes_of(session) == before
    Prepared(MEMORIES.delete(), changes=True).do(session)
    assert changes_of(session) == before + 1


def test_rows_are_the_objects_that_the_session_holds_already(session: Session) -> None:
    zhou = session.scalars(select(Staff).where(Staff.name == "周晓明")).one()
    by_phone = Rows(Staff, Staff.phone == bindparam("phone"))
    assert by_phone.first(session, phone=zhou.phone) is zhou
    zhou.phone = "13911112222"
    assert by_phone.first(session, phone="13911112222") is zhou


def test_rows_that_were_not_held_are_held_now_and_their_changes_are_written(session: Session) -> None:
    rows = Rows(Account, Account.user == bindparam("of_user"))
    account = rows.first(session, of_user="zhouxm")
    assert account is not None
    assert account.channel == "sales"
    account.seen_at = company.NOW + timedelta(hours=1)
    session.flush()
    session.expire_all()
    assert account.seen_at == company.NOW + timedelta(hours=1)


def test_a_session_finds_its_way_again_after_a_way_back_and_in_its_next_transaction(session: Session) -> None:
    zhou = Rows(Account, Account.user == bindparam("of_user"))
    for _ in range(2):
        with session.begin_nested() as inner:
            assert zhou.first(session, of_user="zhouxm") is not None
            inner.rollback()
        assert zhou.first(session, of_user="zhouxm") is not None
        session.rollback()


def test_a_row_put_in_is_held_and_its_later_changes_are_written(session: Session) -> None:
    desk = Desk(session, System(), company.NOW, Shape())
    made = desk.add(Staff(name="新同事", role="sales"))
    assert made not in session.dirty
    assert session.get(Staff, made.id) is made
    made.phone = "13900001111"
    session.flush()
    session.expire_all()
    assert made.phone == "13900001111"
