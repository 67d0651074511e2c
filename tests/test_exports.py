"""Exports: every row once, in the fields that are promised, as programs and people can read them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from scrm_bot import exports, inbox, outbox, schema, sheets
from scrm_bot.crm import checkins, customers, deals, files, followups, reminders, tickets, words
from scrm_bot.crm.checkins import CheckIn
from scrm_bot.crm.contracts import Contract
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.files import Sent
from scrm_bot.crm.followups import FollowUp
from scrm_bot.crm.leads import Lead
from scrm_bot.crm.people import Account, Contact, Staff, System
from scrm_bot.crm.places import Place
from scrm_bot.crm.products import Device, Product
from scrm_bot.crm.shape import Shape
from scrm_bot.crm.undo import take_back
from scrm_bot.db import Database
from scrm_bot.imports.run import Import
from scrm_bot.message import Address, Kind, Message, Reply

SHAPE = Shape()
NOW = datetime(2026, 3, 18, 1, 40, tzinfo=UTC)
LOCAL = "2026-03-18T09:40:00+08:00"
PROMISED = {
    "customers": "name short_names industry region grade lifecycle source owner owner_id last_followed_at",
    "contacts": "customer customer_id name title phone accounts active",
    "leads": "name contact phone source state score owner owner_id customer customer_id",
    "followups": "customer customer_id contacts method happened_at text summary author author_id message",
    "deals": "title customer customer_id owner owner_id stage kind amount expected_close lost_reason message",
    "quotes": "customer deal number amount state message",
    "contracts": "customer customer_id deal deal_id number amount state signed_on expires_on message",
    "payments": "customer deal number amount state message",
    "tickets": "number customer customer_id contact kind priority text state assignee rating message",
    "reminders": "for text due_at state customer message",
    "messages": "channel key sender from text received_at fate reason",
    "outbox": "channel to to_name text state attempts sent_at answers",
    "audit": "at actor entity entity_id field old new message",
    "staff": "name role department manager phone accounts active",
    "files": "kind name state reason digest size type customer customer_id followup ticket from message",
    "checkins": "customer customer_id staff staff_id arrived_at latitude longitude address distance followup message",
    "products": "name aliases unit price floor_price",
    "devices": "customer name model serial site warranty_until service_until",
    "words": "text kind means customer customer_id staff staff_id how state message",
}


def migrate(url: str) -> None:
    db = Database(url)
    schema.upgrade(db)
    db.close()


def lived_in(url: str) -> None:
    """A database in which something of everything has happened."""
    migrate(url)
    db = Database(url)
    with db.transaction() as session:
        desk = Desk(session, System(), NOW.astimezone(SHAPE.zone), SHAPE)
        rep = Staff(name="周小明", role="sales", created_at=NOW)
        session.add(rep)
        session.flush()
        customer = customers.create(desk, "华星科技", ["华星", "星"], rep)
        customer.grade = "A"
        contact = Contact(customer_id=customer.id, name="王建国", title="总经理")
        session.add_all([contact, Product(name="空压机", aliases=["GA37"], price=Decimal("68000"))])
        session.flush()
        session.add(Account(channel="service", user="o:1", contact_id=contact.id, created_at=NOW))
        session.add(Account(channel="sales", user="zhou", staff_id=rep.id, created_at=NOW))
        session.add(Lead(name="嘉禾", state="new", owner_id=rep.id))
        session.add(Device(customer_id=customer.id, name="1 号机"))
        session.add(Contract(number="HT-1", title="年保", customer_id=customer.id, amount=Decimal(5), state="active"))
    spoken(db)
    db.close()


def spoken(db: Database) -> None:
    with db.transaction() as session:
        to = Address("sales", "zhou")
        number, _ = inbox.accept(session, Message(to, "k1", Kind.TEXT, "今天拜访了华星", NOW), NOW)
        rep = session.scalars(select(Staff)).one()
        desk = Desk(session, rep, NOW.astimezone(SHAPE.zone), SHAPE, number)
        customer = customers.by_name(desk, "华星")
        assert customer
        followups.log(desk, customer, "今天拜访了华星", NOW, "拜访", list(customers.contacts_of(desk, customer)))
        deals.create(desk, customer, "空压机更换", Decimal("500000"), stage=SHAPE.stage("quote"))
        tickets.open_ticket(desk, "不制冷", customer_id=customer.id)
        words.teach(desk, "老花", words.customer(customer), "taught")
        reminders.remind(desk, "报价", NOW + timedelta(days=1), customer.id)
        visit = session.scalars(select(FollowUp)).one()
        there = CheckIn(followup_id=visit.id, customer_id=customer.id, staff_id=rep.id, arrived_at=NOW)
        checkins.locate(desk, desk.add(there), customer, Place(22.543096, 113.952912, "深圳南山科技园"))
        files.file_under(desk, files.want(desk, Sent("picture", "", "sales", "zhou", {"media_id": "m"})), customer)
        outbox.put(session, to, Reply("记好了"), NOW, answers=number)
        inbox.end(session, number, "written", "log_visit", NOW, staff_id=rep.id)


@pytest.fixture
def db(fresh_database_url: Callable[..., str], database_kind: str) -> Iterator[Database]:
    database = Database(fresh_database_url(database_kind, lived_in))
    yield database
    database.close()


@pytest.fixture
def empty(fresh_database_url: Callable[..., str]) -> Iterator[Database]:
    database = Database(fresh_database_url("sqlite", migrate))
    yield database
    database.close()


def exported(db: Database, entity: str, *, undone: bool = False) -> list[dict[str, Any]]:
    stream = io.StringIO()
    exports.to_jsonl(exports.records(db, SHAPE, entity, undone=undone), SHAPE.zone, stream)
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def one(db: Database, entity: str) -> dict[str, Any]:
    (record,) = exported(db, entity)
    return record


def picked(record: dict[str, Any], *fields: str) -> tuple[Any, ...]:
    return tuple(record[name] for name in fields)


def test_every_promised_field_is_there(db: Database) -> None:
    assert exports.ENTITIES.keys() == PROMISED.keys()
    for entity, fields in PROMISED.items():
        assert {"id", "created_at", *fields.split()} <= {*exports.header(entity)}, entity
        for record in exported(db, entity):
            assert list(record) == exports.header(entity)
            assert record["created_at"] == LOCAL, entity


def test_a_taught_word_is_exported_with_what_it_means(db: Database) -> None:
    found = picked(one(db, "words"), "text", "kind", "means", "customer", "staff", "how", "state")
    assert found == ("老花", "customer", "华星科技", "华星科技", "周小明", "taught", "used")


def test_everything_that_happened_is_exported(db: Database) -> None:
    rows = {entity: len(exported(db, entity)) for entity in exports.ENTITIES}
    assert {entity for entity, count in rows.items() if count == 0} == {"quotes", "payments"}


def test_people_and_customers_stand_by_name_with_their_numbers_beside(db: Database) -> None:
    customer = one(db, "customers")
    assert picked(customer, "name", "short_names", "owner", "owner_id") == ("华星科技", ["华星", "星"], "周小明", 1)
    followup = one(db, "followups")
    assert picked(followup, "customer", "customer_id", "contacts", "author") == (
        "华星科技", customer["id"], ["王建国"], "周小明",
    )  # fmt: skip
    assert picked(one(db, "contacts"), "customer", "accounts", "active") == ("华星科技", ["service:o:1"], True)
    assert picked(one(db, "reminders"), "for", "for_id", "customer", "state") == ("周小明", 1, "华星科技", "waiting")
    assert picked(one(db, "leads"), "owner", "customer", "customer_id", "score") == ("周小明", None, None, 0)


def test_moments_have_their_offset_and_money_is_a_decimal_string(db: Database) -> None:
    assert picked(one(db, "reminders"), "due_at") == ("2026-03-19T09:40:00+08:00",)
    assert picked(one(db, "customers"), "last_followed_at") == (LOCAL,)
    deal = one(db, "deals")
    assert picked(deal, "amount", "stage", "kind", "expected_close") == ("500000.00", "报价谈判", "open", None)
    assert picked(one(db, "contracts"), "amount", "signed_on") == ("5.00", None)
    assert picked(one(db, "products"), "price", "aliases", "floor_price") == ("68000.00", ["GA37"], None)


def test_the_message_that_caused_a_row_stands_in_it(db: Database) -> None:
    message = one(db, "messages")
    assert picked(message, "channel", "key", "sender", "from", "fate", "reason") == (
        "sales", "k1", "zhou", "周小明", "written", "log_visit",
    )  # fmt: skip
    for entity in ("followups", "deals", "tickets", "reminders"):
        assert one(db, entity)["message"] == message["id"]
    assert picked(one(db, "outbox"), "to", "to_name", "answers", "state") == (
        "zhou",
        "周小明",
        message["id"],
        "waiting",
    )
    made = [entry for entry in exported(db, "audit") if entry["message"] == message["id"]]
    assert {entry["entity"] for entry in made} >= {"followups", "deals", "tickets", "reminders"}
    assert {entry["actor"] for entry in made} == {"周小明"}


def test_what_was_undone_is_left_out_unless_asked_for(db: Database) -> None:
    with db.transaction() as session:
        rep = session.scalars(select(Staff)).one()
        desk = Desk(session, rep, NOW.astimezone(SHAPE.zone), SHAPE)
        take_back(session, desk.signature, 1)
    assert exported(db, "deals") == []
    assert exported(db, "followups") == []
    (deal,) = exported(db, "deals", undone=True)
    assert deal["undone_at"] == LOCAL
    (followup,) = exported(db, "followups", undone=True)
    assert followup["customer"] == "华星科技"
    assert exports.header("deals", undone=True)[-1] == "undone_at"
    assert "undone_at" not in exports.header("messages", undone=True)


def test_every_row_of_many_pages_comes_once_and_in_order(empty: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "PAGE", 3)
    with empty.transaction() as session:
        desk = Desk(session, System(), NOW, SHAPE)
        for number in range(9):
            customers.create(desk, f"公司{number}", [f"短{number}"])
    found = exported(empty, "customers")
    assert [(record["name"], record["short_names"]) for record in found] == [(f"公司{n}", [f"短{n}"]) for n in range(9)]


def test_an_empty_table_has_its_header(empty: Database) -> None:
    for entity in exports.ENTITIES:
        stream = io.StringIO()
        found = exports.records(empty, SHAPE, entity)
        exports.to_table(found, SHAPE.zone, exports.header(entity), sheets.csv_rows(stream))
        assert list(csv.reader(io.StringIO(stream.getvalue()))) == [exports.header(entity)]


DANGER = ["=1+1", "+86", "-5", "@SUM(A1)", "\t=1", "＝1+1", '=HYPERLINK("http://x")']


@pytest.fixture
def dangerous(empty: Database) -> Database:
    with empty.transaction() as session:
        desk = Desk(session, System(), NOW, SHAPE)
        for name in DANGER:
            customers.create(desk, name, ["=cmd"])
    return empty


def written(db: Database, path: Path) -> None:
    with sheets.writer(path) as row:
        exports.to_table(exports.records(db, SHAPE, "customers"), SHAPE.zone, exports.header("customers"), row)


def test_a_check_in_tells_where_and_a_file_to_whom_it_belongs(db: Database) -> None:
    assert picked(one(db, "checkins"), "latitude", "longitude", "address") == (22.543096, 113.952912, "深圳南山科技园")
    assert picked(one(db, "files"), "kind", "state", "customer", "from") == ("picture", "wanted", "华星科技", "周小明")


def test_json_lines_are_exact(dangerous: Database) -> None:
    assert [record["name"] for record in exported(dangerous, "customers")] == DANGER


def test_nothing_in_a_csv_file_is_a_formula(dangerous: Database, tmp_path: Path) -> None:
    written(dangerous, tmp_path / "x.csv")
    content = (tmp_path / "x.csv").read_text(encoding="utf-8-sig")
    for row in list(csv.DictReader(io.StringIO(content))):
        assert row["name"].startswith("'")
        assert row["short_names"] == "'=cmd"


def test_nothing_in_an_excel_file_is_a_formula(dangerous: Database, tmp_path: Path) -> None:
    written(dangerous, tmp_path / "x.xlsx")
    rows = CalamineWorkbook.from_path(str(tmp_path / "x.xlsx")).get_sheet_by_index(0).to_python()
    place = rows[0].index("name")
    assert [row[place] for row in rows[1:]] == DANGER


def test_numbers_in_an_excel_file_can_be_summed(db: Database, tmp_path: Path) -> None:
    with sheets.writer(tmp_path / "x.xlsx") as row:
        exports.to_table(exports.records(db, SHAPE, "deals"), SHAPE.zone, exports.header("deals"), row)
    header, values = CalamineWorkbook.from_path(str(tmp_path / "x.xlsx")).get_sheet_by_index(0).to_python()
    assert values[header.index("amount")] == 500000.0
    assert values[header.index("created_at")] == LOCAL


@pytest.mark.parametrize("name", ["x.csv", "x.xlsx"])
def test_an_export_can_be_imported_again_and_changes_nothing(db: Database, tmp_path: Path, name: str) -> None:
    written(db, tmp_path / name)
    with sheets.opened(tmp_path / name) as table:
        tally = Import(db, SHAPE, {}, lambda: NOW).run("customers", table, print, lambda _done: None)
    assert (tally.new, tally.updated, tally.same, tally.bad) == (0, 0, 1, 0)


@pytest.mark.parametrize("name", ["x.csv", "x.xlsx"])
def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("before")

    def break_off() -> None:
        with sheets.writer(tmp_path / name) as row:
            row(["a", "b"])
            raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError):
        break_off()
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "before"


def test_a_long_text_does_not_break_an_excel_file(tmp_path: Path) -> None:
    with sheets.writer(tmp_path / "x.xlsx") as row:
        row(["长" * 40_000, "\x01\x08"])
    ((long, _),) = CalamineWorkbook.from_path(str(tmp_path / "x.xlsx")).get_sheet_by_index(0).to_python()
    assert len(long) == sheets.CELL_HOLDS
