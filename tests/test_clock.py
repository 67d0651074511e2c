"""The clock: what is due is said once, by however many clocks, and what was missed does not come as a flood."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from scrm_bot.clock import BATCH, FEW, Clock
from scrm_bot.crm import people
from scrm_bot.crm.people import Account, Staff
from scrm_bot.crm.reminders import Reminder
from scrm_bot.crm.shape import Shape
from scrm_bot.db import Database
from scrm_bot.outbox import Outgoing
from tests import company

NOW = company.NOW.replace(hour=7)  # before the morning's lists
PEOPLE = 50


@pytest.fixture
def db(database_kind: str, fresh_database_url: Callable[..., str]) -> Iterator[Database]:
    database = Database(fresh_database_url(database_kind, company.prepare))
    yield database
    database.close()


def clock(db: Database, now: datetime = NOW) -> Clock:
    return Clock(db, Shape(zone=company.ZONE), lambda: now, lambda: None)


def remind(session: Session, staff: Staff, *dues: datetime) -> None:
    session.add_all(
        Reminder(staff_id=staff.id, text=f"第{n}件", due_at=due, state="waiting", origin="asked", created_at=due)
        for n, due in enumerate(dues, 1)
    )


def zhou(session: Session) -> Staff:
    return session.scalars(select(Staff).where(Staff.name == "周晓明")).one()


def said(db: Database) -> list[Outgoing]:
    with db.transaction() as session:
        return list(session.scalars(select(Outgoing).order_by(Outgoing.id)))


def crowd(db: Database, reminders: int) -> None:
    """So many reminders, due now, spread over fifty people."""
    with db.transaction() as session:
        staff = [Staff(name=f"员工{n}", role="sales", created_at=NOW) for n in range(PEOPLE)]
        session.add_all(staff)
        session.flush()
        rows = [{"channel": "sales", "user": f"user{one.id}", "staff_id": one.id, "created_at": NOW} for one in staff]
        session.execute(insert(Account), rows)
        due = {"due_at": NOW, "state": "waiting", "origin": "asked", "created_at": NOW, "rings": 0}
        rows = [{"staff_id": staff[n % PEOPLE].id, "text": f"第{n}件", **due} for n in range(reminders)]
        session.execute(insert(Reminder), rows)


def test_three_clocks_say_each_reminder_once(db: Database) -> None:
    crowd(db, 1000)
    clocks = [clock(db) for _ in range(3)]
    rung = Counter[int]()

    def work(number: int) -> None:
        while clocks[number].ring():
            rung[number] += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in clocks:
        one.tick()
    texts = Counter(row.text.split("\n")[0] for row in said(db))
    assert texts == Counter(f"⏰ 提醒：第{n}件" for n in range(1000))
    with db.transaction() as session:
        assert {tuple(row) for row in session.execute(select(Reminder.state, Reminder.sent_at))} == {("sent", NOW)}


def test_a_clock_takes_a_batch_and_leaves_the_rest_to_others(db: Database) -> None:
    crowd(db, BATCH + 1)
    first, second = clock(db), clock(db)
    with db.transaction() as session:
        assert first._ring(session) == BATCH
        if not db.is_sqlite:
            assert not second.ring()
    if db.is_sqlite:
        assert not second.ring()
    assert len(said(db)) == BATCH + 1


def test_a_few_missed_reminders_come_one_by_one_and_say_that_they_are_late(db: Database) -> None:
    with db.transaction() as session:
        remind(session, zhou(session), *(NOW - timedelta(hours=n) for n in range(1, FEW + 1)))
    clock(db).tick()
    texts = [row.text for row in said(db)]
    assert len(texts) == FEW
    assert all("系统恢复后补发" in text for text in texts)


def test_many_missed_reminders_come_as_one_numbered_list(db: Database) -> None:
    with db.transaction() as session:
        remind(session, zhou(session), *(NOW - timedelta(hours=n) for n in range(1, FEW + 3)), NOW)
    clock(db).tick()
    listed, punctual = sorted((row.text for row in said(db)), key=len, reverse=True)
    assert f"有 {FEW + 2} 件提醒晚到" in listed
    assert f"\n1 今天00:40 第{FEW + 2}件\n2 今天01:40" in listed
    assert punctual.startswith(f"⏰ 提醒：第{FEW + 3}件")
    clock(db).tick()
    assert len(said(db)) == 2


def test_a_very_long_list_is_told_in_several(db: Database) -> None:
    with db.transaction() as session:
        remind(session, zhou(session), *(NOW - timedelta(minutes=n) for n in range(1, 71)))
    for _ in range(4):
        clock(db).tick()
    assert [row.text.count("\n") for row in said(db)] == [31, 31, 11]


def test_who_has_no_account_was_not_reminded_and_somebody_hears_it(db: Database) -> None:
    with db.transaction() as session:
        for account in people.accounts_of(session, zhou(session)):
            session.delete(account)
        remind(session, zhou(session), NOW)
    clock(db).tick()
    lost, told = said(db)
    assert (lost.state, lost.reason) == ("given_up", "no account")
    assert (told.channel, told.to_user) == ("ding", "manager01")
    with db.transaction() as session:
        assert session.scalars(select(Reminder.sent_at)).one() is None
