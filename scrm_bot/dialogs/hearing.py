"""A message heard: an open question answered, or acts understood and done; one receipt."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scrm_bot.crm import customers
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.people import Staff
from scrm_bot.dialogs import answers, discretion, examples, fragments, learning, openings, taps
from scrm_bot.dialogs.correcting import corrected
from scrm_bot.dialogs.explaining import written_down
from scrm_bot.dialogs.heard import Heard
from scrm_bot.dialogs.memory import Pending
from scrm_bot.dialogs.skill import Saying, Skill, Slot, role_of
from scrm_bot.dialogs.slots import KINDS, Company, Context, Detail, Found, Several, Words, is_detail
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.texts import Text
from scrm_bot.dialogs.ticks import Ticks, ticks
from scrm_bot.nlp.meaning import READING, Act, Meaning, When

_SENTENCE = re.compile(r"[了我你他她吧呢吗嘛啊呀哦]|[今明昨]天|刚[才刚]|没[有人]|不[是知用要对行]|怎么|什么|[，,；;]")
_COMPANY = re.compile(r"(?=.*[^\W\d_]{2})[^\n？?。！!]{2,20}")  # what may be a name, though nobody knows it
_ASKS = re.compile(r"(?<!没)(?:什么|啥)|谁|哪|怎么|咋")
_ROUND_A_NAME = 6  # letters of an answer beside the name: 是去的华星啊
_MORE_THAN_A_TIME = 4  # letters beside it
READ_ONLY_LABELS = frozenset({"none", "handoff"})


class Say:
    """Around the open question, and under what was written."""

    again = Text("没对上，再说一次好吗？{prompt}")
    dropped = Text("好，「{said}」先不办了。")
    left = Text("好，不动。")
    skipped = Text("好的，先不设。")
    put_aside = Text("（刚才那条还没答完，先放下了。）")
    undo_hint = Text("回“撤销”可撤回")


def hear(talk: Talk) -> Heard:
    """The whole turn."""
    text = talk.message.text.strip()
    talk.meaning = talk.brain.understand(text, talk.local, talk.scene())
    again, talk.memory.undid = talk.memory.undid, False
    if openings.pressed_too_late(talk.desk, talk.message, talk.memory):
        talk.receipt.tell(
            discretion.Say.not_yours() if talk.address.room else taps.Say.settled(),
            "answered",
            "a button of something that is settled",
        )
    elif not (talk.memory.pending and _answered(talk, text)):
        talk.act_on(text)
    if again and talk.receipt.wrote:
        talk.receipt.add(learning.said_again(talk.desk, talk.brain, talk.meaning, talk.earlier()))
    talk.closing()
    return _conclude(talk)


def take(talk: Talk, skill: Skill, given: Mapping[str, Any]) -> Heard:
    """The whole turn of a message that means this without words: a picture, a place."""
    talk.act = Act(skill.labels[0], skill.name, {}, "")
    talk.meaning = Meaning("", (talk.act,))
    talk.run(skill, given, "")
    return replace(_conclude(talk), understood=[])


# -- the open question


def _answered(talk: Talk, text: str) -> bool:
    pending = talk.memory.pending[0]
    if _is_aside(talk):
        return False
    offered = talk.skills[pending.skill].slot(pending.asking).kind is Ticks if pending.asking else False
    if pending.skippable and not offered and talk.of_list(text):
        _pass_over(talk)
        talk.memory.pending.clear()
        return False
    if pending.skippable and _goes_on(talk, text):
        talk.memory.pending.clear()
        return False
    if pending.skippable and (answers.cancels(text) or answers.skips(text)):
        _pass_over(talk)
        _drop(talk, pending, Say.left() if pending.confirm else Say.skipped())
        return True
    if answers.cancels(text) or (not pending.skippable and answers.withdraws(text)):
        _drop(talk, pending, Say.dropped(said=pending.said[:20]))
        return True
    if _amended(talk, pending, text):
        return True
    if pending.confirm:
        return _confirmed(talk, pending, text)
    value = _value(talk, pending, text)
    if value is None:
        return _narrowed(talk, pending, text) or _not_an_answer(talk, pending)
    talk.memory.pending.pop(0)
    pending.slots[pending.asking] = value
    learnt = _learn(talk, pending, value)
    _go_on(talk, pending)
    talk.receipt.add(learnt)
    return True


def _amended(talk: Talk, pending: Pending, text: str) -> bool:
    """改周二, of what is only offered yet: it is offered anew."""
    assert talk.meaning is not None
    if pending.skippable or talk.meaning.main.label != "correct_last":
        return False
    better = corrected(talk.brain, talk.scene(), talk.local, pending.said, text)
    if better is None:
        return False
    talk.memory.pending.pop(0)
    talk.say_again([Saying(better.text)])
    return True


def _goes_on(talk: Talk, text: str) -> bool:
    """More of what was told, with or without the time that was asked for: 价格有点高 下周三再报."""
    assert talk.meaning is not None
    more = _more_than_a_time(talk)
    return more and fragments.goes_on(talk.desk, talk.memory, talk.meaning, text) is not None


def _more_than_a_time(talk: Talk) -> bool:
    assert talk.meaning is not None
    times = talk.meaning.slots.get("time", ())
    return len(talk.message.text) - sum(len(when.text) for when in times) >= _MORE_THAN_A_TIME


def _learn(talk: Talk, pending: Pending, value: Any) -> str:
    """What was asked about is known from now on."""
    if not pending.words or not isinstance(value, int):
        return ""
    return learning.picked(talk.desk, pending.words, customers.get(talk.desk, value))


def _confirmed(talk: Talk, pending: Pending, text: str) -> bool:
    if answers.agrees(text):
        talk.memory.pending.pop(0)
        talk.confirmed = True
        _go_on(talk, pending)
        return True
    if answers.declines(text):
        _drop(talk, pending, Say.left() if pending.skippable else Say.dropped(said=pending.said[:20]))
        return True
    return _not_an_answer(talk, pending)


def _value(talk: Talk, pending: Pending, text: str) -> Any:
    """The answer, packed; None if this is none."""
    if pending.options:
        chosen = answers.option(text, [label for label, _ in pending.options])
        if chosen is None and len(pending.options) == 1 and answers.agrees(text):
            chosen = 0
        if chosen is not None:
            return pending.options[chosen][1]
    slot = talk.skills[pending.skill].slot(pending.asking)
    kind = KINDS[slot.kind]
    if slot.kind is Detail:
        assert talk.meaning is not None
        more = _only_time(talk, text) or not _is_new_act(talk) or is_detail(talk.desk, pending.slots, talk.meaning)
        return kind.pack(text) if more else None
    if slot.kind is Ticks:
        ticked = ticks(text)
        return kind.pack(ticked) if ticked else None
    if slot.kind is Words:
        called = slot.name == "name" and _SENTENCE.search(text)  # 好了今天就这些 is no name
        return None if called or _is_new_act(talk) else kind.pack(text)
    reading = kind.read(_answer_context(talk, pending, text), slot.name)
    same = "" if _tells_more(talk, pending, slot) else pending.label
    plain = _only_names(talk, text) or (slot.kind is When and _only_time(talk, text))
    if pending.options and slot.kind in (Customer, Customer | Company) and not plain:
        return None  # it names somebody, but none of those who were asked about
    beside = fragments.is_own(text) or (talk.meaning is not None and talk.meaning.main.label == "correct_last")
    if pending.skippable and (_ASKS.search(text) or beside):
        return None  # 中午吃啥 names an hour, 部门明天聚餐 a day, and neither answers anything
    if isinstance(reading, Found) and (plain or not _is_new_act(talk, but=same)):
        return kind.pack(reading.value)
    company = slot.kind == (Customer | Company) and not pending.options and _may_be_a_name(talk, text)
    return kind.pack(Company(text)) if company and not _is_new_act(talk) else None


def _may_be_a_name(talk: Talk, text: str) -> bool:
    """A company nobody knows, and no sentence: 今天跑了一天 is none."""
    assert talk.meaning is not None
    return bool(_COMPANY.fullmatch(text)) and not _SENTENCE.search(text) and not talk.meaning.slots.get("time")


def _narrowed(talk: Talk, pending: Pending, text: str) -> bool:
    """Nothing but a name, and several go by it."""
    slot = talk.skills[pending.skill].slot(pending.asking)
    reading = KINDS[slot.kind].read(_answer_context(talk, pending, text), slot.name)
    if pending.options or not isinstance(reading, Several) or len(text) - len(reading.words) > 2:
        return False
    talk.narrow(pending, reading)
    return True


def _answer_context(talk: Talk, pending: Pending, text: str) -> Context:
    assert talk.meaning is not None
    values = dict(talk.meaning.slots)
    if talk.skills[pending.skill].slot(pending.asking).kind is When:
        values.setdefault(pending.asking, values.get("time", ()) or values.get("next_time", ()))
    act = Act(pending.label, pending.skill, values, text)
    return Context(talk.desk, act, text, talk.recent())


def _only_names(talk: Talk, text: str) -> bool:
    """The message is a customer's name and hardly anything else: to a question for one, it is the answer."""
    assert talk.meaning is not None
    named = talk.meaning.slots.get("customer", ())
    return len(named) == 1 and len(text) - len(named[0].text) <= 2


