"""Messages that are not words, or not only: pictures, voices, files, places. Each finds its record."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from scrm_bot.crm import customers, files, tickets
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.files import FILE, PICTURE, RUNS, VOICE, File, Sent
from scrm_bot.crm.followups import FollowUp, Logged
from scrm_bot.crm.people import Staff
from scrm_bot.crm.tickets import Added, Opened, Ticket
from scrm_bot.dialogs import attached
from scrm_bot.dialogs.heard import Heard
from scrm_bot.dialogs.hearing import hear as listen
from scrm_bot.dialogs.hearing import take
from scrm_bot.dialogs.memory import Pending
from scrm_bot.dialogs.methods import Method
from scrm_bot.dialogs.skills.attachments import keep_files
from scrm_bot.dialogs.skills.visits import check_in
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.texts import Text, translated
from scrm_bot.files.kinds import runs
from scrm_bot.message import Earlier, Kind, Message, Reply


class Say:
    """Words about what has none."""

    added = Text("{what}已收到，已补充到工单 {number}。")
    describe = Text("{what}已收到。请再用一句话说明是哪台设备、什么现象，马上为您建单。")
    voice_added = Text("语音已转给工程师（工单 {number}）。我听不了语音，要紧的话也请打字说一句。")
    voice_unheard = Text("这条语音我听不了，请打字说一下是哪台设备、什么现象。")
    kept = Text("{what}已收到并留底。我现在还看不懂它，关键内容请用文字说一句。")
    not_heard = Text("🎤 语音已留底，但平台没转出文字。麻烦打字说一句，或用输入法的语音转文字。")
    no_place = Text("这个位置没带坐标，说一句到哪家了就行，比如“到华星了”。")


SILENT = (Kind.ENTER, Kind.UNFOLLOW, Kind.UNSUPPORTED)
KINDS = {Kind.IMAGE: PICTURE, Kind.VOICE: VOICE, Kind.FILE: FILE, Kind.TEXT: PICTURE}
HANDLES = ("media_id", "downloadCode", "upload", "url")  # by which a platform gives content out
MOST_LOOSE = 20  # files of a customer's account that belong to nothing and are kept


def hear(talk: Talk) -> Heard:
    """The whole turn of any message, what it carries besides its words included."""
    talk.memory.forget_stale(talk.desk.now)
    if talk.message.kind in SILENT:
        return Heard(None, "ignored", f"{talk.message.kind}: nothing to say", [])
    if talk.message.kind is Kind.LOCATION:
        return _place(talk)
    if not talk.message.text.strip():
        return _wordless(talk)
    if not isinstance(talk.desk.actor, Staff):
        talk.closing = partial(_of_customer, talk)
    elif talk.message.detail or talk.memory.pending:
        talk.closing = partial(_gather, talk, list(talk.memory.pending))
    return listen(talk)


def sent(message: Message | Earlier) -> list[Sent]:
    """What this message carries, as its platform tells of it."""
    kind, to, detail = KINDS.get(message.kind), message.address, message.detail
    codes = detail.get("downloadCodes") or ()
    found: Sequence[dict[str, Any]] = [{"downloadCode": code} for code in codes]
    if not found and kind is not None and any(name in detail for name in HANDLES[:3]):
        found = [{name: detail[name] for name in (*HANDLES, "type") if name in detail}]
    name = str(detail.get("fileName") or detail.get("name") or "")
    return [Sent(kind or FILE, name, to.channel, to.user, source) for source in found]


def _keep(desk: Desk, message: Message) -> list[File]:
    to = message.address
    carried = sent(message)
    if carried and not isinstance(desk.actor, Staff) and len(files.loose(desk, to.channel, to.user)) >= MOST_LOOSE:
        return []  # whoever is not one of us cannot fill the disk
    return [files.want(desk, one, RUNS if runs(one.name) else "") for one in carried]


def _wordless(talk: Talk) -> Heard:
    message, staff = talk.message, isinstance(talk.desk.actor, Staff)
    what = attached.called(message.kind)
    if not what:
        return Heard(None, "ignored", "empty message", [])
    record = files.last_record(talk.desk) if staff and message.kind is not Kind.VOICE else None
    kept = _keep(talk.desk, message)
    if any(file.state == files.REFUSED for file in kept):
        return _said(attached.refused(kept[0].name, RUNS), "parked")
    if not staff:
        return _from_customer(talk, what, kept)
    if message.kind is Kind.VOICE:
        return _said(Say.not_heard(), "parked")
    return _from_staff(talk, kept, record) if kept else _said(Say.kept(what=what), "parked")


def _from_staff(talk: Talk, kept: Sequence[File], record: FollowUp | Ticket | None) -> Heard:
    waiting = attached.waiting(talk.memory)
    if waiting is not None:
        waiting.slots["sent"] += [file.id for file in kept]
        return _said(attached.several(len(waiting.slots["sent"])), "written")
    if record is None:
        return take(talk, keep_files, {"sent": tuple(kept)})
    for file in kept:
        files.attach(file, record)
    method = translated(Method, record.method) if isinstance(record, FollowUp) else ""
    return _said(attached.receipt(talk.desk, record, kept, method), "written")


def _from_customer(talk: Talk, what: str, kept: Sequence[File]) -> Heard:
    voice, address = talk.message.kind is Kind.VOICE, talk.address
    mine = tickets.asked_by(talk.desk, address.channel, address.user, limit=1)
    if not mine:
        return _said(Say.voice_unheard(), "parked") if voice else _said(Say.describe(what=what), "asked")
    for file in kept:
        files.attach(file, mine[0])
    tickets.say(talk.desk, mine[0], f"[{what}]")
    words = Say.voice_added if voice else Say.added
    return _said(words(what=what, number=mine[0].number), "written")


def _place(talk: Talk) -> Heard:
    """Staff arrive somewhere; where a customer is goes to the open request, and nowhere else."""
    message = talk.message
    if not isinstance(talk.desk.actor, Staff):
        return _from_customer(talk, f"{attached.called(message.kind)} {message.text.strip()}".strip(), [])
    place = attached.place(message.detail, message.text)
    return take(talk, check_in, {"place": place}) if place else _said(Say.no_place(), "asked")


def _of_customer(talk: Talk) -> None:
    """What a customer sent, before the words or with them, belongs to the request that they have become."""
    _keep(talk.desk, talk.message)
    record = _record(talk.desk)
    if record is not None:
        for file in files.loose(talk.desk, talk.address.channel, talk.address.user):
            files.attach(file, record)


def _gather(talk: Talk, asked: Sequence[Pending]) -> None:
    """What came with the words, or just before them, goes to the record that they have become.

    `asked`: the questions that were open when they came.
    """
    wrote = talk.receipt.wrote and "undo" not in talk.receipt.reasons
    record = _record(talk.desk) if wrote else None
    carried = sent(talk.message)
    if wrote and not carried:
        carried = _asked_about(talk, asked)
    if talk.message.kind is Kind.VOICE and not wrote:
        carried = []  # a question, or one that is asked back; the words are kept with the message
    found = [files.want(talk.desk, one) for one in carried]
    waiting = next((one for one in asked if one.skill == attached.FILING), None)
    if record is not None and waiting is not None and waiting not in talk.memory.pending:
        found += attached.unfiled(talk.desk, waiting)
    if record is not None:
        for file in found:
            files.attach(file, record)
        talk.receipt.add(attached.along(found))
    elif wrote:
        _to_customer(talk, found)


def _asked_about(talk: Talk, asked: Sequence[Pending]) -> list[Sent]:
    """The voice or the pictures of the message that a question was asked about, which is answered now."""
    said = {one.said for one in asked if not one.skippable and one.said and one not in talk.memory.pending}
    if not said:
        return []
    before = next((one for one in talk.earlier() if one.text.strip() in said), None)
    return sent(before) if before is not None else []


def _to_customer(talk: Talk, found: Sequence[File]) -> None:
    """What came with words that became something else than a record goes to the customer that they were about."""
    number = next(iter(talk.memory.customers), None) if found else None
    customer = customers.get(talk.desk, number) if number else None
    if customer is not None and talk.desk.reach.covers(customer.owner_id):
        for file in found:
            files.file_under(talk.desk, file, customer)


def _record(desk: Desk) -> FollowUp | Ticket | None:
    """What this turn has written that a file can belong to."""
    for event in desk.events:
        match event:
            case Logged(followup=followup):
                return followup
            case Opened(ticket) | Added(ticket, _):
                return ticket
    return None


def _said(words: str, fate: str) -> Heard:
    return Heard(Reply(words), fate, "no words in it", [])
