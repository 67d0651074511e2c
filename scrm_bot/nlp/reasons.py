"""Why a message means what it means: found out again when somebody asks, so that understanding itself pays nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from scrm_bot.nlp import cues, talk_cues
from scrm_bot.nlp.acts import Reading
from scrm_bot.nlp.brain import Brain
from scrm_bot.nlp.evidence import Evidence
from scrm_bot.nlp.judge import READS_LIKE, Judgement, judge, telling
from scrm_bot.nlp.meaning import WRITING, Act, Meaning, Mention, Scene, When
from scrm_bot.nlp.text import clauses
from scrm_bot.nlp.values import Values


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a slot's value comes from. `why`: a word of this module's, see `_why`."""

    slot: str
    value: Any
    words: str  # as they stand in the message, "" if it follows from more than a few words
    at: int  # their offset, -1 without words
    why: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What takes the writing out of a clause: `kind` is negation, question or hypothesis."""

    kind: str
    words: str
    clause: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one act: what decided, where its values come from, what else it could have been and what spoke against it."""

    act: Act
    origins: tuple[Origin, ...]
    seen: tuple[Seen, ...]
    instead_of: str = ""  # the label of the runner-up, "" if there was none
    because: tuple[str, ...] = ()  # what spoke for the runner-up
    against: tuple[Seen, ...] = ()  # without these words it would have been that; none: it was less outright


NEAR: Final = 0.05  # how likely what comes next must be, to be worth a word
_MARKS: Final = (
    ("negation", re.compile(r"还没有?|没有|没|尚?未|不用|不要|不必|先?别(?![的人])|甭|无需|不(?![错过少久断同])")),
    ("question", cues.ASKING),
    ("hypothesis", cues.HYPOTHESIS),
)
_KINDS: Final = {
    "customer": "customers", "person": "people", "owner": "people", "time": "times", "next_time": "times",
    "amount": "amounts", "amount_min": "amounts", "amount_max": "amounts", "percent": "percents",
    "quantity": "quantities", "phone": "phones", "ref_no": "refs", "duration": "durations", "product": "products",
    "stage": "stages", "region": "regions",
}  # fmt: skip
_CUES: Final = {
    ("stage", None): (cues.WON, cues.LOST),
    ("outcome", "failed"): (talk_cues.FAILED,),
    ("priority", "high"): (cues.URGENT,),
    ("priority", "low"): (cues.CALM,),
    ("sentiment", "neg"): (talk_cues.NEGATIVE,),
    ("sentiment", "pos"): (talk_cues.POSITIVE,),
}


def explain(brain: Brain, text: str, now: datetime, scene: Scene | None = None) -> tuple[Meaning, list[Reason]]:
    """What the message means, and the reasons of each of its acts, by the very code that understood it."""
    scene = scene or Scene()
    meaning = brain.understand(text, now, scene)
    reading = Reading(brain.read(meaning.text, now, scene), scene.role, now, brain.lexicon)
    place, reasons = 0, []
    for act in meaning.acts:
        start = max(0, meaning.text.find(act.text, place))
        place = start + len(act.text)
        reasons.append(_reason(act, reading.evidence(start, place)))
    return meaning, reasons


def _reason(act: Act, evidence: Evidence) -> Reason:
    values = evidence.values
    origins = tuple(_origin(name, value, values) for name, found in act.slots.items() for value in found)
    marks = list(_marked(values))
    judged = judge(evidence)
    other = _but_for(act, evidence, marks) or _next_best(act, judged)
    if READS_LIKE in act.reasons and (words := telling(evidence, act.label, judged.second)):
        told = (f"{READS_LIKE}: {' '.join(words)}" if reason == READS_LIKE else reason for reason in act.reasons)
        act = replace(act, reasons=tuple(told))
    return Reason(act, origins, tuple(seen for seen, _, _ in marks), *(other or ()))


# -- where values come from


def _origin(slot: str, value: Any, values: Values) -> Origin:
    if isinstance(value, Mention | When):
        return Origin(slot, value, value.text, value.at, _why(slot, value))
    for found in getattr(values, _KINDS.get(slot, ""), ()):
        if value in _readings(found):
            return Origin(slot, value, found.text, found.at, _why(slot, value))
    for cue in _CUES.get((slot, value), _CUES.get((slot, None), ())):
        if match := cue.search(values.masked):
            return Origin(slot, value, _said(values, match), values.at + match.start(), "cue")
    at = values.text.find(value) if isinstance(value, str) else -1
    return Origin(slot, value, value if at >= 0 else "", values.at + at if at >= 0 else -1, _why(slot, value))


def _readings(found: Any) -> tuple[Any, ...]:
    """What a value of the message may stand as in a slot."""
    return tuple(getattr(found, name, None) for name in ("name", "value", "high"))


def _why(slot: str, value: Any) -> str:
    if not isinstance(value, Mention):
        return "unknown" if slot.endswith("_customer") else "read"
    if len(value.candidates) > 1:
        return "several"
    if value.learnt:
        return "learnt"
    if not value.sure:
        return "alike"
    return "full name" if value.text == value.candidates[0].name else "short name"


# -- what else it could have been


def _marked(values: Values) -> Iterator[tuple[Seen, int, int]]:
    """Negations, questions and suppositions by clause, and where they stand in the stretch."""
    for clause in clauses(values.masked):
        end = clause.end + len(clause.mark)
        for kind, cue in _MARKS:
            for match in cue.finditer(values.masked, clause.at, end):
                words = values.text[clause.at : clause.end].strip()
                yield Seen(kind, _said(values, match).strip(), words), match.start(), match.end()


def _but_for(act: Act, evidence: Evidence, marks: Sequence[tuple[Seen, int, int]]) -> tuple[Any, ...] | None:
    """The write that it would be without one of these words, or without all of them."""
    if act.label in WRITING or not marks:
        return None
    for some in (*([one] for one in marks), list(marks)):
        judged = judge(_without(evidence, some))
        if judged.label in WRITING:
            return judged.label, judged.reasons, tuple(seen for seen, _, _ in some)
    return None


def _without(evidence: Evidence, marks: Sequence[tuple[Seen, int, int]]) -> Evidence:
    values = evidence.values
    texts = [values.text, values.masked, values.bare]
    for _, start, end in marks:
        texts = [text[:start] + " " * (end - start) + text[end:] for text in texts]
    text, masked, bare = texts
    return Evidence(replace(values, text=text, masked=masked, bare=bare), evidence.role, evidence.now, evidence.words)


def _next_best(act: Act, judged: Judgement) -> tuple[Any, ...] | None:
    """What comes next, unless it is far behind."""
    other = judged.second if judged.label == act.label else judged.label
    near = judged.second_chance >= NEAR and other not in (act.label, "none")
    return (other, judged.rule.reasons if judged.rule.label == other else (READS_LIKE,)) if near else None


def _said(values: Values, match: re.Match[str]) -> str:
    """The words of the message where something was found in its masked text."""
    return values.text[match.start() : match.end()]
