"""What somebody wants, before it is words: the rows and changes that should be in the database once it is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from scrm_bot.floor.values import Amount, Moment
from scrm_bot.nlp.text import simplified
from scrm_bot.simulator import Pushed


class Fits(Protocol):
    """Something that a column's value is held against."""

    def fits(self, value: Any) -> bool:
        """Whether it is what was wanted."""


@dataclass(frozen=True, slots=True)
class On:
    """A moment on this day, by the company's calendar."""

    day: date

    def fits(self, value: datetime) -> bool:
        """The hour does not matter."""
        return value.date() == self.day


@dataclass(frozen=True, slots=True)
class Holding:
    """A text with these words in it, spaces aside."""

    words: str

    def fits(self, value: str) -> bool:
        """As it was said, in whichever characters."""
        return "".join(simplified(self.words).split()) in "".join(simplified(value).split())


@dataclass(frozen=True, slots=True)
class After:
    """So much later than the message was taken: between its coming in and its end."""

    wait: timedelta

    def fits(self, value: tuple[datetime, datetime, datetime]) -> bool:
        """Given the moment, and when the message came in and was done with."""
        moment, came, done = value
        slack = timedelta(seconds=2)
        return came + self.wait - slack <= moment <= done + self.wait + slack


@dataclass(frozen=True, slots=True)
class Wanted:
    """One row. Values are plain or know what `fits`; `perhaps`: it may be missing."""

    table: str
    values: Mapping[str, Any]
    perhaps: bool = False


@dataclass(frozen=True, slots=True)
class Changed:
    """A field that should get this value; `row` is how people call the row: a firm's name, a ticket's number."""

    table: str
    row: str
    field: str
    value: Any
    perhaps: bool = False  # it may be so already


@dataclass(slots=True)
class Said:
    """One message: when it was typed and what became of it. `begins`: it says the matter anew, not an answer in it."""

    text: str
    begins: bool
    typed: float
    pushed: Pushed | None = None
    silent: bool = False  # no answer is awaited
    answer: str = ""
    answered: float = 0.0
    asked: str = ""  # the kind of question that the bot answered with

    @property
    def acknowledged(self) -> bool:
        """Whether the platform was told that it is safe."""
        return self.pushed is not None and self.pushed.status == 200


@dataclass(slots=True)
class Matter:
    """One thing that somebody wants: what it should leave behind, what is needed to answer questions, what was said."""

    kind: str
    who: str  # the person's name
    wanted: list[Wanted] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    pick: str = ""  # the name of the firm (or whatever) that is meant where the bot offers several
    next: Moment | None = None
    amount: Amount | None = None
    reason: str = "价格"
    said: list[Said] = field(default_factory=list)
    understood: bool = True
    refused: bool = False  # a correction that the bot said it cannot make
    plainly: str = ""  # how it would be said if the bot did not understand
    silent: bool = False  # talk that needs no answer
    alone: bool = False  # one of several lines of one thought: only the last need be answered

    @property
    def writes(self) -> bool:
        """Whether anything should be in the database afterwards."""
        return bool(self.wanted or self.changed)


@dataclass(slots=True)
class Journal:
    """Everything that was wanted during the day."""

    matters: list[Matter] = field(default_factory=list)
    rings: list[Ring] = field(default_factory=list)

    def open(self, matter: Matter) -> Matter:
        """Note it down before the first word of it is said."""
        self.matters.append(matter)
        return matter

    @property
    def said(self) -> list[Said]:
        """Every message of the day."""
        return [one for matter in self.matters for one in matter.said]


@dataclass(slots=True)
class Ring:
    """A reminder that somebody asked for: its words, and whether it is still awaited at that moment."""

    who: str
    words: str
    matter: Matter
    due: float  # by time.time, about
