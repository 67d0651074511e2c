"""Notes written for the system, not for the customer: told by their words, their doubles, their hour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from scrm_bot.crm import customers, followups
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import Contact
from scrm_bot.dialogs.texts import Text
from scrm_bot.nlp import thin


class Say:
    """What is said of them."""

    not_counted = Text("（内容太简单，先不算跟进过）")
    empty = Text("{who}原话怎么说？下一步是什么？回一句我补上，或“跳过”。")
    copied = Text("和{day}那条几乎一样。{who}这次说了什么不一样的？回一句我补上，或“跳过”。")
    burst = Text("半夜连着补了好几条。{who}原话怎么说？下一步是什么？回一句我补上，或“跳过”。")
    they = Text("{customer}那边")
    somebody = Text("{customer}{person}")


NIGHT = range(5)  # the hours at which nobody comes from a customer
MINUTES, MANY = timedelta(minutes=15), 3  # so many notes before this one, within such a time
BURST_LEAST = 12  # letters of its own that a note needs to be believed then


def low_value(
    desk: Desk, customer: Customer, text: str, *, facts: bool, failed: bool
) -> tuple[str | None, datetime | None]:
    """Why a note is of low value (None: it is not), and when the one was written that it repeats.

    `facts`: a person, a time to come or a figure was understood.
    """
    names = [customer.name]
    if not facts and not failed and thin.says_little(text, names):
        return "empty", None
    repeats = thin.copies(text, names)
    copied = next((place for place, other in enumerate(followups.written(desk)) if repeats(other)), None)
    if copied is not None:
        return "copied", followups.written_at(desk)[copied]
    return ("burst" if not failed and not facts and _burst(desk, text) else None), None


def _burst(desk: Desk, text: str) -> bool:
    if desk.now.hour not in NIGHT or thin.letters_of_its_own(text) >= BURST_LEAST:
        return False
    return sum(desk.now - at < MINUTES for at in followups.written_at(desk)) >= MANY


def still_little(customer: Customer, text: str) -> bool:
    """Whether what was told after all is as empty."""
    return thin.says_little(text, [customer.name])


_TITLES = (("总", "总"), ("董事长", "董"), ("经理", "经理"), ("主任", "主任"), ("厂长", "厂长"))


def question(desk: Desk, customer: Customer, reason: str, day: str, present: Sequence[Contact]) -> str:
    """The one concrete thing to ask."""
    there = present or customers.contacts_of(desk, customer)
    name = customers.short_name(desk, customer)
    who = Say.somebody(customer=name, person=called(there[0])) if there else Say.they(customer=name)
    if reason == "copied":
        return Say.copied(day=day, who=who)
    return (Say.burst if reason == "burst" else Say.empty)(who=who)


def called(contact: Contact) -> str:
    """王总, 刘经理: as one speaks of somebody with a title."""
    title = contact.title or ""
    for words, short in _TITLES:
        if words in title and len(contact.name) < 5:
            return contact.name[0] + short
    return contact.name
