"""What a stretch of a message offers to judge by, and how cues in it are weighed: denied, asked, merely reported."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from scrm_bot.nlp import cues, talk_cues
from scrm_bot.nlp.absence import present
from scrm_bot.nlp.meaning import Grain, When
from scrm_bot.nlp.values import Values
from scrm_bot.nlp.words import Words


@dataclass(frozen=True)
class Evidence:
    """One stretch of a message with what was found in it and who says it."""

    values: Values
    role: str
    now: datetime
    words: Words  # cuts what was said, where that matters

    @property
    def said(self) -> str:
        """The stretch with its values masked."""
        return self.values.masked

    @property
    def inside(self) -> bool:
        """Whether one of us speaks, not a customer."""
        return self.role != "customer"

    @property
    def who(self) -> bool:
        """Whether a customer or an outside person is named."""
        return bool(self.values.customers or self.values.people)

    @property
    def firm(self) -> bool:
        """Whether a customer is named."""
        return bool(self.values.customers)

    def has(self, cue: re.Pattern[str]) -> bool:
        """Whether the cue occurs."""
        return cue.search(self.values.masked) is not None

    @cached_property
    def visit(self) -> re.Match[str] | None:
        """Where a visit is first told of: many claims ask, and no cue is dearer."""
        return talk_cues.VISITED.search(self.said)

    @property
    def future(self) -> bool:
        """Whether a time to come is named."""
        return any(to_come(when, self.now) for when in present(self.values, self.values.times))

    @property
    def gone(self) -> bool:
        """Whether a time gone by is named."""
        return any(not to_come(when, self.now) for when in self.values.times)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A label with its reasons; `firm`: said outright (提醒我, 建个商机, 拜访了), so others may stand beside it.

    `whole`: the rule has read every word, so that there is nothing left to weigh.
    """

    label: str
    reasons: tuple[str, ...]
    firm: bool = False
    whole: bool = False


def to_come(when: When, now: datetime) -> bool:
    """Whether a time lies ahead; today as a whole does not."""
    if when.grain is Grain.AFTER:
        return when.start is not None and when.start >= now
    if when.grain is Grain.BEFORE:
        return when.end is not None and when.end >= now
    if when.grain is Grain.MINUTE:
        return when.start is not None and when.start > now
    if when.grain is Grain.DAY:
        return when.start is not None and when.start.date() > now.date()
    return when.start is not None and when.start > now


Claim = Callable[[Evidence], Verdict | None]


def verdict_of(label: str, why: str, *, firm: bool = False) -> Verdict:
    """A verdict for one reason."""
    return Verdict(label, (why,), firm)


_NEGATION_BEFORE: Final = re.compile(
    r"(?:还没|没有|没|未|尚未|不用|不要|不必|先别|先不|别|甭|无需|不想|暂不|不打算|暂时不|不准备|没法"
    r"|不能|还不|不|用不着|没来得及|忘了|没空)"
    r"(?:[给去来跟和再帮我急着把要他她]|" + cues.WHO + r"|" + cues.T + r"|这家|那家|那边|\s){0,8}$"
)


def denied(evidence: Evidence, cue: re.Pattern[str]) -> bool:
    """Whether every occurrence of a cue stands under a negation or a condition."""
    text = evidence.said
    found = list(cue.finditer(text))
    return bool(found) and all(_NEGATION_BEFORE.search(text, max(0, m.start() - 12), m.start()) for m in found)


def first_of(cue: re.Pattern[str], evidence: Evidence) -> str:
    """The words in which a cue occurs first, "" if it does not."""
    match = cue.search(evidence.said)
    return match.group() if match else ""


_PLAIN_ASK: Final = re.compile(r"说|问|想知道|担心|关心|想了解|咨询|讨论|反馈|提到|要求|让我|表示|纠结|打听|确认")


def asks_itself(evidence: Evidence) -> bool:
    """Whether the stretch asks something itself, rather than reporting what somebody asked."""
    text = evidence.said
    visit = evidence.visit
    for match in cues.ASKING.finditer(text):
        if match.group()[0] == "呢" and re.search(r"没|未|正|才", text[: match.start()]):
            continue
        if cues.INDEFINITE.search(text, max(0, match.start() - 3), min(len(text), match.end() + 3)):
            continue
        clause = max(text.rfind(mark, 0, match.start()) for mark in ",。;!? ") + 1
        reporter = _PLAIN_ASK.search(text, clause, match.start()) or (
            visit and _PLAIN_ASK.search(text, visit.end(), match.start())
        )
        if (
            reporter
            and not text[match.start() :].strip().startswith("?")
            and evidence.inside
            and (evidence.who or visit)
        ) and (not re.search(r"[吗?]\s*$", text) or visit):
            continue
        if visit is not None and visit.end() <= clause and evidence.inside and not text.rstrip().endswith(("?", "吗")):
            continue
        return True
    return False
