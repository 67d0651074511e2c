"""When an act happened and what was promised for later: the times of a message, told apart."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from scrm_bot.nlp.evidence import to_come
from scrm_bot.nlp.meaning import Grain, When
from scrm_bot.nlp.moving import toward
from scrm_bot.nlp.picking import newest
from scrm_bot.nlp.values import Values

_HAPPENED: Final = frozenset(("log_visit", "create_ticket", "record_payment"))


def times_of(label: str, values: Values, now: datetime) -> dict[str, tuple[Any, ...]]:
    """The slots time and next_time of an act."""
    kept: list[When] = newest(label, values, values.times)
    if label not in _HAPPENED:
        past = label in ("query_deals", "query_payment") and not re.search(r"预计|要|会|将|计划|到期", values.masked)
        if label in ("set_reminder", "schedule_meeting"):
            kept = [toward(when, now, past=False) for when in kept]
        elif past:
            kept = [
                toward(when, now, past=True) if when.loose in ("year",) and when.grain is Grain.RANGE else when
                for when in kept
            ]
        return {"time": _unique(kept)}
    done: list[When] = []
    due: list[When] = []
    for when in kept:
        when = _as_told(label, values, when, now)
        if _just_done(label, values, when, now):
            done.append(when)
            continue
        ahead = to_come(when, now) or when.grain is Grain.BEFORE or _still_open(values, when, now)
        if label == "log_visit" and not ahead and done and _same_day(when, done[0], now):
            continue
        (due if ahead or (done and not to_come(done[0], now) and _promised(values, when, now)) else done).append(when)
    return {"time": _unique(done), "next_time": _unique(due)}


def _just_done(label: str, values: Values, when: When, now: datetime) -> bool:
    """中午吃了个饭, written before noon is over: today's part of the day is where it happened."""
    if label != "log_visit" or when.grain is not Grain.PART or when.start is None or when.start.date() != now.date():
        return False
    after = values.masked[when.at - values.at + len(when.text) :]
    return bool(re.match(r"[^,。;]{0,14}?(?:了|过|没)", after)) and not _WILL.match(after[:4])


def _unique(times: list[When]) -> tuple[When, ...]:
    return tuple({when.notation: when for when in times}.values())


def _same_day(when: When, first: When, now: datetime) -> bool:
    """今天…开了一下午会: the part of the same day adds nothing."""
    return bool(
        when.start
        and first.start
        and when.start.date() == first.start.date() == now.date()
        and when.loose == "day"
        and when.grain is Grain.PART
    )


_DONE_AFTER: Final = re.compile(r"[^,。;]{0,14}?(?:了|过|见|聊|拜访|去|打|到的|来电|坏|付|收|没|开始|演示|沟通|谈)")
_WILL: Final = re.compile(
    r"[^,。;]{0,10}?(?:再|给|定|签|回复|付|交|要|会|来|约|看|出结果|答复|到货|发|安排|上线|开标|招标|验收|打款|回款)"
)


def _as_told(label: str, values: Values, when: When, now: datetime) -> When:
    """周三 in 周三去了趟: the last one, when what follows is done."""
    after = values.masked[when.at - values.at + len(when.text) :]
    if when.loose and to_come(when, now) and _DONE_AFTER.match(after) and not _WILL.match(after[:6]):
        first = when is values.times[0]
        told = re.match(r"[^,。;]{0,14}?(?:了|过|没|坏|来电|开始|到的)", after)
        if first and told:
            return toward(when, now, past=True)
    del label
    return when


def _still_open(values: Values, when: When, now: datetime) -> bool:
    """这周内给答复: a period not over yet, with a promise behind it."""
    after = values.masked[when.at - values.at + len(when.text) :]
    return (
        when.grain is Grain.RANGE
        and when.end is not None
        and when.end > now
        and bool(_WILL.match(after))
        and when.start is not None
        and "T" not in when.notation
    )


def _promised(values: Values, when: When, now: datetime) -> bool:
    """昨天见的，今天给报价: today, told after a day gone by, with a promise behind it."""
    if when.start is None or when.start.date() < now.date():
        return False
    after = values.masked[when.at - values.at + len(when.text) :]
    return bool(_WILL.match(after)) and not re.match(r"[^,。;]{0,10}?了", after)
