"""The days of managers, engineers and customers."""

from __future__ import annotations

import re
from typing import Any

from scrm_bot.dialogs import notices
from scrm_bot.floor import reading, sayings
from scrm_bot.floor.cast import PRODUCTS
from scrm_bot.floor.matters import Changed, Holding, Matter, Wanted
from scrm_bot.floor.sayings import put
from scrm_bot.floor.values import Moment
from scrm_bot.floor.worker import Worker


class Manager(Worker):
    """Wants to know; now and then visits somebody, too."""

    async def act(self) -> None:
        """A question, mostly."""
        team = self.floor.cast.team(self.person)
        rep = self.dice.choice(team)
        firm = self.dice.choice(rep.firms)
        if self.dice.random() < 0.12:
            row = {"customer": firm.name, "author": self.person.name, "happened_at": Moment("", self.floor.today())}
            matter = self.opened("followup", firm, Wanted("followups", row))
            who, talk = firm.buyers[0].called, self.dice.choice(sayings.TALKS)
            matter.plainly = f"今天拜访了{firm.name}，聊得不错"
            await self.see_through(matter, f"今天陪{rep.called}去见了{firm.short}{who}，{talk}", (firm.short, who))
            return
        words = put(self.dice, sayings.MANAGING, rep=rep.called, firm=firm.short)
        await self.see_through(self.opened("question"), words, (rep.called, firm.short))


class Engineer(Worker):
    """Takes what is pushed, tells the customer, gets it done: one ticket after the other."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.waiting: list[str] = []  # tickets that were pushed and not taken yet
        self.at_work = ""
        self.told = False

    async def react(self) -> None:
        """Tickets come as pushes."""
        self.phone.look()
        for _, text in self.phone.pushes:
            if reading.is_like(text, notices.Say.opened) or reading.is_like(text, notices.Say.reassigned):
                number = reading.ticket_in(text)
                if number and number not in self.waiting:
                    self.waiting.append(number)
        self.phone.pushes.clear()

    async def act(self) -> None:
        """The next step of the ticket in hand, or the next ticket, or a look at the list."""
        if self.at_work and not self.told and self.dice.random() < 0.5:
            words = put(self.dice, sayings.TELLS, when=self.dice.choice(sayings.TELL_WHEN))
            await self._step("tell", words, "working")
            self.told = True
        elif self.at_work:
            await self._step("fixed", put(self.dice, sayings.FIXED, part=self.dice.choice(sayings.PARTS)), "resolved")
            self.at_work, self.told = "", False
        elif self.waiting:
            self.at_work = self.waiting.pop(0)
            await self._step("take", self.dice.choice(sayings.TAKES), "accepted")
        elif self.dice.random() < 0.3:
            matter = self.opened("question")
            await self.see_through(matter, self.dice.choice(sayings.WORKLISTS))
        await self.react()

    async def _step(self, kind: str, words: str, state: str) -> None:
        matter = self.opened(kind)
        matter.pick = self.at_work
        matter.changed = [Changed("tickets", self.at_work, "state", state)]
        found = await self.type(matter, words, begins=True)
        for _ in range(3):
            answer = self._answer(matter, found)
            if answer is None:
                return
            found = await self.type(matter, answer)


class Customer(Worker):
    """Has a broken machine: files it, asks, presses, and rates what was done. Then the next one breaks."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.ticket = ""
        self.done = False

    async def react(self) -> None:
        """When it is done, the bot asks for stars."""
        self.phone.look()
        for _, text in self.phone.pushes:
            if self.ticket and self.ticket in text and reading.is_like(text, notices.Say.resolved):
                self.done = True
        self.phone.pushes.clear()

    async def act(self) -> None:
        """According to where the request stands."""
        if not self.ticket:
            await self._file()
        elif self.done:
            await self._rate()
        else:
            shapes = self.dice.choices((sayings.PROGRESS, sayings.URGES, sayings.THANKS), (6, 2, 1))[0]
            matter = self.opened("question")
            matter.silent = shapes is sayings.THANKS
            await self.type(matter, self.dice.choice(shapes), begins=True)

    async def _file(self) -> None:
        if self.dice.random() < 0.2:
            await self.type(self.opened("talk"), self.dice.choice(sayings.GREETINGS), begins=True)
        product = self.dice.choice(PRODUCTS)
        words = put(
            self.dice, sayings.FAULTS, product=self.dice.choice((product[0], *product[1])),
            much=self.dice.choice(sayings.MUCH), digit=str(self.dice.randint(1, 9)),
        )  # fmt: skip
        text = self.hand.types(words, ("报警", "坏了", product[0]))
        values = {"asker": self.person.user, "customer": self.person.firms[0].name, "text": Holding(text)}
        matter = self.opened("ticket", None, Wanted("tickets", values))
        matter.plainly = "我要报修，机器坏了"
        found = await self.type(matter, text, begins=True)
        if found.question == "lost":
            found = await self._again(matter)
        self.ticket = reading.ticket_in(found.text)
        matter.understood = bool(self.ticket)
        if self.ticket:
            self.floor.tickets[self.ticket] = self.person.name
            if self.dice.random() < 0.3:
                more = put(self.dice, sayings.MORE_FAULT, digit=str(self.dice.randint(1, 9)))
                await self.type(self.opened("detail"), more, begins=True)

    async def _again(self, matter: Matter) -> reading.Reading:
        matter.wanted = [Wanted("tickets", {**matter.wanted[0].values, "text": Holding(matter.plainly)})]
        return await self.type(matter, matter.plainly)

    async def _rate(self) -> None:
        words, stars = self.dice.choice(sayings.RATES)
        matter = self.opened("rate")
        matter.changed = [
            Changed("tickets", self.ticket, "rating", str(stars)), Changed("tickets", self.ticket, "state", "closed"),
        ]  # fmt: skip
        found = await self.type(matter, words, begins=True)
        matter.understood = bool(re.search(r"\d", found.text))
        self.ticket, self.done = "", False
