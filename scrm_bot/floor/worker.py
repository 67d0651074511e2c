"""What everybody on the floor does alike: type as they do, see a matter through, look at what was pushed, pause."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Protocol

from scrm_bot.floor import sayings
from scrm_bot.floor.cast import Cast, Firm, Person
from scrm_bot.floor.habits import Hand
from scrm_bot.floor.matters import Journal, Matter, Wanted
from scrm_bot.floor.reading import Reading
from scrm_bot.floor.values import Moment, coming_day, coming_hour

STEPS = 6  # messages of one matter, after which a person gives up


@dataclass
class Floor:
    """What all of them share. `ends`: when the day is over, by time.monotonic; `hurried`: nobody pauses."""

    cast: Cast
    journal: Journal
    today: Callable[[], date]
    ends: float
    hurried: bool
    tickets: dict[str, str]  # who filed the ticket of this number
    newcomers: set[str] = field(default_factory=set)  # customers that somebody found: no two find the same
    time: Callable[[], float] = time.time  # what the clock on the wall says

    @property
    def over(self) -> bool:
        """The day."""
        return time.monotonic() >= self.ends


class Line(Protocol):
    """What a person talks through. `pushes`: texts that nobody asked for, in order, not looked at yet."""

    pushes: deque[tuple[float, str]]

    async def say(self, matter: Matter, text: str, *, begins: bool = False, silent: bool = False) -> Reading:
        """Type it, and read the answer."""
        ...

    def look(self) -> None:
        """At whatever came meanwhile."""
        ...


class Worker:
    """One person at work, with so many messages to type."""

    def __init__(self, floor: Floor, person: Person, phone: Line, dice: Random, share: int) -> None:
        self.floor, self.person, self.phone, self.dice, self.share = floor, person, phone, dice, share
        self.hand = Hand(person.habits, dice)
        self.typed = 0

    async def work(self) -> None:
        """A day."""
        await asyncio.sleep(0 if self.floor.hurried else self.dice.uniform(0, self._pause()))
        while self.typed < self.share and not self.floor.over:
            await self.react()
            await self.act()
            await self.rest()

    async def act(self) -> None:
        """The next thing to do."""
        raise NotImplementedError

    async def react(self) -> None:
        """To what was pushed meanwhile."""
        self.phone.look()
        self.phone.pushes.clear()

    async def rest(self) -> None:
        """Think; the pace is such that the day is filled. Whatever is pushed meanwhile is noticed."""
        wakes = time.monotonic() + self.dice.uniform(0.3, 1.7) * self._pause()
        while (left := wakes - time.monotonic()) > 0:
            await asyncio.sleep(min(left, 1.0))
            if left > 1.0:
                await self.react()
        await asyncio.sleep(0)

    def _pause(self) -> float:
        left = self.floor.ends - time.monotonic()
        return 0.0 if self.floor.hurried else max(0.0, left / max(1, self.share - self.typed))

    def opened(self, kind: str, firm: Firm | None = None, *wanted: Wanted) -> Matter:
        """A new matter of this person's."""
        pick = firm.name if firm else ""
        return self.floor.journal.open(Matter(kind, self.person.name, list(wanted), pick=pick))

    async def say(self, matter: Matter, words: str, *sacred: str, begins: bool = False) -> Reading:
        """In this person's way."""
        return await self.type(matter, self.hand.types(words, sacred), begins=begins)

    async def type(self, matter: Matter, text: str, *, begins: bool = False, silent: bool = False) -> Reading:
        """As it stands."""
        self.typed += 1
        return await self.phone.say(matter, text, begins=begins, silent=silent or matter.silent)

    async def see_through(self, matter: Matter, words: str, sacred: Collection[str] = ()) -> None:
        """Say it, and answer whatever the bot asks back, until it is done."""
        found = await self.say(matter, words, *sacred, begins=True)
        for _ in range(STEPS):
            if found.question in ("", "next"):
                matter.plainly = ""  # it was understood; whatever comes now is about something else
            answer = self._answer(matter, found)
            if answer is None:
                break
            await self._think()
            found = await self.type(matter, answer, begins=found.question == "lost")
        else:
            matter.understood = False

    def _answer(self, matter: Matter, found: Reading) -> str | None:
        """What this person answers; None if nothing is asked."""
        match found.question:
            case "":
                return None
            case "lost":
                return self._plainly(matter)
            case "pick":
                return self._picked(matter, found)
            case "confirm":
                return self._confirmed(matter, found)
            case "next":
                return self._next(matter, found)
            case "customer":
                return matter.pick or self._given_up(matter)
            case "moment" if matter.next:
                return matter.next.words
            case "amount" if matter.amount:
                return matter.amount.words
            case "reason":
                return matter.reason
        return self._given_up(matter)

    def _plainly(self, matter: Matter) -> str | None:
        """Not understood: once more, as it stands in the book. Talk is not repeated."""
        words, matter.plainly = matter.plainly, ""
        if not words:
            matter.understood = not matter.writes
        return words or None

    def _picked(self, matter: Matter, found: Reading) -> str:
        return found.number_of(matter.pick) or self._given_up(matter)

    def _confirmed(self, matter: Matter, found: Reading) -> str:
        """Whoever reads that something else is about to be written says no."""
        if not matter.writes:
            return "不用"
        if "「" in found.text and not any(words and words in found.text for words in self._names(matter.pick)):
            matter.understood = False
            return "不是"
        return self.dice.choice(sayings.CONFIRMS)

    def _names(self, pick: str) -> list[str]:
        """How a firm may be named in a question."""
        firm = next((one for one in self.person.firms if one.name == pick), None)
        return [pick, firm.short, firm.deal.title if firm.deal else ""] if firm else [pick]

    def _next(self, matter: Matter, found: Reading) -> str | None:
        """When to be in touch again: some say it, some skip it, some go on without an answer.

        Whoever is asked for somebody's words says something: what is said next would be taken for them.
        """
        chance = self.dice.random()
        if matter.next is None and matter.kind == "followup" and chance < 0.45:
            matter.next = Moment("", date.min)
            when = _coming(self.dice, self.floor.today())
            values = {"customer": matter.pick, "for": self.person.name, "due_at": when}
            matter.wanted.append(Wanted("reminders", values))
            return when.words
        return self.dice.choice(sayings.SKIPS) if chance < 0.9 or "原话" in found.text else None

    def _given_up(self, matter: Matter) -> str:
        matter.understood = False
        return sayings.NEVER_MIND

    async def _think(self) -> None:
        """Before an answer: shorter than before something new."""
        await asyncio.sleep(0 if self.floor.hurried else min(self.dice.uniform(0.1, 0.6) * self._pause(), 5.0))


def _coming(dice: Random, today: date) -> Moment:
    return coming_hour(dice, today) if dice.random() < 0.5 else coming_day(dice, today)
