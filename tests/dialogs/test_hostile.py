"""Whole turns of texts that nobody would type: each meets its fate, none is a bug, and nothing foolish is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

import pytest

from bench import hostile
from scrm_bot.inbox import FATES
from tests import company
from tests.stage import CoreStage
from tests.story import PEOPLE

NAMES = [name for name, *_ in company.CUSTOMERS]
SPEAKERS = ("小周", "陈经理", "王敏", "张建国", "王建华", "路人", "生人")
TABLES = ("followups", "deals", "reminders", "customers", "contacts", "words")


@pytest.fixture
def stage(fresh_database_url: Callable[..., str]) -> Iterator[CoreStage]:
    stage = CoreStage(fresh_database_url("sqlite", company.prepare))
    yield stage
    stage.close()


def counts(stage: CoreStage) -> dict[str, int]:
    return {table: len(stage.rows(table)) for table in TABLES}


@pytest.mark.parametrize("seed", range(6))
def test_no_hostile_text_is_a_bug(stage: CoreStage, seed: int) -> None:
    texts = hostile.texts(seed, NAMES, [f"今天拜访了{name}，提醒我下周三报价" for name in NAMES])
    for speaker, text in zip(SPEAKERS, islice(texts, len(SPEAKERS)), strict=True):
        stage.say(PEOPLE[speaker], text)
        assert stage.fate() in set(FATES) - {"failed"}


@pytest.mark.parametrize(
    "text",
    [
        "今天拜访了华星王总，又去了恒通电子。" * 200,
        "王总 10:21\n华星签了，50万\n" * 100,
        "以后“老花”就是" * 300 + "华星科技",
        "忘掉" * 1000,
        "\u202e今天拜访了华星\u202c" * 150,
        "华星" * 10_000,
        "到哪步了" * 500,
    ],
)
def test_endless_repetition_writes_nothing_for_one_of_us(stage: CoreStage, text: str) -> None:
    before = counts(stage)
    stage.say(PEOPLE["小周"], text)
    assert stage.fate() in ("asked", "answered", "parked", "ignored")
    assert counts(stage) == before


def test_marks_that_nobody_sees_change_nothing(stage: CoreStage) -> None:
    stage.say(PEOPLE["小周"], "今天\u200b拜访了\u202e华\u2060星\u202c王总\ufeff，下周\u200d三再报一版")
    assert stage.fate() == "written"
    (followup,) = stage.rows("followups")[2:]
    assert followup["customer"] == "华星科技(深圳)有限公司"
    assert stage.rows("reminders")[0]["due_at"].startswith("2026-03-25")
