"""What a stretch of a message shows to the linear model: its letters with values masked, its values, who speaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import add
from typing import Final

from scrm_bot.nlp.evidence import Evidence, Verdict
from scrm_bot.nlp.values import Values

LONGEST: Final = 300  # characters that are looked at; what a message wants stands at its beginning or nowhere
_RUN: Final = re.compile(r"([\ue000-\ue00c])(?=\1)")  # all of it but its last character
_BLANK: Final = re.compile(r"\s+")
_KINDS: Final = (
    "customers", "times", "people", "amounts", "percents", "durations", "phones", "refs", "quantities", "products",
    "stages", "regions",
)  # fmt: skip
_SHOWN: Final = tuple((kind, f"has={kind}", f"several={kind}") for kind in _KINDS)


def features(evidence: Evidence, rule: Verdict | None = None) -> set[str]:
    """The features of a stretch, `rule` being what the rules make of it if they were asked."""
    shown = _grams(outline(evidence.values))
    shown.update(_circumstances(evidence))
    if rule:
        shown.update(_ruled(evidence, rule))
    return shown


def outline(values: Values) -> str:
    """The words with each value as one mark; stages as they were said, for 签了 and 黄了 say what happened."""
    text = values.bare
    for stage in values.stages:
        at = stage.at - values.at
        text = text[:at] + stage.text + text[at + len(stage.text) :]
    return "^" + _BLANK.sub(" ", _RUN.sub("", text.lower()).strip())[:LONGEST] + "$"


def _grams(text: str) -> set[str]:
    """Its characters, pairs and threes."""
    pairs = list(map(add, text, text[1:]))
    return {*text, *pairs, *map(add, pairs, text[2:])}


def _ruled(evidence: Evidence, rule: Verdict) -> Iterator[str]:
    yield f"rule={rule.label}{'!' if rule.firm else ''}"
    yield f"rule={rule.label}/{evidence.role}"
    yield f"why={rule.reasons[0].partition(':')[0]}"
    if evidence.future:
        yield f"future/{rule.label}"


def _circumstances(evidence: Evidence) -> Iterator[str]:
    values = evidence.values
    yield "bias"
    yield f"role={evidence.role}"
    for kind, some, several in _SHOWN:
        if found := getattr(values, kind):
            yield some
            if len(found) > 1:
                yield several
    if values.customers and values.amounts:
        yield "customer and amount"
    if not values.customers and not values.people:
        yield "nobody"
    if evidence.future:
        yield "future"
    if evidence.gone:
        yield "gone"
    yield f"length={min(6, len(values.text) // 8)}"