def _is_aside(talk: Talk) -> bool:
    """Something about the talk itself: what is asked stays open."""
    assert talk.meaning is not None
    text, known = talk.message.text.strip(), talk.skills.get(talk.meaning.main.lesson)
    skill = openings.begins(text, talk.allowed, talk.about, talk.meaning) or known
    return skill is not None and skill.aside


def _only_time(talk: Talk, text: str) -> bool:
    """下周四, to the question that stands: not when a reminder is to ring again that rang before it."""
    assert talk.meaning is not None
    said = talk.meaning.slots.get("time", ())
    return len(said) == 1 and len(text) - len(said[0].text) <= 2


def _is_new_act(talk: Talk, but: str = "") -> bool:
    assert talk.meaning is not None
    act = talk.meaning.main
    if openings.begins(talk.message.text.strip(), talk.allowed, talk.about, talk.meaning):
        return True
    return act.label not in READ_ONLY_LABELS and act.label != but and (bool(act.lesson) or act.label in READING)


def _tells_more(talk: Talk, pending: Pending, slot: Slot) -> bool:
    """A sentence with a customer in it is the next record, not the answer to a question for the customer before."""
    assert talk.meaning is not None
    names = any(name.endswith("customer") for name in talk.meaning.main.slots)
    if pending.skippable:
        return names or (slot.kind is When and talk.meaning.main.label == "log_visit" and _more_than_a_time(talk))
    if slot.kind not in (Customer, Customer | Company):
        return False
    slots = talk.meaning.slots
    named = [one.text for one in slots.get("customer", ())]
    named += [str(one) for name in ("new_customer", "unknown_customer") for one in slots.get(name, ())]
    return bool(named) and len(talk.message.text) - len(named[0]) > _ROUND_A_NAME


