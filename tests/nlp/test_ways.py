"""Customers said in every way that people say them, among few and among many; and talk that names nobody."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from bench import names, ways
from bench.companies import companies
from bench.everyday import EVERYDAY
from scrm_bot.nlp.brain import Brain
from scrm_bot.nlp.registering import Draft
from tests.stage import WORDS

RIGHTLY = ("full", "without form", "core + trade", "a part", "traditional", "mixed case")
FEW, MANY = 200, names.LARGE + 1_000


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> tuple[Brain, list]:
    """More than are kept in memory."""
    known, file = list(companies(MANY)), tmp_path_factory.mktemp("many") / "names"
    draft = Draft()
    draft.take((number, one.name, one.name, None) for number, one in enumerate(known, 1))
    draft.write(file, MANY)
    return names.brain_of(known, WORDS, file), known


@pytest.fixture(scope="module")
def few() -> tuple[Brain, list]:
    """As many as a young company has."""
    known = list(companies(FEW))
    return names.brain_of(known, WORDS, Path()), known


@pytest.fixture(params=["few", "many"])
def company(request: pytest.FixtureRequest) -> tuple[Brain, list]:
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("way", ways.WAYS)
def test_a_customer_is_found_in_whatever_way_it_is_said(company, way):
    brain, known = company
    said = {
        form.lower() for one in known for form in (one.name, one.place + one.core + one.trade, one.core + one.trade)
    }
    chance, fates = random.Random(11), Counter()
    for number in chance.sample(range(len(known)), 40):
        words = ways.WAYS[way](known[number], chance)
        if way in names.MISSPELT and words.lower() in said:
            continue
        fates[names.fate_of(brain, chance.choice(ways.CARRIERS).format(words), number + 1, [])] += 1
    found = sum(count for fate, count in fates.items() if fate.startswith(("right", "among")))
    least = 0.95 if way in RIGHTLY else 0.9 if way == "place + core" else 0.3 if way == "core" else 0.5
    assert fates["wrong"] <= (0 if way in (*RIGHTLY, "place + core", "homophone") else 1), fates
    assert found >= least * sum(fates.values()), fates


@pytest.mark.parametrize("text", EVERYDAY)
def test_everyday_talk_names_nobody(few, many, text):
    for brain, _ in (few, many):
        assert brain.understand(text, names.NOW).slots.get("customer", ()) == ()


def test_companies_that_are_no_customers_are_hardly_ever_taken_for_one(few):
    brain, known = few
    fates = names.absent(known, brain).fates
    assert fates["wrong"] + fates["wrong, asked"] <= 0.04 * sum(fates.values()), fates
