from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scrm_bot import delivery, inbox, outbox
from scrm_bot.db import Database, one_by_one, settle
from scrm_bot.message import Address, Choice, Kind, Message, OutFile, Reply
from scrm_bot.outbox import InHand, Outgoing
from tests import company

NOW = company.NOW
CHANNELS = ("sales", "ding")
ZHOU, LI = Address("sales", "zhouxm"), Address("sales", "lisq")


@pytest.fixture
def db(database_kind: str, fresh_database_url: Callable[..., str]) -> Iterator[Database]:
    database = Database(fresh_database_url(database_kind, company.prepare))
    yield database
    database.close()


@pytest.fixture
def session(db: Database) -> Iterator[Session]:
    with db.transaction() as session:
        yield session


def _message(key: str, to: Address = ZHOU) -> Message:
    return Message(to, key, Kind.TEXT, "你好", NOW)


def _put(session: Session, text: str, to: Address = ZHOU, **options: object) -> bool:
    done = outbox.put(session, to, Reply(text, (Choice("好", "好"),)), NOW, **options)  # type: ignore[arg-type]
    settle(session)
    return done


def _claim(session: Session, now: datetime) -> list[Outgoing]:
    one_by_one(session, delivery.CLAIMS)
    return [row for channel in CHANNELS for row in delivery.claim(session, now, channel, 20)]


def _texts(rows: list[Outgoing]) -> list[str]:
    return [row.text for row in rows]


def test_the_same_message_is_taken_in_once_and_known_again(session: Session) -> None:
    first = inbox.accept(session, _message("m1"), NOW)
    assert first[1] is True
    assert inbox.accept(session, _message("m1"), NOW) == (first[0], False)


def test_one_id_from_two_senders_is_two_messages(session: Session) -> None:
    assert inbox.accept(session, _message("m1", ZHOU), NOW)[1]
    assert inbox.accept(session, _message("m1", LI), NOW)[1]


def test_an_occasion_is_spoken_of_once(session: Session) -> None:
    assert _put(session, "早", once="morning:1")
    assert not _put(session, "早", once="morning:1")


def test_rows_of_one_conversation_go_one_after_another(session: Session) -> None:
    for text in ("一", "二"):
        _put(session, text)
    _put(session, "别人的", LI)
    first = _claim(session, NOW)
    assert _texts(first) == ["一", "别人的"]
    session.flush()
    assert _claim(session, NOW) == []
    outbox.part_sent(session, first[0], 1, NOW)
    assert _texts(_claim(session, NOW)) == ["二"]


def test_a_lease_that_ran_out_is_taken_over_and_its_first_holder_can_change_nothing_more(session: Session) -> None:
    _put(session, "一")
    (lost,) = _claim(session, NOW)
    session.flush()
    later = NOW + outbox.LEASE + timedelta(seconds=1)
    (taken,) = _claim(session, later)
    assert taken.unsure
    session.flush()
    assert not delivery.give_up(session, lost, "from the grave", later)
    assert session.get_one(Outgoing, taken.id).state == "sending"


def test_a_failure_is_tried_again_later_and_given_up_at_last(session: Session) -> None:
    _put(session, "一")
    now = NOW
    for _ in range(delivery.TRIES):
        (row,) = _claim(session, now)
        session.flush()
        delivery.retry(session, row, timedelta(minutes=1), "busy", now, unsure=False)
        row = session.get_one(Outgoing, row.id, populate_existing=True)
        now += timedelta(minutes=1)
    assert (row.state, row.reason) == ("given_up", "too many tries, the last one: busy")
    assert row.given_up_at == now - timedelta(minutes=1)
    assert [what for _, what, _ in row.history] == ["later"] * (delivery.TRIES - 1) + ["given_up"]


def test_what_waits_for_the_user_goes_when_the_user_speaks(session: Session) -> None:
    _put(session, "一")
    (row,) = _claim(session, NOW)
    session.flush()
    delivery.hold(session, row, "quota", NOW)
    assert _claim(session, NOW) == []
    outbox.wake(session, ZHOU, NOW)
    assert _texts(_claim(session, NOW)) == ["一"]


def test_what_backs_off_is_not_hurried_by_a_user_who_speaks(session: Session) -> None:
    _put(session, "一")
    (row,) = _claim(session, NOW)
    session.flush()
    delivery.retry(session, row, timedelta(minutes=1), "busy", NOW, unsure=False)
    outbox.wake(session, ZHOU, NOW)
    assert _claim(session, NOW) == []


def _in_hand(session: Session, number: int) -> InHand:
    until = NOW + timedelta(seconds=10)
    held = outbox.put_in_hand(session, ZHOU, Reply("答"), NOW, answers=number, hints={}, person=None, until=until)
    settle(session)
    return held


def test_an_answer_in_hand_is_left_alone_until_its_time_is_over(session: Session) -> None:
    number, _ = inbox.accept(session, _message("m1"), NOW)
    _in_hand(session, number)
    assert _claim(session, NOW) == []
    (row,) = _claim(session, NOW + timedelta(seconds=11))
    assert (row.text, row.unsure) == ("答", True)


def test_an_answer_handed_over_is_sent_and_known_to_redeliveries(session: Session) -> None:
    number, _ = inbox.accept(session, _message("m1"), NOW)
    outbox.handed_over(session, _in_hand(session, number), 1, NOW)
    settle(session)
    assert session.scalars(select(Outgoing.state)).all() == ["sent"]
    again = outbox.answered_with(session, number)
    assert again is not None
    assert again.reply.text == "答"


def test_the_rest_of_a_long_answer_is_carried_by_the_relay(session: Session) -> None:
    number, _ = inbox.accept(session, _message("m1"), NOW)
    outbox.handed_over(session, _in_hand(session, number), 2, NOW)
    settle(session)
    (row,) = _claim(session, NOW)
    assert row.parts_sent == 1


def test_what_waits_for_a_conversation_is_known_even_before_it_is_written(session: Session) -> None:
    assert not outbox.has_open(session, ZHOU)
    outbox.put(session, ZHOU, Reply("旧的推送"), NOW)
    assert outbox.has_open(session, ZHOU)
    settle(session)
    assert outbox.has_open(session, ZHOU)
    assert not outbox.has_open(session, LI)


def test_a_long_reply_remembers_how_far_it_got(session: Session) -> None:
    _put(session, "长")
    (row,) = _claim(session, NOW)
    session.flush()
    outbox.part_sent(session, row, 3, NOW)
    delivery.retry(session, row, timedelta(0), "busy", NOW, unsure=False)
    session.expire_all()
    (again,) = _claim(session, NOW)
    assert again.parts_sent == 1


def test_choices_survive_the_way_through_the_table(session: Session) -> None:
    _put(session, "选一个")
    row = session.scalars(select(Outgoing)).one()
    assert row.reply == Reply("选一个", (Choice("好", "好"),))


def test_a_file_and_the_question_that_a_button_answers_are_kept_with_what_is_said(session: Session) -> None:
    file = OutFile("本月漏斗.xlsx", "a" * 64)
    outbox.put(session, ZHOU, Reply("要发吗？", (Choice("确认", "确认", "7k"), Choice("算了", "算了")), file), NOW)
    settle(session)
    (row,) = _claim(session, NOW)
    assert row.reply == Reply("要发吗？", (Choice("确认", "确认", "7k"), Choice("算了", "算了")), file)