def _not_an_answer(talk: Talk, pending: Pending) -> bool:
    if _is_new_act(talk) or pending.skippable:
        _pass_over(talk)
        talk.memory.pending.clear()
        if not pending.skippable:
            talk.receipt.add(Say.put_aside())
        return False
    pending.tries += 1
    if pending.tries > 1:
        _drop(talk, pending, Say.dropped(said=pending.said[:20]))
        return True
    talk.ask(pending, Say.again(prompt=pending.prompt))
    return True


def _pass_over(talk: Talk) -> None:
    """Nobody cared to answer the question after a record: after some of them no more are asked for the day."""
    if talk.memory.pending[0].skippable:
        talk.memory.manners(talk.desk.today).passed += 1


def _drop(talk: Talk, pending: Pending, words: str) -> None:
    talk.memory.pending.remove(pending)
    talk.receipt.tell(words, "answered", "cancelled by the sender")
    if talk.memory.pending:
        talk.ask(talk.memory.pending[0], talk.memory.pending[0].prompt)


def _go_on(talk: Talk, pending: Pending) -> None:
    if pending.skippable:
        talk.memory.manners(talk.desk.today).passed = 0
    skill = talk.skills[pending.skill]
    if role_of(talk.desk.actor) not in skill.allow:
        return
    talk.act = Act(pending.label, skill.name, {}, pending.said, ("answer to the open question",))
    given = {name: KINDS[skill.slot(name).kind].unpack(talk.desk, v) for name, v in pending.slots.items()}
    talk.run(skill, given, pending.said)
    left = talk.memory.pending[0] if talk.memory.pending and not talk.receipt.asks else None
    if left and left.prompt != talk.receipt.question:  # a question after the record has been put already
        talk.ask(left, left.prompt)


# -- the receipt


def _conclude(talk: Talk) -> Heard:
    assert talk.meaning is not None
    receipt = talk.receipt
    talk.memory.has_used(examples.worth_knowing(receipt.reasons))
    if receipt.wrote and isinstance(talk.desk.actor, Staff) and "undo" not in receipt.reasons:
        receipt.add(Say.undo_hint())
    private = any(one in talk.skills and talk.skills[one].private for one in receipt.reasons)
    return Heard(receipt.reply, receipt.fate, receipt.reason, written_down(talk.meaning), private)
