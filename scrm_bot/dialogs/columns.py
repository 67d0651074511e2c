"""What a list tells of each row when it is handed out as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from scrm_bot.crm import customers
from scrm_bot.crm.contracts import Contract
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.deals import Deal
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import Staff
from scrm_bot.crm.reminders import Reminder
from scrm_bot.crm.tickets import Ticket
from scrm_bot.dialogs.texts import Text
from scrm_bot.message import OutFile

Cell = str | int | Decimal | None
HandOut = Callable[[str, Sequence[Sequence[Cell]]], OutFile | None]  # a table of that title, kept as a file


class Head:
    """The columns' names."""

    customer, owner, grade, industry, region = Text("客户"), Text("负责人"), Text("等级"), Text("行业"), Text("地区")
    last, deal, amount, stage, close = Text("上次联系"), Text("商机"), Text("金额"), Text("阶段"), Text("预计签约")
    what, due, number, priority, expires = Text("事项"), Text("时间"), Text("编号"), Text("优先级"), Text("到期日")
    contract, request = Text("合同"), Text("内容")


Columns = Mapping[Text, Callable[[Desk, Any], Any]]


def _owner(desk: Desk, row: Any) -> str:
    staff = desk.session.get(Staff, row.owner_id) if row.owner_id else None
    return staff.name if staff else ""


def _customer(desk: Desk, row: Any) -> str:
    customer = customers.get(desk, row.customer_id) if row.customer_id else None
    return customer.name if customer else ""


COLUMNS: Mapping[type, Columns] = {
    Customer: {
        Head.customer: lambda _desk, row: row.name, Head.owner: _owner, Head.grade: lambda _desk, row: row.grade,
        Head.industry: lambda _desk, row: row.industry, Head.region: lambda _desk, row: row.region,
        Head.last: lambda _desk, row: row.last_followed_at,
    },
    Deal: {
        Head.deal: lambda _desk, row: row.title, Head.customer: _customer, Head.owner: _owner,
        Head.amount: lambda _desk, row: row.amount, Head.stage: lambda desk, row: desk.shape.stage(row.stage).name,
        Head.close: lambda _desk, row: row.expected_close,
    },
    Reminder: {
        Head.due: lambda _desk, row: row.due_at, Head.what: lambda _desk, row: row.text, Head.customer: _customer,
    },
    Ticket: {
        Head.number: lambda _desk, row: row.number, Head.customer: _customer,
        Head.priority: lambda _desk, row: row.priority, Head.request: lambda _desk, row: row.text,
    },
    Contract: {
        Head.contract: lambda _desk, row: row.title, Head.customer: _customer,
        Head.amount: lambda _desk, row: row.amount, Head.expires: lambda _desk, row: row.expires_on,
    },
}  # fmt: skip


def no_hand_out(_title: str, _rows: Sequence[Sequence[Cell]]) -> OutFile | None:
    """Where no files are kept."""
    return None


def table(desk: Desk, rows: Sequence[tuple[Any, str]]) -> list[list[Cell]]:
    """The rows as cells, the names of their columns first. Rows of several kinds are told as they were listed."""
    kinds = {type(row) for row, _ in rows}
    if len(kinds) != 1:
        lines: list[list[Cell]] = [[line] for _, line in rows]
        return [[Head.what()], *lines]
    columns = COLUMNS[kinds.pop()]
    head: list[Cell] = [name() for name in columns]
    return [head, *[[_cell(desk, column(desk, row)) for column in columns.values()] for row, _ in rows]]


def _cell(desk: Desk, value: Any) -> Cell:
    if isinstance(value, datetime):
        return f"{value.astimezone(desk.shape.zone):%Y-%m-%d %H:%M}"
    return value.isoformat() if isinstance(value, date) else value
