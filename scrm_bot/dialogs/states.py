"""Where a ticket stands, in the words of whoever asks. The Chinese is what exports and imports call it."""

from __future__ import annotations

from scrm_bot.crm.tickets import STATES
from scrm_bot.dialogs.texts import Text, named, translated


class State:
    """By the names that the database keeps."""

    new, dispatched, accepted = Text(STATES["new"]), Text(STATES["dispatched"]), Text(STATES["accepted"])
    working, waiting, resolved = Text(STATES["working"]), Text(STATES["waiting"]), Text(STATES["resolved"])
    closed, cancelled = Text(STATES["closed"]), Text(STATES["cancelled"])


def state(key: str) -> str:
    """已派单."""
    return named(State, key)


def state_called(chinese: str) -> str:
    """The same, where only its Chinese name came along."""
    return translated(State, chinese)
