"""不是50万是15万: the message before with its values exchanged, to be said again in place of the first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from scrm_bot.nlp.brain import Brain
from scrm_bot.nlp.dates import read_date
from scrm_bot.nlp.hours import read_hours
from scrm_bot.nlp.meaning import WRITING, Grain, Scene, When
from scrm_bot.nlp.reasons import Origin, explain
from scrm_bot.nlp.text import simplified

_AND: Final = "，"
_KIN: Final = {"time": ("next_time", "time"), "customer": ("customer", "unknown_customer")}  # what may be meant by it


@dataclass(frozen=True, slots=True)
class Corrected:
    """What should have been said, and what is exchanged: the words before, "" where nothing was said, and now."""

    text: str
    changes: tuple[tuple[str, str], ...]


def corrected(
    brain: Brain, scene: Scene, now: datetime, before: str, said: str, *, adds: bool = False
) -> Corrected | None:
    """The message before as it should have been; None if it cannot be told what is to be exchanged for what.

    `adds`: it only went on with a record, so that it need not mean anything by itself.
    """
    before, said = simplified(before), simplified(said)
    _, first = explain(brain, before, now, scene)
    _, second = explain(brain, said, now, scene)
    mended = [one for reason in second if reason.act.label == "correct_last" for one in reason.origins if one.words]
    new = [one for one in mended if one.words not in before] or mended  # 下周一说错了，是下周二: the first is what was
    old = [one for reason in first if reason.act.label in WRITING for one in reason.origins if one.words]
    ruled = ruled_out(said, before)
    if _is_of_another(brain, scene, now, before, said) or (not ruled and _denies_else(brain, scene, now, before, said)):
        return None
    text, changes = before, list[tuple[str, str]]()
    for one in new:
        was = ruled if ruled and len(new) == 1 and ruled != one.words else _meant(one, old, said, now)
        if _is_hour(one) and any(it.words == was and _is_long(it) for it in old):
            return None  # 改成下午两点 is said of no month
        now_said = _with_the_rest(one, was, now)
        text = text.replace(was, now_said, 1) if was else f"{text}{_AND}{now_said}"
        changes.append((was, now_said))
    again = brain.understand(text, now, scene).main
    meant = all(was for was, _ in changes) if adds else again.label in WRITING - {"correct_last", "cancel_last"}
    fits = bool(changes) and text != before and meant
    return Corrected(text, tuple(changes)) if fits else None


_NOT: Final = re.compile(r"不是([^,，。;；\s是]{1,8}?)(?=$|[,，。;；\s]|而?是|[吧了啊])")


def ruled_out(said: str, before: str) -> str:
    """是李工不是刘芳: the words that are wrong, if they stand there; whatever they were taken for."""
    return next((one for one in _NOT.findall(simplified(said)) if one in simplified(before)), "")


def _with_the_rest(new: Origin, was: str, now: datetime) -> str:
    """改后天 leaves the hour of 明天下午三点, and 改成上午十点 its day."""
    day = read_date(was, 0, now.date()) if was and isinstance(new.value, When) else None
    if day is None or not day.period.single:
        return new.words
    if _is_hour(new):
        return f"{was[: day.end]}{new.words}"
    hours = read_hours(was, day.end, dated=True)
    return f"{new.words}{was[day.end :]}" if hours and new.value.grain is Grain.DAY else new.words


def _denies_else(brain: Brain, scene: Scene, now: datetime, before: str, said: str) -> bool:
    """不是张工是章工, when there is no 张工: it is said of something else."""
    known = brain.understand(before, now, scene).slots
    denied = (brain.understand(wrong, now, scene).slots for wrong in _NOT.findall(said))
    return any(not set(values) <= set(known.get(name, ())) for slots in denied for name, values in slots.items())


def _is_of_another(brain: Brain, scene: Scene, now: datetime, before: str, said: str) -> bool:
    """恒力那边不是我的是小李的, after a note on 顺达: another customer is corrected."""
    named, known = (brain.understand(text, now, scene).slots.get("customer", ()) for text in (said, before))
    ours = {one.id for mention in known for one in mention.candidates}
    first = named[0] if named and said.startswith(named[0].text) else None
    return bool(ours) and first is not None and not ours & {one.id for one in first.candidates}


def _meant(new: Origin, old: Sequence[Origin], said: str, now: datetime) -> str:
    """The words whose place the new ones take: those that the correction names, else the likeliest of their kind."""
    kin = _KIN.get(new.slot, (new.slot,))
    if isinstance(new.value, When) and new.value.start is not None and new.value.start.date() < now.date():
        kin = kin[::-1]  # 应该是前天: when it was, not when it goes on
    kindred = [one for slot in kin for one in old if one.slot == slot and one.words != new.words]
    kindred.sort(
        key=lambda one: (_is_hour(one) is not _is_hour(new), _lies_ahead(one, now) is not _lies_ahead(new, now))
    )
    alike = [one.words for one in kindred]
    named = [words for words in alike if words in said]
    return (named or alike or [""])[0]


def _lies_ahead(one: Origin, now: datetime) -> bool:
    """应该是周四寄 is no day on which somebody was called."""
    return isinstance(one.value, When) and one.value.start is not None and one.value.start > now


def _is_hour(one: Origin) -> bool:
    """十一点 is no day."""
    return isinstance(one.value, When) and one.value.loose == "day"


def _is_long(one: Origin) -> bool:
    """五月, 下周: more than a day."""
    return isinstance(one.value, When) and one.value.grain is Grain.RANGE
