"""How near a message comes to an example: both with their values as slots, compared by pairs of characters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence, Set
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
_RUN: Final = re.compile(r"([\ue000-\ue00c])\1+")


def shape(text: str) -> str:
    """A masked text without punctuation, each value one mark."""
    return _RUN.sub(r"\1", _NOISE.sub("", text.lower()))


def template(example: str) -> str:
    """The shape of an example such as 把{customer}推进到{stage}."""
    return shape(normalise(_SLOT.sub(lambda slot: marks.SLOT_MARKS.get(slot.group(1), marks.COMPANY), example)))


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


def _dice(common: int, one: int, other: int) -> float:
    return 2 * common / (one + other)


@dataclass(frozen=True, slots=True)
class Example:
    """One example of one lesson, ready to compare; `place` is its number among all."""

    lesson: Lesson
    words: str
    place: int
    size: int  # how many grams it has


class Lessons:
    """The examples of all lessons: those for what is open (`about`), the others, and these by label."""

    def __init__(self, lessons: Sequence[Lesson]) -> None:
        self.about: list[Example] = []
        self.plain: list[Example] = []
        self.labels: dict[str, list[Example]] = {}
        self._holders: dict[str, list[int]] = {}  # gram -> places of the examples that hold it
        said = ((lesson, words) for lesson in lessons for words in _templates(lesson))
        for place, (lesson, words) in enumerate(said):
            self._add(lesson, words, place)
        self._common = lru_cache(maxsize=8)(self._count)  # the shapes of one message, asked for time and again

    def _add(self, lesson: Lesson, words: str, place: int) -> None:
        held = grams(words)
        example = Example(lesson, words, place, len(held))
        (self.about if lesson.about else self.plain).append(example)
        if not lesson.about:
            self.labels.setdefault(lesson.label, []).append(example)
        for gram in held:
            self._holders.setdefault(gram, []).append(place)

    def nearest(
        self, shapes: Iterable[str], among: Iterable[Example], may: Callable[[Lesson], bool], least: float = 0.0
    ) -> tuple[Example | None, float]:
        """The example that comes nearest to any of the shapes, the earlier of two equally near; below `least` none."""
        best: Example | None = None
        score = 0.0
        counted = [(text, *self._common(text)) for text in dict.fromkeys(shapes)]
        counted = [one for one in counted if _dice(one[3], one[2], one[3]) >= least]
        for example in among if counted else ():
            for text, common, size, _ in counted:
                value = _dice(common.get(example.place, 0), size, example.size)
                if value <= score or value < least:
                    continue
                value = 1.0 if text == example.words else min(0.999, value)
                if value > score and may(example.lesson):
                    best, score = example, value
        return best, score

    def _count(self, text: str) -> tuple[Counter[int], int, int]:
        """How many grams each example has in common with this shape, how many this has, and the most in common."""
        held = grams(text)
        common = Counter(chain.from_iterable(filter(None, map(self._holders.get, held))))
        return common, len(held), max(common.values(), default=0)


def _templates(lesson: Lesson) -> list[str]:
    return [words for example in lesson.examples if (words := template(example))]
