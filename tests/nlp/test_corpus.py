"""How well labelled messages are understood: our own, a part of them never tuned on, and the shared ones."""

from __future__ import annotations

import io
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from scrm_bot.nlp.frame import understand_lines
from scrm_bot.nlp.meaning import WRITING

OWN = Path(__file__).parent / "corpus"
SHARED = Path(__file__).parents[3] / "shared" / "corpus"
NO_SLOTS = ("none", "handoff", "cancel_last")
SOFT = ("priority", "sentiment")


@dataclass
class Score:
    intent: float
    f1: float
    exact: float
    false_writes: float
    wrong_customers: float


def score(words, rows, customers, catalog) -> Score:
    out = io.StringIO()
    understand_lines([json.dumps(row, ensure_ascii=False) for row in rows], out, customers, catalog, words=words)
    found = [json.loads(line) for line in out.getvalue().splitlines()]
    count: Counter[str] = Counter()
    for gold, guess in zip(rows, found, strict=True):
        right = gold["intent"] == guess["intent"]
        hits, extra, missed = (0, 0, 0) if gold["intent"] in NO_SLOTS else compare(gold, guess)
        count.update(hits=hits, extra=extra, missed=missed, right=right, exact=right and not extra and not missed)
        writes = guess["intent"] in WRITING
        count.update(reads=gold["intent"] not in WRITING, false=writes and gold["intent"] not in WRITING)
        named = {*gold["slots"].get("customer", []), *gold["slots"].get("ambiguous_customer", [])}
        count.update(
            named=bool(named), wrong=bool(named) and writes and not named >= set(guess["slots"].get("customer", []))
        )
    f1 = 2 * count["hits"] / (2 * count["hits"] + count["extra"] + count["missed"])
    size = len(rows)
    return Score(
        count["right"] / size,
        f1,
        count["exact"] / size,
        count["false"] / max(1, count["reads"]),
        count["wrong"] / max(1, count["named"]),
    )


def compare(gold, guess) -> tuple[int, int, int]:
    hits = extra = missed = 0
    for slot in {*gold["slots"], *guess["slots"]} - set(SOFT):
        spare = [words for one in gold.get("optional", {}).get(slot, []) for words in str(one).split("|")]
        guessed = [str(one) for one in guess["slots"].get(slot, []) if str(one) not in spare]
        for want in gold["slots"].get(slot, []):
            match = next((one for one in guessed if one in str(want).split("|")), None)
            if match is None:
                missed += 1
            else:
                guessed.remove(match)
                hits += 1
        extra += len(guessed)
    return hits, extra, missed


def own(split):
    rows = [json.loads(line) for line in (OWN / "own.jsonl").read_text("utf-8").splitlines()]
    return [row for row in rows if row["split"] == split]


def load(folder, name):
    return json.loads((folder / name).read_text("utf-8"))


def test_the_messages_held_aside_are_understood(lexicon):
    result = score(lexicon.words, own("held"), load(OWN, "customers.json"), load(OWN, "catalog.json"))
    assert result.intent >= 0.93
    assert result.f1 >= 0.93
    assert result.exact >= 0.85
    assert result.false_writes <= 0.02
    assert result.wrong_customers <= 0.02


ASIDE = ("second_company", "nationwide")  # by two authors, with customers of their own; written when all else was done


@pytest.mark.parametrize("company", ASIDE)
def test_messages_that_nothing_was_fitted_to_are_understood(lexicon, company):
    folder = OWN / company
    rows = [json.loads(line) for line in (folder / "messages.jsonl").read_text("utf-8").splitlines()]
    result = score(lexicon.words, rows, load(folder, "customers.json"), load(folder, "catalog.json"))
    assert result.intent >= 0.93
    assert result.f1 >= 0.92
    assert result.exact >= 0.78
    assert result.false_writes <= 0.03
    assert result.wrong_customers <= 0.02


def test_the_messages_tuned_on_are_understood(lexicon):
    result = score(lexicon.words, own("dev"), load(OWN, "customers.json"), load(OWN, "catalog.json"))
    assert result.intent >= 0.95
    assert result.f1 >= 0.95
    assert result.false_writes == 0
    assert result.wrong_customers == 0


@pytest.mark.skipif(not SHARED.exists(), reason="the shared corpus is not beside the repository")
def test_the_shared_messages_are_understood(lexicon):
    rows = [json.loads(line) for line in (SHARED / "messages.jsonl").read_text("utf-8").splitlines()]
    result = score(lexicon.words, rows, load(SHARED, "customers.json"), load(SHARED, "catalog.json"))
    assert result.intent >= 0.95
    assert result.f1 >= 0.95
    assert result.exact >= 0.90
    assert result.false_writes == 0
    assert result.wrong_customers == 0
