"""What words of others are worth: an offer of things to keep, each with what becomes of it when it is ticked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from scrm_bot.crm import customers, deals, followups
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.deals import Deal
from scrm_bot.crm.followups import FollowUp
from scrm_bot.dialogs import times
from scrm_bot.dialogs.phrases import day, money, phone, short
from scrm_bot.dialogs.skills import followups as visits
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.texts import Text, named
from scrm_bot.nlp.gleaned import Finding, gleaned
from scrm_bot.nlp.meaning import When
from scrm_bot.nlp.pasted import conversation, is_called
from scrm_bot.nlp.text import normalise

MOST = 9
RING = frozenset({"deadline", "time"})  # what is kept by a reminder


class Say:
    """How what was seen is offered."""

    budget = Text("预算 {amount}")
    amount = Text("金额 {amount}")
    deadline = Text("期限 {words}·{day}")
    time = Text("时间 {words}·{day}")
    reminding = Text("{what} 提醒你")
    objection = Text("异议：{what}（“{words}”）")
    person = Text("联系人 {name}")
    deal = Text("商机「{title}」金额 {old} → {new}")
    changed = Text("💰 {what}")
    source = Text("{facts}\n原文：\n{text}")


class Objections:
    """What a customer may mind."""

    price, rival, service = Text("价格"), Text("竞品"), Text("售后")
    terms, delivery, quality = Text("账期"), Text("交期"), Text("质量")


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that may be ticked."""

    kind: str
    label: str
    value: Any = None
    words: str = ""  # as it was said
    fact: str = ""  # as it is kept, where that is not the label


_THEN = "；"  # between what stands in one note


def of_conversation(talk: Talk, customer: Customer, said: str) -> list[Offer]:
    """What those who are not us said in it, in a few numbered lines."""
    spoken = conversation(normalise(said))
    theirs = [one for one in spoken if not _is_me(talk, one.who)]
    values = talk.brain.read(normalise("\n".join(one.words for one in theirs)), talk.local, talk.scene())
    found = list(gleaned(values, talk.local))
    people = {one.words: one for one in found if one.kind == "person"}
    speakers = {one.who: Finding("person", one.who) for one in theirs if _is_name(one.who)}
    rest = [one for one in found if one.kind != "person"]
    offered = [*_facts(talk, rest), *_deal(talk, customer, rest), *_people(talk, customer, speakers | people)]
    return offered[:MOST]


def take(talk: Talk, customer: Customer, followup: FollowUp, chosen: Sequence[Offer]) -> list[str]:
    """Write what was ticked where it belongs; what there is to say of it."""
    if not chosen:
        return []
    facts = _THEN.join(one.fact or one.label for one in chosen if one.kind != "deal")
    if facts:
        followups.annotate(talk.desk, followup, Say.source(facts=facts, text=followup.text), short(facts))
    return [words for one in chosen for words in _take(talk, customer, followup, one)]


def _take(talk: Talk, customer: Customer, followup: FollowUp, one: Offer) -> Iterator[str]:
    match one.value:
        case When():
            yield visits.plan(talk, customer, one.words, one.value, visits.Say.next_step)
        case Finding(words=name, value=number):
            contact = customers.meet(talk.desk, customer, name, phone=number)
            followups.join(talk.desk, followup, [contact])
        case Deal(), Decimal() as amount:
            deals.change(talk.desk, one.value[0], amount)
            yield Say.changed(what=one.label)


def _facts(talk: Talk, found: Iterable[Finding]) -> Iterator[Offer]:
    for one in found:
        if one.kind in ("budget", "amount"):
            words: Text = getattr(Say, one.kind)
            yield Offer(one.kind, words(amount=money(Decimal(str(one.value)))))
        elif one.kind in RING:
            words = getattr(Say, one.kind)
            due = times.due_at(talk.desk, one.value)
            fact = words(words=short(one.words, 20), day=day(due, talk.desk.today))
            yield Offer(one.kind, Say.reminding(what=fact), one.value, short(one.words, 40), fact)
        else:
            what = named(Objections, one.value)
            yield Offer(one.kind, Say.objection(what=what, words=short(one.words, 20)))


def _deal(talk: Talk, customer: Customer, found: Iterable[Finding]) -> Iterator[Offer]:
    """The money may be that of the one deal that is open there."""
    amount = next((Decimal(str(one.value)) for one in found if one.kind in ("budget", "amount")), None)
    if amount is None or amount >= talk.desk.shape.confirm_amount or talk.desk.staff.role not in deals.SELLERS:
        return
    opened = deals.of(talk.desk, customer, limit=2)
    if len(opened) == 1 and opened[0].amount != amount:
        label = Say.deal(title=opened[0].title, old=money(opened[0].amount), new=money(amount))
        yield Offer("deal", label, (opened[0], amount))


def _people(talk: Talk, customer: Customer, found: dict[str, Finding]) -> Iterator[Offer]:
    known = customers.contacts_of(talk.desk, customer)
    for one in found.values():
        there = [contact for contact in known if customers.same_person(contact, one.words)]
        if not there or (one.value and all(contact.phone != one.value for contact in there)):
            yield Offer("person", f"{Say.person(name=one.words)} {phone(one.value)}".strip(), one)


def _is_me(talk: Talk, who: str) -> bool:
    """Whether these are the words of whoever pasted them."""
    return is_called(talk.desk.actor.name, who)


_TITLED = re.compile(r"[一-龥]{1,2}(?:总|经理|工|姐|哥|主任|厂长|主管|老师|董)|[老小][一-龥]|[一-龥]{2,3}")


def _is_name(who: str) -> bool:
    """Whether somebody may be called so; not a nickname with signs in it, nor 对方, 客户."""
    return _TITLED.fullmatch(who) is not None and who not in ("对方", "客户", "老板", "领导")
