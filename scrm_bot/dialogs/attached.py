"""What is said of pictures and files, and which of them still wait to be told whose they are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from scrm_bot.crm import customers, files
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.files import FILE, PICTURE, VOICE, File
from scrm_bot.crm.followups import FollowUp
from scrm_bot.crm.places import Place
from scrm_bot.crm.tickets import Ticket
from scrm_bot.dialogs.memory import Memory, Pending
from scrm_bot.dialogs.phrases import day, short
from scrm_bot.dialogs.texts import Text
from scrm_bot.message import Kind

FILING = "file_under"  # the skill whose question they wait for


class Say:
    """Words about pictures and files."""

    picture = Text("图片")
    voice = Text("语音")
    file = Text("文件")
    named = Text("文件「{name}」")
    location = Text("位置")
    link = Text("链接")
    one = Text("{what}")
    many = Text("{what} {count} 个")
    to_visit = Text("{customer} {day}的{method} #{number}")
    to_ticket = Text("工单 {number}")
    attached = Text("📎 {what}已附到 {record}")
    another = Text("📎 也附上了，共 {count} 个")
    along = Text("📎 连同{what}")
    runs = Text("📎 {what}没有收：能运行的程序不收。要紧的话，换成文档或图片再发。")
    unknown = Text("📎 {what}没有收：这种类型不收。图片、语音、视频、PDF、Office、ZIP 和文本都可以。")
    too_big = Text("📎 {what}没有收：太大了，单个文件最多 {most} MB。")
    lost = Text("📎 {what}没取回来，平台那边已经没有了。麻烦再发一次。")
    several = Text("📎 收到 {count} 个了，都是哪家客户的？回客户名，或“跳过”。")


NAMES = {PICTURE: Say.picture, VOICE: Say.voice, FILE: Say.file}


def called(kind: Kind) -> str:
    """What people call such a message; "" of one that carries nothing."""
    names = {Kind.IMAGE: Say.picture, Kind.VOICE: Say.voice, Kind.FILE: Say.file}
    words = (names | {Kind.LOCATION: Say.location, Kind.LINK: Say.link}).get(kind)
    return words() if words else ""


def described(found: Sequence[File]) -> str:
    """图片 2 个, 文件「报价单.pdf」."""
    if len(found) == 1 and found[0].kind == FILE and found[0].name:
        return Say.named(name=short(found[0].name, 24))
    kinds = {file.kind for file in found}
    what = NAMES[kinds.pop()]() if len(kinds) == 1 else Say.file()
    return Say.one(what=what) if len(found) == 1 else Say.many(what=what, count=len(found))


def receipt(desk: Desk, record: FollowUp | Ticket, found: Sequence[File], method: str) -> str:
    """Whereto they went; shortly, if others went there before. `method`: what a follow-up's is called."""
    count = files.count_of(desk, record)
    if count > len(found):
        return Say.another(count=count)
    return Say.attached(what=described(found), record=_title(desk, record, method))


def _title(desk: Desk, record: FollowUp | Ticket, method: str) -> str:
    if isinstance(record, Ticket):
        return Say.to_ticket(number=record.number)
    customer = customers.get(desk, record.customer_id)
    when = record.happened_at.astimezone(desk.shape.zone)
    return Say.to_visit(
        customer=customer.name if customer else "", day=day(when, desk.today), method=method, number=record.id
    )


def along(found: Sequence[File]) -> str:
    """Pictures that went with the words; of a voice nobody need be told."""
    seen = [file for file in found if file.kind != VOICE]
    return Say.along(what=described(seen)) if seen else ""


def several(count: int) -> str:
    """More of them have come while it is asked whose they are."""
    return Say.several(count=count)


def refused(name: str, why: str, kind: str = FILE, most: int = 0) -> str:
    """That it was not kept, and why."""
    what = Say.named(name=short(name, 24)) if name else NAMES[kind]()
    words = {files.RUNS: Say.runs, files.UNKNOWN: Say.unknown, files.TOO_BIG: Say.too_big}
    return words.get(why, Say.lost)(what=what, most=most)


def waiting(memory: Memory) -> Pending | None:
    """The question whose files some are."""
    return next((one for one in memory.pending if one.skill == FILING), None)


def unfiled(desk: Desk, question: Pending) -> list[File]:
    """The files that it is about, as long as they belong to nothing."""
    found = [files.get(desk, number) for number in question.slots.get("sent", ())]
    return [file for file in found if file is not None and file.customer_id is None and file.ticket_id is None]


def place(detail: Mapping[str, Any], name: str) -> Place | None:
    """Where a location message says that somebody is."""
    try:
        latitude, longitude = float(detail["latitude"]), float(detail["longitude"])
    except (KeyError, TypeError, ValueError):
        return None
    found = Place(latitude, longitude, " ".join(name.split())[:120])
    return found if math.isfinite(latitude + longitude) and found.exists else None
