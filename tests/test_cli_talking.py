"""Talking at the command line: who speaks, what is pushed meanwhile, and the proof of what became of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from scrm_bot import inbox, outbox
from scrm_bot.app import utc_now
from scrm_bot.crm import people
from scrm_bot.crm.people import Account, Contact, Staff
from scrm_bot.db import Base, Database
from scrm_bot.inbox import Incoming
from scrm_bot.message import Address, Kind, Message, Reply
from scrm_bot.outbox import Outgoing
from tests.office import CHANNEL, Office, staffed


@pytest.fixture
def office(fresh_database_url: Callable[..., str], tmp_path: Path) -> Office:
    office = Office(tmp_path, fresh_database_url("sqlite", staffed), CHANNEL)
    office.does(
        "import", "customers", office.table("c.csv", "name,short_names,owner\n华星科技有限公司,华星,周小明\n恒力,,\n")
    )
    office.does("import", "contacts", office.table("p.csv", "customer,name\n华星,王建国\n"))
    return office


@pytest.fixture
def anywhere(fresh_database_url: Callable[..., str], database_kind: str, tmp_path: Path) -> Office:
    return Office(tmp_path, fresh_database_url(database_kind))


# say, chat


def test_what_is_said_is_done_and_answered(office: Office) -> None:
    said = office.does("say", "--as", "周小明", "今天拜访了华星王总，谈了报价")
    assert "华星科技有限公司" in said
    (message,) = office.all(Incoming)
    assert (message.channel, message.sender, message.fate) == ("console", "staff:1", "written")
    (answer,) = office.all(Outgoing)
    assert (answer.state, answer.answers, answer.text.strip()) == ("sent", message.id, said.strip())


def test_a_customer_speaks_as_its_contact(office: Office) -> None:
    office.does("say", "--as", "customer:华星", "空压机坏了，不启动")
    (message,) = office.all(Incoming)
    assert (message.channel, message.sender, message.contact_id) == ("console-customers", "contact:1", 1)
    assert json.loads(office.does("export", "tickets"))["contact"] == "王建国"


def test_a_question_is_answered_in_the_next_call(office: Office) -> None:
    office.does("say", "--as", "周小明", "建个商机，华星科技，空压机更换，50万")
    assert "撤" in office.does("say", "--as", "周小明", "撤销")
    assert office.does("export", "deals") == ""
    assert "undone_at" in office.does("export", "deals", "--all")


def test_whoever_is_not_known_is_asked_for_by_the_nearest_name(office: Office) -> None:
    assert "是不是 周小明？" in office.cannot("say", "--as", "周晓明", "你好")
    assert "恒力 还没有联系人" in office.cannot("say", "--as", "customer:恒力", "坏了")
    assert "没有叫 不存在 的客户" in office.cannot("say", "--as", "customer:不存在", "坏了")
    assert office.all(Incoming) == []


def test_after_say_pushes_go_to_the_phone_again(office: Office) -> None:
    office.does("import", "staff", office.table("s.csv", "name,role,accounts\n周小明,sales,sales:zhou\n"))
    office.does("say", "--as", "周小明", "你好")
    db = Database(office.url)
    with db.transaction() as session:
        places = people.accounts_of(session, session.get_one(Staff, 1))
        assert [place.channel for place in places] == ["sales", "console"]
    db.close()


def test_pushes_for_others_are_left_to_the_relay(office: Office) -> None:
    db = Database(office.url)
    with db.transaction() as session:
        outbox.put(session, Address("sales", "zhou"), Reply("给手机的"), utc_now())
        outbox.put(session, Address("console", "staff:1"), Reply("给终端的"), utc_now())
    db.close()
    said = office.does("say", "--as", "周小明", "你好")
    assert "给终端的" in said
    assert "给手机的" not in said
    assert [row.state for row in office.all(Outgoing)] == ["waiting", "sent", "sent"]


def test_a_chat_goes_on_until_the_input_ends(office: Office) -> None:
    said = office.does("chat", "--as", "周小明", stdin="建个商机，华星科技，空压机更换，50万\n\n撤销\n")
    assert said.count("华星科技") == 2
    assert [message.text for message in office.all(Incoming)] == ["建个商机，华星科技，空压机更换，50万", "撤销"]
    assert office.all(Account)[-1].seen_at is None


def test_a_contact_can_be_given_an_account_by_say(office: Office) -> None:
    office.does("say", "--as", "customer:华星科技有限公司", "你好")
    assert office.all(Contact)[0].name == "王建国"
    assert [(a.channel, a.user, a.contact_id) for a in office.all(Account)] == [("console-customers", "contact:1", 1)]


# ledger, replay


@pytest.fixture
def received(office: Office) -> Iterator[Callable[[timedelta], int]]:
    """A message that came in so long ago and that nobody has answered."""
    db = Database(office.url)

    def receive(ago: timedelta) -> int:
        moment = utc_now() - ago
        with db.transaction() as session:
            message = Message(Address("sales", "zhou"), str(ago), Kind.TEXT, "今天拜访了华星王总", moment)
            return inbox.accept(session, message, moment)[0]

    yield receive
    db.close()


def test_the_ledger_counts_every_message_by_its_fate(office: Office, received: Callable[[timedelta], int]) -> None:
    office.does("say", "--as", "周小明", "今天拜访了华星王总")
    received(timedelta(seconds=5))
    counts = {line.split()[0]: int(line.split()[1]) for line in office.does("ledger").splitlines()}
    assert counts == {
        "written": 1, "answered": 0, "asked": 0, "parked": 0, "ignored": 0, "failed": 0, "open": 1, "total": 2,
    }  # fmt: skip


def test_the_ledger_fails_if_a_message_waits_too_long(office: Office, received: Callable[[timedelta], int]) -> None:
    number = received(timedelta(seconds=61))
    assert f"{number}" in office.cannot("ledger")


def state_of(url: str) -> dict[str, Any]:
    """Everything that the database holds."""
    db = Database(url)
    with db.engine.connect() as connection:
        found = {
            table.name: (
                connection.scalar(select(func.count()).select_from(table)),
                connection.execute(table.select()).all(),
            )
            for table in Base.metadata.sorted_tables
        }
    db.close()
    return found


def test_a_replay_shows_every_step_and_writes_nothing(office: Office) -> None:
    office.does("say", "--as", "周小明", "今天拜访了华星王总，谈了报价")
    before = state_of(office.url)
    shown = office.does("replay", "1")
    assert state_of(office.url) == before
    for words in (
        "今天拜访了华星王总，谈了报价",
        "员工 周小明",
        "log_visit",
        "因为",
        "followups#1",
        "written",
        "现在再来一遍",
    ):
        assert words in shown


def test_a_replay_of_what_never_came_is_a_sentence(office: Office) -> None:
    assert "没有编号 7 的消息" in office.cannot("replay", "7")


def test_a_replay_of_a_bug_says_where_it_is(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.does("say", "--as", "周小明", "你好")

    def stumble(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("scrm_bot.turn.greeting.greet", stumble)
    shown = office.does("replay", "1")
    assert "ZeroDivisionError: division by zero" in shown
    assert "turn.py:" in shown
    assert "Traceback" not in shown
