"""What an undo took back and what it kept, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scrm_bot.crm import audit
from scrm_bot.crm.binding import BindCode
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.files import File
from scrm_bot.crm.people import System
from scrm_bot.crm.reminders import Reminder
from scrm_bot.crm.tickets import Ticket
from scrm_bot.crm.undo import Kept, Undone
from scrm_bot.dialogs import attached
from scrm_bot.dialogs.phrases import clauses, short
from scrm_bot.dialogs.texts import Text, named


class Say:
    """The words."""

    undone = Text("↩️ 已撤回：{what}")
    in_vain = Text("这条撤不回来了：{why}。")
    kept = Text("（{why}）")
    changed = Text("{what}后来{by}改过，没有动")
    used = Text("{what}后来{by}又往上记了别的，没有动")
    handled = Text("{what}{by}已经在处理，没有动")
    rung = Text("{what}已经响过了")
    taken = Text("{what}已经有人用掉了")
    yourself, somebody = Text("你自己"), Text("别人")
    something, its, that = Text("「{title}」"), Text("{row}的{field}"), Text("刚才那条")


class Kinds:
    """What a row of a table is called."""

    followups, contacts, customers = Text("跟进「{title}」"), Text("联系人「{title}」"), Text("客户「{title}」")
    deals, reminders, tickets = Text("商机「{title}」"), Text("提醒「{title}」"), Text("工单「{title}」")
    leads, ticket_notes, words = Text("线索「{title}」"), Text("工单备注「{title}」"), Text("叫法「{title}」")
    bind_codes, rooms, files = Text("绑定码「{title}」"), Text("群的绑定"), Text("{title}")


class Fields:
    """What a column is called."""

    stage, amount, expected_close, state = Text("阶段"), Text("金额"), Text("预计签约"), Text("状态")
    due_at, phone, lost_reason, text = Text("时间"), Text("电话"), Text("输单原因"), Text("内容")
    owner_id, leader_id = Text("负责人"), Text("群的绑定")


_TITLES = ("number", "title", "name", "summary", "text", "code")


def told(desk: Desk, result: Undone) -> str:
    """The whole answer."""
    if result.in_vain and result.kept:
        return Say.in_vain(why=why(desk, result.kept))
    done = [titled(row) for row in reversed(result.unmade) if row.__tablename__ in vars(Kinds)]
    done += [_field(row, field) for row, field, _, _ in reversed(result.restored) if field in vars(Fields)]
    lines = [Say.undone(what=clauses(dict.fromkeys(done)) or Say.that())]
    return "\n".join(lines + [Say.kept(why=one) for one in _reasons(desk, result.kept)])


def why(desk: Desk, kept: Iterable[Kept]) -> str:
    """What could not be taken back, and why not."""
    return clauses(_reasons(desk, kept))


def _reasons(desk: Desk, kept: Iterable[Kept]) -> list[str]:
    """One for each row, or for each column that has a name."""
    kept = list(kept)
    named_ones = [one for one in kept if one.field in vars(Fields)]
    others = [one for one in kept if one not in named_ones and one.row not in [other.row for other in named_ones]]
    return list(dict.fromkeys(_reason(desk, one) for one in (*named_ones, *others)))


def _reason(desk: Desk, one: Kept) -> str:
    what = _field(one.row, one.field) if one.field in vars(Fields) else titled(one.row)
    by = Say.yourself() if one.by == desk.actor.name else one.by or Say.somebody()
    match one.row:
        case Reminder() if one.by == System().name:
            return Say.rung(what=titled(one.row))
        case BindCode():
            return Say.taken(what=what)
        case Ticket() if one.field == audit.MADE:
            return Say.handled(what=what, by=by)
    return (Say.used if one.used else Say.changed)(what=what, by=by)


def titled(row: Any) -> str:
    """What it is called: 跟进「…」."""
    kind = vars(Kinds).get(row.__tablename__, Say.something)
    if isinstance(row, File):
        return str(kind(title=attached.described([row])))
    title = next((str(value) for field in _TITLES if (value := getattr(row, field, None))), "")
    return str(kind(title=short(title, 20)))


def _field(row: Any, field: str) -> str:
    return Say.its(row=titled(row), field=named(Fields, field))
