"""The linear model adds whole rows as single numbers; that must be the same as adding weight by weight."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrm_bot.nlp.linear import SCALE, Linear, read, written

LABELS = ("one", "two", "three")
WEIGHTS = st.lists(st.integers(-128, 127), min_size=3, max_size=3).filter(lambda row: max(map(abs, row)) >= 2)


def model(rows: dict[str, list[int]], folder) -> Linear:
    path = folder / "model.tsv"
    path.write_text(written(LABELS, {name: [one / SCALE for one in row] for name, row in rows.items()}), "utf-8")
    return read(path)


@given(st.dictionaries(st.text("甲乙丙丁^$ =", min_size=1, max_size=4), WEIGHTS, max_size=60))
def test_rows_add_up_as_weights_do(tmp_path_factory, rows):
    known = model(rows, tmp_path_factory.mktemp("model"))
    chances = known.chances([*rows, "unknown"])
    sums = [sum(row[place] for row in rows.values()) / SCALE for place in range(3)]
    whole = sum(math.exp(one - max(sums)) for one in sums)
    assert list(chances) == list(LABELS)
    likeliest, chance = known.likeliest([*rows, "unknown"])
    assert (likeliest, chance) == (max(chances, key=chances.__getitem__), max(chances.values()))
    for label, one in zip(LABELS, sums, strict=True):
        assert chances[label] == pytest.approx(math.exp(one - max(sums)) / whole)


def test_nothing_known_leaves_all_labels_alike(tmp_path):
    assert set(model({}, tmp_path).chances(["甲"]).values()) == {1 / 3}


def test_what_pulls_most_towards_a_label_comes_first(tmp_path):
    found = model({"甲": [32, 0, 0], "乙": [0, 48, 0], "丙": [64, 64, 0]}, tmp_path).pulls("甲乙丙丁", "one", "two")
    assert found == [(2.0, "甲"), (0.0, "丙"), (-3.0, "乙")]


def test_what_hardly_weighs_anything_is_left_out(tmp_path):
    assert set(model({"甲": [1, -1, 0], "乙": [2, 0, 0]}, tmp_path).rows) == {"乙"}
