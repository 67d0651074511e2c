"""Speaking of a reminder by what it says: 不用提醒我带合同了, 周四上午那个改到周五上午."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from scrm_bot.crm import audit, reminders
from scrm_bot.crm.reminders import Reminder
from scrm_bot.dialogs import times
from scrm_bot.dialogs.phrases import day, moment, numbered, on, short
from scrm_bot.dialogs.rearranging import JUST, called_off, read
from scrm_bot.dialogs.skill import STAFF, Answer, Confirm, Need, skill
from scrm_bot.dialogs.skills.reminders import AHEAD, of_meeting, put_off
from scrm_bot.dialogs.slots import Said
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.texts import Text
from scrm_bot.nlp.meaning import Grain, Meaning, When
from scrm_bot.nlp.moving import due
from scrm_bot.nlp.text import normalise


class Say:
    """What is said of them."""

    cancelled = Text("🔕 好，不提醒了：{what}")
    moved = Text("⏰ 好，改到 {moment}：{what}")
    stopped = Text("🔕 不再提醒：{what}")
    nothing_recurs = Text("没有重复的提醒。")
    which_stops = Text("哪一个不用再提醒？")
    none = Text("没找到这样的提醒。回“我有哪些提醒”，都列给你。")
    which = Text("是哪一个？")
    each = Text("这 {count} 个都改时间？\n{lines}")
    all = Text("这 {count} 个都改到{moment}？\n{lines}")
    all_moved = Text("⏰ 好，{count} 个都改了：\n{lines}")


_MORNING = re.compile(r"早|上午|凌晨|am", re.I)
_NOON = 12
_HALF = 0.5  # of what is said of it
_ALL = re.compile(r"都|全|所有")
_SPOKEN_OF = re.compile(
    r"刚才?|刚刚|之前|上次|原来|本来|[约说定讲][好了]?|[跟和与]|客户|他们?|她|不用|先|不|暂时|就"
)  # 跟他约好的
_SMALL = re.compile(r"[^\w]|的|给|去|我|了|到|要|那个?|这个?|事情?|一下|提醒")


@skill(
    label="stop_reminder",
    examples=[
        "不用再提醒了",
        "别再提醒了",
        "不用再提醒我了",
        "以后别提醒了",
        "以后不用提醒了",
        "停掉这个提醒",
        "stop reminding me",
    ],
    allow=STAFF,
)
def stop(talk: Talk, which: Reminder | None = None) -> Answer:
    """重复的提醒不要了"""
    if which:
        reminders.cancel(talk.desk, which)
        return Say.stopped(what=short(which.text))
    coming = reminders.recurring(talk.desk)
    if not coming:
        return Say.nothing_recurs()
    meant = coming[0] if len(coming) == 1 else None
    if meant is None:
        return Need("which", Say.which_stops(), tuple((short(one.text, 20), one) for one in coming))
    reminders.cancel(talk.desk, meant)
    return Say.stopped(what=short(meant.text))


@skill(
    label="stop_reminder",
    examples=["不用提醒我{said}了", "取消{customer}的提醒", "{said}的提醒不要了"],
    allow=STAFF,
    says=lambda text, _meaning: called_off(text) is not None,
    outright=True,
)
def cancel_reminder(talk: Talk, said: Said = Said(""), which: Reminder | None = None) -> Answer:
    """不要哪个提醒了，说说它是什么就行"""
    what = called_off(said)
    fitting = [which] if which else _meant(talk, talk.understood(said, frozenset()), what or "")
    if len(fitting) != 1:
        return _which(talk, fitting)
    reminders.cancel(talk.desk, fitting[0])
    return Say.cancelled(what=short(fitting[0].text))


@skill(
    label="move_reminder",
    examples=[],
    allow=STAFF,
    says=lambda text, meaning: read(text, meaning) is not None,
    outright=True,
)
def move_reminder(talk: Talk, said: Said = Said(""), which: Reminder | None = None) -> Answer:
    """哪个提醒改时间，说说它是什么就行"""
    meaning = talk.understood(said, frozenset())
    order = read(said, meaning)
    if order is None:
        return Say.none()
    meant = _meant(talk, meaning, order.what) if order.what else _meetings(talk)
    only = [one for one in meant if order.meetings and _of_meeting(talk, one) is not None]
    fitting = [which] if which else only or meant
    if len(fitting) > 1 and _ALL.search(said):
        return _move_all(talk, fitting, order.to)
    if len(fitting) != 1:
        return _which(talk, fitting)
    return Say.moved(moment=_move(talk, fitting[0], order.to), what=_about(talk, fitting[0]))


def _move_all(talk: Talk, fitting: Sequence[Reminder], to: When | timedelta) -> Answer:
    """Spelt out first: it is easily said of other ones than were meant."""
    lines = numbered(short(_about(talk, one), 24) for one in fitting)
    if not talk.confirmed:
        first, today = _moved(talk, fitting[0], to), talk.desk.today
        at_once = to.grain is Grain.DAY if isinstance(to, When) else not to % timedelta(days=1)
        one_day = at_once and len({_moved(talk, one, to).date() for one in fitting}) == 1
        if one_day or isinstance(to, When):
            return Confirm(Say.all(count=len(fitting), moment=(day if one_day else moment)(first, today), lines=lines))
        each = (f"{short(_about(talk, one), 24)} → {moment(_moved(talk, one, to), today)}" for one in fitting)
        return Confirm(Say.each(count=len(fitting), lines=numbered(each)))
    for one in fitting:
        _move(talk, one, to)
    return Say.all_moved(count=len(fitting), lines=lines)


def _move(talk: Talk, reminder: Reminder, to: When | timedelta) -> str:
    """Do it; the new moment in words. A meeting rings ahead, and its text names its moment."""
    at, what = _moved(talk, reminder, to), _of_meeting(talk, reminder)
    if what is None:
        put_off(talk, reminder, at)
    else:
        text = f"{on(at, talk.desk.today)}{at:%H:%M} {what}"
        put_off(talk, reminder, max(at - AHEAD, talk.desk.now), text)
    return moment(at, talk.desk.today)


def _moved(talk: Talk, reminder: Reminder, to: When | timedelta) -> datetime:
    """Another day leaves the time of day as it is, an hour alone the day."""
    old = reminder.due_at.astimezone(talk.desk.shape.zone)
    starts = old + AHEAD if _of_meeting(talk, reminder) is not None else old
    if isinstance(to, timedelta):
        return starts + to
    at = times.aware(talk.desk, due(to))
    if to.grain is Grain.DAY:
        return datetime.combine(at.date(), starts.timetz())
    if to.loose != "day":
        return at
    later = at.hour < _NOON <= starts.hour and not _MORNING.search(to.text)
    return datetime.combine(starts.date(), at.timetz()) + timedelta(hours=_NOON if later else 0)


def _meetings(talk: Talk) -> list[Reminder]:
    """Those to come; of them the one that was just arranged."""
    coming = [one for one in reminders.coming(talk.desk) if _of_meeting(talk, one) is not None]
    last = audit.last_message(talk.desk.session, talk.desk.signature, talk.desk.shape.undo_minutes)
    return [one for one in coming if one.message_id == last] or coming


def _about(talk: Talk, reminder: Reminder) -> str:
    return short(_of_meeting(talk, reminder) or reminder.text)


def _which(talk: Talk, fitting: Sequence[Reminder]) -> Answer:
    if not fitting:
        return Say.none()
    return Need("which", Say.which(), tuple((short(_about(talk, one), 20), one) for one in fitting[:9]))


def _of_meeting(talk: Talk, reminder: Reminder) -> str | None:
    return of_meeting(reminder, reminder.due_at.astimezone(talk.desk.shape.zone), talk.desk.today)


def _meant(talk: Talk, meaning: Meaning, what: str) -> list[Reminder]:
    """The speaker's reminders that these words may describe."""
    if JUST.match(what):
        return _set_last(talk)
    slots, rest = meaning.slots, what
    named = [one for one in slots.get("customer", ()) if one.text in what]
    whens = [when for when in slots.get("time", ()) if when.text in what]
    for value in (*named, *whens):
        rest = rest.replace(value.text, " ")
    rest = _SPOKEN_OF.sub("", rest) if named or whens else rest
    ids = {candidate.id for one in named for candidate in one.candidates}
    coming = [one for one in reminders.coming(talk.desk) if not ids or one.customer_id in ids]
    coming = [one for one in coming if all(_is_then(talk, one, when) for when in whens)]
    likeness = [_likeness(one.text, rest, sure=bool(named or whens)) for one in coming]
    best = max(likeness, default=0.0)
    return [one for one, alike in zip(coming, likeness, strict=True) if best >= _HALF and alike == best]


def _set_last(talk: Talk) -> list[Reminder]:
    coming = reminders.coming(talk.desk)
    return sorted(coming, key=lambda one: one.message_id or 0)[-1:]


def _is_then(talk: Talk, reminder: Reminder, when: When) -> bool:
    rings = reminder.due_at.astimezone(talk.desk.shape.zone).replace(tzinfo=None)
    if when.start is None:
        return True
    if when.grain is Grain.MINUTE:
        return when.start - AHEAD <= rings <= when.start
    return when.start - AHEAD <= rings <= (when.end or when.start)


def _likeness(text: str, words: str, *, sure: bool) -> float:
    """How many of the pairs of letters that are left stand in the reminder, 0 to 1."""
    bare, there = _SMALL.sub("", words), _SMALL.sub("", normalise(text))
    pairs = {bare[at : at + 2] for at in range(len(bare) - 1)}
    if not pairs:
        return float(sure or (bool(bare) and bare in there))
    return sum(pair in there for pair in pairs) / len(pairs)
