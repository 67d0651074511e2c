"""What understanding yields: acts with values in them, and the reasons for both."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from scrm_bot.recurrence import Every


class Grain(StrEnum):
    """What kind of time was said."""

    MINUTE = "minute"
    DAY = "day"
    PART = "part"  # a part of a day
    RANGE = "range"  # closed, both ends included
    BEFORE = "before"  # by `end`
    AFTER = "after"  # from `start`


@dataclass(frozen=True, slots=True)
class When:
    """A time as it was said. `start` and `end` are naive local times, None where open; `notation` is the scheme's."""

    notation: str
    grain: Grain
    start: datetime | None
    end: datetime | None
    text: str
    at: int  # offset in the text
    second: bool = False  # seconds were spoken: `start` is exact
    loose: str = ""  # what was left unsaid (day, week, month, year): the words fit an earlier or a later one too
    every: Every | None = None  # it comes again; the rest tells the next one


@dataclass(frozen=True, slots=True)
class Named:
    """An entry of the lexicon."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Mention:
    """Words that name a customer: one candidate, or all that fit. `sure`: by the words themselves, not by likeness."""

    text: str
    at: int
    candidates: tuple[Named, ...]
    sure: bool = True
    learnt: bool = False  # the speaker taught it


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a skill teaches the brain: its name, the label of its meaning, who may mean it, and examples.

    `about` names something that must be open in the conversation (a reminder just rung, a ticket just pushed) for
    short answers such as 完成 or 接 to mean this; "" for what can be said at any time.
    """

    name: str
    label: str
    examples: tuple[str, ...]
    about: str = ""


class Overlay(Protocol):
    """Words of one person, laid over the lexicon's: see learnt.py."""

    def customers(self, text: str, found: Sequence[Mention], but: Container[int]) -> list[Mention]:
        """The mentions, and those that were taught."""

    def terms(self, kind: str, text: str, found: Sequence[Any]) -> list[Any]:
        """The products or stages, and those that were taught."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Who speaks, and what is going on: evidence, never permission."""

    role: str = "rep"  # rep | manager | customer
    allowed: frozenset[str] | None = None  # names of the lessons that this person may mean; None: all
    about: Container[str] = ()  # what is open in this conversation
    recent: tuple[int, ...] = ()  # customers of this conversation, latest first
    mine: Container[int] = ()  # customers of the speaker
    me: str = ""  # the speaker's own name
    hidden: Callable[[Collection[int]], Collection[int]] | None = None  # which of these customers is no name to them
    learnt: Overlay | None = None  # the words that the speaker taught
    owners: Callable[[], Collection[int]] | None = None  # whose customers the speaker deals with


@dataclass(frozen=True, slots=True)
class Act:
    """One thing meant. Slot values: Mention (customer), When (time, next_time), int, float or str as in the scheme.

    Beyond the scheme, `unknown_customer` holds the words that look like a company's name and match none.
    """

    label: str  # the scheme's intent
    lesson: str  # the chosen lesson's name, "" if no allowed lesson carries the label
    slots: Mapping[str, tuple[Any, ...]]
    text: str  # its clause or clauses, as said
    reasons: tuple[str, ...] = ()
    masked: str = ""  # the same words with their values masked, for comparing with examples
    bare: str = ""  # and with products and stages masked too
    sure: bool = True  # it may be acted upon; else it is only likely, and worth a question


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a message means: its acts in text order (at least one, label "none" if nothing is meant)."""

    text: str  # normalised: NFKC, simplified, capped
    acts: tuple[Act, ...]
    slots: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)  # every value found, whatever the act

    @property
    def main(self) -> Act:
        """The first writing act, else the first one."""
        from_writing = [act for act in self.acts if act.label in WRITING]
        return (from_writing or list(self.acts))[0]


WRITING = frozenset(
    "log_visit create_ticket set_reminder schedule_meeting create_deal update_deal add_contact create_customer "
    "create_quote record_payment create_invoice update_ticket correct_last cancel_last".split()
)
READING = frozenset(
    "query_deals query_customer query_payment query_ticket query_schedule query_product query_order h"
    "andoff none".split()
)
