"""Why a verb refuses. Data only: dialogs/apologies.py finds the words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any


class Refused(Exception):
    """A rule or a permission says no; nothing was changed."""


@dataclass(eq=False)
class NotYours(Refused):
    """The customer belongs to somebody outside the asker's scope. `owner` may be shown masked only."""

    customer: str
    owner: str


@dataclass(eq=False)
class NotAllowed(Refused):
    """This role may not do this at all."""


@dataclass(eq=False)
class NoOpenDeal(Refused):
    """The customer has no open deal to change."""

    customer: str


@dataclass(eq=False)
class AlreadyClosed(Refused):
    """The ticket or deal has ended."""

    what: str


@dataclass(eq=False)
class TakenBy(Refused):
    """The ticket is somebody else's already."""

    number: str
    who: str


@dataclass(eq=False)
class InThePast(Refused):
    """A reminder for a moment that is over."""

    due_at: datetime


@dataclass(eq=False)
class TooLarge(Refused):
    """An amount that cannot be meant."""

    amount: Decimal


@dataclass(eq=False)
class NothingToUndo(Refused):
    """No write of this person within the time in which it can be taken back."""

    minutes: int


@dataclass(eq=False)
class ChangedSince(Refused):
    """What was to be said anew cannot be taken back whole. `kept`: of crm/undo.py, what others have built on."""

    kept: tuple[Any, ...]


@dataclass(eq=False)
class WrongCode(Refused):
    """No such binding code, or it was used, or it is too old."""
