"""Learning from corrections: who picks a customer, or says it again after an undo, is understood at once next time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scrm_bot.crm import customers, words
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import Staff
from scrm_bot.dialogs.texts import Text
from scrm_bot.message import Earlier
from scrm_bot.nlp.brain import Brain
from scrm_bot.nlp.learnt import LONGEST, key
from scrm_bot.nlp.meaning import Meaning, Mention


class Say:
    """What is said when something was learnt."""

    ask_again = Text("🧠 「{text}」有时是这家有时是那家，以后我先问你。")
    learnt = Text("🧠 记住了，以后你说「{text}」就是{name}。不对就回“忘掉{text}”。")


def picked(desk: Desk, said: str, customer: Customer | None) -> str:
    """The actor was asked whom these words mean, and chose this customer: the line that says what was learnt."""
    if customer is None or not _fits(desk, said, customer):
        return ""
    meant = words.customer(customer)
    if words.contested(desk, key(said), meant) or words.own(desk, key(said)):
        return ""  # it has meant different ones: better asked every time
    return _learn(desk, said, customer, "picked")


def said_again(desk: Desk, brain: Brain, meaning: Meaning, before: Sequence[Earlier]) -> str:
    """After an undo the same was said with another name: what the first one was meant for. The line that says so.

    Only where the first name was a guess - several fitted, none did - for a slip of the tongue teaches nothing.
    """
    new = _only(meaning.slots.get("customer", ()))
    old = next((one for one in before if one.staff == desk.staff.id and _wrote(one)), None)
    if new is None or old is None or not new.sure or len(new.candidates) != 1:
        return ""
    said = _guessed(brain.understand(old.text, desk.now.replace(tzinfo=None)), desk)
    customer = customers.get(desk, new.candidates[0].id)
    if said is None or customer is None or not _same_but(said, meaning, new) or not _fits(desk, said[1], customer):
        return ""
    return _corrected(desk, said[1], customer)


def _corrected(desk: Desk, said: str, customer: Customer) -> str:
    known = words.own(desk, key(said))
    if not known:
        return _learn(desk, said, customer, "corrected")
    if any(word.customer_id == customer.id for word in known):
        return ""
    words.forget_own(desk, key(said))  # it means now this one, now that
    return Say.ask_again(text=said)


def _learn(desk: Desk, said: str, customer: Customer, how: str) -> str:
    words.teach(desk, key(said), words.customer(customer), how)
    return Say.learnt(text=said, name=customer.name)


def _fits(desk: Desk, said: str, customer: Customer) -> bool:
    """A name of some length that is not the customer's own already, and a customer that the actor may see."""
    text = key(said)
    known = isinstance(desk.actor, Staff) and desk.reach.covers(customer.owner_id)
    return known and 2 <= len(text) <= LONGEST and not text.isdigit() and text != key(customer.name)


def _only(mentions: Sequence[Any]) -> Mention | None:
    return mentions[0] if len(mentions) == 1 else None


def _wrote(one: Earlier) -> bool:
    """It was meant to write something, whether at once or after an answer."""
    return any(act.get("writes") and act.get("label") != "cancel_last" for act in one.understood)


def _guessed(meaning: Meaning, desk: Desk) -> tuple[str, str] | None:
    """A message of before and the name in it, if nobody could be sure whom it meant."""
    mention = _only(meaning.slots.get("customer", ()))
    if mention is not None:
        found = (customers.get(desk, one.id) for one in mention.candidates)
        there = [one for one in found if one and desk.reach.covers(one.owner_id)]
        return None if mention.sure and len(there) == 1 else (meaning.text, mention.text)
    unknown: Mapping[str, Any] = meaning.main.slots
    name = next(iter(unknown.get("unknown_customer", ())), "")
    return (meaning.text, name) if name else None


def _same_but(said: tuple[str, str], meaning: Meaning, new: Mention) -> bool:
    text, name = said
    rest = meaning.text[: new.at], meaning.text[new.at + len(new.text) :]
    return text == name.join(rest)
