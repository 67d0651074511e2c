"""A conversation's turn: an open question answered, or acts understood, their skills run, one receipt given."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from scrm_bot.crm import customers
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.errors import Refused
from scrm_bot.crm.people import Staff
from scrm_bot.db import changes_of, forget, settle
from scrm_bot.dialogs import answers, apologies, learning, meanings, nobody, openings, scene
from scrm_bot.dialogs.deliveries import Proof, no_proof
from scrm_bot.dialogs.explaining import written_down
from scrm_bot.dialogs.heard import Heard, MustBeCareful
from scrm_bot.dialogs.memory import Memory, Pending
from scrm_bot.dialogs.phrases import numbered
from scrm_bot.dialogs.receipt import Receipt
from scrm_bot.dialogs.skill import Again, Answer, Confirm, Need, Skill, Slot, Then, Told, role_of
from scrm_bot.dialogs.slots import KINDS, Company, Context, Detail, Found, Several, Unknown, Words, is_detail
from scrm_bot.dialogs.taps import Tap
from scrm_bot.dialogs.texts import Text
from scrm_bot.dialogs.wordbook import Wordbook
from scrm_bot.message import Address, Choice, Earlier, Message
from scrm_bot.nlp.brain import Brain
from scrm_bot.nlp.meaning import WRITING, Act, Meaning, Scene, When

READ_ONLY_LABELS = frozenset({"none", "handoff"})


class Say:
    """The runtime's own words."""

    which = Text("是哪一个？回数字就行：\n{options}")
    again = Text("没对上，再说一次好吗？{prompt}")
    dropped = Text("好，「{said}」先不办了。")
    skipped = Text("好的，先不设。")
    put_aside = Text("（刚才那条还没答完，先放下了。）")
    likely = Text("这句是要{what}吗？")
    undo_hint = Text("回“撤销”可撤回")


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
    wordbook: Wordbook | None = None
    careful: bool = False  # a way back before each skill, instead of taking the whole turn again
    confirmed: bool = False
    act: Act = Act("none", "", {}, "")
    meaning: Meaning | None = None
    receipt: Receipt = field(default_factory=Receipt)
    local: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.local = self.desk.now.replace(tzinfo=None)

    @property
    def address(self) -> Address:
        """Where the message came from."""
        return self.message.address

    @cached_property
    def about(self) -> Container[str]:
        """What is open in this conversation, as it was when the message came."""
        return openings.of(self.desk, self.address)

    def hear(self) -> Heard:
        """The whole turn."""
        self.memory.forget_stale(self.desk.now)
        text = self.message.text.strip()
        self.meaning = self.brain.understand(text, self.local, self.scene())
        again, self.memory.undid = self.memory.undid, False
        if not (self.memory.pending and self._answered(text)):
            self._act_on(text)
        if again and self.receipt.wrote:
            self.receipt.add(learning.said_again(self.desk, self.brain, self.meaning, self.earlier()))
        return self._conclude()

    def allowed(self) -> dict[str, Skill]:
        """What this person may mean at all."""
        role = role_of(self.desk.actor)
        return {name: skill for name, skill in self.skills.items() if role in skill.allow}

    def scene(self) -> Scene:
        """Who speaks, and what is going on."""
        return scene.of(self.desk, self.skills, self.about, self._recent(), self.wordbook)

    def remember(self, customer: Customer) -> None:
        """他 and 这家 mean this customer from now on."""
        self.memory.talked_about(customer.id)

    # -- understanding

    def _recent(self) -> tuple[int, ...]:
        return tuple(self.memory.recent(self.desk.now))

    # -- the open question

    def _answered(self, text: str) -> bool:
        pending = self.memory.pending[0]
        if self._is_aside():
            return False
        if answers.cancels(text):
            self._drop(pending, Say.skipped() if pending.skippable else Say.dropped(said=pending.said[:20]))
            return True
        if pending.confirm:
            return self._confirmed(pending, text)
        if pending.skippable and answers.skips(text):
            self._drop(pending, Say.skipped())
            return True
        value = self._value(pending, text)
        if value is None:
            return self._not_an_answer(pending)
        self.memory.pending.pop(0)
        pending.slots[pending.asking] = value
        learnt = self._learn(pending, value)
        self._go_on(pending)
        self.receipt.add(learnt)
        return True

    def _learn(self, pending: Pending, value: Any) -> str:
        """What was asked about is known from now on."""
        if not pending.words or not isinstance(value, int):
            return ""
        return learning.picked(self.desk, pending.words, customers.get(self.desk, value))

    def _confirmed(self, pending: Pending, text: str) -> bool:
        if answers.agrees(text):
            self.memory.pending.pop(0)
            self.confirmed = True
            self._go_on(pending)
            return True
        if answers.declines(text):
            self._drop(pending, Say.dropped(said=pending.said[:20]))
            return True
        return self._not_an_answer(pending)

    def _value(self, pending: Pending, text: str) -> Any:
        """The answer, packed; None if this is none."""
        if pending.options:
            chosen = answers.option(text, [label for label, _ in pending.options])
            if chosen is not None:
                return pending.options[chosen][1]
        slot = self.skills[pending.skill].slot(pending.asking)
        kind = KINDS[slot.kind]
        if slot.kind is Words:
            return None if self._is_new_act() else kind.pack(text)
        if slot.kind is Detail:
            assert self.meaning is not None
            more = not self._is_new_act() or is_detail(self.desk, pending.slots, self.meaning)
            return kind.pack(text) if more else None
        reading = kind.read(self._answer_context(pending, text), slot.name)
        same = "" if self._tells_more(pending) else pending.label
        if isinstance(reading, Found) and (self._only_names(text) or not self._is_new_act(but=same)):
            return kind.pack(reading.value)
        company = slot.kind == (Customer | Company) and len(text) <= 20 and not pending.options
        return kind.pack(Company(text)) if company and not self._is_new_act() else None

    def _answer_context(self, pending: Pending, text: str) -> Context:
        assert self.meaning is not None
        values = dict(self.meaning.slots)
        if self.skills[pending.skill].slot(pending.asking).kind is When:
            values.setdefault(pending.asking, values.get("time", ()) or values.get("next_time", ()))
        act = Act(pending.label, pending.skill, values, text)
        return Context(self.desk, act, text, self._recent())

    def _only_names(self, text: str) -> bool:
        """The message is a customer's name and hardly anything else: to a question for one, it is the answer."""
        assert self.meaning is not None
        named = self.meaning.slots.get("customer", ())
        return len(named) == 1 and len(text) - len(named[0].text) <= 2

    def _is_aside(self) -> bool:
        """Something about the talk itself: what is asked stays open."""
        assert self.meaning is not None
        skill = self.skills.get(self.meaning.main.lesson)
        return skill is not None and skill.aside

    def _is_new_act(self, but: str = "") -> bool:
        assert self.meaning is not None
        act = self.meaning.main
        if openings.begins(self.message.text.strip(), self.allowed(), self.about, self.meaning):
            return True
        return act.label not in READ_ONLY_LABELS and act.label != but and bool(act.lesson)

    def _tells_more(self, pending: Pending) -> bool:
        """After a record, a sentence with a customer in it is the next record, not the answer that may be skipped."""
        assert self.meaning is not None
        return pending.skippable and any(name.endswith("customer") for name in self.meaning.main.slots)

    def _not_an_answer(self, pending: Pending) -> bool:
        if self._is_new_act() or pending.skippable:
            self.memory.pending.clear()
            if not pending.skippable:
                self.receipt.add(Say.put_aside())
            return False
        pending.tries += 1
        if pending.tries > 1:
            self._drop(pending, Say.dropped(said=pending.said[:20]))
            return True
        self._ask(pending, Say.again(prompt=pending.prompt))
        return True

    def _drop(self, pending: Pending, words: str) -> None:
        self.memory.pending.remove(pending)
        self.receipt.tell(words, "answered", "cancelled by the sender")
        if self.memory.pending:
            self._ask(self.memory.pending[0], self.memory.pending[0].prompt)

    def _go_on(self, pending: Pending) -> None:
        skill = self.skills[pending.skill]
        if role_of(self.desk.actor) not in skill.allow:
            return
        self.act = Act(pending.label, skill.name, {}, pending.said, ("answer to the open question",))
        given = {name: KINDS[skill.slot(name).kind].unpack(self.desk, v) for name, v in pending.slots.items()}
        self._run(skill, given, pending.said)
        left = self.memory.pending[0] if self.memory.pending and not self.receipt.asks else None
        if left and left.prompt != self.receipt.question:  # a question after the record has been put already
            self._ask(left, left.prompt)

    # -- new acts

    def _act_on(self, text: str) -> None:
        assert self.meaning is not None
        opened = openings.skill(text, self.allowed(), self.about, self.meaning)
        if opened:
            self.act = Act(opened.labels[0], opened.name, self.meaning.slots, text, ("its beginning says so",))
            self._run(opened, {}, text)
            return
        if self._asks_about_nobody(text):
            return
        acts = [act for act in self.meaning.acts if act.label != "none"] or [self.meaning.main]
        for act in acts:
            self.act = act if len(acts) > 1 else replace(act, text=text)
            skill = self.allowed().get(act.lesson) or self._fallback(act)
            if skill is None:
                self.receipt.tell(apologies.Say.not_allowed(), "answered", f"not allowed: {act.label}")
            else:
                self._run(skill, {}, self.act.text)

    def _asks_about_nobody(self, text: str) -> bool:
        """What needs a customer and names one whom the speaker does not know is answered so, not with what is near."""
        assert self.meaning is not None
        asked = nobody.asked_about(text, self.allowed(), self.meaning.slots)
        if asked is None:
            return False
        skill, name = asked
        self.act = Act(skill.labels[0], skill.name, {"unknown_customer": (name,)}, text, ("an example but its name",))
        self._run(skill, {}, text)
        return True

    def _fallback(self, act: Act) -> Skill | None:
        """What is not understood ends in the skill that says so; None: it is, but others of us may do it."""
        taught = any(act.label in skill.labels for skill in self.skills.values())
        own = any(act.label in skill.labels for skill in self.allowed().values())
        if isinstance(self.desk.actor, Staff) and taught and not own and act.label != "none":
            return None
        wanted = "none" if act.label == "none" else "not_yet"
        return next(skill for skill in self.allowed().values() if wanted in skill.labels)

    # -- running a skill

    def _run(self, skill: Skill, given: Mapping[str, Any], said: str) -> None:
        self.receipt.reasons.append(skill.name)
        values: dict[str, Any] = {}
        missing: list[Need] = []
        for slot in skill.slots:
            reading = Found(given[slot.name]) if slot.name in given else self._read(slot)
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
        elif self.act.label in WRITING and not self.act.sure:
            self._pend(skill, Need("", Say.likely(what=meanings.act(self.act.label))), values, said, confirm=True)
        else:
            self._call(skill, values, said)

    def _read(self, slot: Slot) -> Any:
        context = Context(self.desk, self.act, self.message.text, self._recent())
        return KINDS[slot.kind].read(context, slot.name)

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
        wrote = session.info.get("wrote", False)
        session.info["wrote"] = wrote or wrote_before
        match answer:
            case Need():
                self._pend(skill, answer, values, said)
            case Confirm(prompt):
                self._pend(skill, Need("", prompt), values, said, confirm=True)
            case Again(text, head):
                self.receipt.tell(head, "written", skill.name)
                self.message = replace(self.message, text=text)
                self.meaning = self.brain.understand(text, self.local, self.scene())
                self._act_on(text)
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
                          words=need.words,
                          prompt=prompt or Say.which(options=listing))  # fmt: skip
        first = "asked" not in self.receipt.fates
        self.memory.pending.insert(0 if first else len(self.memory.pending), pending)
        if first:
            self._ask(pending, pending.prompt)

    def _follow(self, then: Then, said: str) -> None:
        skill = self.skills[then.skill]
        packed = {name: KINDS[skill.slot(name).kind].pack(value) for name, value in then.slots.items()}
        self.memory.pending.append(
            Pending(skill.name, packed, said, then.slot, skippable=True, prompt=then.prompt, label=self.act.label)
        )
        self.receipt.question = then.prompt
        self.receipt.offer(Tap.skip)

    def _ask(self, pending: Pending, words: str) -> None:
        self.receipt.tell(words, "asked", f"{pending.skill}: {pending.asking or 'confirm'}")
        if pending.confirm:
            self.receipt.offer(Tap.confirm, Tap.never_mind)
        self.receipt.choices += [Choice(f"{i} {label}", str(i)) for i, (label, _) in enumerate(pending.options, 1)]

    # -- the receipt

    def _conclude(self) -> Heard:
        assert self.meaning is not None
        receipt = self.receipt
        if receipt.wrote and isinstance(self.desk.actor, Staff) and "undo" not in receipt.reasons:
            receipt.add(Say.undo_hint())
        return Heard(receipt.reply, receipt.fate, receipt.reason, written_down(self.meaning))
