"""An answer in a group: what is nobody else's business goes to the private chat, and a question in it goes along."""

from __future__ import annotations

from dataclasses import dataclass

from scrm_bot.crm import rooms
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import Contact, Staff
from scrm_bot.dialogs import discretion
from scrm_bot.dialogs.heard import Heard
from scrm_bot.message import Address, Message, Reply
from scrm_bot.posting import places


@dataclass(frozen=True, slots=True)
class Aside:
    """`place`: the private chat where the answer goes instead, None if there is none; `words`: what the group hears."""

    place: Address | None
    words: Reply


def aside(desk: Desk, message: Message, heard: Heard) -> Aside | None:
    """None: it may be said where it was asked."""
    at = message.address
    if not at.room or heard.reply is None or not (heard.private or discretion.is_private(heard.reply)):
        return None
    if rooms.may_hear(desk, at.channel, at.room):
        return None
    place = _in_private(desk, message)
    return Aside(place, Reply(discretion.Say.sent_privately() if place else discretion.Say.no_way()))


def _in_private(desk: Desk, message: Message) -> Address | None:
    """Where this person can be spoken to alone: on the same channel, unless it is a guest there, else anywhere."""
    at = message.address
    if not message.detail.get("guest"):
        return Address(at.channel, at.user)
    known = places(desk, desk.actor) if isinstance(desk.actor, Staff | Contact) else []
    others = (Address(one.channel, one.user) for one in known)
    return next((one for one in others if (one.channel, one.user) != (at.channel, at.user)), None)
