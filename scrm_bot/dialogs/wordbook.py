"""The words that people taught, in memory by whose they are; what one means the database is asked when it is said."""

from __future__ import annotations

import re

from scrm_bot.crm import words
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import Staff
from scrm_bot.nlp.learnt import Learnt, Meant, pattern

EVERYBODY = 0  # whose words everybody's are


class Wordbook:
    """Grows with the table's rows. A word forgotten since costs whoever says it a look at its row."""

    def __init__(self) -> None:
        self._rows: dict[int, dict[str, list[int]]] = {}
        self._patterns: dict[int, re.Pattern[str]] = {}

    def add(self, number: int, staff: int | None, text: str) -> None:
        """One more row."""
        whose = staff or EVERYBODY
        self._rows.setdefault(whose, {}).setdefault(text, []).append(number)
        if whose == EVERYBODY:
            self._patterns.clear()
        self._patterns.pop(whose, None)

    def of(self, desk: Desk) -> Learnt | None:
        """What was taught to mean something for whoever sits at the desk; None if nothing was."""
        if not self._rows or not isinstance(desk.actor, Staff):
            return None
        whose = desk.actor.id
        found = self._patterns.get(whose) or self._find_by(whose)
        return Learnt(found, lambda text: self._means(desk, whose, text)) if found else None

    def _find_by(self, whose: int) -> re.Pattern[str] | None:
        known = self._rows.get(whose, {}).keys() | self._rows.get(EVERYBODY, {}).keys()
        if not known:
            return None
        self._patterns[whose] = pattern(known)
        return self._patterns[whose]

    def _means(self, desk: Desk, whose: int, text: str) -> Meant | None:
        """The newest of one's own that still holds, else of everybody's."""
        for owner in (whose, EVERYBODY):
            for number in reversed(self._rows.get(owner, {}).get(text, ())):
                word = words.get(desk, number)
                if word is None or word.state != "used":
                    continue
                if meant := words.target(desk, word):
                    return Meant(meant.kind, meant.name, meant.customer_id or 0)
        return None
