"""A conversation's turn in the making: acts understood, their skills run, what is missing asked for."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from types import UnionType
from typing import Any

from scrm_bot.crm.customers import Customer
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.errors import Refused
from scrm_bot.crm.followups import FollowUp
from scrm_bot.crm.people import Staff
from scrm_bot.db import changes_of, forget, settle
from scrm_bot.dialogs import apologies, fragments, inquiries, listed, meanings, nobody, openings, scene, spoken
from scrm_bot.dialogs.columns import HandOut, no_hand_out, table
from scrm_bot.dialogs.deliveries import Proof, no_proof
from scrm_bot.dialogs.heard import MustBeCareful
from scrm_bot.dialogs.listed import Picked
from scrm_bot.dialogs.memory import Memory, Pending, Record
from scrm_bot.dialogs.phrases import numbered
from scrm_bot.dialogs.receipt import Receipt
from scrm_bot.dialogs.skill import Again, Answer, Confirm, Listed, Need, Saying, Skill, Slot, Then, Told, allowed_to
from scrm_bot.dialogs.slots import KINDS, Context, Found, Several, Unknown
from scrm_bot.dialogs.taps import Tap
from scrm_bot.dialogs.texts import Text
from scrm_bot.dialogs.wordbook import Wordbook
from scrm_bot.message import Address, Choice, Earlier, Listing, Message
from scrm_bot.nlp.brain import Brain
from scrm_bot.nlp.meaning import WRITING, Act, Meaning, Mention, Scene


class Say:
    """The runtime's own words."""

    which = Text("是哪一个？回数字就行：\n{options}")
    likely = Text("这句是要{what}吗？")
    file = Text("{what}-{day}")
    exported = Text("📎 {count} 条都在表格里了。")
    no_files = Text("这里发不了文件，回“更多”接着看吧。")
    more = Text("……还有 {count} 个，回“更多”接着看，“导出”要表格")


