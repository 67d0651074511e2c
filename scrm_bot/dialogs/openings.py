"""What is open in a conversation - a reminder rung, a ticket pushed, a rating asked - read from the rows."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping

from scrm_bot.crm import reminders, tickets, words
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import Staff
from scrm_bot.crm.reminders import Reminder
from scrm_bot.crm.tickets import Ticket
from scrm_bot.dialogs.memory import Memory
from scrm_bot.dialogs.skill import Skill
from scrm_bot.message import Address, Message
from scrm_bot.nlp.meaning import Meaning

REMINDER, TICKET, RATING, REQUEST, WORD, LIST = "reminder", "ticket", "rating", "request", "word", "list"


class Open:
    """What is open, looked up name by name when it is asked for, once: most messages answer nothing and ask nothing."""

    def __init__(self, lookups: Mapping[str, Callable[[], object]]) -> None:
        self._lookups = lookups
        self._known: dict[object, bool] = {}

    def __contains__(self, name: object) -> bool:
        if name not in self._known:
            self._known[name] = name in self._lookups and bool(self._lookups[str(name)]())
        return self._known[name]


def of(desk: Desk, address: Address, listed: Callable[[], object] = bool, moved: int | None = None) -> Container[str]:
    """The names of what is open for whoever speaks.

    `listed` looks up the list that was shown last; `moved`: the reminder that was put off a moment ago.
    """
    actor, channel, user = desk.actor, address.channel, address.user
    if isinstance(actor, Staff):
        return Open(
            {
                REMINDER: lambda: moved is not None or reminders.has_rung(desk, actor),
                TICKET: lambda: tickets.has_assigned(desk, actor),
                WORD: lambda: words.waiting(desk),
                LIST: listed,
            }
        )
    return Open(
        {
            REQUEST: lambda: tickets.asked_by(desk, channel, user, limit=1),
            RATING: lambda: tickets.asked_by(desk, channel, user, "resolved", limit=1),
        }
    )


def pressed_too_late(desk: Desk, message: Message, memory: Memory) -> bool:
    """Buttons stay where they are when what they are about is over: answered in words, or no matter of whoever pressed.

    `asked` in the message's detail names a question, or a reminder (r12), a ticket (t7), a word proposed (w3).
    """
    asked, actor = str(message.detail.get("asked", "")), desk.actor
    kind, number = asked[:1], asked[1:]
    if kind == "q":
        return not memory.pending or memory.pending[0].name != asked
    if kind == "r" and number.isdigit():
        reminder = desk.session.get(Reminder, int(number))
        whose = actor.id if isinstance(actor, Staff) else None
        return reminder is None or reminder.staff_id != whose or reminder.state != "sent"
    if kind == "w" and number.isdigit():
        return all(word.id != int(number) for word in words.waiting(desk))
    if kind == "t" and number.isdigit():
        return not _is_open(desk.session.get(Ticket, int(number)), actor, message.address)
    return False


def _is_open(ticket: Ticket | None, actor: object, address: Address) -> bool:
    """To whoever works on it until it is resolved, to whoever asked for it then."""
    if ticket is None:
        return False
    if isinstance(actor, Staff):
        return ticket.assignee_id == actor.id and ticket.state in tickets.OPEN
    return (ticket.asker_channel, ticket.asker_user, ticket.state) == (address.channel, address.user, "resolved")


def skill(
    text: str, allowed: Mapping[str, Skill], about: Container[str], meaning: Meaning | None = None
) -> Skill | None:
    """The skill that is meant beyond doubt: by its beginning (回复客户…), or by one of its examples word for word."""
    by_example = (one for one in allowed.values() if text in one.as_they_stand and _may(one, about))
    return begins(text, allowed, about, meaning) or next(by_example, None)


def begins(
    text: str, allowed: Mapping[str, Skill], about: Container[str], meaning: Meaning | None = None
) -> Skill | None:
    """The skill that this beginning, or its whole form, says."""
    outspoken = (one for one in allowed.values() if one.opens or one.says)
    return next((one for one in outspoken if _says(one, text, meaning) and _may(one, about)), None)


def _says(one: Skill, text: str, meaning: Meaning | None) -> bool:
    return bool(one.opens and text.startswith(one.opens)) or (one.says is not None and one.says(text, meaning))


def _may(one: Skill, about: Container[str]) -> bool:
    return not one.about or one.about in about
