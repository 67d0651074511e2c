"""A desk: who acts, in which transaction, when, because of which message - and what has happened there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from scrm_bot.crm import audit
from scrm_bot.crm.errors import NotAllowed
from scrm_bot.crm.people import Contact, Reach, Staff, Stranger, System, reach_of
from scrm_bot.crm.shape import Shape
from scrm_bot.prepared import Rows

Row = TypeVar("Row", bound=audit.Tracked)
Actor = Staff | Contact | Stranger | System


@dataclass
class Desk:
    """Passed to every verb. `now` is aware, in the company's zone."""

    session: Session
    actor: Actor
    now: datetime
    shape: Shape
    message_id: int | None = None
    events: list[Any] = field(default_factory=list)
    _known: dict[tuple[Any, int], Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        audit.watch(self.session, self.signature)

    @property
    def signature(self) -> audit.Signature:
        """How its writes are signed."""
        return audit.Signature(self.actor.name, self.actor.key, self.now, self.message_id)

    @property
    def today(self) -> date:
        """The company's calendar day."""
        return self.now.date()

    @property
    def staff(self) -> Staff:
        """The actor, who must be one of us."""
        if not isinstance(self.actor, Staff):
            raise NotAllowed
        return self.actor

    @cached_property
    def reach(self) -> Reach:
        """Whose customers the actor may see and change."""
        return reach_of(self.session, self.actor)

    def add(self, row: Row) -> Row:
        """A new row, numbered and signed at once."""
        return audit.add(self.session, row)

    def one(self, query: Rows[Row], number: int) -> Row | None:
        """The row of that number; asked once, then known at this desk."""
        known = self._known.get((query, number))
        if known is None:
            known = query.first(self.session, number=number)
            self._known[query, number] = known
        return known if known is not None and known.undone_at is None else None

    def at(self, moment: datetime) -> Desk:
        """The same desk as it would have been then, to look from; what is written is signed as of now."""
        then = replace(self, now=moment.astimezone(self.shape.zone), events=[], _known={})
        audit.watch(self.session, self.signature)
        return then

    def know(self, query: Rows[Row], rows: Iterable[Row]) -> None:
        """These rows need not be asked for any more."""
        self._known.update({(query, row.id): row for row in rows})

    def emit(self, event: Any) -> None:
        """Something happened that others may want to hear of."""
        self.events.append(event)
