"""People who talk to the bot through the platforms' simulator, and a note of everything that they said."""

from __future__ import annotations

import asyncio
import itertools
import math
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from random import Random

from scrm_bot.simulator import Pushed, Request, Simulator
from scrm_bot.simulator.pushing import Answered, Caller
from tests.chaos.ground import REPS, firms

PATIENCE = 15.0  # seconds until an attempt is made at a closed door
HOME = "http://bot"  # stands for whichever process is called
FOLLOWUP, REMINDER, REQUEST = ("followups",), ("reminders",), ("tickets", "ticket_notes")


@dataclass(slots=True)
class Said:
    """One message: who said what, in which table it should leave exactly one row, and what became of it."""

    channel: str
    user: str
    text: str
    effect: Sequence[str]
    typed: float = 0.0
    done: float = 0.0
    pushed: Pushed | None = None

    @property
    def acknowledged(self) -> bool:
        """Whether the platform was told that it is safe."""
        return self.pushed is not None and self.pushed.status == 200


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call of a platform; status 0: no answer."""

    began: float  # by time.monotonic
    status: int
    seconds: float

    @property
    def ended(self) -> float:
        """When it was over."""
        return self.began + self.seconds


class Doors(Caller):
    """The platforms' calls, to one process after the other. A retry goes to the next one, `between` seconds later, or
    (None) as soon as a process listens: then a test need not wait as long as a platform does."""

    def __init__(self, between: float | None) -> None:
        super().__init__()
        self.between = between
        self.ports: Sequence[int] = ()
        self.log: list[Attempt] = []
        self._turn = itertools.count()

    async def push(self, request: Request) -> tuple[Answered, ...]:
        """Every answer until the first with status 200."""
        answers: list[Answered] = []
        first = next(self._turn)
        while len(answers) < self.attempts:
            if answers:
                await self._pause()
            began = time.monotonic()
            answers.append(await self.once(self._at(request, first + len(answers))))
            self.log.append(Attempt(began, answers[-1].status, answers[-1].seconds))
            if answers[-1].status == 200:
                break
        return tuple(answers)

    async def until(self, wanted: Callable[[Attempt], bool], patience: float = 30) -> None:
        """Until there was a call like this; the last ones are looked at."""
        async with asyncio.timeout(patience):
            while not any(wanted(one) for one in self.log[-100:]):
                await asyncio.sleep(0.02)

    def slowest(self, since: float, until: float, share: float = 0.99) -> float:
        """How long the answers took to calls made between these moments: this share of them no longer."""
        took = sorted(one.seconds for one in self.log if since <= one.began <= until)
        return took[min(len(took) - 1, int(share * len(took)))] if took else math.nan

    async def _pause(self) -> None:
        if self.between is not None:
            await asyncio.sleep(self.between)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while not any([await _listens(port) for port in self.ports]):
                    await asyncio.sleep(0.05)

    def _at(self, request: Request, turn: int) -> Request:
        port = self.ports[turn % len(self.ports)]
        return replace(request, hook=request.hook.replace(HOME, f"http://127.0.0.1:{port}", 1))


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


class Crowd:
    """Reps on WeCom and DingTalk and customers on WeChat. What is said holds a number that nothing else has.

    What everybody says depends on the seed alone; when they say it depends on how soon they are answered.
    """

    def __init__(self, sim: Simulator, doors: Doors, seed: int, people: int, pace: float) -> None:
        self.sim, self.doors, self.people, self.pace = sim, doors, people, pace
        self.said: list[Said] = []
        self.finished = 0
        self.hushed = False
        self._firms = list(firms())
        moods = [Random(f"{seed}/{place}") for place in range(people)]
        self._persons = [(mood, self._words(place, mood)) for place, mood in enumerate(moods)]

    async def talk(self, messages: int) -> None:
        """So many messages, from all of them at once; returns when the last was answered or given up."""
        shares = [messages // self.people + (place < messages % self.people) for place in range(self.people)]
        await asyncio.gather(*(self._chat(place, share) for place, share in enumerate(shares)))

    @asynccontextmanager
    async def talking(self) -> AsyncIterator[None]:
        """They talk as long as this lasts, and wait for their answers after it."""
        talk = asyncio.create_task(self.talk(sys.maxsize))
        try:
            yield
        finally:
            self.hushed = True
            await talk
            self.hushed = False

    async def until(self, finished: int) -> None:
        """Until so many messages were answered or given up."""
        while self.finished < finished:
            await asyncio.sleep(0.005)

    async def say(self, said: Said) -> Said:
        """One message, with the platform's attempts."""
        said.typed = time.monotonic()
        self.said.append(said)
        platform = {"sales": self.sim.wecom, "ding": self.sim.dingtalk, "service": self.sim.wechat}[said.channel]
        said.pushed = await platform.say(f"{HOME}/hooks/{said.channel}", said.user, said.text)
        said.done = time.monotonic()
        self.finished += 1
        return said

    async def _chat(self, place: int, share: int) -> None:
        """One person: mostly a message after the other, sometimes two at once."""
        mood, words = self._persons[place]
        while share > 0 and not self.hushed:
            await asyncio.sleep(mood.uniform(0, self.pace))
            at_once = min(share, 2 if mood.random() < 0.1 else 1)
            await asyncio.gather(*(self.say(next(words)) for _ in range(at_once)))
            share -= at_once

    def _words(self, place: int, mood: Random) -> Iterator[Said]:
        """What this person says, without end and never the same."""
        rep = place % REPS
        for number in itertools.count(place * 1000 + 1):
            match place % 5, mood.randrange(3):
                case (0 | 1, 0):
                    text = f"{mood.randint(1, 3)}秒后提醒我办第{number}号事"
                    yield Said("sales", f"rep{rep}", text, REMINDER)
                case (0 | 1, _):
                    text = f"今天去了趟{self._firms[rep]}，聊了第{number}件事，下周三再去"
                    yield Said("sales", f"rep{rep}", text, FOLLOWUP)
                case (2 | 3, _):
                    text = f"今天给{self._firms[rep + REPS]}打了电话，聊了第{number}件事，下周三再打"
                    yield Said("ding", f"rep{rep + REPS}", text, FOLLOWUP)
                case (_, again):
                    user = f"openid-{number - 1 if again else number}"
                    yield Said("service", user, f"机器坏了，报警第{number}号", REQUEST)
