"""Taking back what was written - the last thing, or the one that is named - and putting right what was said wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from scrm_bot.crm import audit, customers, followups, reminders, tickets
from scrm_bot.crm import undo as undoing
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.errors import ChangedSince
from scrm_bot.crm.followups import FollowUp
from scrm_bot.crm.reminders import Reminder
from scrm_bot.crm.tickets import Note, Ticket
from scrm_bot.crm.undo import Undone
from scrm_bot.crm.words import Word
from scrm_bot.dialogs.correcting import Corrected, corrected, ruled_out
from scrm_bot.dialogs.phrases import clauses
from scrm_bot.dialogs.skill import STAFF, Again, Answer, Saying, Told, skill
from scrm_bot.dialogs.slots import Said
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.taps import Tap
from scrm_bot.dialogs.texts import Text
from scrm_bot.dialogs.undone import titled, told
from scrm_bot.nlp.meaning import Meaning
from scrm_bot.nlp.text import normalise


class Say:
    """About taking back."""

    not_that = Text("刚写下的不是这个，没有动。要撤回刚才那条，回“撤销”。")
    none_such = Text("最近 {minutes} 分钟里，你没有记过「{what}」，没有可以撤回的。")
    no_reminder = Text("好，不提醒了；记录还在。")
    still = Text("（{record}还在，要一起撤，再回“撤销”。）")
    added = Text("加上{what}")
    corrected = Text("✏️ 改好了：{changes}")
    correct = Text("要改刚才那条的话：先回“撤销”，再把对的完整说一遍。")


NAMED = {  # what somebody may say they do not want
    "提醒": "reminders", "闹钟": "reminders", "商机": "deals", "单子": "deals", "工单": "tickets",
    "报价": "quotes", "合同": "contracts",
    "联系人": "contacts", "拜访": "followups", "跟进": "followups",
}  # fmt: skip
_ORDER = r"(?:撤销|撤回|撤掉|删掉|删了|删除)"
_NUMBER = r"(?:#\s*\d{1,9}|第\s*\d{1,9}\s*[条个]|T\d{6}-\d{2,})"
_BY_NUMBER = re.compile(rf"{_ORDER}.{{0,4}}{_NUMBER}|{_NUMBER}.{{0,4}}(?:撤|删|别记|不要)", re.I)
_BY_CUSTOMER = re.compile(
    rf"{_ORDER}(?:刚才|刚刚|刚)?(?:记的|写的|的)?C的?(?:[那这](?:一?[条个次单笔])的?)?"
    r"(?:记录|拜访|跟进|商机|提醒|工单|联系人|单子)?[吧了啊呢。！!\s]*$"
    r"|C的?(?:刚才|刚刚)?[那这]一?[条次](?:记录)?.{0,3}(?:撤|删|别记|不要|不记)"
)
_BARE = re.compile(rf"{_ORDER}C[吧了啊呢。！!\s]*$")  # a customer alone is not what was written about it
_RECORD = re.compile(r"[那这上]一?[条次个]|刚才|刚刚|别记|不记")  # a record, not only the last step
_DIGITS = re.compile(r"T\d{6}-\d{2,}|\d+", re.I)

About = Callable[[Desk, Any], bool]


def names_what(text: str, meaning: Meaning | None) -> bool:
    """撤销 #12, 撤销华星那条, 华星那条别记了: an undo of what is named."""
    return bool(_BY_NUMBER.search(text)) or _names_customer(text, meaning)


def _names_customer(text: str, meaning: Meaning | None) -> bool:
    for mention in meaning.slots.get("customer", ()) if meaning else ():
        said = text.replace(mention.text, "C", 1)
        if _BY_CUSTOMER.search(said) and not _BARE.search(said):
            return True
    return False


@skill(
    label="cancel_last",
    examples=[
        "撤销",
        "撤回",
        "撤销上一条",
        "撤回刚才那条",
        "刚才那条别记了",
        "删掉刚刚那条",
        "undo",
        "undo that",
        "undo the last one",
    ],
    allow=STAFF,
    says=names_what,
)
def undo(talk: Talk, said: Said = Said("")) -> Answer:
    """撤回刚才写下的"""
    desk = talk.desk
    kinds = {table for word, table in NAMED.items() if word in said}
    if names_what(said, talk.meaning):
        return _undo_named(talk, said, kinds)
    wrote = audit.last_write(desk.session, desk.signature, desk.shape.undo_minutes)
    if kinds and not kinds & wrote:
        return Told(Say.not_that(), choices=(Tap.undo,))
    if kinds == {"reminders"} and wrote - kinds:
        return _no_reminder(talk)
    last = undoing.last(desk.session, desk.signature, desk.shape.undo_minutes)
    return _undo(talk, last, whole=_RECORD.search(said) is not None)


