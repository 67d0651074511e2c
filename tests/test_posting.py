"""A push finds its person, another way, or somebody who should know."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scrm_bot import circuits, outbox
from scrm_bot.crm import people
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import Contact, Role, Staff, System
from scrm_bot.crm.shape import Shape
from scrm_bot.db import Database, settle
from scrm_bot.dialogs.notices import Notice
from scrm_bot.message import Address, Choice, Reply
from scrm_bot.outbox import Outgoing
from scrm_bot.posting import other_way, out_of_order, post
from tests import company

NOW = company.NOW
CHANNELS = ("sales", "ding", "service")
ZHOU, ON_DING = Address("sales", "zhouxm"), Address("ding", "zhou-on-ding")


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
def desk(session: Session) -> Desk:
    return Desk(session, System(), NOW, Shape(zone=company.ZONE), 7)


def staff(session: Session, name: str) -> Staff:
    return session.scalars(select(Staff).where(Staff.name == name)).one()


def also_on_ding(session: Session) -> Staff:
    zhou = staff(session, "周晓明")
    people.bind(session, ON_DING.channel, ON_DING.user, zhou, NOW)
    return zhou


def rows(session: Session) -> list[Outgoing]:
    settle(session)
    session.expire_all()
    return list(session.scalars(select(Outgoing).order_by(Outgoing.id)))


def given_up(session: Session, row: Outgoing, *, unreachable: bool = False, at: datetime = NOW) -> Outgoing:
    row.state, row.reason, row.given_up_at, row.unreachable = "given_up", "wecom 81013", at, unreachable
    settle(session)
    return row


def push(desk: Desk, person: Staff | Contact, text: str = "客户来了", **options: object) -> Outgoing:
    post(desk, Notice(person, lambda: Reply(text, (Choice("好", "好"),)), urgent=True), **options)  # type: ignore[arg-type]
    return rows(desk.session)[-1]


def test_a_push_says_whom_it_is_for_and_what_caused_it(desk: Desk) -> None:
    zhou = staff(desk.session, "周晓明")
    row = push(desk, zhou)
    assert (row.address, row.person, row.cause) == (ZHOU, zhou.key, 7)


def test_a_push_to_a_bare_account_knows_its_owner(desk: Desk) -> None:
    post(desk, Notice(Address("service", "openid-wang"), lambda: Reply("已接单")))
    post(desk, Notice(Address("service", "openid-nobody"), lambda: Reply("已接单")))
    known, unknown = rows(desk.session)
    assert known.person is not None
    assert known.person.startswith("contact:")
    assert unknown.person is None


def test_who_has_no_account_is_not_forgotten_and_the_manager_hears_it(desk: Desk) -> None:
    zhou = staff(desk.session, "周晓明")
    for account in people.accounts_of(desk.session, zhou):
        desk.session.delete(account)
    desk.session.flush()
    assert not post(desk, Notice(zhou, lambda: Reply("⏰ 提醒：给王总打电话"), urgent=True), "reminder:1:0")
    lost, told = rows(desk.session)
    assert (lost.state, lost.reason, lost.person, lost.channel) == ("given_up", "no account", zhou.key, "")
    assert (told.address, told.reports) == (Address("ding", "manager01"), lost.id)
    assert "周晓明" in told.text
    assert "给王总打电话" in told.text
    assert "还没有绑定任何账号" in told.text


def test_the_same_occasion_is_given_up_once(desk: Desk) -> None:
    zhou = staff(desk.session, "周晓明")
    for account in people.accounts_of(desk.session, zhou):
        desk.session.delete(account)
    desk.session.flush()
    for _ in range(2):
        post(desk, Notice(zhou, lambda: Reply("早")), "morning:1")
    assert len(rows(desk.session)) == 2


def test_what_one_account_does_not_take_goes_to_the_other_one(desk: Desk) -> None:
    also_on_ding(desk.session)
    first = given_up(desk.session, push(desk, staff(desk.session, "周晓明")))
    other_way(desk, first, CHANNELS)
    _, second = rows(desk.session)
    assert (second.address, second.text, second.choices) == (ON_DING, first.text, first.choices)
    assert (second.instead_of, second.person, second.cause) == (first.id, first.person, first.cause)


def test_each_account_is_tried_once_and_then_the_manager_hears_it(desk: Desk) -> None:
    also_on_ding(desk.session)
    first = given_up(desk.session, push(desk, staff(desk.session, "周晓明")))
    other_way(desk, first, CHANNELS)
    second = given_up(desk.session, rows(desk.session)[-1])
    other_way(desk, second, CHANNELS)
    *tried, told = rows(desk.session)
    assert [row.address for row in tried] == [ZHOU, ON_DING]
    assert (told.address, told.reports) == (Address("ding", "manager01"), second.id)


def test_nobody_is_sent_to_a_channel_that_nobody_serves(desk: Desk) -> None:
    also_on_ding(desk.session)
    first = given_up(desk.session, push(desk, staff(desk.session, "周晓明")))
    other_way(desk, first, ["sales"])
    assert rows(desk.session)[-1].reports == first.id


def test_about_one_person_one_report_an_hour(desk: Desk) -> None:
    zhou = staff(desk.session, "周晓明")
    for number in range(3):
        other_way(desk, given_up(desk.session, push(desk, zhou, f"第{number}件")), CHANNELS)
    assert len([row for row in rows(desk.session) if row.reports]) == 1
    desk.now += timedelta(hours=1)
    other_way(desk, given_up(desk.session, push(desk, zhou, "又一件")), CHANNELS)
    assert len([row for row in rows(desk.session) if row.reports]) == 2


def test_a_report_that_is_not_delivered_is_not_reported(desk: Desk) -> None:
    other_way(desk, given_up(desk.session, push(desk, staff(desk.session, "周晓明"))), CHANNELS)
    report = given_up(desk.session, rows(desk.session)[-1])
    before = len(rows(desk.session))
    other_way(desk, report, CHANNELS)
    assert len(rows(desk.session)) == before


def test_of_a_contact_the_customers_owner_hears_it(desk: Desk) -> None:
    wang = desk.session.scalars(select(Contact).where(Contact.name == "王建华")).one()
    other_way(desk, given_up(desk.session, push(desk, wang, "工单已处理完成")), CHANNELS)
    told = rows(desk.session)[-1]
    assert told.address == ZHOU
    assert "华星科技(深圳)有限公司 王建华" in told.text


def test_a_chat_answer_to_a_stranger_troubles_nobody(desk: Desk) -> None:
    outbox.put(desk.session, Address("service", "openid-nobody"), Reply("您好"), NOW, answers=7)
    other_way(desk, given_up(desk.session, rows(desk.session)[0]), CHANNELS)
    assert len(rows(desk.session)) == 1


def test_an_account_where_nothing_arrives_is_not_the_first_choice_until_its_owner_comes_back(desk: Desk) -> None:
    zhou = also_on_ding(desk.session)
    people.speaker(desk.session, "sales", "zhouxm", NOW - timedelta(hours=1))
    given_up(desk.session, push(desk, zhou), unreachable=True)
    assert push(desk, zhou).address == ON_DING
    people.speaker(desk.session, "sales", "zhouxm", NOW + timedelta(minutes=1))
    assert push(desk, zhou).address == ZHOU


def _trip(desk: Desk, channel: str, trouble: str = "secret") -> None:
    circuits.trip(
        desk.session,
        channel,
        NOW,
        desk.now,
        reason="wecom 40001",
        trouble=trouble,
        detail="",
        after=timedelta(seconds=30),
    )
    desk.session.flush()


def test_a_channel_out_of_order_is_not_the_first_choice(desk: Desk) -> None:
    zhou = also_on_ding(desk.session)
    people.speaker(desk.session, "sales", "zhouxm", NOW)
    _trip(desk, "sales")
    assert push(desk, zhou).address == ON_DING


def test_an_admin_hears_of_a_channel_out_of_order_once_a_day_by_a_channel_that_works(desk: Desk) -> None:
    admin = Staff(name="管理员", role=Role.ADMIN, department="", created_at=NOW)
    desk.session.add(admin)
    desk.session.flush()
    people.bind(desk.session, "sales", "root", admin, NOW)
    people.bind(desk.session, "ding", "root-on-ding", admin, NOW)
    people.speaker(desk.session, "sales", "root", NOW)
    _trip(desk, "sales")
    for _ in range(2):
        out_of_order(desk, circuits.known(desk.session)[0])
    (told,) = rows(desk.session)
    assert told.address == Address("ding", "root-on-ding")
    assert "渠道「sales」" in told.text
    assert "密钥" in told.text
    desk.now += timedelta(days=1)
    out_of_order(desk, circuits.known(desk.session)[0])
    assert len(rows(desk.session)) == 2


def test_a_circuit_is_tripped_once_by_sends_that_began_before_it_was_known(desk: Desk) -> None:
    session, after = desk.session, timedelta(seconds=30)

    def trip(began: datetime, now: datetime) -> bool:
        return circuits.trip(session, "sales", began, now, reason="r", trouble="secret", detail="", after=after)

    assert trip(NOW, NOW + timedelta(seconds=1))
    assert not trip(NOW, NOW + timedelta(seconds=2))
    first = circuits.known(session)[0].shut_until
    assert trip(NOW + timedelta(seconds=60), NOW + timedelta(seconds=61))
    assert circuits.known(session)[0].shut_until - first > timedelta(seconds=90)
    circuits.close(session, "sales", NOW)
    assert circuits.known(session)
    circuits.close(session, "sales", NOW + timedelta(seconds=62))
    session.expire_all()
    assert not circuits.known(session)
