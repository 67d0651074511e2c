"""All the values of one message, found in the order in which they claim their words, and the text with them masked."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from scrm_bot.nlp import english_values, marks
from scrm_bot.nlp.company import REGIONS
from scrm_bot.nlp.duration import Duration, find_durations
from scrm_bot.nlp.lexicon import Found, Lexicon, Vocabulary
from scrm_bot.nlp.marks import cover
from scrm_bot.nlp.meaning import Mention, Overlay, When
from scrm_bot.nlp.mend import mend
from scrm_bot.nlp.money import Money, find_money
from scrm_bot.nlp.namebook import NOBODY, Near
from scrm_bot.nlp.people import Person, find_people
from scrm_bot.nlp.percent import Percent, find_percents
from scrm_bot.nlp.phone import Phone, find_phones
from scrm_bot.nlp.quantity import Quantity, find_quantities
from scrm_bot.nlp.refno import RefNo, find_refnos
from scrm_bot.nlp.text import unlinked
from scrm_bot.nlp.when import find_times


class Spanned(Protocol):
    """Anything found in a text."""

    @property
    def text(self) -> str:
        """Its words."""

    @property
    def at(self) -> int:
        """Where they begin."""


@dataclass(frozen=True, slots=True)
class Values:
    """What a message, or a stretch of it, holds. `masked` hides all but products and stages, `bare` hides those too."""

    text: str
    masked: str
    bare: str
    customers: tuple[Mention, ...] = ()
    times: tuple[When, ...] = ()
    people: tuple[Person, ...] = ()
    amounts: tuple[Money, ...] = ()
    percents: tuple[Percent, ...] = ()
    durations: tuple[Duration, ...] = ()
    phones: tuple[Phone, ...] = ()
    refs: tuple[RefNo, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    products: tuple[Found, ...] = ()
    stages: tuple[Found, ...] = ()
    regions: tuple[Found, ...] = ()
    at: int = 0  # where the stretch begins in the whole message

    def part(self, start: int, end: int) -> Values:
        """The values between two offsets of the whole message; offsets stay those of the whole message."""

        def within(found: Iterable[Any]) -> tuple[Any, ...]:
            return tuple(one for one in found if start <= one.at < end)

        if start == self.at and end == start + len(self.text):
            return self
        cut = slice(start - self.at, end - self.at)
        found: dict[str, Any] = {name: within(some) for name in _KINDS if (some := getattr(self, name))}
        return Values(self.text[cut], self.masked[cut], self.bare[cut], at=start, **found)


_KINDS: Final = (
    "customers", "times", "people", "amounts", "percents", "durations", "phones", "refs", "quantities", "products",
    "stages", "regions",
)  # fmt: skip
_REGION: Final = re.compile("|".join(REGIONS))


@dataclass(slots=True)
class _Reader:
    """Finds and masks, one kind after the other."""

    masked: str
    found: dict[str, Any] = field(default_factory=dict)

    def take(self, kind: str, mark: str, found: Iterable[Spanned]) -> None:
        kept = [one for one in found if not marks.ANY.search(self.masked, one.at, one.at + len(one.text))]
        for one in kept:
            self.masked = cover(self.masked, one.at, len(one.text), mark)
        self.found[kind] = tuple(kept)

    def read(self, kind: str, mark: str, finder: Callable[[str], Iterable[Spanned]]) -> None:
        self.take(kind, mark, finder(self.masked))


def read_values(
    text: str,
    now: datetime,
    lexicon: Lexicon,
    but: Container[int] = frozenset(),
    learnt: Overlay | None = None,
    near: Near = NOBODY,
) -> Values:
    """Find every value of a normalised text. Times win over bare names, longer names win over the times inside them.

    `but`: customers whose names mean nothing here. `learnt`: words that the speaker taught. `near`: whom the speaker
    most likely means.
    """
    reader = _Reader(unlinked(text))
    reader.read("phones", marks.PHONE, find_phones)
    reader.read("refs", marks.REF, find_refnos)
    times = _times(reader.masked, now)
    spans = [(when.at, when.at + len(when.text)) for when in times]
    mentions = lexicon.customers.find(reader.masked, spans, but, near)
    if learnt:
        mentions = learnt.customers(reader.masked, mentions, but)
    reader.take("customers", marks.CUSTOMER, mentions)
    if any(_overlap(when, mention) for when in times for mention in mentions):
        times = _times(reader.masked, now)
    reader.take("times", marks.TIME, times)
    reader.read("percents", marks.PERCENT, find_percents)
    products = _terms("product", lexicon.products, reader.masked, learnt)
    people = find_people(_hide(reader.masked, products), lexicon.colleagues, lexicon.words.frequency)
    reader.take("people", marks.PERSON, people)
    reader.read("durations", marks.DURATION, find_durations)
    before, amounts = reader.masked, _amounts(reader.masked)
    reader.take("amounts", marks.AMOUNT, [money for money in amounts if not money.bare])
    reader.masked = mend(reader.masked, lexicon.is_word)
    masked = reader.masked  # 一份 is a quantity, but 做一份报价 is read with it
    reader.read("quantities", marks.QUANTITY, find_quantities)
    left = amounts if reader.masked == before else _amounts(reader.masked)
    loose = [money for money in left if money.bare and money.value >= 100]
    reader.found["amounts"] = tuple(sorted((*reader.found["amounts"], *loose), key=lambda money: money.at))
    reader.found["regions"] = tuple(Found(m.group(), m.group(), m.start()) for m in _REGION.finditer(reader.masked))
    reader.take("products", marks.PRODUCT, _terms("product", lexicon.products, reader.masked, learnt))
    stages = _terms("stage", lexicon.stages, masked, learnt)
    bare = reader.masked
    for stage in stages:
        bare = cover(bare, stage.at, len(stage.text), marks.STAGE)
    reader.found["stages"] = tuple(stages)
    return Values(text, masked, bare, **reader.found)


_BUSY: Final = re.compile(r"(?:在|正|忙)(?:着|在|忙着|忙|做|搞|弄|赶)$")
_SEASON: Final = re.compile(r"[年月季][底末中初度]|季度末?")


def _times(text: str, now: datetime) -> list[When]:
    """Those in Chinese, and in English: tomorrow at 3pm is more than 3pm. None is 他们在做年底盘点, a kind of work."""
    found = english_values.times(text, now)
    chinese = [when for when in find_times(text, now) if not _is_work(text, when)]
    if not found:
        return chinese
    others = [when for when in chinese if not any(_overlap(when, one) for one in found)]
    return sorted([*found, *others], key=lambda when: when.at)


def _is_work(text: str, when: When) -> bool:
    return _SEASON.fullmatch(when.text) is not None and _BUSY.search(text, max(0, when.at - 4), when.at) is not None


def _amounts(text: str) -> list[Money]:
    found = list(english_values.sums(text))
    return [*found, *(money for money in find_money(text) if not any(_overlap(money, one) for one in found))]


def _terms(kind: str, known: Vocabulary, text: str, learnt: Overlay | None) -> list[Found]:
    found = known.find(text)
    return learnt.terms(kind, text, found) if learnt else found


def _overlap(one: Spanned, other: Spanned) -> bool:
    return one.at < other.at + len(other.text) and other.at < one.at + len(one.text)


def _hide(text: str, found: Iterable[Spanned]) -> str:
    for one in found:
        text = cover(text, one.at, len(one.text), marks.PRODUCT)
    return text
