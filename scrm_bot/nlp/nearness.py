"""How near a message comes to an example: both with their values as slots, compared by pairs of characters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from operator import add
from typing import Final

from scrm_bot.nlp import marks
from scrm_bot.nlp.meaning import Lesson
from scrm_bot.nlp.text import normalise

_SLOT: Final = re.compile(r"\{(\w+)[^{}]*\}")
_NOISE: Final = re.compile(r"[\s,.。!?;:、~…\"'“”‘’()]+")
_NEARLY: Final = 0.999  # as near as words come that are not the same
_RUN: Final = re.compile(r"([\ue000-\ue00c])(?=\1)")  # all of it but its last character


@lru_cache(maxsize=8)  # a message of one act is held against examples as a whole, and as that act
def shape(text: str) -> str:
    """A masked text without punctuation, each value one mark."""
    return _RUN.sub("", _NOISE.sub("", text.lower()))


def template(example: str) -> str:
    """The shape of an example such as 把{customer}推进到{stage}."""
    return shape(normalise(_SLOT.sub(lambda slot: marks.SLOT_MARKS.get(slot.group(1), marks.COMPANY), example)))


@lru_cache(maxsize=8)  # the shapes of one message are held against several kinds of examples
def grams(words: str) -> frozenset[str]:
    """Its single characters and pairs; pairs know the ends. A second 的 is told from the first: sets count that way."""
    framed = f"^{words}$"
    pieces = [*words, *map(add, framed, framed[1:])]
    once = frozenset(pieces)
    if len(once) == len(pieces):
        return once
    again = [(piece, times) for piece, times in Counter(pieces).items() if times > 1]
    return once.union(f"{piece}\n{time}" for piece, times in again for time in range(1, times))


def likeness(one: Set[str], other: Set[str]) -> float:
    """The Dice coefficient, 0 to 1."""
    return _dice(len(one & other), len(one), len(other))


def _size(words: str) -> int:
    return 2 * len(words) + 1


def _dice(common: int, one: int, other: int) -> float:
    return 2 * common / (one + other)


@dataclass(frozen=True, slots=True)
class Example:
    """One example of one lesson."""

    lesson: Lesson
    words: str

    @property
    def size(self) -> int:
        """How many grams it has."""
        return _size(self.words)


class Examples:
    """Examples among which the nearest is looked for, with an index that holds a message against all at once."""

    def __init__(self, examples: Iterable[Example]) -> None:
        self._all = tuple(examples)
        self._sizes = [example.size for example in self._all]
        self._least, self._most = min(self._sizes, default=0), max(self._sizes, default=0)
        self._holders: dict[str, list[int]] = {}  # gram -> places of the examples that hold it
        for place, example in enumerate(self._all):
            for gram in grams(example.words):
                self._holders.setdefault(gram, []).append(place)

    def __iter__(self) -> Iterator[Example]:
        return iter(self._all)

    def nearest(
        self, shapes: Iterable[str], may: Callable[[Example], bool], least: float = 0.0
    ) -> tuple[Example | None, float]:
        """The example that comes nearest to any of the shapes, the earlier of two equally near; below `least` none."""
        nearest: dict[int, float] = {}
        for text in dict.fromkeys(shapes):
            size = _size(text)
            for place, common in self._near(text, least).items():
                value = 2 * common / (size + self._sizes[place])
                if value > nearest.get(place, 0.0):
                    nearest[place] = value if value < _NEARLY else self._exactly(place, text)
        for place in sorted(nearest, key=lambda place: (-nearest[place], place)):
            if nearest[place] < least:
                break
            if may(self._all[place]):
                return self._all[place], nearest[place]
        return None, 0.0

    def _exactly(self, place: int, text: str) -> float:
        return 1.0 if text == self._all[place].words else _NEARLY

    def _near(self, text: str, least: float) -> dict[int, int]:
        """How many grams each example has in common with this shape; empty if none can be as near as that."""
        size = _size(text)
        closest = min(max(size, self._least), self._most)  # the size, among theirs, that could be nearest
        if _dice(min(size, closest), size, closest) < least:
            return {}
        known = list(filter(None, map(self._holders.get, grams(text))))
        if _dice(len(known), size, len(known)) < least:
            return {}
        common = Counter(chain.from_iterable(known))
        most = max(common.values(), default=0)
        return common if _dice(most, size, most) >= least else {}


class Lessons:
    """The examples of all lessons: those for what is open (`about`), the others, and these by label."""

    def __init__(self, lessons: Sequence[Lesson]) -> None:
        said = [Example(lesson, words) for lesson in lessons for words in _templates(lesson)]
        plain = [example for example in said if not example.lesson.about]
        labels: dict[str, list[Example]] = {}
        for example in plain:
            labels.setdefault(example.lesson.label, []).append(example)
        self.about = Examples(example for example in said if example.lesson.about)
        self.plain = Examples(plain)
        self.labels = {label: Examples(some) for label, some in labels.items()}


def _templates(lesson: Lesson) -> list[str]:
    return [words for example in lesson.examples if (words := template(example))]
