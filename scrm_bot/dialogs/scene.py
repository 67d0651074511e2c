"""What understanding is told of the situation: who speaks, what that role may mean, what is open, whose customers."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import partial

from scrm_bot.crm import customers
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import Staff
from scrm_bot.dialogs.wordbook import Wordbook
from scrm_bot.nlp.meaning import Scene


@dataclass(frozen=True, slots=True)
class Mine:
    """The numbers of the speaker's customers, asked one by one: a heavy owner has a hundred thousand."""

    desk: Desk

    def __contains__(self, number: object) -> bool:
        customer = customers.get(self.desk, number) if isinstance(number, int) else None
        return customer is not None and customer.owner_id == self.desk.staff.id

    def owners(self) -> frozenset[int]:
        """The speaker and the speaker's people."""
        return self.desk.reach.staff | {self.desk.staff.id}


def of(
    desk: Desk,
    allowed: Iterable[str],
    about: Container[str],
    recent: tuple[int, ...],
    wordbook: Wordbook | None = None,
) -> Scene:
    """The scene of a turn. `allowed`: the skills that its speaker may mean."""
    actor, skills = desk.actor, frozenset(allowed)
    if not isinstance(actor, Staff):
        return Scene("customer", skills, about, recent, (), actor.name, partial(customers.hidden, desk))
    mine = Mine(desk)
    return Scene(
        "manager" if actor.leads else "rep",
        skills,
        about,
        recent,
        mine,
        actor.name,
        partial(customers.hidden, desk),
        wordbook.of(desk) if wordbook else None,
        mine.owners,
    )
