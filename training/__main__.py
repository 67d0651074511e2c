"""`python -m training [CORPUS]`: learn, tell how well messages held apart are labelled, write the weights."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import Final

from scrm_bot.nlp import judge as judging
from scrm_bot.nlp.acts import border_features, units
from scrm_bot.nlp.features import features
from scrm_bot.nlp.labels import decide
from scrm_bot.nlp.linear import Linear
from scrm_bot.nlp.words import Words
from training.learn import learnt, text_of
from training.lessons import taught
from training.said import Said, corpora

ROOT: Final = Path(__file__).parents[1]
CORPUS: Final = ROOT / "tests" / "nlp" / "corpus"
WEIGHTS: Final = ROOT / "scrm_bot" / "nlp"
FOLDS: Final = 4
Rows = list[tuple[set[str], str]]


def intent_rows(said: Sequence[Said]) -> Rows:
    """Each act, with its label."""
    rows: Rows = []
    for one in said:
        if not one.placed:
            continue
        for start, end, label in one.acts:
            evidence = one.reading.evidence(start, end)
            rows.append((features(evidence, decide(evidence)), label))
        if len(one.acts) > 1:
            evidence = one.reading.evidence(0, len(one.reading.values.text))
            rows.append((features(evidence, decide(evidence)), one.label))
    return rows


def border_rows(said: Sequence[Said], model: Linear) -> Rows:
    """Each place where an act might begin, and whether it does."""
    rows: Rows = []
    judging.intents = lambda: model  # type: ignore[assignment]
    for one in said:
        parts = units(one.reading.values) if one.placed else []
        if len(parts) < 2:
            continue
        begins = {_nearest(start, [part.start for part in parts]) for start, _, _ in one.acts}
        first = 0
        for place in range(1, len(parts)):
            new = place in begins
            rows.append((border_features(one.reading, parts, first, place), "new" if new else "on"))
            first = place if new else first
    return rows


def _nearest(start: int, places: Sequence[int]) -> int:
    return min(range(len(places)), key=lambda place: abs(places[place] - start))


def crossed(said: Sequence[Said], fit: Callable[[Rows], Linear]) -> Rows:
    """Rows for the borders, judged by a model that has not seen the message."""
    rows: Rows = []
    for fold in range(FOLDS):
        rest = [one for place, one in enumerate(said) if place % FOLDS != fold]
        rows += border_rows([one for place, one in enumerate(said) if place % FOLDS == fold], fit(intent_rows(rest)))
    return rows


def main(corpus: Path) -> None:
    """Learn from everything under this folder."""
    words = Words()
    words.warm()
    said = list(chain.from_iterable(some for _, some in corpora(corpus, words)))
    rows = crossed(said, learnt)
    said += taught(words)
    for name, found in (("intents", intent_rows(said)), ("borders", rows)):
        text = text_of(found)
        (WEIGHTS / f"{name}.tsv").write_text(text, "utf-8")
        print(f"{name}: {len(found)} rows, {text.count(chr(10)) - 1} features, {len(text) // 1000} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else CORPUS)
