"""A rep's day: visits and calls written down, deals pushed on, reminders set and finished, mistakes mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from scrm_bot.floor import reading, sayings
from scrm_bot.floor.cast import TITLES, Firm
from scrm_bot.floor.dealing import Dealer
from scrm_bot.floor.matters import After, Changed, Holding, Matter, On, Ring, Wanted
from scrm_bot.floor.sayings import put
from scrm_bot.floor.values import Moment, coming_day, coming_hour, in_english, past_day

RING_SOON = (20, 25, 30, 40)  # seconds
RING_AT_ONCE = (4, 5, 6)  # for those who hurry
APART = 8.0  # between two rings of one person, so that 完成 can mean one of them only


class Rep(Dealer):
    """Sells."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.rings: list[Ring] = []
        self._next_ring = 0.0
        self._met: set[str] = set()

    async def act(self) -> None:
        """What a rep has to say next."""
        acts: list[tuple[int, Callable[[], Awaitable[None]]]] = [
            (30, self.visit), (16, self.call), (4, self.nobody_there), (4, self.two_visits), (4, self.dictated),
            (8, self.new_deal), (8, self.move), (5, self.change), (2, self.win), (2, self.lose),
            (8, self.ring_soon), (5, self.ring_later), (3, self.newcomer), (3, self.contact),
            (3, self.in_english), (3, self.in_pieces), (4, self.appointment), (3, self.by_number), (2, self.new_phone),
            (14, self.ask), (10, self.chat),
        ]  # fmt: skip
        weights, chosen = zip(*acts, strict=True)
        await self.dice.choices(chosen, weights)[0]()

    async def otherwise(self) -> None:
        """There is always somebody to be visited."""
        await self.visit()

    # -- follow-ups

    async def visit(self) -> None:
        """With or without a next step; afterwards perhaps a correction, or it is taken back."""
        await self._followup(sayings.VISITS, "拜访")

    async def call(self) -> None:
        """By telephone or on 微信."""
        chats = self.dice.random() < 0.35
        await self._followup(sayings.CHATS if chats else sayings.CALLS, "微信" if chats else "电话")

    async def nobody_there(self) -> None:
        """A call that nobody took is a contact, too."""
        firm, day = self._firm(), past_day(self.dice, self.floor.today())
        who = firm.buyers[0].called
        matter = self.opened("followup", firm, self._row(firm, day, failed=True))
        matter.plainly = f"{day.words}给{firm.name}打电话没人接"
        words = put(self.dice, sayings.NOBODY, day=day.words, firm=firm.short, who=who)
        await self.see_through(matter, words, (firm.short, who, day.words))

    async def dictated(self) -> None:
        """A long breath."""
        firm = self._firm()
        today = Moment("", self.floor.today())
        matter = self.opened("followup", firm, self._row(firm, today))
        matter.plainly = f"今天拜访了{firm.name}，聊得不错"
        who, talk = firm.buyers[0].called, self.dice.choice(sayings.TALKS)
        await self.type_through(matter, put(self.dice, sayings.DICTATED, firm=firm.short, who=who, talk=talk))

    async def in_english(self) -> None:
        """To whoever is written to in Chinese."""
        firm, today = self._firm(), self.floor.today()
        matter = self.opened("followup", firm, self._row(firm, Moment("", today)))
        who, talk = self.dice.choice(firm.buyers).called, self.dice.choice(sayings.ENGLISH_TALKS)
        words = put(self.dice, sayings.ENGLISH, firm=firm.short, who=who, talk=talk)
        if self.dice.random() < 0.5:
            matter.next = in_english(self.dice, today)
            values = {"customer": firm.name, "for": self.person.name, "due_at": matter.next}
            matter.wanted.append(Wanted("reminders", values))
            words = sayings.ENGLISH_NEXT.format(words=words, when=matter.next.words)
        await self.type_through(matter, words)

    async def in_pieces(self) -> None:
        """One visit in several messages, each sent before the one before is answered in words."""
        firm, today = self._firm(), Moment("今天", self.floor.today())
        matter = self.opened("pieces", firm, self._row(firm, today))
        who, talk = firm.buyers[0].called, self.dice.choice(sayings.TALKS)
        for piece in self.dice.choice(sayings.PIECES):
            found = await self.type(matter, piece.format(day=today.words, firm=firm.short, who=who, talk=talk))
        if found.question in ("pick", "confirm", "customer"):
            await self.type(matter, self._answer(matter, found) or sayings.NEVER_MIND)

    async def two_visits(self) -> None:
        """Two customers in one message."""
        one, other = self.dice.sample(self.person.firms, 2)
        today = Moment("", self.floor.today())
        matter = self.opened("two", one, self._row(one, today), self._row(other, today))
        talk, more = self.dice.sample(sayings.TALKS, 2)
        who = one.buyers[0].called
        words = put(self.dice, sayings.TWO, firm=one.short, who=who, other=other.short, talk=talk, more=more)
        await self.see_through(matter, words, (one.short, other.short, who))

    async def _followup(self, shapes: tuple[str, ...], method: str) -> None:
        firm, day = self._firm(), past_day(self.dice, self.floor.today())
        who = self.dice.choice(firm.buyers).called
        matter = self.opened("followup", firm, self._row(firm, day))
        words = put(self.dice, shapes, day=day.words, firm=firm.short, who=who, talk=self.dice.choice(sayings.TALKS))
        sacred = [firm.short, who, day.words]
        if self.dice.random() < 0.5:
            words, matter.next = self._next_step(matter, firm, words)
            sacred.append(matter.next.words)
        matter.plainly = f"{day.words}{'拜访' if method == '拜访' else '打电话给'}了{firm.name}，聊得不错"
        matter.plainly += f"，{matter.next.words}再联系" if matter.next else ""
        await self.see_through(matter, words, sacred)
        if matter.understood and self.dice.random() < 0.1:
            await self.mend(matter, firm)

    def _next_step(self, matter: Matter, firm: Firm, words: str) -> tuple[str, Moment]:
        when = coming_day(self.dice, self.floor.today())
        said = sayings.with_next(self.dice, words, when.words, self.dice.choice(sayings.TODOS))
        values = {"customer": firm.name, "for": self.person.name, "due_at": when}
        matter.wanted.append(Wanted("reminders", values))
        return said, when

    def _row(self, firm: Firm, day: Moment, *, failed: bool = False) -> Wanted:
        values: dict[str, Any] = {"customer": firm.name, "author": self.person.name, "happened_at": day}
        return Wanted("followups", values | ({"failed": True} if failed else {}))

    async def mend(self, matter: Matter, firm: Firm) -> None:
        """It was not quite so: another day, another customer - or it had better not been said."""
        match self.dice.randrange(3):
            case 0:
                await self.take_back(matter)
            case 1:
                others = [one for one in self.person.firms if one is not firm]
                await self._other_customer(matter, firm, self.dice.choice(others))
            case _ if matter.next and matter.next.words:
                await self._other_day(matter)

    async def _other_customer(self, matter: Matter, firm: Firm, other: Firm) -> None:
        before, matter.pick = list(matter.wanted), other.name
        matter.wanted = [_of_another(one, firm.name, other.name) for one in matter.wanted]
        matter.wanted.append(Wanted("contacts", {"customer": other.name}, perhaps=True))  # whoever was met is theirs
        await self._mended(matter, f"客户搞错了，是{other.short}", before)

    async def _other_day(self, matter: Matter) -> None:
        assert matter.next is not None
        old = matter.next
        new = coming_day(self.dice, self.floor.today())
        if new.day == old.day:
            return
        before = list(matter.wanted)
        matter.wanted = [_at_another(one, old, new) for one in matter.wanted]
        await self._mended(matter, f"不是{old.words}是{new.words}", before)

    # -- reminders

    async def ring_soon(self) -> None:
        """Rings within the day, and is then finished, put off or left."""
        seconds = self.dice.choice(RING_AT_ONCE if self.floor.hurried else RING_SOON)
        if self.floor.time() + seconds < self._next_ring + APART:
            return await self.ask()
        self._next_ring = self.floor.time() + seconds
        firm, errand = self._errand()
        values = {"for": self.person.name, "due_at": After(timedelta(seconds=seconds)), "text": Holding(errand)}
        matter = self.opened("ring", firm, Wanted("reminders", values))
        ring = Ring(self.person.name, errand, matter, self.floor.time() + seconds)
        self.rings.append(ring)
        self.floor.journal.rings.append(ring)
        words = put(self.dice, sayings.REMINDERS, wait=f"{seconds}秒", errand=errand)
        matter.plainly = f"{seconds}秒后提醒我{errand}"
        await self.see_through(matter, words.replace("秒提醒", "秒后提醒"), (errand, f"{seconds}秒", "提醒"))
        return None

    async def ring_later(self) -> None:
        """On another day."""
        firm, errand = self._errand()
        when = coming_hour(self.dice, self.floor.today())
        values = {"for": self.person.name, "due_at": when, "text": Holding(errand)}
        matter = self.opened("reminder", firm, Wanted("reminders", values))
        matter.plainly = f"{when.words}提醒我{errand}"
        await self.see_through(
            matter, put(self.dice, sayings.LATER, when=when.words, errand=errand), (errand, when.words, "提醒")
        )
        if matter.understood and self.dice.random() < 0.1:
            await self.take_back(matter)

    async def appointment(self) -> None:
        """Where to be on another day: the bot reminds of it in time."""
        firm, when = self._firm(), coming_hour(self.dice, self.floor.today())
        matter = self.opened("plan", firm, Wanted("reminders", {"customer": firm.name, "due_at": On(when.day)}))
        who = self.dice.choice(firm.buyers).called
        matter.plainly = f"{when.words}拜访{firm.name}"
        words = put(self.dice, sayings.PLANS, firm=firm.short, who=who, when=when.words)
        await self.see_through(matter, words, (firm.short, who, when.words))

    async def by_number(self) -> None:
        """What stands in the list is put off by its number."""
        asked = self.opened("question")
        found = await self.type(asked, "我设了哪些提醒", begins=True)
        lines = [(number, line) for number, line in enumerate(found.lines, 1) if "明天" not in line]
        known = [(number, errand) for number, line in lines for errand in self._met if errand in line]
        counts = Counter(errand for _, errand in known)
        once = [(number, errand) for number, errand in known if counts[errand] == 1]
        if not once:
            return
        number, errand = self.dice.choice(once)
        tomorrow = self.floor.today() + timedelta(days=1)
        matter = self.opened("by number")
        matter.changed = [
            Changed("reminders", errand, "due_at", On(tomorrow)),
            Changed("reminders", errand, "state", "waiting", perhaps=True),  # if it has rung
        ]
        await self.type_through(matter, put(self.dice, sayings.PUT_OFF, number=str(number)))

    async def react(self) -> None:
        """A reminder that rang is finished, put off until tomorrow, or left where it is."""
        self.phone.look()
        rung = [text for _, text in self.phone.pushes if reading.rings(text)]
        self.phone.pushes.clear()
        if len(rung) != 1 or self.dice.random() < 0.25:
            return
        ring = next((one for one in reversed(self.rings) if one.words in rung[0]), None)
        if ring is None or ring.matter.kind != "ring" or not ring.matter.wanted:
            return
        if self.dice.random() < 0.7:
            matter = self.opened("done")
            matter.changed = [Changed("reminders", ring.words, "state", "done")]
            await self.type_through(matter, self.dice.choice(("完成", "搞定了", "完成了", "办完了")))
        else:
            await self._put_off(ring)

    async def _put_off(self, ring: Ring) -> None:
        matter = self.opened("put off")
        matter.changed = [Changed("reminders", ring.words, "state", "waiting")]
        tomorrow = self.floor.today() + timedelta(days=1)
        words, due = self.dice.choice((("明天再说", Moment("", tomorrow)), ("推迟一小时", After(timedelta(hours=1)))))
        matter.changed.append(Changed("reminders", ring.words, "due_at", due))
        await self.type_through(matter, words)

    def _errand(self) -> tuple[Firm, str]:
        """Something to do that nothing else is called by."""
        while True:
            firm = self._firm()
            who = self.dice.choice(firm.buyers).called
            errand = put(self.dice, sayings.ERRANDS, firm=firm.short, who=who)
            if errand not in self._met or self.dice.random() < 0.02:
                self._met.add(errand)
                return firm, errand

    # -- customers

    async def newcomer(self) -> None:
        """A customer that nobody knew."""
        name = self._new_name()
        matter = self.opened("newcomer", None, Wanted("customers", {"name": name, "owner": self.person.name}))
        words = put(self.dice, sayings.NEWCOMERS, name=name, talk=self.dice.choice(sayings.TALKS))
        if "拜访" in words:
            row = {"customer": name, "author": self.person.name, "happened_at": Moment("", self.floor.today())}
            matter.wanted.append(Wanted("followups", row))
        matter.plainly = f"新增客户 {name}"
        matter.pick = name
        await self.see_through(matter, words, (name,))

    async def contact(self) -> None:
        """Somebody new at a customer."""
        firm = self._firm()
        person, phone = self._new_person(), f"137{self.dice.randrange(10**8):08d}"
        values = {"customer": firm.name, "name": person, "phone": phone}
        matter = self.opened("contact", firm, Wanted("contacts", values))
        title = self.dice.choice(TITLES)[0]
        words = put(self.dice, sayings.CONTACTS, firm=firm.short, person=person, phone=phone, title=title)
        matter.plainly = f"加联系人：{firm.name} {person} {phone}"
        await self.see_through(matter, words, (firm.short, person, phone, title, "联系人", "对接人"))

    async def new_phone(self) -> None:
        """Of somebody who is known."""
        firm = self._firm()
        buyer, phone = firm.buyers[0], f"136{self.dice.randrange(10**8):08d}"
        matter = self.opened("phone", firm)
        matter.changed = [Changed("contacts", buyer.name, "phone", phone)]
        words = put(self.dice, sayings.PHONES, firm=firm.short, who=buyer.called, phone=phone)
        await self.see_through(matter, words, (firm.short, buyer.called, phone))

    # -- talk

    async def ask(self) -> None:
        """Questions write nothing."""
        firm = self._firm()
        matter = self.opened("question", firm)
        await self.see_through(matter, put(self.dice, sayings.QUESTIONS, firm=firm.short), (firm.short,))

    async def chat(self) -> None:
        """Neither do thanks, wishes, doubts and what has not happened."""
        firm = self._firm()
        shape = self.dice.choice(sayings.NOTHING)
        matter = self.opened("talk", firm)
        matter.silent = shape in sayings.SILENT
        if matter.silent:
            await self.type(matter, shape, begins=True)
        else:
            await self.see_through(matter, shape.format(firm=firm.short, who=firm.buyers[0].called), (firm.short,))

    def _new_person(self) -> str:
        """Nobody whom this rep has added before."""
        while True:
            surname = self.dice.choice("章邹熊金白江钱汤尹黎易常武乔贺赖龚文洪萧陶")
            name = surname + self.dice.choice(("丽华", "建平", "志刚", "晓红", "永强", "秀英", "国梁"))
            if name not in self._met:
                self._met.add(name)
                return name

    def _new_name(self) -> str:
        """Of a customer that nobody on the floor has found yet."""
        while True:
            place = self.dice.choice(("佛山", "东莞", "南宁", "长沙"))
            kind = self.dice.choice(("电器", "五金", "包装", "光电"))
            name = place + self.dice.choice("晟昊熠珩朔霖弘祺") + self.dice.choice("通胜达和利升") + kind
            if name not in self.floor.newcomers:
                self.floor.newcomers.add(name)
                return name


def _of_another(one: Wanted, old: str, new: str) -> Wanted:
    values = {name: new if value == old else value for name, value in one.values.items()}
    return replace(one, values=values)


def _at_another(one: Wanted, old: Moment, new: Moment) -> Wanted:
    values = {name: new if value == old else value for name, value in one.values.items()}
    return replace(one, values=values)
