"""When an act happened and what was promised for later: the times of a message, told apart."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from scrm_bot.nlp import marks
from scrm_bot.nlp.absence import present
from scrm_bot.nlp.evidence import to_come
from scrm_bot.nlp.meaning import Grain, When
from scrm_bot.nlp.moving import gone_by, toward
from scrm_bot.nlp.picking import before, newest
from scrm_bot.nlp.tellings import TO_HAND_IN
from scrm_bot.nlp.values import Values

_HAPPENED: Final = frozenset(("log_visit", "create_ticket", "record_payment"))


def times_of(label: str, values: Values, now: datetime) -> dict[str, tuple[Any, ...]]:
    """The slots time and next_time of an act."""
    kept: list[When] = _apart(values, newest(label, values, values.times))
    if label not in _HAPPENED:
        past = label in ("query_deals", "query_payment") and not re.search(r"预计|要|会|将|计划|到期", values.masked)
        if label == "update_deal":
            kept = [when for when in kept if not TO_HAND_IN.match(values.masked, when.at - values.at)]
        if label == "schedule_meeting":
            kept = list(present(values, kept))
        if label in ("set_reminder", "schedule_meeting"):
            kept = _agreed_first(values, [toward(when, now, past=False) for when in kept])
        elif past:
            kept = [
                toward(when, now, past=True) if when.loose in ("year",) and when.grain is Grain.RANGE else when
                for when in kept
            ]
        return {"time": _unique(kept)}
    done: list[When] = []
    due: list[When] = []
    for when in present(values, kept):
        when = _as_told(values, when, now)
        if _just_done(label, values, when, now):
            done.append(gone_by(when, now))
            continue
        if label == "log_visit" and _OFF.match(values.masked, when.at - values.at + len(when.text)):
            continue  # 他说明天不来了
        ahead = to_come(when, now) or when.grain is Grain.BEFORE or _still_open(values, when, now)
        (due if ahead or (done and not to_come(done[0], now) and _promised(values, when, now)) else done).append(when)
    return {"time": _unique(done), "next_time": _unique(_ours_first(values, due))}


_FOR_US: Final = re.compile(r"我们?[^,。;!? ]{0,3}$")
_WE_DO: Final = re.compile(
    r"(?:之?前|以前|内|左右|再|又|还|就|我们?|要|得|会|去|过去|来|把[^,。;!? ]{1,6}|给[^,。;!? ]{1,4})*"
    r"(?:去|过去|跑|出|报|送|寄|发|交|提交|打|联系|拜访|回访|上门|约|见|演示|汇报|跟进|跟|谈|做|聊|催|带|补)"
)


def _ours_first(values: Values, times: list[When]) -> list[When]:
    """设备要年底才换，让我们下周三前出方案: what we are to do, before what becomes of theirs."""

    def theirs(when: When) -> bool:
        after = when.at - values.at + len(when.text)
        return not (_FOR_US.search(before(values, when)) or _WE_DO.match(values.masked, after))

    return sorted(times, key=theirs) if len(times) > 1 else times


def _agreed_first(values: Values, times: list[When]) -> list[When]:
    """今天没见到，改约周四十点: what was agreed on, before the other times."""
    return sorted(times, key=lambda when: not _AGREED.search(before(values, when)))


_AGREED: Final = re.compile(r"(?:约|定|改)(?:了|好|在|到|个|成)*$")


def _apart(values: Values, times: list[When]) -> list[When]:
    """Without 下午 of 坐了一下午, which is a length, and without the day of which a part or an hour is named too."""
    kept = [when for when in times if not _WHOLE.search(before(values, when))]
    finer = {when.start.date() for when in kept if when.grain in (Grain.PART, Grain.MINUTE) and when.start}
    return [when for when in kept if when.grain is not Grain.DAY or not when.start or when.start.date() not in finer]


_WHOLE: Final = re.compile(r"[一半整大]个?$")


def _just_done(label: str, values: Values, when: When, now: datetime) -> bool:
    """中午吃了个饭, written before noon is over, and 今早报错: today's part of the day is where it happened.

    So is an hour, of which nobody said in what half of the day it was: 11点去顺达没见着, told in the evening.
    """
    today = when.start is not None and when.start.date() == now.date()
    an_hour = when.grain is Grain.MINUTE and when.loose == "day" and label == "log_visit" and to_come(when, now)
    if not today or not (when.grain is Grain.PART or an_hour):
        return False
    after = values.masked[when.at - values.at + len(when.text) :]
    if label != "log_visit":
        return not _WILL.match(after[:6]) and not _TO_BE.search(before(values, when))
    after = _TO_WHOM.sub("", after)
    if _AT_ONCE.match(after):
        return True
    return bool(re.match(r"[^,。;]{0,14}?(?:了|过|没)", after)) and not _WILL.match(after[:4])


_AT_ONCE: Final = re.compile(r"[^\W\d_\ue000-\ue00c要会再]{1,2}[了过](?![吗没再来去就])")  # 9点给王总发了报价


_TO_WHOM: Final = re.compile(rf"^[给跟和与同去到在][{marks.CUSTOMER}{marks.PERSON}]+")  # 下午给王总打了电话


def _unique(times: list[When]) -> tuple[When, ...]:
    return tuple({when.notation: when for when in times}.values())


_WILL: Final = re.compile(
    r"[^,。;]{0,10}?(?:再|给|定|签|回复|付|交|要|会|来|约|看|出结果|答复|到货|发|安排|上线|开标|招标|验收|打款|回款"
    r"|[寄送带拿补催](?![^,。;]{0,6}[了过]))"
)


_TO_BE: Final = re.compile(
    r"说|表示|答应|承诺|让|约|等|定|下次|下回|再|打算|计划|预计|准备|希望|要求|同意|争取|催|改|推|拖|延|保证|通知|提醒|记得|安排"
)


def _as_told(values: Values, when: When, now: datetime) -> When:
    """周三 in 周三去了趟: the last one, unless the words around it speak of something still to be."""
    if not when.loose or not to_come(when, now) or _sooner_to_come(when, now):
        return when
    start = when.at - values.at
    clause = max(values.masked.rfind(mark, 0, start) for mark in ",。;!? ") + 1
    after = values.masked[start + len(when.text) :]
    if _TO_BE.search(values.masked, clause, start) or (_WILL.match(after[:6]) and not _AT_ONCE.match(after)):
        return when
    if _AFTER_A_STORY.search(values.masked, 0, start) and not _OVER.match(after):
        return when
    led = _STORY.search(values.masked, 0, start) is None  # it stands where the story begins
    return gone_by(when, now) if led and when.loose == "day" else toward(when, now, past=True)


_OFF: Final = re.compile(r"[^,。;]{0,6}?(?:不(?:去|来|开会?|用去|见|上班|在)(?:[^,。;]{0,8})了|取消)")
_STORY: Final = re.compile(r"[,。;!?了过]")
_AFTER_A_STORY: Final = re.compile(r"[了过].*[,。; ]$")  # 今天拜访了华星，周一报价
_OVER: Final = re.compile(r"[^,。;]{0,10}?(?:[了过没]|[去见送谈聊寄发打签报来]的)|[^,。;]{0,2}就")


def _sooner_to_come(when: When, now: datetime) -> bool:
    """12月11日送样品过去, said in November: nobody tells in which month of last year he was somewhere."""
    return when.loose == "year" and when.start is not None and (when.start - now).days < _HALF_A_YEAR


_HALF_A_YEAR: Final = 183


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
