"""What could not be said or done: seen, and done once more, from the command line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scrm_bot import circuits, inbox, outbox
from scrm_bot.app import utc_now
from scrm_bot.crm import people
from scrm_bot.crm.people import Staff
from scrm_bot.db import Database
from scrm_bot.inbox import Incoming
from scrm_bot.message import Address, Kind, Message, Reply
from scrm_bot.outbox import Outgoing
from tests.office import CHANNEL, Office, staffed


@pytest.fixture
def office(fresh_database_url: Callable[..., str], database_kind: str, tmp_path: Path) -> Office:
    return Office(tmp_path, fresh_database_url(database_kind, staffed), CHANNEL)


def write(office: Office, work: Callable[[Session], None]) -> None:
    db = Database(office.url)
    with db.transaction() as session:
        work(session)
    db.close()


def lose(office: Office, *texts: str, account: bool = True) -> None:
    """Pushes to 周小明 that were given up."""

    def put(session: Session) -> None:
        zhou = session.scalars(select(Staff).where(Staff.name == "周小明")).one()
        if account:
            people.bind(session, "sales", "zhouxm", zhou, utc_now())
        for text in texts:
            if not account:
                outbox.put_in_vain(session, zhou.key, Reply(text), utc_now(), "no account", once=None, cause=None)
                continue
            outbox.put(session, Address("sales", "zhouxm"), Reply(text), utc_now(), person=zhou.key, once=text)
        session.flush()
        for row in session.scalars(select(Outgoing).where(Outgoing.state == "waiting")):
            row.state, row.reason, row.unreachable, row.given_up_at = "given_up", "wecom 81013", True, utc_now()

    write(office, put)


def test_nothing_is_undelivered_at_first(office: Office) -> None:
    assert office.does("undelivered") == "没有送不到的消息\n"
    assert "0 条已放回" in office.does("retry", "--all")


def test_what_was_not_delivered_is_listed_with_its_reason_and_put_back(office: Office) -> None:
    lose(office, "⏰ 提醒：给王总打电话", "⏰ 提醒：发样品")
    listed = office.does("undelivered")
    assert "周小明（sales/zhouxm）  账号收不到消息（wecom 81013）" in listed
    assert "⏰ 提醒：发样品" in listed
    assert "共 2 条" in listed
    assert "1 条已放回" in office.does("retry", "1")
    rows = office.all(Outgoing)
    assert [(row.state, row.instead_of) for row in rows] == [("given_up", None), ("given_up", None), ("waiting", 1)]
    listed = office.does("undelivered")
    assert "给王总打电话" not in listed
    assert "发样品" in listed


def test_what_fails_again_is_listed_once_and_can_be_tried_again(office: Office) -> None:
    lose(office, "⏰ 提醒：给王总打电话")
    office.does("retry", "--all")
    lose(office)
    assert "共 1 条" in office.does("undelivered")
    office.does("retry", "2")
    assert [row.instead_of for row in office.all(Outgoing)] == [None, 1, 1]


def test_who_has_got_an_account_meanwhile_hears_what_was_missed(office: Office) -> None:
    lose(office, "⏰ 提醒：给王总打电话", account=False)
    assert "没有账号" in office.does("undelivered")
    assert "还没有绑定账号：1" in office.cannot("retry", "--all")
    lose(office)
    office.does("retry", "--all")
    row = office.all(Outgoing)[-1]
    assert (row.channel, row.to_user, row.state) == ("sales", "zhouxm", "waiting")


def test_a_number_that_is_none_is_refused(office: Office) -> None:
    assert "没有这样编号的未送达消息：7" in office.cannot("retry", "7")
    assert "要写编号" in office.cannot("retry")
    assert "不是处理出错的消息：7" in office.cannot("retake", "7")
    assert "没有要重新处理的消息" in office.does("retake", "--all")


def test_a_message_that_met_a_bug_is_taken_again(office: Office) -> None:
    def fail(session: Session) -> None:
        zhou = session.scalars(select(Staff).where(Staff.name == "周小明")).one()
        people.bind(session, "sales", "zhouxm", zhou, utc_now())
        to = Address("sales", "zhouxm")
        number, _ = inbox.accept(session, Message(to, "m1", Kind.TEXT, "今天要干啥", utc_now()), utc_now())
        session.flush()
        inbox.end(session, number, "failed", "a bug", utc_now())

    write(office, fail)
    assert "failed           1" in office.does("ledger")
    assert "1 条已重新处理" in office.does("retake", "--all")
    (message,) = office.all(Incoming)
    assert message.fate == "answered"
    assert office.all(Outgoing)[-1].answers == message.id


def test_a_replay_shows_where_each_thing_said_has_got_to(office: Office) -> None:
    office.does("say", "--as", "周小明", "今天要干啥")
    assert "投递  #1 -> 周小明（console）  已发" in office.does("replay", "1")

    def trouble(session: Session) -> None:
        row = session.get_one(Outgoing, 1)
        row.state, row.reason = "given_up", "wecom 81013"
        row.history = [["2026-03-18T09:40:00+08:00", "later", "HTTP 500"]]

    write(office, trouble)
    replayed = office.does("replay", "1")
    assert "没送到  wecom 81013" in replayed
    assert "09:40:00+08:00 later HTTP 500" in replayed


def test_a_check_tells_which_channel_takes_nothing_and_why(office: Office) -> None:
    def trip(session: Session) -> None:
        now = utc_now()
        circuits.trip(
            session, "sales", now, now, reason="wecom 60020", trouble="address", detail="203.0.113.9",
            after=timedelta(seconds=30),
        )  # fmt: skip

    write(office, trip)
    checked = office.does("check")
    assert "⚠ 渠道  sales  发不出消息" in checked
    assert "203.0.113.9" in checked
