"""How near a message comes to an example: both with their values as slots, compared by pairs of characters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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


def grams(words: str) -> Counter[str]:
    """Its single characters and pairs; pairs know the ends."""
    framed = f"^{words}$"
    pairs = Counter(framed[at : at + 2] for at in range(len(framed) - 1))
    return pairs + Counter(words)


def likeness(one: Counter[str], other: Counter[str]) -> float:
    """The Dice coefficient, 0 to 1."""
    common = sum((one & other).values())
    return 2 * common / max(1, sum(one.values()) + sum(other.values()))


@dataclass(frozen=True, slots=True)
class Example:
    """One example of one lesson, ready to compare."""

    lesson: Lesson
    words: str
    grams: Counter[str]


class Lessons:
    """The examples of all lessons, by label."""

    def __init__(self, lessons: Sequence[Lesson]) -> None:
        self.all = [Example(lesson, words, grams(words)) for lesson in lessons for words in _templates(lesson)]
        self.labels: dict[str, list[Example]] = {}
        for example in self.all:
            self.labels.setdefault(example.lesson.label, []).append(example)

    def nearest(self, words: Iterable[str], among: Iterable[Example]) -> tuple[Example | None, float]:
        """The example that comes nearest to any of the shapes; the earlier one if two are equally near."""
        best: Example | None = None
        score = 0.0
        shapes = [(text, grams(text)) for text in dict.fromkeys(words)]
        for example in among:
            for text, counted in shapes:
                value = 1.0 if text == example.words else min(0.999, likeness(counted, example.grams))
                if value > score:
                    best, score = example, value
        return best, score


def _templates(lesson: Lesson) -> list[str]:
    return [words for example in lesson.examples if (words := template(example))]
