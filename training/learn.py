"""Multinomial logistic regression over features that occur or do not, as a model that the bot can read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from scrm_bot.nlp.linear import Linear, read, written

STRENGTH: Final = 1.0  # the inverse of what large weights cost
SEEN: Final = 2  # times, fewer of which make a feature worthless


def text_of(rows: Sequence[tuple[set[str], str]]) -> str:
    """The file of the model that these rows teach."""
    count = Counter(feature for shown, _ in rows for feature in shown)
    known = DictVectorizer()
    table = known.fit_transform([{one: 1.0 for one in sorted(shown) if count[one] >= SEEN} for shown, _ in rows])
    model = LogisticRegression(C=STRENGTH, max_iter=400).fit(table, [label for _, label in rows])
    labels, weights = [str(label) for label in model.classes_], model.coef_
    starts = model.intercept_
    if len(labels) == 2:  # one row of weights stands for both
        weights, starts = [-weights[0] / 2, weights[0] / 2], [-starts[0] / 2, starts[0] / 2]
    found = {
        feature: [float(weights[place][number]) for place in range(len(labels))]
        for feature, number in known.vocabulary_.items()
    }
    found["bias"] = [one + float(starts[place]) for place, one in enumerate(found.get("bias", [0.0] * len(labels)))]
    return written(labels, found)


def learnt(rows: Sequence[tuple[set[str], str]]) -> Linear:
    """The model that these rows teach."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "weights.tsv"
        path.write_text(text_of(rows), "utf-8")
        return read(path)
