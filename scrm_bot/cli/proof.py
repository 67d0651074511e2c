"""The proofs: what became of every message, and one turn shown again."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scrm_bot import inbox, posting
from scrm_bot.app import Core, utc_now
from scrm_bot.cli.books import Books
from scrm_bot.cli.ground import Failed
from scrm_bot.crm.audit import MADE, Entry
from scrm_bot.crm.people import Contact, Staff
from scrm_bot.inbox import FATES, Incoming
from scrm_bot.outbox import Outgoing

PATIENCE = timedelta(minutes=1)
FATE_NAMES = {
    "written": "已记录",
    "answered": "已回答",
    "asked": "已追问",
    "parked": "已搁置",
    "ignored": "已忽略",
    "failed": "出错",
    "open": "未处理",
}
STATE_NAMES = {"waiting": "待发", "sending": "在发", "sent": "已发", "given_up": "没送到"}
HERE = Path(__file__).resolve().parents[1]


def ledger(books: Books) -> tuple[list[str], list[int]]:
    """How many messages met each fate, as lines; and the numbers of those that have waited too long for theirs."""
    with books.db.transaction() as session:
        counts = inbox.ledger(session)
        late = inbox.left_open(session, utc_now() - PATIENCE)
    lines = [f"{fate:<10}{counts.get(fate, 0):>8}  {FATE_NAMES[fate]}" for fate in (*FATES, "open")]
    return [*lines, f"{'total':<10}{sum(counts.values()):>8}  共收到"], late


def replay(core: Core, number: int) -> Iterator[str]:
    """One turn, step by step: what came, what became of it, and what would become of it now. Writes nothing."""
    with core.db.transaction() as session:
        row = session.get(Incoming, number)
        if row is None:
            raise Failed(f"没有编号 {number} 的消息")
        yield from _what_came(core, session, row)
        yield from _what_was_done(session, row)
        yield from (f"  解释  {line}" for act in core.turns.explained(session, number) for line in act)
    yield "现在再来一遍（不写入）"
    try:
        heard = core.turns.rehearse(number)
    except Exception as bug:
        yield from _stumbled(bug)
        return
    if heard is not None:
        yield from _meaning(heard.understood)
        yield f"  结果  {heard.fate}  {heard.reason}"
        yield from _said([heard.reply.text] if heard.reply else [])


def _what_came(core: Core, session: Session, row: Incoming) -> Iterator[str]:
    staff = session.get(Staff, row.staff_id) if row.staff_id else None
    contact = session.get(Contact, row.contact_id) if row.contact_id else None
    person = f"员工 {staff.name}（{staff.role}）" if staff else f"联系人 {contact.name}" if contact else "不认识的账号"
    yield f"第 {row.id} 条  {_local(core, row.received_at)}  {row.kind}"
    yield f"  来自  {row.channel}/{row.sender}  {person}"
    yield f"  原话  {row.text}"


def _what_was_done(session: Session, row: Incoming) -> Iterator[str]:
    yield "当时"
    yield from _meaning(row.understood or [])
    changes = session.scalars(select(Entry).where(Entry.message_id == row.id).order_by(Entry.id)).all()
    for entry in changes:
        what = "新建" if entry.field == MADE else f"{entry.field}: {entry.old} -> {entry.new}"
        yield f"  写入  {entry.entity}#{entry.entity_id}  {what}{'  （已撤销）' if entry.undone_at else ''}"
    answers = session.scalars(select(Outgoing).where(Outgoing.answers == row.id).order_by(Outgoing.id)).all()
    yield f"  结果  {row.fate or '未处理'}  {row.reason or ''}".rstrip()
    yield from _said([answer.text for answer in answers])
    pushes = session.scalars(select(Outgoing).where(Outgoing.cause == row.id).order_by(Outgoing.id)).all()
    for one in (*answers, *pushes):
        yield from _way(session, one)


def _way(session: Session, row: Outgoing) -> Iterator[str]:
    """Where something said has got to, and what stood in its way."""
    to = posting.name_of(session, row) or row.to_user
    where = row.channel or "没有账号"
    yield f"  投递  #{row.id} -> {to}（{where}）  {STATE_NAMES[row.state]}  {row.reason or ''}".rstrip()
    yield from (f"        {when} {what} {why}" for when, what, why in row.history or ())


def _meaning(acts: list[Mapping[str, Any]] | list[dict[str, Any]]) -> Iterator[str]:
    for act in acts:
        slots = json.dumps(act.get("slots", {}), ensure_ascii=False, default=str)
        yield f"  理解  {act.get('label')} -> {act.get('skill') or '（没有合适的技能）'}  {slots}"
        yield from (f"        因为 {reason}" for reason in act.get("reasons", ()))


def _said(texts: list[str]) -> Iterator[str]:
    for text in texts or ["（不回话）"]:
        first, *rest = text.splitlines() or [""]
        yield f"  回话  {first}"
        yield from (f"        {line}" for line in rest)


def _stumbled(bug: Exception) -> Iterator[str]:
    """A bug, without its traceback: what, and where in our own files."""
    yield f"  出错  {type(bug).__name__}: {bug}"
    for frame in traceback.extract_tb(bug.__traceback__):
        file = Path(frame.filename)
        if file.is_relative_to(HERE):
            yield f"        {file.relative_to(HERE)}:{frame.lineno} {frame.name}"


def _local(core: Core, moment: datetime) -> str:
    return moment.astimezone(core.shape.zone).strftime("%Y-%m-%d %H:%M:%S")
