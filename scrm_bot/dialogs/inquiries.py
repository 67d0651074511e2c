"""The question just asked, asked again of somebody or some time else: 小李呢, 那上个月呢, 顺达呢."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from scrm_bot.crm import people
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import Staff
from scrm_bot.dialogs.memory import Inquiry
from scrm_bot.dialogs.skill import Skill
from scrm_bot.dialogs.slots import KINDS
from scrm_bot.nlp.meaning import READING, Act, Meaning

_ASKS_ON: Final = re.compile(
    r"\s*(?:那么?|还有|再看看?)?(?P<what>.{1,20}?)(?:那边|这边)?的?呢[？?。！!~～\s]*"
    r"|(?:and|what about|how about)\s+(?P<topic>.{1,30}?)\s*\?*"
    r"|(?P<bare>[^？?]{1,12})[？?]+",
    re.I,
)
_SELF: Final = frozenset({"我", "我自己", "me", "myself"})


SHOWN: Final = "show_customer"  # 顺达呢, when nothing was asked


@dataclass(frozen=True, slots=True)
class Again:
    """The question as it is asked now: what the words name, and what stays as it was."""

    skill: Skill
    act: Act
    kept: Mapping[str, Any]


def of(act: Act, skill: Skill, values: Mapping[str, Any]) -> Inquiry | None:
    """What may be asked on from here; None where nothing was asked."""
    if act.label not in READING - {"none", "handoff"} or not skill.slots:
        return None
    known = {name: value for name, value in values.items() if value is not None}
    return Inquiry(skill.name, {name: KINDS[skill.slot(name).kind].pack(value) for name, value in known.items()})


def again(
    desk: Desk, inquiry: Inquiry | None, skills: Mapping[str, Skill], meaning: Meaning, text: str
) -> Again | None:
    """The last question, if the message is nothing but another name or time for it; of a customer: how it stands."""
    found = _ASKS_ON.fullmatch(text)
    inquiry = inquiry or Inquiry(SHOWN, {})
    skill = skills.get(inquiry.skill)
    if found is None or skill is None:
        return None
    what = (found["what"] or found["topic"] or found["bare"]).strip()
    named = next((one for one in _named(desk, what, meaning) if any(slot.name == one[0] for slot in skill.slots)), None)
    if named is None:
        return None
    slot, value = named
    kept = {name: KINDS[skill.slot(name).kind].unpack(desk, value) for name, value in inquiry.slots.items()}
    kept.pop(slot, None)
    act = Act(skill.labels[0], skill.name, {slot: (value,)}, text, ("asks the last question on",))
    return Again(skill, act, kept)


_OF_THAT_ONE: Final = re.compile(r"(?<![其给])[他她](?![们家那])")


def is_of_colleague(desk: Desk, inquiry: Inquiry | None, text: str) -> bool:
    """Whether 他 is the colleague who was just asked about, and no customer of before."""
    owner = inquiry.slots.get("owner") if inquiry else None
    return owner is not None and owner != desk.staff.id and _OF_THAT_ONE.search(text) is not None


def in_full(
    desk: Desk,
    inquiry: Inquiry | None,
    meaning: Meaning,
    text: str,
    understand: Callable[[str, frozenset[str]], Meaning],
) -> str | None:
    """他明天有啥安排: the same with the colleague's name; None if nobody else asks so, or nothing is asked."""
    if inquiry is None or not is_of_colleague(desk, inquiry, text):
        return None
    if meaning.slots.keys() & {"customer", "owner", "person"}:
        return None
    name = KINDS[Staff].unpack(desk, inquiry.slots["owner"]).name
    said = _OF_THAT_ONE.sub(f"{name} ", text, count=1)  # 周晓明明天: the name would hide the day
    return said if understand(said, frozenset()).main.label in READING else None


def _named(desk: Desk, what: str, meaning: Meaning) -> list[tuple[str, Any]]:
    """Slots that these words may fill, and with what."""
    if what in _SELF:
        return [("owner", desk.staff.name)]
    named = [
        (slot, value) for slot in ("time", "customer") for value in meaning.slots.get(slot, ()) if value.text == what
    ]
    if not named and people.named(desk.session, what):
        return [("owner", what)]
    return named