@dataclass
class Talk:
    """One turn. Skills see `desk`, `act`, `message`, `address`, `confirmed`, and `remember`."""

    desk: Desk
    memory: Memory
    message: Message
    brain: Brain
    skills: Mapping[str, Skill]
    proof: Proof = no_proof
    earlier: Callable[[], Sequence[Earlier]] = tuple  # what was said before in this conversation, the latest first
    last_listing: Callable[[], Listing | None] = lambda: None  # what this person was shown last
    wordbook: Wordbook | None = None
    hand_out: HandOut = no_hand_out
    careful: bool = False  # a way back before each skill, instead of taking the whole turn again
    confirmed: bool = False
    act: Act = Act("none", "", {}, "")
    meaning: Meaning | None = None
    given: tuple[Any, ...] = ()  # rows that the act is about, whatever its words name
    page: int = 0  # of the list that is asked for
    as_file: bool = False  # all of it, as a table
    receipt: Receipt = field(default_factory=Receipt)
    closing: Callable[[], None] = lambda: None  # done when all acts are, before the answer is put together
    said_at: datetime = field(init=False)  # what is understood: before the message, if that corrects an older one

    def __post_init__(self) -> None:
        self.said_at = self.desk.now

    @property
    def local(self) -> datetime:
        """`said_at` by the company's clock."""
        return self.said_at.replace(tzinfo=None)

    @property
    def address(self) -> Address:
        """Where the message came from."""
        return self.message.address

    @cached_property
    def about(self) -> Container[str]:
        """What is open in this conversation, as it was when the message came."""
        return openings.of(self.desk, self.address, lambda: self.listing, self.memory.just_moved(self.desk.now))

    @cached_property
    def listing(self) -> Listing | None:
        """The list that this person was shown last."""
        return self.last_listing()

    @cached_property
    def allowed(self) -> dict[str, Skill]:
        """What this person may mean at all."""
        return allowed_to(self.desk.actor, self.skills)

    def scene(self) -> Scene:
        """Who speaks, and what is going on."""
        return scene.of(self.desk, self.allowed, self.about, self.recent(), self.wordbook)

    def remember(self, customer: Customer, followup: FollowUp | None = None) -> None:
        """他 and 这家 mean this customer from now on; what is said next may go on with this follow-up."""
        self.memory.talked_about(customer.id)
        self.memory.record = Record(followup.id, self.desk.now) if followup else None

    # -- understanding

    def recent(self) -> tuple[int, ...]:
        """The customers that 他 may mean, the latest first: whom this message has named before, then earlier ones."""
        named = self._named_before()
        if inquiries.is_of_colleague(self.desk, self.memory.inquiry, self.message.text):
            return ()
        if named is not None and len(named.candidates) > 1:
            return ()  # which of them is not known yet, and it is nobody of an earlier message
        first = [named.candidates[0].id] if named else []
        return tuple(dict.fromkeys([*first, *self.memory.recent(self.desk.now)]))

    def before(self) -> Sequence[Act]:
        """The acts of the same message that come before this one."""
        acts = self.meaning.acts if self.meaning else ()
        return acts[: next((place for place, act in enumerate(acts) if act is self.act), 0)]

    def _named_before(self) -> Mention | None:
        named = (act.slots["customer"] for act in reversed(self.before()) if act.slots.get("customer"))
        return next((mentions[-1] for mentions in named), None)

    # -- lists

    def picked(self, text: str) -> Picked | None:
        """What the message speaks of by number, if it can be of the list that was shown last."""
        assert self.meaning is not None
        if not isinstance(self.desk.actor, Staff) or "customer" in self.meaning.slots:
            return None
        shown = self.listing if listed.pick(text, listed.LONGEST) else None
        return listed.pick(text, len(shown.rows)) if shown else None

    def of_list(self, text: str) -> list[Saying]:
        """The same as if it had been said in full of each row; nothing if it would make no sense."""
        picked = self.picked(text)
        if picked is None or self.listing is None:
            return []
        rows = [listed.row_of(self.desk, self.listing, n) for n in picked.numbers if n <= len(self.listing.rows)]
        said = listed.sayings(self.desk, [row for row in rows if row is not None], picked.words, self.understood)
        return [one for one in said if self._makes_sense(one)]

    def understood(self, text: str, about: frozenset[str]) -> Meaning:
        """What the words would mean here. `about`: what is to be taken as open."""
        return self.brain.understand(text, self.local, replace(self.scene(), about=about) if about else self.scene())

    def _is_of_list(self, text: str) -> bool:
        assert self.meaning is not None
        picked = self.picked(text)
        if picked and picked.everything and openings.begins(text, self.allowed, self.about, self.meaning):
            return False  # 所有没关的工单
        beyond = picked is not None and self.listing is not None and max(picked.numbers) > len(self.listing.rows)
        return bool(self.of_list(text)) or (beyond and self.meaning.main.label == "none")

    def _makes_sense(self, one: Saying) -> bool:
        meaning = self.understood(one.text, one.about)
        return meaning.main.label != "none" or openings.begins(one.text, self.allowed, self.about, meaning) is not None

    def _list(self, skill: Skill, answer: Listed) -> None:
        """A page of it; what its numbers mean is written down with the reply. Or all of it, as a file."""
        if self.as_file:
            title = Say.file(what=self.act.text[:20], day=self.desk.today)
            self.receipt.file = self.hand_out(title, table(self.desk, answer.rows))
            words = Say.exported(count=len(answer.rows)) if self.receipt.file else Say.no_files()
            self.receipt.tell(words, "answered", skill.name)
            return
        first = self.page * listed.PAGE
        shown = answer.rows[: first + listed.PAGE]
        lines = [f"{i} {line}" for i, (_, line) in enumerate(shown[first:], first + 1)]
        left = max(answer.total, len(answer.rows)) - len(shown)
        more = Say.more(count=left) if left else ""
        self.receipt.tell("\n".join(filter(None, [answer.head, *lines, more])), "answered", skill.name)
        self.receipt.listing = listed.listing((row for row, _ in shown), self.act.text, self.page)
        if left:
            self.receipt.offer(Tap.more, Tap.export)

    # -- new acts

    def say_again(self, said: Sequence[Saying]) -> None:
        """The turn goes on as if these had been said."""
        for one in said:
            self.message = replace(self.message, text=one.text)
            self.said_at = (one.at or self.desk.now).astimezone(self.desk.shape.zone)
            self.meaning = self.understood(one.text, one.about)
            self.given = one.given
            self.act_on(one.text, one.kept)
        self.given = ()

    def act_on(self, text: str, kept: str = "") -> None:
        """`kept`: what was really said, where `text` only stands for it."""
        assert self.meaning is not None
        if not self.given and self._is_of_list(text):
            self.act = Act("on_listed", "on_listed", self.meaning.slots, text, ("speaks of a list by number",))
            self.run(self.skills["on_listed"], {}, text)
            return
        opened = openings.skill(text, self.allowed, self.about, self.meaning)
        if opened:
            own = self.meaning.main.slots if self.meaning.main.label in opened.labels else {}
            slots = {**self.meaning.slots, **own}
            self.act = Act(opened.labels[0], opened.name, slots, text, ("its beginning says so",))
            self.run(opened, {}, text)
            return
        if self._asks_on(text) or self._asks_about_nobody(text) or (not kept and self._goes_on(text)):
            return
        acts = [act for act in self.meaning.acts if act.label != "none"] or [self.meaning.main]
        for act in acts:
            self.act = act if len(acts) > 1 else replace(act, text=kept or text)
            skill = self.allowed.get(act.lesson) or self._fallback(act)
            if skill is None:
                self.receipt.tell(apologies.Say.not_allowed(), "answered", f"not allowed: {act.label}")
            else:
                self.run(skill, {}, self.act.text)

    def _goes_on(self, text: str) -> bool:
        """One thought in several messages is one record."""
        assert self.meaning is not None
        followup = fragments.goes_on(self.desk, self.memory, self.meaning, text)
        if followup is None:
            return False
        self.act = Act("log_visit", "tell_more", self.meaning.slots, text, ("goes on with what was just told",))
        self.run(self.skills["tell_more"], {"followup": followup, "detail": text}, text)
        return True

    def _asks_on(self, text: str) -> bool:
        """小李呢: the last question, of somebody or some time else."""
        assert self.meaning is not None
        if full := inquiries.in_full(self.desk, self.memory.inquiry, self.meaning, text, self.understood):
            self.say_again([Saying(full)])
            return True
        if (again := inquiries.again(self.desk, self.memory.inquiry, self.allowed, self.meaning, text)) is None:
            return False
        self.act = again.act
        self.run(again.skill, again.kept, text)
        return True

    def _asks_about_nobody(self, text: str) -> bool:
        """What needs a customer and names one whom the speaker does not know is answered so, not with what is near."""
        assert self.meaning is not None
        asked = nobody.asked_about(text, self.allowed, self.meaning.slots)
        if asked is None:
            return False
        skill, name = asked
        self.act = Act(skill.labels[0], skill.name, {"unknown_customer": (name,)}, text, ("an example but its name",))
        self.run(skill, {}, text)
        return True

    def _fallback(self, act: Act) -> Skill | None:
        """What is not understood ends in the skill that says so; None: it is, but others of us may do it."""
        taught = any(act.label in skill.labels for skill in self.skills.values())
        own = any(act.label in skill.labels for skill in self.allowed.values())
        if isinstance(self.desk.actor, Staff) and taught and not own and act.label != "none":
            return None
        wanted = "none" if act.label == "none" else "not_yet"
        return next(skill for skill in self.allowed.values() if wanted in skill.labels)

    # -- running a skill

    def run(self, skill: Skill, given: Mapping[str, Any], said: str) -> None:
        """Fill its slots and call it; ask for what is missing."""
        self.receipt.reasons.append(skill.name)
        values: dict[str, Any] = {}
        missing: list[Need] = []
        for slot in skill.slots:
            reading = Found(given[slot.name]) if slot.name in given else self._given(slot) or self._read(slot)
            match reading:
                case Found(value):
                    values[slot.name] = value
                case Several(options, words):
                    missing.append(Need(slot.name, "", options, words))
                case Unknown(words):
                    self.receipt.tell(nobody.not_found(self.desk, slot, words), "answered", f"no such {slot.name}")
                    return
                case _ if slot.prompt is not None:
                    missing.append(Need(slot.name, slot.prompt()))
                case _:
                    values[slot.name] = slot.default
        if missing:
            self._pend(skill, missing[0], values, said)
        elif self._adds_to_a_request():
            self._call(self.skills["chat_with_customer"], {"said": said}, said)
        elif self.act.label in WRITING and not self.act.sure and self.act.lesson and not self._was_there(values):
            self._pend(skill, Need("", Say.likely(what=meanings.act(self.act.label))), values, said, confirm=True)
        elif not self.confirmed and (heard := spoken.doubt(self.message.kind, self.act, values)):
            self._pend(skill, Need("", heard), values, said, confirm=True)
        else:
            self._call(skill, values, said)

    def _was_there(self, values: Mapping[str, Any]) -> bool:
        """见完了, 价格没问题: a visit is awaited of whoever has checked in there."""
        arrival, customer = self.memory.arrived, values.get("customer")
        return self.act.label == "log_visit" and arrival is not None and arrival.customer == getattr(customer, "id", 0)

    def _read(self, slot: Slot) -> Any:
        context = Context(self.desk, self.act, self.message.text, self.recent(), slot.prompt is not None)
        return KINDS[slot.kind].read(context, slot.name)

    def _adds_to_a_request(self) -> bool:
        """What a customer may mean as a request while one is open belongs to that one."""
        customer = not isinstance(self.desk.actor, Staff)
        return customer and self.act.label == "create_ticket" and not self.act.sure and openings.REQUEST in self.about

    def _given(self, slot: Slot) -> Found | None:
        """The row of this kind that the act is about anyway."""
        rows = (row for row in self.given if isinstance(slot.kind, type | UnionType) and isinstance(row, slot.kind))
        return next(map(Found, rows), None)

    def _call(self, skill: Skill, values: dict[str, Any], said: str) -> None:
        session = self.desk.session
        wrote_before = session.info.pop("wrote", False)
        changes = changes_of(session)
        try:
            answer = self._with_a_way_back(skill, values) if self.careful else skill.run(self, **values)
        except Refused as refusal:
            if not self.careful and changes_of(session) != changes:
                raise MustBeCareful from refusal
            session.info["wrote"] = wrote_before
            self.receipt.tell(apologies.words(refusal, self.desk), "answered", f"refused: {type(refusal).__name__}")
            return
        session.flush()
        self.memory.inquiry = inquiries.of(self.act, skill, values)
        wrote = session.info.get("wrote", False)
        session.info["wrote"] = wrote or wrote_before
        match answer:
            case Need():
                self._pend(skill, answer, values, said)
            case Confirm(prompt):
                self._pend(skill, Need("", prompt), values, said, confirm=True)
            case Again(again, head):
                if head:
                    self.receipt.tell(head, "written", skill.name)
                self.say_again(again)
            case Listed():
                self._list(skill, answer)
            case Told():
                self.receipt.tell(answer.text, answer.fate or ("written" if wrote else "answered"), skill.name)
                self.receipt.offer(*answer.choices)
                if answer.then:
                    self._follow(answer.then, said)
            case _:
                self.receipt.tell(answer, "written" if wrote else "answered", skill.name)

    def _with_a_way_back(self, skill: Skill, values: dict[str, Any]) -> Answer:
        session = self.desk.session
        settle(session)
        try:
            with session.begin_nested():
                answer = skill.run(self, **values)
                settle(session)
                return answer
        except Refused:
            forget(session)
            raise

    def _pend(self, skill: Skill, need: Need, values: Mapping[str, Any], said: str, *, confirm: bool = False) -> None:
        known = {k: v for k, v in values.items() if v is not None and k != need.slot}
        packed = {name: KINDS[skill.slot(name).kind].pack(value) for name, value in known.items()}
        options = [[label, KINDS[skill.slot(need.slot).kind].pack(value)] for label, value in need.options]
        listing = numbered(label for label, _ in options)
        prompt = f"{need.prompt}\n{listing}" if need.prompt and options else need.prompt
        pending = Pending(skill.name, packed, said, need.slot, options, confirm, label=self.act.label,
                          words=need.words, name=self.memory.name(self.desk.message_id),
                          prompt=prompt or Say.which(options=listing))  # fmt: skip
        first = "asked" not in self.receipt.fates
        self.memory.pending.insert(0 if first else len(self.memory.pending), pending)
        if first:
            self.ask(pending, pending.prompt)

    def narrow(self, pending: Pending, several: Several) -> None:
        """The answer means several: which of them is asked, and all else stays as it is."""
        kind = KINDS[self.skills[pending.skill].slot(pending.asking).kind]
        pending.options = [[label, kind.pack(value)] for label, value in several.options]
        pending.words = several.words
        pending.prompt = Say.which(options=numbered(label for label, _ in several.options))
        self.ask(pending, pending.prompt)

    def _follow(self, then: Then, said: str) -> None:
        if self.receipt.question:
            return  # one question is enough, however many were written down
        skill = self.skills[then.skill]
        packed = {name: KINDS[skill.slot(name).kind].pack(value) for name, value in then.slots.items()}
        confirm = not then.slot
        pending = Pending(skill.name, packed, said, then.slot, confirm=confirm, skippable=True, prompt=then.prompt,
                          label=self.act.label, name=self.memory.name(self.desk.message_id))  # fmt: skip
        self.memory.pending.append(pending)
        self.receipt.question = then.prompt
        self.receipt.offer(*((Tap.yes, Tap.no_need) if confirm else (Tap.skip,)), asked=pending.name)

    def ask(self, pending: Pending, words: str) -> None:
        """Put an open question."""
        self.receipt.tell(words, "asked", f"{pending.skill}: {pending.asking or 'confirm'}")
        if pending.confirm:
            self.receipt.offer(Tap.confirm, Tap.never_mind, asked=pending.name)
        for i, (label, _) in enumerate(pending.options, 1):
            self.receipt.choices.append(Choice(f"{i} {label}", str(i), pending.name))
