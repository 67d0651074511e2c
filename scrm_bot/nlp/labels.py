"""What one stretch of a message does: of a list of claims the first that holds decides; a write needs a cue."""

from __future__ import annotations

from typing import Final

from scrm_bot.nlp.askings import (
    asked,
    noun_only,
    out_of_scope,
    reminder_missed,
    small_talk,
    supposed,
    wants_person,
)
from scrm_bot.nlp.english import said_in_english
from scrm_bot.nlp.evidence import Claim, Evidence, Verdict
from scrm_bot.nlp.orders import (
    cancelled,
    contact_added,
    corrected,
    deal_added,
    deal_told,
    firm_added,
    invoiced,
    planned_outright,
    quoted,
    reminded,
    ticket_changed,
    ticket_wanted,
)
from scrm_bot.nlp.tellings import (
    away,
    broken,
    complained,
    deal_changed,
    expected,
    hearsay,
    inquired,
    noted,
    paid,
    planned,
    reported,
    toured,
    visited,
)

NO_CUE: Final = ("no cue",)
CLAIMS: Final[tuple[Claim, ...]] = (
    said_in_english, away, small_talk, reported, reminder_missed, cancelled, wants_person, corrected, reminded,
    supposed, out_of_scope, asked,
    ticket_changed, firm_added, contact_added, deal_added, invoiced, ticket_wanted, planned_outright, toured,
    expected, deal_changed,
    visited, quoted, paid, broken, complained, inquired, planned, noted, deal_told, hearsay, noun_only,
)  # fmt: skip


def decide(evidence: Evidence) -> Verdict:
    """The label of a stretch, with its reasons."""
    for claim in CLAIMS:
        if verdict := claim(evidence):
            return verdict
    return Verdict("none", NO_CUE)
