"""What a stretch of a message shows to the linear model: its letters with values masked, its values, who speaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from scrm_bot.nlp.evidence import Evidence, Verdict
from scrm_bot.nlp.values import Values

LONGEST: Final = 300  # characters that are looked at; what a message wants stands at its beginning or nowhere
_RUN: Final = re.compile(r"([\ue000-\ue00c])\1+")
_BLANK: Final = re.compile(r"\s+")
_KINDS: Final = (
    "customers", "times", "people", "amounts", "percents", "durations", "phones", "refs", "quantities", "products",
    "stages", "regions",
)  # fmt: skip
_GRAMS: Final = (1, 2, 3)


def features(evidence: Evidence, rule: Verdict | None = None) -> set[str]:
    """The features of a stretch, `rule` being what the rules make of it if they were asked."""
    shown = {*_grams(outline(evidence.values)), *_circumstances(evidence)}
    return shown.union(_ruled(evidence, rule)) if rule else shown


def outline(values: Values) -> str:
    """The words with each value as one mark; stages as they were said, for 签了 and 黄了 say what happened."""
    text = values.bare
    for stage in values.stages:
        at = stage.at - values.at
        text = text[:at] + stage.text + text[at + len(stage.text) :]
    return "^" + _BLANK.sub(" ", _RUN.sub(r"\1", text.lower()).strip())[:LONGEST] + "$"


def _grams(text: str) -> Iterator[str]:
    for size in _GRAMS:
        for at in range(len(text) - size + 1):
            yield text[at : at + size]


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
    for kind in _KINDS:
        if found := getattr(values, kind):
            yield f"has={kind}"
            if len(found) > 1:
                yield f"several={kind}"
    if values.customers and values.amounts:
        yield "customer and amount"
    if not values.customers and not values.people:
        yield "nobody"
    if evidence.future:
        yield "future"
    if evidence.gone:
        yield "gone"
    yield f"length={min(6, len(values.text) // 8)}"
