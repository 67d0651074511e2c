"""Reads what one message did, for a page or a person: plain dictionaries, ready to be shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from scrm_bot.crm import people
from scrm_bot.crm.audit import MADE, Entry
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.people import Contact, Staff
from scrm_bot.crm.shape import Shape
from scrm_bot.crm.tickets import Ticket
from scrm_bot.db import Base
from scrm_bot.dialogs import meanings
from scrm_bot.dialogs.phrases import day, moment, money
from scrm_bot.inbox import Incoming
from scrm_bot.lens import words
from scrm_bot.outbox import Outgoing

UNDONE = "undone_at"
UNDONE_TOO = {"with_undone": True}  # whoever explains, or takes a turn beside, hides what was undone from a session
Explained = Callable[[Session, int], list[list[str]]]
LINKS: Mapping[str, tuple[type, str]] = {
    "customer_id": (Customer, "name"),
    "contact_id": (Contact, "name"),
    "owner_id": (Staff, "name"),
    "author_id": (Staff, "name"),
    "assignee_id": (Staff, "name"),
    "staff_id": (Staff, "name"),
    "ticket_id": (Ticket, "number"),
}


class Lens:
    """Looks through one session at what happened. `skills`: their names in the company's language.

    `explained`: why a message was understood so, lines for each of its acts.
    """

    def __init__(
        self, session: Session, shape: Shape, now: datetime, skills: Mapping[str, str], explained: Explained
    ) -> None:
        self.session, self.shape, self.skills, self.explained = session, shape, skills, explained
        self.today = now.astimezone(shape.zone).date()

    def look(self, number: int) -> dict[str, Any] | None:
        """Everything about one message; None if there is none of that number."""
        row = self.session.get(Incoming, number)
        if row is None:
            return None
        pushes = self._pushes(row)
        found: dict[str, Any] = {
            "id": row.id,
            "text": row.text,
            "at": row.received_at.isoformat(),
            "fate": row.fate,
            "fate_words": words.FATES.get(row.fate or "", "处理中"),
            "understood": [self._meaning(act) for act in row.understood or ()],
            "ran": self._ran(row.reason or ""),
            "changes": self._changes(row.id),
            "pushes": pushes,
            "took": _took(row, pushes),
        }
        for act, lines in zip(found["understood"], self.explained(self.session, row.id), strict=False):
            act["reasons"] += lines[1:]
        return found

    def _meaning(self, act: Mapping[str, Any]) -> dict[str, Any]:
        label = str(act.get("label", ""))
        slots = act.get("slots") or {}
        return {
            "title": meanings.act(label),
            "label": label,
            "writes": bool(act.get("writes")),
            "slots": [
                {
                    "name": meanings.slot(name),
                    "values": [meanings.value(name, str(value), self.today) for value in values],
                }
                for name, values in slots.items()
            ],
            "reasons": [meanings.reason(str(reason)) for reason in act.get("reasons") or ()],
        }

    def _ran(self, reason: str) -> list[str]:
        """Which skills ran, by what they are for."""
        names = (part.split(":")[0].strip() for part in reason.split(";"))
        return list(dict.fromkeys(self.skills[name] for name in names if name in self.skills))

    def _changes(self, number: int) -> list[dict[str, Any]]:
        query = select(Entry).where(Entry.message_id == number).order_by(Entry.entity, Entry.entity_id, Entry.id)
        found = []
        for (entity, entity_id), entries in groupby(self.session.scalars(query), lambda e: (e.entity, e.entity_id)):
            change = self._change(entity, entity_id, list(entries))
            if change:
                found.append(change)
        return sorted(found, key=lambda change: change.pop("order"))

    def _change(self, entity: str, entity_id: int, entries: list[Entry]) -> dict[str, Any] | None:
        """One row's change: made, changed, or taken back."""
        row = self._row(entity, entity_id)
        if row is None or entity == "followup_contacts":
            return None
        made = any(entry.field == MADE for entry in entries)
        gone = any(entry.field == UNDONE for entry in entries)
        fields = [entry for entry in entries if entry.field not in (MADE, UNDONE, *words.HIDDEN)]
        return {
            "order": entries[0].id,
            "verb": "新建" if made else "撤回" if gone else "修改",
            "what": words.ENTITIES.get(entity, entity),
            "about": _title(row),
            "undone": any(entry.undone_at is not None for entry in entries) and not gone,
            "lines": self._made(entity, row) if made else [] if gone else self._changed(entity, row, fields),
        }

    def _made(self, entity: str, row: Any) -> list[dict[str, str]]:
        names = words.SHOWN.get(entity, ())
        lines = [(name, self._shown(entity, name, getattr(row, name))) for name in names]
        return [{"field": words.FIELDS.get(name, name), "new": value} for name, value in lines if value]

    def _changed(self, entity: str, row: Any, entries: Iterable[Entry]) -> list[dict[str, str]]:
        return [
            {
                "field": words.FIELDS.get(entry.field, entry.field),
                "old": self._shown(entity, entry.field, _read(row, entry.field, entry.old)) or "（空）",
                "new": self._shown(entity, entry.field, _read(row, entry.field, entry.new)) or "（空）",
            }
            for entry in entries
        ]

    def _shown(self, entity: str, field: str, value: Any) -> str:
        if value is None or value == "":
            return ""
        if field in LINKS:
            entity_class, name = LINKS[field]
            row = self.session.get(entity_class, int(value), execution_options=UNDONE_TOO)
            return str(getattr(row, name)) if row else str(value)
        if field == "stage":
            return self.shape.stage(str(value)).name
        if field == "state":
            return words.STATES.get(entity, {}).get(str(value), str(value))
        return self._plain(value)

    def _plain(self, value: Any) -> str:
        match value:
            case bool():
                return "是" if value else "否"
            case datetime():
                local = value.astimezone(self.shape.zone)
                return moment(local, self.today, seconds=bool(local.second) and not local.microsecond)
            case date():
                return day(value, self.today)
            case Decimal():
                return money(value)
        return str(value)

    def _pushes(self, row: Incoming) -> list[dict[str, Any]]:
        """What was put into the outbox by its turn: its answer, and what others were told because of it."""
        query = select(Outgoing).where((Outgoing.answers == row.id) | (Outgoing.cause == row.id)).order_by(Outgoing.id)
        return [self.push(one, row.id) for one in self.session.scalars(query)]

    def push(self, row: Outgoing, caused_by: int | None = None) -> dict[str, Any]:
        """One thing said: to whom, by which channel, how far it has come."""
        name, role = self._who(row.channel, row.to_user)
        return {
            "id": row.id,
            "to": name,
            "role": role,
            "channel": row.channel,
            "user": row.to_user,
            "text": row.text,
            "answer": row.answers is not None and row.answers == caused_by,
            "state": row.state,
            "run_at": row.run_at.isoformat(),
            "sent_at": row.sent_at.isoformat() if row.sent_at else None,
        }

    def _who(self, channel: str, user: str) -> tuple[str, str]:
        person = people.who(self.session, channel, user)
        match person:
            case Staff():
                return person.name, words.ROLES.get(person.role, person.role)
            case Contact():
                customer = self.session.get(Customer, person.customer_id)
                return person.name, customer.name if customer else ""
        return "陌生人", "还没绑定"

    def _row(self, entity: str, number: int) -> Any:
        tables = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
        return self.session.get(tables[entity], number, execution_options=UNDONE_TOO) if entity in tables else None


def _title(row: Any) -> str:
    for field in ("number", "title", "name", "summary", "text"):
        value = getattr(row, field, None)
        if value:
            return str(value)
    return ""


def _read(row: Any, field: str, text: str | None) -> Any:
    """An audit entry's text as the column's own kind of value."""
    if text is None or field not in inspect(type(row)).columns:
        return text
    kind = inspect(type(row)).columns[field].type.python_type
    if kind is bool:
        return text == "True"
    if issubclass(kind, datetime | date):
        return kind.fromisoformat(text)
    return Decimal(text) if kind is Decimal else text


def _took(row: Incoming, pushes: Iterable[Mapping[str, Any]]) -> int | None:
    """Milliseconds from the message's arrival to its answer's delivery."""
    for push in pushes:
        if push["answer"] and push["sent_at"]:
            return round((datetime.fromisoformat(push["sent_at"]) - row.received_at).total_seconds() * 1000)
    return None