def _undo(talk: Talk, message: int, *, whole: bool = False) -> Answer:
    """`whole`: with the record that the message only went on with; else it is said that this stays."""
    talk.memory.undid = True
    record = _gone_on_with(talk, message)
    result = taken_back(talk, message)
    if record is None or record.message_id is None or result.in_vain:
        return told(talk.desk, result)
    if not whole:
        return f"{told(talk.desk, result)}\n{Say.still(record=titled(record))}"
    rest = taken_back(talk, record.message_id)
    return told(
        talk.desk, Undone(result.unmade + rest.unmade, result.restored + rest.restored, result.kept + rest.kept)
    )


def _gone_on_with(talk: Talk, message: int) -> FollowUp | None:
    """The record just before it, if this message did no more than go on with that: when to call, what else was said."""
    desk, last = talk.desk, talk.memory.record
    record = desk.session.get(FollowUp, last.followup) if last else None
    written = [*undoing.rows_written(desk.session, desk.signature, desk.shape.undo_minutes)]
    before = next((number for number, _, _ in written if number != message), None)
    if record is None or record.message_id is None or record.message_id != before:
        return None
    rows = [row for number, row, _ in written if number == message]
    goes_on = (row is record or (_customer_of(desk, row) == record.customer_id and _follows(row)) for row in rows)
    return record if all(goes_on) else None


def _follows(row: Any) -> bool:
    return isinstance(row, Customer) or (isinstance(row, Reminder) and row.origin == "next_step")


def _undo_named(talk: Talk, said: str, kinds: set[str]) -> Answer:
    """The last write of these minutes that has to do with it."""
    desk, (what, about) = talk.desk, _about(talk, said)
    minutes = desk.shape.undo_minutes
    written = undoing.rows_written(desk.session, desk.signature, minutes)
    fits = (message for message, row, _ in written if about(desk, row) and (not kinds or row.__tablename__ in kinds))
    message = next(fits, None)
    return Say.none_such(what=what, minutes=minutes) if message is None else _undo(talk, message)


def _about(talk: Talk, said: str) -> tuple[str, About]:
    """What was named, as it was said, and whether a row has to do with it."""
    number = _BY_NUMBER.search(said)
    if number is not None:
        name = _DIGITS.findall(number[0])[0].upper()
        shown = name if name.startswith("T") else f"#{name}"
        return shown, lambda _desk, row: name in (str(row.id), getattr(row, "number", "")) and not isinstance(row, Word)
    mentions = talk.meaning.slots.get("customer", ()) if talk.meaning else ()
    meant = {candidate.id for mention in mentions for candidate in mention.candidates}
    return clauses(mention.text for mention in mentions), lambda desk, row: _customer_of(desk, row) in meant


def _customer_of(desk: Desk, row: Any) -> int | None:
    if isinstance(row, Note):
        row = desk.session.get(Ticket, row.ticket_id)
    number: int | None = row.id if isinstance(row, Customer) else getattr(row, "customer_id", None)
    return number


def taken_back(talk: Talk, message: int) -> Undone:
    """Take the message's writes back, and what follows from the rows that are gone now."""
    desk = talk.desk
    result = undoing.take_back(desk.session, desk.signature, message)
    for row in result.unmade:
        if isinstance(row, Word) and row.customer_id in talk.memory.customers:
            talk.memory.customers.remove(row.customer_id)  # it was the wrong one
        elif isinstance(row, Ticket):
            tickets.withdrawn(desk, row)
    for row in {row for row in (*result.unmade, *(row for row, *_ in result.restored)) if isinstance(row, FollowUp)}:
        followups.recount(desk, row)
    if any(isinstance(row, Reminder) for row in (*result.unmade, *(one.row for one in result.kept))):
        _stop(desk, message)  # what recurs may have been set anew since
    undoing.sign(desk.session, desk.signature, message)
    return result


