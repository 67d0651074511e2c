"""A name that is only nearly right writes nothing before somebody has said whom it means."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from scrm_bot.crm.people import Role
from scrm_bot.nlp.meaning import READING
from tests import company
from tests.dialogs.test_examples import KNOWN, VALUES
from tests.stage import CoreStage
from tests.story import PEOPLE

MISSPELT = "顺打五金"  # 佛山顺达五金有限公司 is 小周's
CASES = [
    example
    for skill in KNOWN.values()
    if not set(skill.labels) & READING and Role.SALES in skill.allow
    for example in skill.examples
    if "{customer}" in example
]


@pytest.fixture(scope="module")
def stage(databases) -> Iterator[CoreStage]:
    stage = CoreStage(databases.fresh("sqlite", company.prepare))
    yield stage
    stage.close()


@pytest.mark.parametrize("example", CASES)
def test_nothing_is_written_for_a_name_that_is_only_nearly_right(stage: CoreStage, example: str) -> None:
    text = re.sub(r"\{(\w+)\}", lambda hole: {**VALUES, "customer": MISSPELT}[hole[1]], example)
    before = stage.rows("audit")
    stage.say(PEOPLE["小周"], text)
    assert stage.fate() in ("asked", "answered")  # which one, or that there is none of that name
    assert stage.fate() == "answered" or "佛山顺达五金有限公司" in stage.said
    assert stage.rows("audit") == before
    stage.say(PEOPLE["小周"], "算了")


def test_who_says_which_one_is_meant_has_it_written(fresh_database_url: Callable[..., str]) -> None:
    stage = CoreStage(fresh_database_url("sqlite", company.prepare))
    stage.say(PEOPLE["小周"], f"今天拜访了{MISSPELT}的刘经理")
    assert f"都不是，新客户「{MISSPELT}" in stage.said
    stage.say(PEOPLE["小周"], "1")
    assert stage.fate() == "written"
    assert stage.rows("followups")[-1]["customer"] == "佛山顺达五金有限公司"
    stage.close()
