"""Reasons are found out by the code that understood, and point at the words that they speak of."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrm_bot.app import skills
from scrm_bot.nlp.brain import Brain
from scrm_bot.nlp.lexicon import Lexicon
from scrm_bot.nlp.meaning import WRITING, Scene
from scrm_bot.nlp.reasons import Reason, explain

NOW = datetime(2026, 4, 15, 10, 20)
OWN = Path(__file__).parent / "corpus" / "own.jsonl"
ROWS = [json.loads(line) for line in OWN.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def taught(lexicon: Lexicon) -> Brain:
    return Brain(lexicon, [lesson for skill in skills().values() for lesson in skill.lessons()])


def one(brain: Brain, text: str) -> Reason:
    (reason,) = explain(brain, text, NOW)[1]
    return reason


@given(st.sampled_from(ROWS))
@settings(max_examples=len(ROWS))
def test_what_is_explained_is_what_was_understood(taught: Brain, row) -> None:
    scene = Scene(role=row["role"])
    meaning, reasons = explain(taught, row["text"], NOW, scene)
    assert meaning == taught.understand(row["text"], NOW, scene)
    assert [replace(reason.act, reasons=()) for reason in reasons] == [replace(act, reasons=()) for act in meaning.acts]
    for reason in reasons:
        named = {(origin.slot, str(origin.value)) for origin in reason.origins}
        assert named == {(slot, str(value)) for slot, found in reason.act.slots.items() for value in found}
        for origin in reason.origins:
            assert meaning.text[origin.at : origin.at + len(origin.words)] == origin.words or not origin.words


@given(st.text(max_size=80), st.sampled_from(["rep", "customer", "manager"]))
@settings(max_examples=150)
def test_nothing_is_too_strange_to_be_explained(taught: Brain, text: str, role: str) -> None:
    meaning, reasons = explain(taught, text, NOW, Scene(role=role))
    assert len(reasons) == len(meaning.acts)


def test_each_value_comes_from_words_of_the_message(brain: Brain) -> None:
    reason = one(brain, "今天拜访了浦江王总，谈了30万，下周三再报价")
    found = {origin.slot: (origin.words, origin.at) for origin in reason.origins}
    assert found["customer"] == ("浦江", 5)
    assert found["person"] == ("王总", 7)
    assert found["amount"] == ("30万", 12)
    assert found["next_time"] == ("下周三", 16)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("拜访了上海浦江精密机械有限公司", "full name"),
        ("拜访了浦江", "short name"),
        ("拜访了安捷", "several"),
        ("拜访了西西软件的王总", "alike"),
    ],
)
def test_a_customer_is_named_in_one_of_these_ways(brain: Brain, text: str, why: str) -> None:
    assert [origin.why for origin in one(brain, text).origins if origin.slot == "customer"] == [why]


@pytest.mark.parametrize(
    ("text", "instead_of", "words"),
    [
        ("先别给浦江建商机", "create_deal", ["先别"]),
        ("浦江签了吗", "update_deal", ["吗"]),
        ("要是浦江签了就好了", "update_deal", ["要是"]),
    ],
)
def test_what_took_the_writing_out_of_it_is_named(brain: Brain, text: str, instead_of: str, words) -> None:
    reason = one(brain, text)
    assert reason.act.label not in WRITING
    assert reason.instead_of == instead_of
    assert [seen.words for seen in reason.against][:1] == words


def test_what_is_seen_is_seen_in_its_clause(brain: Brain) -> None:
    reason = one(brain, "我还没拜访浦江，明天再说吧")
    assert [(seen.kind, seen.words, seen.clause) for seen in reason.seen] == [("negation", "还没", "我还没拜访浦江")]


def test_the_words_that_close_a_deal_lead_to_the_stage(brain: Brain) -> None:
    (stage,) = [origin for origin in one(brain, "浦江黄了").origins if origin.slot == "stage"]
    assert (stage.value, stage.words) == ("输单", "黄了")
