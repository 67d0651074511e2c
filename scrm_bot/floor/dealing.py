"""Deals as a rep works on them: opened, pushed on, priced anew, won, lost - and taken back if said too early."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from scrm_bot.dialogs.skills import undoing
from scrm_bot.floor import reading, sayings
from scrm_bot.floor.cast import STAGES, Business, Firm
from scrm_bot.floor.matters import Changed, Matter, Wanted
from scrm_bot.floor.sayings import put
from scrm_bot.floor.values import amount, month_end
from scrm_bot.floor.worker import Worker


class Dealer(Worker):
    """Has customers with deals, and customers without."""

    async def otherwise(self) -> None:
        """What to do instead, if there is no deal to work on."""
        raise NotImplementedError

    async def new_deal(self) -> None:
        """A customer that has none gets one; large amounts are confirmed."""
        firm = self._firm(deal=False)
        if firm is None:
            return await self.otherwise()
        price, close = amount(self.dice, large=self.dice.random() < 0.15), month_end(self.dice, self.floor.today())
        values = {"customer": firm.name, "amount": price.yuan, "expected_close": close.day, "stage": "contact"}
        matter = self.opened("deal", firm, Wanted("deals", values))
        matter.amount, matter.plainly = price, f"{firm.name}建个商机 {price.words} {close.words}签"
        words = put(self.dice, sayings.DEALS, firm=firm.short, amount=price.words, close=close.words)
        await self.see_through(matter, words, (firm.short, price.words, close.words, "商机"))
        firm.deal = Business("", price.yuan, "contact") if matter.understood else None
        if matter.understood and self.dice.random() < 0.2:
            await self._mend_deal(matter, firm)
        return None

    async def _mend_deal(self, matter: Matter, firm: Firm) -> None:
        assert firm.deal is not None
        assert matter.amount is not None
        if self.dice.random() < 0.4:
            firm.deal = None
            return await self.take_back(matter)
        new = amount(self.dice)
        if new.yuan == matter.amount.yuan:
            return None
        before = list(matter.wanted)
        matter.wanted = [replace(one, values={**one.values, "amount": new.yuan}) for one in matter.wanted]
        old, matter.amount = matter.amount, new
        if await self._mended(matter, f"不是{old.words}是{new.words}", before):
            firm.deal.amount = new.yuan
        return None

    async def _mended(self, matter: Matter, words: str, before: list[Wanted]) -> bool:
        """Say what was wrong. The bot may say that it cannot: then everything stays as it was."""
        await self.type_through(matter, words, begins=False)
        done = not any(reading.is_like(said.answer, undoing.Say.correct) for said in matter.said[-1:])
        if not done:
            matter.wanted, matter.refused = before, True
        return done

    async def move(self) -> None:
        """A step forward, sometimes two."""
        firm = self._firm(deal=True)
        if firm is None or firm.deal is None:
            return await self.otherwise()
        place = [key for key, _ in STAGES].index(firm.deal.stage)
        if place + 1 >= len(STAGES):
            return await self.win()
        key, name = STAGES[min(len(STAGES) - 1, place + self.dice.randint(1, 2))]
        matter = self._changing("move", firm, stage=key)
        matter.plainly = f"把{firm.name}推进到{name}"
        await self.see_through(matter, put(self.dice, sayings.MOVES, firm=firm.short, stage=name), (firm.short, name))
        if matter.understood and self.dice.random() < 0.12:
            return await self.take_back(matter)
        firm.deal.stage = key if matter.understood else firm.deal.stage
        return None

    async def change(self) -> None:
        """Another amount."""
        firm = self._firm(deal=True)
        if firm is None or firm.deal is None:
            return await self.otherwise()
        price = amount(self.dice)
        if price.yuan == firm.deal.amount:
            return await self.otherwise()
        matter = self._changing("change", firm, amount=price.yuan)
        matter.plainly = f"把{firm.name}的金额改成{price.words}"
        words = put(self.dice, sayings.RAISES, firm=firm.short, amount=price.words)
        await self.see_through(matter, words, (firm.short, price.words))
        firm.deal.amount = price.yuan if matter.understood else firm.deal.amount
        return None

    async def win(self) -> None:
        """Signed; the bot has it confirmed."""
        firm = self._firm(deal=True)
        if firm is None or firm.deal is None:
            return await self.otherwise()
        price = amount(self.dice)
        new: dict[str, Any] = {"stage": "won"} | ({"amount": price.yuan} if price.yuan != firm.deal.amount else {})
        matter = self._changing("win", firm, **new)
        matter.amount, matter.plainly = price, f"{firm.name}赢单了，{price.words}"
        words = put(self.dice, sayings.WINS, firm=firm.short, amount=price.words)
        await self.see_through(matter, words, (firm.short, price.words))
        firm.deal = None if matter.understood else firm.deal
        return None

    async def lose(self) -> None:
        """Lost, over the price."""
        firm = self._firm(deal=True)
        if firm is None:
            return await self.otherwise()
        matter = self._changing("lose", firm, stage="lost", lost_reason="价格")
        matter.plainly = f"{firm.name}输单了，价格原因"
        await self.see_through(matter, put(self.dice, sayings.LOSSES, firm=firm.short), (firm.short,))
        firm.deal = None if matter.understood else firm.deal
        return None

    def _changing(self, kind: str, firm: Firm, **new: str | Decimal) -> Matter:
        matter = self.opened(kind, firm)
        matter.changed = [Changed("deals", firm.name, name, value) for name, value in new.items()]
        return matter

    async def take_back(self, matter: Matter) -> None:
        """撤销."""
        found = await self.type(matter, self.dice.choice(sayings.CANCELS))
        if reading.is_like(found.text.rpartition("\n")[2], undoing.Say.still):
            await self.type(matter, "撤销")  # that was only what was said last
        matter.wanted.clear()
        matter.changed.clear()

    async def type_through(self, matter: Matter, words: str, *, begins: bool = True) -> None:
        """Without the habits of typing."""
        found = await self.type(matter, words, begins=begins)
        for _ in range(3):
            answer = self._answer(matter, found)
            if answer is None:
                return
            found = await self.type(matter, answer)

    def _firm(self, *, deal: bool | None = None) -> Firm:
        """One of the rep's own; with a deal that runs, or without."""
        firms = [one for one in self.person.firms if deal is None or (one.deal is not None) is deal]
        return self.dice.choice(firms) if firms else None  # type: ignore[return-value]
