"""A linear model over features that either occur or do not, small and fast in plain Python."""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp
from pathlib import Path
from struct import unpack
from typing import Final

_LANE: Final = 4  # bytes for a label in a packed row: the sum of thousands of weights fits
_OFFSET: Final = 128  # added to each weight, so that no lane is ever negative; all labels have it, so no chance has
LEAST: Final = 2  # what no weight of a row reaches makes no difference
SCALE: Final = 16  # weights are stored in sixteenths


@dataclass(frozen=True, slots=True)
class Linear:
    """Weights for each label, packed into one whole number a feature: adding rows adds all labels at once."""

    labels: tuple[str, ...]
    rows: Mapping[str, int]

    def chances(self, features: Iterable[str]) -> dict[str, float]:
        """How likely each label is; they add up to 1."""
        powers, _ = self._powers(features)
        whole = sum(powers)
        return {label: power / whole for label, power in zip(self.labels, powers, strict=True)}

    def likeliest(self, features: Iterable[str]) -> tuple[str, float]:
        """The first of the likeliest labels, and how likely it is."""
        powers, first = self._powers(features)
        return self.labels[first], 1 / sum(powers)

    def _powers(self, features: Iterable[str]) -> tuple[list[float], int]:
        """How likely each label is against the likeliest, and the place of that one."""
        count, known = len(self.labels), filter(None, map(self.rows.get, features))
        sums = unpack(f"<{count}I", sum(known).to_bytes(_LANE * count, "little"))
        most = max(sums)
        return [exp((one - most) / SCALE) for one in sums], sums.index(most)

    def pulls(self, features: Iterable[str], to: str, rather_than: str) -> list[tuple[float, str]]:
        """How much each feature speaks for one label and against another, the strongest first."""
        one, other = self.labels.index(to), self.labels.index(rather_than)
        rows = ((feature, self.rows[feature]) for feature in features if feature in self.rows)
        return sorted(((self._weight(row, one) - self._weight(row, other), name) for name, row in rows), reverse=True)

    @staticmethod
    def _weight(row: int, place: int) -> float:
        return ((row >> (8 * _LANE * place)) & 0xFF) / SCALE


def read(path: Path) -> Linear:
    """A model from its file: the labels in the first line, then a feature and its weights (bytes, 128 is 0) in each."""
    lines = path.read_text("utf-8").split("\n")
    labels = tuple(lines[0].split("\t"))
    return Linear(labels, dict(_row(line) for line in lines[1:] if line))


def _row(line: str) -> tuple[str, int]:
    feature, _, packed = line.rpartition("\t")
    weights = a2b_base64(packed)
    lanes = bytearray(_LANE * len(weights))
    lanes[::_LANE] = weights
    return feature, int.from_bytes(lanes, "little")


def written(labels: Iterable[str], rows: Mapping[str, Iterable[float]]) -> str:
    """The text of a model's file. What hardly weighs anything is left out; no feature may hold a line's end."""
    lines = ["\t".join(labels)]
    for feature in sorted(rows):
        whole = [max(-_OFFSET, min(_OFFSET - 1, round(weight * SCALE))) for weight in rows[feature]]
        if max(map(abs, whole)) >= LEAST and "\n" not in feature:
            packed = b2a_base64(bytes(weight + _OFFSET for weight in whole), newline=False).decode("ascii")
            lines.append(f"{feature}\t{packed}")
    return "\n".join(lines) + "\n"
