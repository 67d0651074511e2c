"""A person's phone: what is typed goes to the bot's webhook as a platform sends it, what is answered is waited for."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from scrm_bot.floor import reading
from scrm_bot.floor.cast import Person
from scrm_bot.floor.matters import Matter, Said
from scrm_bot.floor.reading import Reading
from scrm_bot.simulator import Pushed, Request, Simulator
from scrm_bot.simulator.pushing import Answered, Caller

HOME = "http://bot"  # stands for whichever process is called
BETWEEN = 4.0  # seconds between a platform's attempts
PATIENCE = 120.0  # seconds after which a person believes that no answer will come
STALE = 1.5  # seconds in which something else may come, if what comes is what was heard before
RETYPE = 8.0  # seconds after which a message that the platform could not deliver is typed again


class Doors(Caller):
    """The platforms' calls, to one process after the other. Sometimes a platform calls twice for one message."""

    def __init__(self, dice: Random, twice: float) -> None:
        super().__init__()
        self.ports: Sequence[int] = ()
        self.took: list[float] = []  # seconds of every attempt that was answered
        self.doubled = 0
        self._dice, self._twice = dice, twice
        self._turn = itertools.count()

    async def push(self, request: Request) -> tuple[Answered, ...]:
        """Every answer until the first with status 200; that of a double call counts if it holds more."""
        answers: list[Answered] = []
        while len(answers) < self.attempts:
            if answers:
                await asyncio.sleep(BETWEEN)
            answers += await self._attempt(request)
            if answers[-1].status == 200:
                break
        self.took += [one.seconds for one in answers if one.status == 200][:1]
        return tuple(answers)

    async def _attempt(self, request: Request) -> list[Answered]:
        if self._dice.random() >= self._twice:
            return [await self.once(self._at(request))]
        self.doubled += 1
        both = await asyncio.gather(self.once(self._at(request)), self.once(self._at(request)))
        return sorted(both, key=lambda one: (one.status == 200, len(one.body)))

    def _at(self, request: Request) -> Request:
        port = self.ports[next(self._turn) % len(self.ports)]
        return replace(request, hook=request.hook.replace(HOME, f"http://127.0.0.1:{port}", 1))


@dataclass(slots=True)
class Counts:
    """What the platforms did to try the bot."""

    resealed: int = 0
    redelivered: int = 0


class Phone:
    """One person's. `pushes` are the texts that nobody asked for, in order, not looked at yet."""

    def __init__(self, sim: Simulator, person: Person, dice: Random, again: float, counts: Counts) -> None:
        self.sim, self.person, self.counts = sim, person, counts
        self.pushes: deque[tuple[float, str]] = deque()
        self._dice, self._again = dice, again
        self._place = 0  # in the ledger, up to where it was looked at
        self._answers: deque[str] = deque()
        self._earlier: Pushed | None = None
        self._heard = ""  # the last answer

    async def say(self, matter: Matter, text: str, *, begins: bool = False, silent: bool = False) -> Reading:
        """Type it, and read the answer; an empty reading if there is none, or none is awaited."""
        while True:
            self.look()
            self._answers.clear()
            said = Said(text, begins, time.time(), silent=silent)
            matter.said.append(said)
            said.pushed = await self._send(text)
            if said.acknowledged:
                break
            answer = await self._answer(RETYPE)
            if answer:
                return self._noted(said, answer)
        answer = said.pushed.reply or ("" if silent else await self._answer(PATIENCE))
        found = self._noted(said, answer)
        await self._once_more(said.pushed)
        return found

    def look(self) -> None:
        """At whatever came meanwhile."""
        seen = self.sim.world.ledger.seen
        while self._place < len(seen):
            one = seen[self._place]
            self._place += 1
            if one.user != self.person.user or one.via == "platform":
                continue
            if reading.pushed(one.text):
                self.pushes.append((one.at, one.text))
            else:
                self._answers.append(one.text)

    async def _send(self, text: str) -> Pushed:
        hook, user = f"{HOME}/hooks/{self.person.channel}", self.person.user
        match self.person.channel:
            case "sales":
                return await self.sim.wecom.say(hook, user, text)
            case "ding":
                return await self.sim.dingtalk.say(hook, user, text)
            case "desk":
                return await self.sim.kf.say(hook, user, text)
        return await self.sim.wechat.say(hook, user, text)

    async def _answer(self, patience: float) -> str:
        """The next text that is no push."""
        ends, again = time.monotonic() + patience, ""
        while (left := ends - time.monotonic()) > 0:
            self.look()
            if self._answers:
                answer = self._answers.popleft()
                if answer != self._heard or again:
                    return answer
                again, ends = answer, time.monotonic() + STALE  # what was heard last, come twice? or said anew?
                continue
            await self.sim.world.ledger.more_than(self._place, left)
        return again

    async def _once_more(self, pushed: Pushed) -> None:
        """Now and then the platform brings a message again: this one, or the one before; what it answers is ignored."""
        old, self._earlier = self._earlier, pushed
        sent_once = self.person.channel == "desk" or (
            self.person.channel == "ding" and self.sim.dingtalk.mode == "stream"
        )
        if self._dice.random() >= self._again or sent_once:
            return
        chosen = old if old and self._dice.random() < 0.5 else pushed
        platform: Any = {"sales": self.sim.wecom, "ding": self.sim.dingtalk}.get(self.person.channel, self.sim.wechat)
        if self._dice.random() < 0.5:
            self.counts.redelivered += 1
            reply = (await platform.redeliver(chosen)).reply
        else:
            self.counts.resealed += 1
            reply = (await platform.reseal(chosen)).reply
        self.look()
        if reply in self._answers:
            self._answers.remove(reply)

    def _noted(self, said: Said, answer: str) -> Reading:
        said.answer, said.answered = answer, time.time() if answer else 0.0
        self._heard = answer or self._heard
        found = reading.read(answer)
        said.asked = found.question
        return found
