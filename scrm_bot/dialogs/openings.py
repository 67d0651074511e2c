"""What is open in a conversation - a reminder rung, a ticket pushed, a rating asked - read from the rows."""

from __future__ import annotations

from collections.abc import Mapping, Set

from scrm_bot.crm import reminders, tickets
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import Staff
from scrm_bot.dialogs.skill import Skill
from scrm_bot.message import Address

REMINDER, TICKET, RATING, REQUEST = "reminder", "ticket", "rating", "request"


def of(desk: Desk, address: Address) -> frozenset[str]:
    """The names of what is open for whoever speaks."""
    if isinstance(desk.actor, Staff):
        rung = {REMINDER} if reminders.has_rung(desk, desk.actor) else set()
        return frozenset(rung | ({TICKET} if tickets.has_assigned(desk, desk.actor) else set()))
    asked = {REQUEST} if tickets.asked_by(desk, address.channel, address.user, limit=1) else set()
    done = tickets.asked_by(desk, address.channel, address.user, "resolved", limit=1)
    return frozenset(asked | ({RATING} if done else set()))


def skill(text: str, allowed: Mapping[str, Skill], about: Set[str]) -> Skill | None:
    """The skill that is meant beyond doubt: by its beginning (回复客户…), or by one of its examples word for word."""
    by_example = (one for one in allowed.values() if _may(one, about) and text in one.examples)
    return begins(text, allowed, about) or next(by_example, None)


def begins(text: str, allowed: Mapping[str, Skill], about: Set[str]) -> Skill | None:
    """The skill that this beginning says."""
    by_beginning = (one for one in allowed.values() if _may(one, about) and one.opens and text.startswith(one.opens))
    return next(by_beginning, None)


def _may(one: Skill, about: Set[str]) -> bool:
    return not one.about or one.about in about
