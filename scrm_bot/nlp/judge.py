"""What a stretch of a message does: rules give a verdict, a linear model that knows how far to trust them decides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from scrm_bot.nlp.evidence import Evidence, Verdict
from scrm_bot.nlp.features import features
from scrm_bot.nlp.labels import decide
from scrm_bot.nlp.linear import Linear, read
from scrm_bot.nlp.meaning import WRITING

_HERE: Final = Path(__file__).parent
WRITES_FROM: Final = 0.5  # how likely a write must be that no rule speaks for
_WORDS: Final = re.compile(r"[^\W\d_\ue000-\ue00c]")
READS_LIKE: Final = "reads like others of its kind"
STAFF_ONLY: Final = frozenset(("log_visit", "create_deal", "update_deal", "query_deals"))  # what no customer means
SURE_FROM: Final = 0.8  # and from which on it need not be asked about


@cache
def intents() -> Linear:
    """Which label a stretch has, by its features."""
    return read(_HERE / "intents.tsv")


@cache
def borders() -> Linear:
    """Whether a new act begins."""
    return read(_HERE / "borders.tsv")


def warm() -> None:
    """Read both models; call it at start, in a thread."""
    intents()
    borders()


@dataclass(frozen=True, slots=True)
class Judgement:
    """A label, how likely it is, the next one, and the rules' word on it. `sure`: it may be acted upon."""

    label: str
    chance: float
    second: str
    second_chance: float
    rule: Verdict

    @property
    def sure(self) -> bool:
        """A write needs a rule that says so, or hardly any doubt."""
        return self.label not in WRITING or self.label == self.rule.label or self.chance >= SURE_FROM

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why, in words."""
        if self.label == self.rule.label:
            return self.rule.reasons
        return (READS_LIKE,)


@dataclass(frozen=True, slots=True)
class Glance:
    """What a short stretch looks like, the rules not asked: enough to see where something else begins."""

    label: str
    chance: float


def glance(evidence: Evidence) -> Glance:
    """The likeliest label at first sight."""
    return Glance(*intents().likeliest(features(evidence)))


def telling(evidence: Evidence, label: str, rather_than: str, most: int = 3) -> list[str]:
    """The words that speak most for a label and against another, none within another."""
    words: list[str] = []
    for weight, feature in intents().pulls(features(evidence), label, rather_than):
        said = feature.strip("^$ ")
        plain = len(said) > 1 and "=" not in feature and any("一" <= char <= "龥" for char in said)
        if weight > 0 and plain and not any(said in other or other in said for other in words):
            words.append(said)
        if len(words) == most:
            break
    return words


def _possible(evidence: Evidence, chances: dict[str, float]) -> dict[str, float]:
    return chances if evidence.inside else {one: chance for one, chance in chances.items() if one not in STAFF_ONLY}


def judge(evidence: Evidence) -> Judgement:
    """The label of a stretch."""
    rule = decide(evidence)
    if rule.whole or not _WORDS.search(evidence.values.bare):  # values alone are what a question was answered with
        return Judgement(rule.label, 1.0, "none", 0.0, rule)
    chances = _possible(evidence, intents().chances(features(evidence, rule)))
    first, second = sorted(chances, key=chances.__getitem__, reverse=True)[:2]
    if first in WRITING and first != rule.label and chances[first] < WRITES_FROM:
        read = max((label for label in chances if label not in WRITING), key=chances.__getitem__)
        if rule.label not in WRITING or chances[read] * 20 >= chances[first]:  # else one of two writes, which is asked
            first, second = read, first
    return Judgement(first, chances[first], second, chances[second], rule)
