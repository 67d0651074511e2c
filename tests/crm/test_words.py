"""Taught words: whose they are, when they are proposed to all, and who may forget them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scrm_bot.crm import words
from scrm_bot.crm.audit import Entry
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.errors import NotAllowed, NotYours
from scrm_bot.crm.people import Role, Staff
from scrm_bot.crm.shape import Shape
from scrm_bot.crm.words import Proposed, Target, Word
from scrm_bot.db import Database, settle
from tests import company
from tests.office import CHANNEL, Office
from tests.stage import CoreStage
from tests.story import PEOPLE


@pytest.fixture
def session(database_kind: str, fresh_database_url: Callable[..., str]) -> Iterator[Session]:
    db = Database(fresh_database_url(database_kind, company.prepare))
    with db.transaction() as session:
        yield session
    db.close()


def at(session: Session, name: str, message: int | None = None) -> Desk:
    staff = session.scalars(select(Staff).where(Staff.name == name)).one()
    return Desk(session, staff, company.NOW, Shape(zone=company.ZONE), message)


def huaxing(session: Session) -> Target:
    return words.customer(session.scalars(select(Customer).where(Customer.name.startswith("华星"))).one())


def test_a_word_stands_for_the_last_thing_that_it_was_taught_for(session: Session) -> None:
    desk = at(session, "周晓明")
    words.teach(desk, "老花", huaxing(session), "taught")
    assert words.teach(desk, "老花", huaxing(session), "taught") is words.own(desk, "老花")[0]
    words.teach(desk, "老花", Target("product", "智能网关"), "taught")
    assert [word.name for word in words.own(desk, "老花")] == ["智能网关"]
    assert words.contested(desk, "老花", huaxing(session))


def test_nobody_teaches_a_word_for_a_customer_that_is_not_theirs(session: Session) -> None:
    with pytest.raises(NotYours):
        words.teach(at(session, "李思琪"), "老花", huaxing(session), "taught")


def test_a_word_of_two_is_proposed_once_to_those_who_decide(session: Session) -> None:
    first, second, boss = at(session, "周晓明"), at(session, "陈志远"), at(session, "王敏")
    words.teach(first, "老花", huaxing(session), "taught")
    assert first.events == []
    words.teach(second, "老花", huaxing(session), "taught")
    (proposed,) = second.events
    assert isinstance(proposed, Proposed)
    assert [judge.name for judge in proposed.to] == ["王敏"]
    assert proposed.by == ("陈志远", "周晓明")
    assert words.waiting(first) == ()
    with pytest.raises(NotAllowed):
        words.agree(second, proposed.word)
    words.decline(boss, proposed.word)
    words.forget(second, "老花")
    words.teach(second, "老花", huaxing(session), "taught")
    assert len(second.events) == 1
    with pytest.raises(NotAllowed):
        words.agree(boss, proposed.word)


def test_an_admin_decides_before_all_others_and_forgets_anybodys_words(session: Session) -> None:
    session.add(Staff(name="管理员", role=Role.ADMIN, created_at=company.NOW))
    session.flush()
    first, second, admin = at(session, "周晓明"), at(session, "陈志远"), at(session, "管理员")
    words.teach(first, "老花", huaxing(session), "taught")
    words.teach(second, "老花", huaxing(session), "taught")
    assert not words.decides(admin, at(session, "王敏").staff)
    (waiting,) = words.waiting(admin)
    words.agree(admin, waiting)
    assert len(words.forget(first, "老花")) == 1
    assert len(words.of_people(admin)) == 1
    assert len(words.forget(admin, "老花")) == 2
    assert words.everybodys(admin) == []


def test_every_step_of_a_word_is_audited(session: Session) -> None:
    desk = at(session, "周晓明", 7)
    words.teach(desk, "老花", huaxing(session), "taught")
    words.forget(desk, "老花")
    settle(session)
    entries = session.scalars(select(Entry).where(Entry.entity == "words").order_by(Entry.id)).all()
    assert [(one.actor, one.field, one.old, one.new) for one in entries] == [
        ("周晓明", "*", None, None),
        ("周晓明", "state", "used", "forgotten"),
    ]


def test_a_customer_given_to_somebody_else_or_gone_is_meant_no_longer(session: Session) -> None:
    desk, meant = at(session, "周晓明"), huaxing(session)
    word = words.teach(desk, "老花", meant, "taught")
    customer = session.get_one(Customer, meant.customer_id)
    customer.owner_id = at(session, "赵东").staff.id
    session.flush()
    assert words.target(at(session, "周晓明"), word) is None
    assert words.target(at(session, "王敏"), word) == meant
    customer.undone_at = company.NOW
    session.flush()
    assert words.target(at(session, "王敏"), word) is None


def rows(stage: CoreStage, work: Callable[[Session], Any]) -> None:
    with stage.core.db.transaction() as session:
        work(session)


@pytest.fixture
def stages(database_kind: str, fresh_database_url: Callable[..., str]) -> Iterator[tuple[CoreStage, CoreStage]]:
    """Two processes on one database, as it were."""
    url = fresh_database_url(database_kind, company.prepare)
    both = CoreStage(url), CoreStage(url)
    yield both
    for stage in both:
        stage.close()


def test_what_one_process_was_taught_every_process_knows(stages: tuple[CoreStage, CoreStage]) -> None:
    one, other = stages
    zhou = PEOPLE["小周"]
    assert "华星二期" not in other.say(zhou, "老花到哪步了", key="o1")
    one.say(zhou, "以后“老花”就是华星科技", key="a1")
    assert "华星二期" in other.say(zhou, "老花到哪步了", key="o2")
    other.say(zhou, "忘掉老花", key="o3")
    assert "华星二期" not in one.say(zhou, "老花到哪步了", key="a2")


def test_a_word_for_a_customer_given_away_reveals_nothing(stages: tuple[CoreStage, CoreStage]) -> None:
    stage, _ = stages
    stage.say(PEOPLE["小周"], "以后“老花”就是华星科技")
    rows(stage, lambda session: setattr(session.get_one(Customer, 1), "owner_id", at(session, "赵东").staff.id))
    for text in ("老花到哪步了", "老花", "今天拜访了老花，聊得不错", "你学会了什么", "为什么这么理解"):
        assert "华星" not in stage.say(PEOPLE["小周"], text)


def test_words_are_exported(fresh_database_url: Callable[..., str], tmp_path: Path) -> None:
    office = Office(tmp_path, fresh_database_url("sqlite", company.prepare), CHANNEL)
    office.does("say", "--as", "周晓明", "以后“老花”就是华星科技")
    exported = office.does("export", "words", "--format", "csv")
    assert "老花,customer,华星科技(深圳)有限公司" in exported
    assert [word.how for word in office.all(Word)] == ["taught"]