def _no_reminder(talk: Talk) -> Answer:
    """不用提醒了, after a visit that set one: the visit stays."""
    desk = talk.desk
    _stop(desk, audit.last_message(desk.session, desk.signature, desk.shape.undo_minutes))
    return Say.no_reminder()


def _stop(desk: Desk, message: int | None) -> None:
    for reminder in reminders.of_message(desk, message):
        reminders.cancel(desk, reminder)


def _mended(talk: Talk, text: str, said: str, *, adds: bool = False) -> Corrected | None:
    return corrected(talk.brain, talk.scene(), talk.local, text, said, adds=adds)


def _as_meant(talk: Talk, message: int) -> str:
    """What a message says, with all that it corrected before: a correction may be corrected too."""
    text = next((one.text for one in talk.earlier() if one.number == message), "")
    first = undoing.stands_for(talk.desk.session, message)
    new = _mended(talk, _as_meant(talk, first), text) if text and first is not None and first < message else None
    return new.text if new else text


def _said_first(talk: Talk, message: int) -> datetime | None:
    """When the words were said that this message corrects, or that one before it: 今天 is that day."""
    first = undoing.stands_for(talk.desk.session, message)
    while first is not None and first < message:
        message, first = first, undoing.stands_for(talk.desk.session, first)
    return next((one.at for one in talk.earlier() if one.number == message), None)


@skill(label="correct_last", examples=["不是50万是15万", "客户搞错了，是华兴", "应该是周四"], allow=STAFF)
def correct(talk: Talk, said: Said = Said("")) -> Answer:
    """改刚才那条：说错的换成对的"""
    last = _which_message(talk, said)
    words, about = _said_then(talk, last)
    record = _gone_on_with(talk, last) if last is not None else None
    new = _mended(talk, words, said, adds=record is not None) if words else None
    if (new is None or not any(was for was, _ in new.changes)) and (step := _next_step(talk, said)):
        return Again((step,))
    if new is None or last is None:
        return Told(Say.correct(), choices=(Tap.undo,), fate="parked")
    result = taken_back(talk, last)
    if result.kept:
        raise ChangedSince(tuple(result.kept))  # said again it would be written twice
    changes = clauses(f"{was} → {now}" if was else Say.added(what=now) for was, now in new.changes)
    if record is not None:
        talk.meaning = talk.understood(new.text, frozenset())
        added = talk.skills["tell_more"].run(talk, followup=record, detail=new.text)
        return f"{Say.corrected(changes=changes)}\n{added}"
    given = () if about is None or _names_another(talk) else (about,)
    return Again((Saying(new.text, given, at=_said_first(talk, last)),), Say.corrected(changes=changes))


def _which_message(talk: Talk, said: str) -> int | None:
    """The message that was written last, or the latest that says what is wrong: 是60万不是80万."""
    written = audit.latest(talk.desk.session, talk.desk.signature, talk.desk.shape.undo_minutes)
    messages = dict.fromkeys(entry.message_id for entry in written)
    texts = ((one.number, one.text) for one in talk.earlier() if one.number in messages)
    wrong = next((number for number, text in texts if ruled_out(said, text)), None)
    return wrong or next(iter(messages), None)


def _next_step(talk: Talk, said: str) -> Saying | None:
    """金额改成52万, when no amount was spoken of: nothing was said wrong, the deal just spoken of goes on."""
    customer = customers.get(talk.desk, next(iter(talk.recent()), 0))
    if customer is None or _names_another(talk):
        return None
    text = f"{customer.name}{said}"
    act = talk.understood(text, frozenset()).main
    return Saying(text, (customer,)) if act.label == "update_deal" and act.sure else None


def _said_then(talk: Talk, last: int | None) -> tuple[str, Customer | None]:
    """The words of the last write. Of a note that ended in a question - which 恒通? - the note's, and the answer."""
    desk, said = talk.desk, next((one.text for one in talk.earlier() if one.number == last), "")
    for message, row, made in undoing.rows_written(desk.session, desk.signature, desk.shape.undo_minutes):
        if message == last and made and isinstance(row, FollowUp) and row.text not in normalise(said):
            return row.text, customers.get(desk, row.customer_id)
    return (said if last is None else _as_meant(talk, last)), None


def _names_another(talk: Talk) -> bool:
    """客户搞错了，是华兴."""
    return talk.meaning is not None and "customer" in talk.meaning.slots
