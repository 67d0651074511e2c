"""Notes of low value: a company may let them count, and their doubles are found by an index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from sqlalchemy import text

from tests import company
from tests.stage import CoreStage
from tests.story import PEOPLE

ZHOU = PEOPLE["小周"]


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
