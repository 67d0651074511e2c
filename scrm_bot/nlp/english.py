"""What short notes in English do: visited, remind me, new deal. Whatever holds a Chinese word is none of them."""

from __future__ import annotations

import re
from typing import Final

from scrm_bot.nlp.evidence import Evidence, Verdict

_WORD: Final = re.compile(r"[A-Za-z]{3}")
_OURS: Final = re.compile(
    r"\b(?:the|to|today|with|visited|met|called|of|new|remind|they|we|at|for|is|and|my|move|open|add)\b", re.I
)
_HAN: Final = re.compile(r"[一-龥]")
_NOT: Final = r"(?:n't|\bnot|\bnever|\bno)\s+(?:\w+\s+){0,2}$"
_ASKS: Final = re.compile(
    r"\?|^\s*(?:what|which|who|whose|how|when|where|why|show|list|any|is|are|did|does|do|has|have|can|could)\b", re.I
)
_CUES: Final = (  # the first that holds decides
    ("set_reminder", "asks to be reminded", re.compile(r"\bremind me\b|\bdon't let me forget\b|\breminder to\b", re.I)),
    ("create_customer", "a new customer is to be added",
     re.compile(r"\b(?:new|add|create)\s+(?:a\s+|new\s+)*(?:customer|client|account|lead)\b", re.I)),
    ("add_contact", "a contact to be kept", re.compile(r"\b(?:new|add|save)\s+(?:a\s+|new\s+)*contact\b", re.I)),
    ("create_deal", "a new opportunity is to be added",
     re.compile(r"\b(?:new|add|create|open)\s+(?:a\s+|new\s+)*(?:deal|opportunity|opp)\b", re.I)),
    ("create_ticket", "service is asked for",
     re.compile(r"\b(?:open|create|file|new|log)\s+(?:a\s+|new\s+)*(?:service\s+)?(?:ticket|case)\b", re.I)),
    ("log_visit", "it happened: ", re.compile(
        r"\b(?:visited|met(?: with)?|called|phoned|rang|spoke (?:to|with)|talked (?:to|with)|e-?mailed|texted|messaged"
        r"|had (?:lunch|dinner|coffee|a call|a meeting|a chat)|dropped by|went to (?:see )?|followed up with"
        r"|chatted with|demoed)(?!\w)", re.I)),
    ("update_deal", "a stage is stated: ", re.compile(
        r"\b(?:move|moved|push|update|set|change)\b.{0,40}\bto\b|\b(?:we )?(?:won|lost|signed|closed)\b"
        r"|\bmoved? to\b|\b(?:amount|value)\b.{0,20}\d|\bcloses?\b.{0,12}\ue001", re.I)),
    ("schedule_meeting", "an appointment is to be put down", re.compile(
        r"\b(?:meeting|appointment|call|lunch|dinner|demo|training|visit|meet|see|visiting|meeting)\b", re.I)),
    ("log_visit", "it happened: ", re.compile(
        r"\b(?:lunch|dinner|coffee|meeting|call|visit|demo) (?:with|at|to)\b", re.I)),
)  # fmt: skip
WANTED: Final = frozenset("set_reminder create_deal create_ticket create_customer add_contact".split())  # asked for
_FAULT: Final = re.compile(
    r"\b(?:broken|broke down|down|not working|(?:does|do|is|are|will)n't (?:work|start|open|turn|respond)|won't start"
    r"|can(?:'t|not) (?:log|open|connect|start)|alarm|error|fault|leak(?:s|ing)?|stopped|stuck|repair|no power|crash\w*"
    r"|(?:need|send) (?:an? )?(?:engineer|technician|somebody|someone))\b",
    re.I,
)


_NOTHING: Final = Verdict("none", ("no cue",), whole=True)


def is_english(text: str) -> bool:
    """Whether there are words in it, and none of them Chinese; names may be: met 刘芳 for lunch."""
    if _WORD.search(text) is None:
        return False
    names = "".join(_HAN.findall(text))
    return not names or (len(names) <= 8 and 3 * len(names) < len(text) and _OURS.search(text) is not None)


def said_in_english(evidence: Evidence) -> Verdict | None:
    """What a note does that holds no Chinese word beside its names."""
    if not is_english(evidence.values.bare):
        return None
    if not evidence.inside:
        fault = _FAULT.search(evidence.said)
        return Verdict("create_ticket", ("a customer tells of a fault",), firm=True, whole=True) if fault else None
    if _ASKS.search(evidence.said) and "remind" not in evidence.said.lower():
        return Verdict("query_customer", ("asks about somebody",), whole=True) if evidence.firm else _NOTHING
    for label, why, cue in _CUES:
        found = cue.search(evidence.said)
        if found is None or not _fits(label, evidence):
            continue
        if re.search(_NOT, evidence.said[: found.start()], re.I):
            return _NOTHING
        return Verdict(label, (why + found.group() if why.endswith(": ") else why,), firm=True, whole=True)
    return None if evidence.firm else _NOTHING


def _fits(label: str, evidence: Evidence) -> bool:
    match label:
        case "schedule_meeting":
            return evidence.future and evidence.who
        case "update_deal":
            return evidence.firm
        case "log_visit":
            return evidence.who or evidence.firm or not evidence.future
    return True
