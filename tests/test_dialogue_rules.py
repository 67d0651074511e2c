"""The rules of the dialogue, D1 to D20: each is told by two stories at least.

A story says which it tells in a comment under its title, a test of this suite in its docstring: (D16).
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.story import stories

HERE = Path(__file__).parent
RULES = {
    "D1": "record first, ask later",
    "D2": "a receipt for every write, and undo",
    "D3": "several customers in one message are several records and one receipt",
    "D4": "what was is a record, what will be is a plan, one sentence may have both",
    "D5": "a question is not a statement",
    "D6": "what is denied is not done",
    "D7": "an ambiguous name is asked about",
    "D8": "what was spoken of last is meant",
    "D9": "what was said wrong is put right, old and new shown",
    "D10": "money and dates as people say them",
    "D11": "who it is comes first, and customers reach nothing of ours",
    "D12": "no is said honestly and gives nothing away",
    "D13": "in a group only when spoken to, and what is private in private",
    "D14": "long lists are short, numbered, and can be acted on",
    "D15": "one message writes once, two messages alike write twice",
    "D16": "a second message while the first is in work is not lost",
    "D17": "what is not understood is kept, and the nearest is offered",
    "D18": "what was spoken is noisy, what was sent belongs to the last record",
    "D19": "small talk writes nothing",
    "D20": "quiet at night, but for what is urgent",
}


@pytest.mark.parametrize("rule", RULES, ids=[f"{rule}: {words}" for rule, words in RULES.items()])
def test_each_rule_is_told_twice(rule: str) -> None:
    assert _told()[rule] >= 2


def test_no_story_tells_of_a_rule_that_is_none() -> None:
    assert set(_told()) <= RULES.keys()


def _told() -> Counter[str]:
    """How many stories and tests tell each rule."""
    by_stories = Counter(rule for _, text in stories(HERE / "stories") for rule in _named(text))
    return by_stories + Counter(rule for file in HERE.rglob("test_*.py") for rule in _documented(file))


def _named(story: str) -> set[str]:
    lines = (line for line in story.splitlines() if line.startswith("# D"))
    return {rule for line in lines for rule in re.findall(r"\bD\d+\b", line)}


def _documented(file: Path) -> list[str]:
    return re.findall(r"\((D\d+)\)", file.read_text(encoding="utf-8")) if file.name != Path(__file__).name else []
