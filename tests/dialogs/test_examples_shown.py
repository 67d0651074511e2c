"""Help by example: every sentence that is shown is understood as what it is shown for, and does it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from scrm_bot.dialogs.skills.guiding import topic
from scrm_bot.inbox import Incoming
from tests import company
from tests.stage import CoreStage
from tests.story import PEOPLE

ROLES = ("小周", "小李", "陈经理", "王敏", "张建国", "王建华")


@pytest.fixture
def stage(fresh_database_url: Callable[..., str], database_kind: str) -> Iterator[CoreStage]:
    stage = CoreStage(fresh_database_url(database_kind, company.prepare))
    yield stage
    stage.close()


def shown(stage: CoreStage) -> list[str]:
    return [line.removeprefix("· ") for line in stage.said.splitlines() if line.startswith("· ")]


def outcome(stage: CoreStage) -> tuple[str, str]:
    with stage.core.db.transaction() as session:
        row = session.get_one(Incoming, stage.last)
        return row.fate or "", row.reason or ""


@pytest.mark.parametrize("who", ROLES)
def test_whatever_is_shown_does_what_it_is_shown_for(stage, who):
    said: dict[str, None] = {}
    for _ in range(8):
        stage.say(PEOPLE[who], "怎么用")
        said |= dict.fromkeys(shown(stage))
    assert len(said) >= (3 if who == "王建华" else 4)
    for words in said:
        stage.say(PEOPLE[who], words)
        fate, reason = outcome(stage)
        assert fate in ("written", "answered"), (words, fate, reason, stage.said)
        assert not reason.startswith(("small_talk", "not_yet", "refused")), (words, reason)
        assert "refused" not in reason, (words, reason, stage.said)
        if fate == "written" and who != "王建华":
            stage.say(PEOPLE[who], "撤销")


def test_help_shows_other_sentences_each_time_and_first_what_was_never_used(stage):
    stage.say(PEOPLE["小周"], "今天拜访了华星王总，对方案认可，下周三再报价")
    stage.say(PEOPLE["小周"], "怎么用")
    first = shown(stage)
    stage.say(PEOPLE["小周"], "怎么用")
    second = shown(stage)
    assert len(first) == len(second) == 5
    assert not set(first) & set(second)
    assert not any("拜访" in words for words in first + second)


@pytest.mark.parametrize("text", ["蓝色的大象在天上飞", "顺达的资料给整整", "帮我那个一下", "王总那边弄弄"])
def test_what_is_offered_after_a_failure_works_too(stage, text):
    stage.say(PEOPLE["小周"], text)
    assert outcome(stage)[0] == "parked", stage.said
    offered = shown(stage)
    assert len(offered) == 3
    for words in offered:
        stage.say(PEOPLE["小周"], words)
        assert outcome(stage)[0] in ("written", "answered"), (words, stage.said)


def test_not_always_the_same_three_are_offered(stage):
    offered = []
    for text in ("蓝色的大象在天上飞", "顺达的资料给整整", "帮我那个一下"):
        stage.say(PEOPLE["小周"], text)
        offered.append(tuple(shown(stage)))
    assert len(set(offered)) == 3


@pytest.mark.parametrize(
    ("text", "skill"),
    [
        ("怎么记拜访", "log_visit"), ("怎么建商机？", "create_deal"), ("怎么撤销", "undo"), ("如何设提醒", "remind_me"),
        ("咋加联系人呢", "add_contact"), ("教我怎么记跟进", "log_visit"), ("怎么报修", "file_for_customer"),
        ("怎么看漏斗", "funnel"), ("怎么修改我的登录密码", ""), ("怎么办", ""), ("华星怎么样", ""), ("怎么还没签", ""),
    ],
)  # fmt: skip
def test_who_asks_how_to_do_one_thing_gets_one_example(text, skill):
    assert topic(text) == skill
