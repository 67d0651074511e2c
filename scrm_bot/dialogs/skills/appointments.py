"""Speaking of a reminder by what it says: 不用提醒我带合同了, 周四上午那个改到周五上午."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from scrm_bot.crm import audit, reminders
from scrm_bot.crm.reminders import Reminder
from scrm_bot.dialogs import times
from scrm_bot.dialogs.phrases import day, moment, numbered, on, short
from scrm_bot.dialogs.skill import STAFF, Answer, Confirm, Need, skill
from scrm_bot.dialogs.skills.reminders import AHEAD, of_meeting
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
    all = Text("这 {count} 个都改到{moment}？\n{lines}")
    all_moved = Text("⏰ 好，{count} 个都改了：\n{lines}")


_KIND = r"(?:提醒|闹钟|日程|待办|安排|行程)"
_OFF = r"(?:取消|删除?|去掉|撤掉|停掉?|不要|不用)"
_CANCELS = tuple(
    re.compile(form, re.I)
    for form in (
        r"(?:那个?)?(?:不用|不要|别|无需|不必)再?提醒我?+(?P<what>.{2,}?)了?吧?",
        rf"(?:帮我|把|请)*{_OFF}掉?(?:一下)?(?P<what>.{{2,}}?)的?(?:那|这)?[个条]?{_KIND}了?吧?",
        rf"(?:把)?(?P<what>.{{2,}}?)的?(?:那|这)?[个条]?{_KIND}(?:就|帮我)?{_OFF}掉?了?吧?",
        r"(?:cancel|delete|drop) (?:the |my )?reminder (?:to |about |for )?(?P<what>.{2,}?)",
        r"(?:no need to|don't) remind me (?:to |about )?(?P<what>.{2,}?)(?: any ?more)?",
    )
)
_MOVES = re.compile(
    rf"(?:把)?(?P<what>.{{2,}}?)的?(?:(?:那|这)[个条]{_KIND}?|(?:所有|全部)?{_KIND}|会议?|拜访)(?:都|全都?|全部)?(?:改|推迟?|挪|调|延后?|提前|换)期?[到至成]"
    r"(?P<when>.+?)(?:吧|了|好了)?",
    re.I,
)
_MOVES_MEETING = re.compile(  # 会议改到4点: the one just spoken of
    r"(?:把|刚才|刚刚|那个|这个|那|这)*(?P<what>)(?:会议?|会面|见面|拜访)(?:时间)?(?:改|推迟?|挪|调|延后?|提前|换)期?[到至成]"
    r"(?P<when>.+?)(?:吧|了|好了)?",
    re.I,
)
_MORNING = re.compile(r"早|上午|凌晨|am", re.I)
_CUE = re.compile(rf"{_KIND}|[那这這][个条個條]|会|會|见面|見面|拜[访訪]|remind", re.I)
_NOON = 12
_HALF = 0.5  # of what is said of it
_LONGEST = 80  # letters of an order; what is longer tells something
_ALL = re.compile(r"都|全|所有")
_LAST = re.compile(r"^(?:上面|刚才|刚刚|上一?|这|那|第?[\d一二两三四五六七八九十]+)[个条面的]*$")  # no description
_JUST = re.compile(r"^(?:上面|刚才|刚刚|这|那)[个条的]*$")  # 刚才那个提醒: the one set last
_ENDS = "。.!！~～ "
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


def _may_speak_of_one(text: str) -> bool:
    """Looked at in every message: most have nothing of it."""
    return len(text) <= _LONGEST and _CUE.search(text) is not None


def _found(text: str) -> re.Match[str] | None:
    if not _may_speak_of_one(text):
        return None
    said = normalise(text).strip(_ENDS)
    matches = (form.fullmatch(said) for form in _CANCELS)
    return next((match for match in matches if match and not _LAST.match(match["what"])), None)


def _moving(text: str) -> re.Match[str] | None:
    if not _may_speak_of_one(text):
        return None
    said = normalise(text).strip(_ENDS)
    match = _MOVES_MEETING.fullmatch(said) or _MOVES.fullmatch(said)
    if match is None or (_LAST.match(match["what"]) and not (_JUST.match(match["what"]) and "提醒" in said)):
        return None
    return match


def _moves(text: str, meaning: Meaning | None) -> bool:
    match = _moving(text)
    if match is None or meaning is None:
        return False
    return any(when.text in match["when"] for when in meaning.slots.get("time", ()))


@skill(
    label="stop_reminder",
    examples=["不用提醒我{said}了", "取消{customer}的提醒", "{said}的提醒不要了"],
    allow=STAFF,
    says=lambda text, _meaning: _found(text) is not None,
    outright=True,
)
def cancel_reminder(talk: Talk, said: Said = Said(""), which: Reminder | None = None) -> Answer:
    """不要哪个提醒了，说说它是什么就行"""
    match = _found(said)
    fitting = [which] if which else _meant(talk, talk.understood(said, frozenset()), match["what"] if match else "")
    if len(fitting) != 1:
        return _which(talk, fitting)
    reminders.cancel(talk.desk, fitting[0])
    return Say.cancelled(what=short(fitting[0].text))


@skill(
    label="move_reminder",
    examples=[],
    allow=STAFF,
    says=_moves,
    outright=True,
)
def move_reminder(talk: Talk, said: Said = Said(""), which: Reminder | None = None) -> Answer:
    """哪个提醒改时间，说说它是什么就行"""
    match, meaning = _moving(said), talk.understood(said, frozenset())
    to = next((when for when in reversed(meaning.slots.get("time", ())) if match and when.text in match["when"]), None)
    if match is None or to is None:
        return Say.none()
    meant = _meant(talk, meaning, match["what"]) if match["what"] else _meetings(talk)
    fitting = [which] if which else meant
    if len(fitting) > 1 and _ALL.search(said):
        return _move_all(talk, fitting, to)
    if len(fitting) != 1:
        return _which(talk, fitting)
    return Say.moved(moment=_move(talk, fitting[0], to), what=_about(talk, fitting[0]))


def _move_all(talk: Talk, fitting: Sequence[Reminder], to: When) -> Answer:
    """Spelt out first: it is easily said of other ones than were meant."""
    lines = numbered(short(_about(talk, one), 24) for one in fitting)
    if not talk.confirmed:
        at, spoken = _moved(talk, fitting[0], to), day if to.grain is Grain.DAY else moment
        return Confirm(Say.all(count=len(fitting), moment=spoken(at, talk.desk.today), lines=lines))
    for one in fitting:
        _move(talk, one, to)
    return Say.all_moved(count=len(fitting), lines=lines)


def _move(talk: Talk, reminder: Reminder, to: When) -> str:
    """Do it; the new moment in words. A meeting rings ahead, and its text names its moment."""
    at, what = _moved(talk, reminder, to), _of_meeting(talk, reminder)
    if what is None:
        reminders.move(talk.desk, reminder, at)
    else:
        text = f"{on(at, talk.desk.today)}{at:%H:%M} {what}"
        reminders.move(talk.desk, reminder, max(at - AHEAD, talk.desk.now), text)
    return moment(at, talk.desk.today)


def _moved(talk: Talk, reminder: Reminder, to: When) -> datetime:
    """Another day leaves the time of day as it is, an hour alone the day."""
    at = times.aware(talk.desk, due(to))
    old = reminder.due_at.astimezone(talk.desk.shape.zone)
    starts = old + AHEAD if _of_meeting(talk, reminder) is not None else old
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
    if _JUST.match(what):
        return _set_last(talk)
    slots, rest = meaning.slots, what
    named = [one for one in slots.get("customer", ()) if one.text in what]
    whens = [when for when in slots.get("time", ()) if when.text in what]
    for value in (*named, *whens):
        rest = rest.replace(value.text, " ")
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
