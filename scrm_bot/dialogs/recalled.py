"""Messages that their sender took back on the platform: what they had asked for is not wanted any more."""

from __future__ import annotations

from scrm_bot.crm import tickets, undo
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import Staff
from scrm_bot.crm.tickets import Note, Ticket
from scrm_bot.crm.undo import Undone
from scrm_bot.dialogs.heard import Heard
from scrm_bot.dialogs.texts import Text
from scrm_bot.dialogs.undone import told
from scrm_bot.message import Reply


class Say:
    """To whoever took a message back."""

    cancelled = Text("您撤回了消息，工单 {number} 也取消了。还需要的话，再发一句就行。")
    too_late = Text("工单 {number} 已经在处理，没有跟着撤回。不需要了请回“取消”。")


def hear(desk: Desk, number: int | None) -> Heard:
    """The whole turn. `number`: of the message that was taken back, None if it never came."""
    if number is None:
        return Heard(None, "ignored", "took back what never came", [])
    result = undo.take_back(desk.session, desk.signature, number)
    if result.in_vain and not result.kept:
        return Heard(None, "ignored", f"took back {number}, which had written nothing", [])
    for row in result.unmade:
        if isinstance(row, Ticket):
            tickets.withdrawn(desk, row)
        elif isinstance(row, Note):
            tickets.unsaid(desk, row)
    undo.sign(desk.session, desk.signature, number)
    words = told(desk, result) if isinstance(desk.actor, Staff) else _to_a_customer(result)
    return Heard(
        Reply(words) if words else None, "answered" if result.in_vain else "written", f"took back {number}", []
    )


def _to_a_customer(result: Undone) -> str:
    """Only what concerns a request: each word costs one of the few that the platform allows."""
    gone = next((row for row in result.unmade if isinstance(row, Ticket)), None)
    if gone is not None:
        return Say.cancelled(number=gone.number)
    kept = next((one.row for one in result.kept if isinstance(one.row, Ticket)), None)
    return Say.too_late(number=kept.number) if kept is not None else ""
