"""People who talk to the bot through the platforms' simulator, and a note of everything that they said."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from tests.chaos.ground import REPS, firms
from tests.simulator import Pushed, Request, Simulator
from tests.simulator.pushing import Answered, Caller

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


class Doors(Caller):
    """The platforms' calls, to one process after the other: a retry goes to the next, after a while."""

    def __init__(self, between: float) -> None:
        super().__init__()
        self.between = between
        self.ports: Sequence[int] = ()
        self._turn = itertools.count()

    async def push(self, request: Request) -> tuple[Answered, ...]:
        """Every answer until the first with status 200."""
        answers: list[Answered] = []
        first = next(self._turn)
        while len(answers) < self.attempts:
            if answers:
                await asyncio.sleep(self.between)
            answers.append(await self.once(self._at(request, first + len(answers))))
            if answers[-1].status == 200:
                break
        return tuple(answers)

    def _at(self, request: Request, turn: int) -> Request:
        port = self.ports[turn % len(self.ports)]
        return replace(request, hook=request.hook.replace(HOME, f"http://127.0.0.1:{port}", 1))


class Crowd:
    """Reps on WeCom and DingTalk and customers on WeChat. What is said holds a number that nothing else has.

    What everybody says depends on the seed alone; when they say it depends on how soon they are answered.
    """

    def __init__(self, sim: Simulator, seed: int, people: int = 24, pace: float = 0.2) -> None:
        self.sim, self.seed, self.people, self.pace = sim, seed, people, pace
        self.said: list[Said] = []
        self.finished = 0
        self._firms = list(firms())

    async def talk(self, messages: int) -> None:
        """So many messages, from all of them at once; returns when the last was answered or given up."""
        shares = [messages // self.people + (place < messages % self.people) for place in range(self.people)]
        await asyncio.gather(*(self._chat(place, share) for place, share in enumerate(shares)))

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
        mood = Random(f"{self.seed}/{place}")
        words = self._words(place, mood)
        while share > 0:
            await asyncio.sleep(mood.uniform(0, self.pace))
            at_once = min(share, 2 if mood.random() < 0.1 else 1)
            await asyncio.gather(*(self.say(next(words)) for _ in range(at_once)))
            share -= at_once

    def _words(self, place: int, mood: Random) -> Iterator[Said]:
        """What this person says, without end."""
        rep = place % REPS
        for number in itertools.count(place * 1000 + 1):
            match place % 5, mood.randrange(3):
                case (0 | 1, 0):
                    text = f"{mood.randint(2, 20)}秒后提醒我办第{number}号事"
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
