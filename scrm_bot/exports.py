"""Every row of an entity, page by page: for other programs as JSON lines, for people as tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from scrm_bot.crm.audit import Entry
from scrm_bot.crm.checkins import CheckIn
from scrm_bot.crm.contracts import Contract
from scrm_bot.crm.customers import Customer, CustomerName
from scrm_bot.crm.deals import Deal
from scrm_bot.crm.files import File
from scrm_bot.crm.followups import FollowUp, Present
from scrm_bot.crm.leads import Lead
from scrm_bot.crm.people import Account, Contact, Staff
from scrm_bot.crm.products import Device, Product
from scrm_bot.crm.reminders import Reminder
from scrm_bot.crm.shape import Shape
from scrm_bot.crm.tickets import Ticket
from scrm_bot.crm.words import Word
from scrm_bot.db import Database
from scrm_bot.inbox import Incoming
from scrm_bot.outbox import Outgoing
from scrm_bot.sheets import Cell, Row

PAGE = 1000  # rows to a transaction: a long export holds up nobody

Read = Callable[[Any, "Page"], Any]  # of a row, with what its page knows
Record = dict[str, Any]


@dataclass
class Page:
    """Some rows, and the names and lists that they refer to: a few questions for all of them."""

    session: Session
    shape: Shape
    rows: list[Any]
    _names: dict[tuple[Any, str], dict[int, str]] = field(default_factory=dict)
    _lists: dict[Any, dict[int, list[str]]] = field(default_factory=dict)

    def name(self, model: Any, column: str, row: Any) -> str | None:
        """What the row of `model` is called whose number stands in this column."""
        if (model, column) not in self._names:
            numbers = {number for each in self.rows if (number := getattr(each, column)) is not None}
            called = model.title if model is Deal else model.name
            query = select(model.id, called).where(model.id.in_(numbers))
            self._names[model, column] = dict(self.session.execute(query).all())
        return self._names[model, column].get(getattr(row, column))

    def several(self, key: Any, query: Callable[[list[int]], Any], row: Any) -> list[str]:
        """What belongs to a row, of a query for (row's number, words) of all of them."""
        if key not in self._lists:
            found: dict[int, list[str]] = {}
            for number, words in self.session.execute(query([each.id for each in self.rows])):
                found.setdefault(number, []).append(words)
            self._lists[key] = found
        return self._lists[key].get(row.id, [])


@dataclass(frozen=True)
class Entity:
    """What can be exported: the model's rows (None: there are none yet), field by field."""

    model: Any
    fields: Mapping[str, Read]


def plain(*columns: str) -> dict[str, Read]:
    """Columns as they are."""
    return {column: _column(column) for column in columns}


def named(model: Any, name: str, column: str = "") -> dict[str, Read]:
    """What a number stands for, by name, and the number beside it."""
    column = column or f"{name}_id"
    return {name: lambda row, page: page.name(model, column, row), f"{name}_id": _column(column)}


def _column(column: str) -> Read:
    return lambda row, _page: getattr(row, column)


def _short_names(row: Any, page: Page) -> list[str]:
    def query(numbers: list[int]) -> Any:
        of_these = CustomerName.customer_id.in_(numbers)
        names = select(CustomerName.customer_id, CustomerName.name)
        return names.where(of_these, CustomerName.short).order_by(CustomerName.id)

    return page.several("short names", query, row)


def _accounts(column: Any) -> Read:
    def query(numbers: list[int]) -> Any:
        found = select(column, Account.channel + ":" + Account.user)
        return found.where(column.in_(numbers)).order_by(Account.id)

    return lambda row, page: page.several("accounts", query, row)


def _present(row: Any, page: Page) -> list[str]:
    def query(numbers: list[int]) -> Any:
        found = select(Present.followup_id, Contact.name).join(Contact, Contact.id == Present.contact_id)
        return found.where(Present.followup_id.in_(numbers), Present.undone_at.is_(None)).order_by(Present.id)

    return page.several("present", query, row)


def _from(row: Any, page: Page) -> str:
    """Who wrote: one of us, a contact, or whatever the platform calls them."""
    return page.name(Staff, "staff_id", row) or page.name(Contact, "contact_id", row) or row.sender_name


def _to(row: Any, page: Page) -> str | None:
    """Whose account that is by now. The row does not know."""
    names = page.several("to", lambda numbers: _holders(numbers, Staff, Account.staff_id), row)
    return next(iter(names or page.several("to2", lambda n: _holders(n, Contact, Account.contact_id), row)), None)


def _holders(numbers: list[int], model: Any, column: Any) -> Any:
    of_account = (Account.channel == Outgoing.channel) & (Account.user == Outgoing.to_user)
    query = select(Outgoing.id, model.name).join(Account, of_account).join(model, model.id == column)
    return query.where(Outgoing.id.in_(numbers))


MESSAGE: dict[str, Read] = {"message": _column("message_id")}
CUSTOMER = named(Customer, "customer")
OWNER = named(Staff, "owner")

ENTITIES: Mapping[str, Entity] = {
    "customers": Entity(
        Customer,
        plain("name")
        | {"short_names": _short_names}
        | plain("industry", "region", "grade", "lifecycle", "source", "phone", "address")
        | OWNER
        | plain("last_followed_at", "latitude", "longitude")
        | MESSAGE,
    ),
    "contacts": Entity(
        Contact,
        CUSTOMER
        | plain("name", "title", "phone", "email")
        | {"accounts": _accounts(Account.contact_id)}
        | plain("active")
        | MESSAGE,
    ),
    "staff": Entity(
        Staff,
        plain("name", "role", "department")
        | named(Staff, "manager")
        | plain("phone")
        | {"accounts": _accounts(Account.staff_id)}
        | plain("active"),
    ),
    "leads": Entity(
        Lead,
        plain("name", "contact", "phone", "source", "region", "industry", "demand", "state", "score")
        | OWNER
        | CUSTOMER
        | MESSAGE,
    ),
    "followups": Entity(
        FollowUp,
        CUSTOMER
        | {"contacts": _present}
        | plain("method", "happened_at", "text", "summary", "failed", "low_value")
        | named(Staff, "author")
        | MESSAGE,
    ),
    "deals": Entity(
        Deal,
        plain("title")
        | CUSTOMER
        | OWNER
        | {"stage": lambda row, page: page.shape.stage(row.stage).name}
        | plain("kind", "amount", "expected_close", "closed_at", "lost_reason")
        | MESSAGE,
    ),
    "quotes": Entity(None, plain("customer", "deal", "number", "amount", "state", "expires_on", "message")),
    "contracts": Entity(
        Contract,
        CUSTOMER
        | named(Deal, "deal")
        | plain("number", "title", "amount", "state", "signed_on", "expires_on")
        | OWNER
        | MESSAGE,
    ),
    "payments": Entity(None, plain("customer", "deal", "number", "amount", "state", "due_on", "message")),
    "tickets": Entity(
        Ticket,
        plain("number")
        | CUSTOMER
        | named(Contact, "contact")
        | plain("kind", "priority", "text", "phone", "state")
        | named(Staff, "assignee")
        | plain("rating", "comment", "responded_at", "resolved_at")
        | MESSAGE,
    ),
    "reminders": Entity(
        Reminder, named(Staff, "for", "staff_id") | plain("text", "due_at", "state", "sent_at") | CUSTOMER | MESSAGE
    ),
    "files": Entity(
        File,
        plain("kind", "name", "state", "reason", "digest", "size", "type")
        | CUSTOMER
        | {"followup": _column("followup_id"), "ticket": _column("ticket_id")}
        | {"from": lambda row, page: page.name(Staff, "staff_id", row) or page.name(Contact, "contact_id", row)}
        | MESSAGE,
    ),
    "checkins": Entity(
        CheckIn,
        CUSTOMER
        | named(Staff, "staff")
        | plain("arrived_at", "latitude", "longitude", "address", "distance")
        | {"followup": _column("followup_id")}
        | MESSAGE,
    ),
    "products": Entity(Product, plain("name", "aliases", "unit", "price", "floor_price")),
    "devices": Entity(
        Device, CUSTOMER | plain("name", "model", "serial", "site", "warranty_until", "service_until") | MESSAGE
    ),
    "words": Entity(
        Word,
        plain("text", "kind")
        | {"means": lambda row, page: page.name(Customer, "customer_id", row) or row.name}
        | CUSTOMER
        | named(Staff, "staff")
        | plain("how", "state")
        | MESSAGE,
    ),
    "messages": Entity(
        Incoming,
        plain("channel", "key", "sender")
        | {"from": _from}
        | plain("room", "kind", "text", "received_at", "fate", "reason", "done_at"),
    ),
    "outbox": Entity(
        Outgoing,
        {"channel": _column("channel"), "to": _column("to_user"), "to_name": _to}
        | plain("room", "text", "state", "attempts", "sent_at", "answers", "reason")
        | plain("person", "cause", "instead_of", "given_up_at")
        | {"history": lambda row, _page: [" ".join(one) for one in row.history or ()]},
    ),
    "audit": Entity(
        Entry,
        {"at": _column("created_at")}
        | plain("actor", "actor_key", "entity", "entity_id", "field", "old", "new")
        | MESSAGE,
    ),
}  # fmt: skip


def header(entity: str, *, undone: bool = False) -> list[str]:
    """The fields of an entity's rows. `undone`: with what was taken back, and when."""
    model = ENTITIES[entity].model
    taken_back = ["undone_at"] if undone and hasattr(model, "undone_at") else []
    return ["id", "created_at", *ENTITIES[entity].fields, *taken_back]


def records(db: Database, shape: Shape, entity: str, *, undone: bool = False) -> Iterator[Record]:
    """Every row as a record, the oldest first. Pages are read one after another, each in its own transaction."""
    what = ENTITIES[entity]
    last = 0
    while what.model is not None:
        with db.transaction() as session:
            page = Page(session, shape, _rows(session, what.model, last, undone))
            found = [_record(what, row, page, undone) for row in page.rows]
        yield from found
        if len(found) < PAGE:
            return
        last = found[-1]["id"]


def as_json(record: Record, zone: ZoneInfo) -> str:
    """One line: money as a decimal string, moments with their offset in the company's zone."""
    return json.dumps({key: _for_json(value, zone) for key, value in record.items()}, ensure_ascii=False)


def as_cells(record: Record, zone: ZoneInfo) -> list[Cell]:
    """One row of a table."""
    return [_for_table(value, zone) for value in record.values()]


def to_jsonl(found: Iterable[Record], zone: ZoneInfo, stream: TextIO) -> None:
    """All of them, a line each."""
    for record in found:
        stream.write(as_json(record, zone) + "\n")


def to_table(found: Iterable[Record], zone: ZoneInfo, fields: list[str], row: Row) -> None:
    """All of them below their header."""
    row(fields)
    for record in found:
        row(as_cells(record, zone))


def _rows(session: Session, model: Any, last: int, undone: bool) -> list[Any]:
    wanted: list[ColumnElement[bool]] = [model.id > last]
    if hasattr(model, "undone_at") and not undone and model is not Entry:
        wanted.append(model.undone_at.is_(None))
    return list(session.scalars(select(model).where(*wanted).order_by(model.id).limit(PAGE)))


def _record(what: Entity, row: Any, page: Page, undone: bool) -> Record:
    record = {"id": row.id, "created_at": row.created_at}
    record |= {name: read(row, page) for name, read in what.fields.items()}
    if undone and hasattr(what.model, "undone_at"):
        record["undone_at"] = row.undone_at
    return record


def _for_json(value: Any, zone: ZoneInfo) -> Any:
    match value:
        case Decimal():
            return f"{value:.2f}"
        case datetime():
            return value.astimezone(zone).isoformat()
        case date():
            return value.isoformat()
    return value


def _for_table(value: Any, zone: ZoneInfo) -> Cell:
    match value:
        case bool():
            return str(value).lower()
        case list():
            return ";".join(value)
        case None | int() | str() | Decimal():
            return value
    return str(_for_json(value, zone))
