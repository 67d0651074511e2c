"""From a message to its acts: clauses join into stretches, each stretch does one thing, and carries its values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from scrm_bot.nlp.evidence import Evidence, Verdict
from scrm_bot.nlp.labels import decide
from scrm_bot.nlp.lexicon import Lexicon
from scrm_bot.nlp.meaning import WRITING, Act
from scrm_bot.nlp.slots import fill
from scrm_bot.nlp.text import Clause, clauses
from scrm_bot.nlp.values import Values

MOST_CLAUSES: Final = 40  # beyond that a paste is one stretch


@dataclass(frozen=True, slots=True)
class Stretch:
    """Clauses that do one thing together."""

    start: int
    end: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Reading:
    """What is needed to read the stretches of one message."""

    values: Values
    role: str
    now: datetime
    lexicon: Lexicon

    def evidence(self, start: int, end: int) -> Evidence:
        """The evidence between two offsets."""
        return Evidence(self.values.part(start, end), self.role, self.now, self.lexicon.words)

    def decide(self, start: int, end: int) -> Verdict:
        """The label between two offsets."""
        return decide(self.evidence(start, end))


def read_acts(reading: Reading) -> list[Act]:
    """The acts of a message in text order; at least one."""
    stretches = _stretches(reading)
    acts = [_act(reading, stretch) for stretch in stretches]
    meant = [act for act in acts if act.label != "none"]
    return meant or acts[:1]


def _act(reading: Reading, stretch: Stretch) -> Act:
    part = reading.values.part(stretch.start, stretch.end)
    closing = {kind: stage.name for kind in ("won", "lost") if (stage := reading.lexicon.closing(kind))}
    slots = fill(stretch.verdict.label, part, reading.now, closing)
    return Act(stretch.verdict.label, "", slots, part.text.strip(), stretch.verdict.reasons, part.masked, part.bare)


def _stretches(reading: Reading) -> list[Stretch]:
    text = reading.values.text
    whole = Stretch(0, len(text), reading.decide(0, len(text)))
    parts = clauses(reading.values.masked)
    if not 1 < len(parts) <= MOST_CLAUSES or whole.verdict.label in ("correct_last", "cancel_last", "handoff"):
        return [whole]
    starts = _borders(reading, parts)
    if len(starts) == 1:
        return [whole]
    ends = [*starts[1:], len(text)]
    return [Stretch(start, end, reading.decide(start, end)) for start, end in zip(starts, ends, strict=True)]


def _borders(reading: Reading, parts: Sequence[Clause]) -> list[int]:
    """Where a new act begins: at a clause that outright does something else, or the same for another."""
    starts = [0]
    for clause in parts[1:]:
        own = reading.decide(clause.at, clause.end)
        if own.firm and own.label in WRITING and _begins(reading, starts[-1], clause, own):
            starts.append(clause.at)
    return starts


_ASKED_FOR: Final = frozenset(
    "set_reminder create_ticket create_deal create_customer create_quote create_invoice record_paymen"
    "t add_contact schedule_meeting".split()
)


def _begins(reading: Reading, start: int, clause: Clause, own: Verdict) -> bool:
    before = reading.decide(start, clause.at)
    if before.label not in WRITING or not before.firm:
        return False
    here, there = _who(reading, clause.at, clause.end), _who(reading, start, clause.at)
    other = bool(here) and bool(there) and not here & there
    if own.label == before.label:
        return other
    if before.label == "create_customer" and own.label == "add_contact":
        return False
    if before.label == "create_ticket" and own.label in ("add_contact", "log_visit"):
        return False
    if before.label == "log_visit":
        return own.label in _ASKED_FOR or (own.label == "update_deal" and (other or _ordered(reading, clause)))
    if own.label == "log_visit":
        return other or before.label in ("set_reminder",)
    return own.label in _ASKED_FOR or own.label == "update_ticket" or (own.label == "update_deal" and other)


def _ordered(reading: Reading, clause: Clause) -> bool:
    """A change of a deal that is asked for, not told in passing."""
    text = reading.values.masked[clause.at : clause.end]
    return bool(
        re.search(
            r"(?:阶段|商机|单子|金额|赢率).{0,8}(?:改|推|调|标|更新)|标(?:成|为|记)|推进到|推到|改成|改为|更新", text
        )
    )


def _who(reading: Reading, start: int, end: int) -> frozenset[object]:
    return frozenset(mention.candidates for mention in reading.values.part(start, end).customers)
