"""Notes of low value: a company may let them count, and their doubles are found by an index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import text

from scrm_bot.crm.people import Role
from scrm_bot.nlp.meaning import Scene
from tests import company
from tests.dialogs.test_examples import BRAIN, KNOWN
from tests.stage import CoreStage
from tests.story import PEOPLE

ZHOU = PEOPLE["小周"]
NOW = datetime(2026, 3, 18, 9, 40)


@pytest.fixture
def stage(fresh_database_url: Callable[..., str], database_kind: str) -> Iterator[CoreStage]:
    stage = CoreStage(fresh_database_url(database_kind, company.prepare))
    yield stage
    stage.close()


def _last_contact(stage: CoreStage) -> str:
    return next(str(row["last_followed_at"])[:10] for row in stage.rows("customers") if "顺达" in row["name"])


def test_a_note_that_says_nothing_leaves_the_clock_running(stage):
    stage.say(ZHOU, "顺达 跟进正常")
    assert "先不算跟进过" in stage.said
    assert _last_contact(stage) == "2026-03-09"


def test_a_company_may_let_it_count(stage):
    stage.core.turns.shape = replace(stage.core.shape, count_low_value=True)
    stage.say(ZHOU, "顺达 跟进正常")
    assert "先不算跟进过" not in stage.said
    assert "原话怎么说" in stage.said
    assert _last_contact(stage) == "2026-03-18"


@pytest.mark.parametrize("database_kind", ["sqlite"])  # PostgreSQL reads a table of three rows as a whole
def test_what_somebody_wrote_lately_is_found_by_an_index(stage):
    query = "SELECT text FROM followups WHERE author_id = 3 AND created_at >= '2026' ORDER BY created_at DESC LIMIT 30"
    with stage.core.db.transaction() as session:
        plan = str(session.execute(text(f"EXPLAIN QUERY PLAN {query}")).all())
    assert "ix_followups_written" in plan


TOUCHES = "联系 沟通 跟进 回访 交流 对接 维护 拜访 走访 问候 聊 谈 打电话 通电话 发微信 见面".split()
REPORTS = "已{} {}过了 {}了 华星已{} 华星{}过了 今天{}了 {}正常 正常{} {}完了 顺达{}过，一切正常".split()


@pytest.mark.parametrize("touch", TOUCHES)
def test_a_report_of_contact_is_a_note_whatever_the_verb(touch):
    sales = frozenset(name for name, one in KNOWN.items() if Role.SALES in one.allow)
    for report in REPORTS:
        act = BRAIN.understand(report.format(touch), NOW, Scene("rep", sales)).main
        assert (act.label, act.lesson) in (("log_visit", "log_visit"), ("none", "")), (report.format(touch), act)
