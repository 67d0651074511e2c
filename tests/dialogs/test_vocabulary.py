"""A company with very many customers: their names in a register, and whatever is newer found at once."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from scrm_bot.crm import customers
from scrm_bot.crm.customers import Customer, CustomerName
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import System, named
from scrm_bot.crm.shape import Shape
from scrm_bot.db import Database
from scrm_bot.dialogs import roster
from scrm_bot.dialogs.roster import Roster
from scrm_bot.dialogs.vocabulary import OVERLAP, Vocabulary
from scrm_bot.nlp.lexicon import Lexicon
from tests import company
from tests.nlp.crowds import crowd
from tests.stage import WORDS

FEW = OVERLAP + 20  # more names than this are too many for memory here
MANY = FEW + OVERLAP + 60


def settle(url: str) -> None:
    """The company, and a crowd of customers beside."""
    company.prepare(url)
    db = Database(url)
    with db.transaction() as session:
        desk = Desk(session, System(), company.NOW, Shape(zone=company.ZONE))
        owner = named(session, "周晓明")[0].id
        for name in crowd(MANY):
            row = desk.add(Customer(name=name, owner_id=owner))
            born = company.NOW
            session.execute(insert(CustomerName).values(customer_id=row.id, name=name, short=False, created_at=born))
    db.close()


@pytest.fixture
def db(database_kind: str, fresh_database_url: Callable[..., str], monkeypatch, tmp_path) -> Iterator[Database]:
    monkeypatch.setenv("CACHE_DIRECTORY", str(tmp_path))
    database = Database(fresh_database_url(database_kind, settle))
    file = register(database)
    roster.make(database.url, file, FEW)
    yield database
    database.close()
    file.unlink(missing_ok=True)
    file.with_name(f"{file.name}.lock").unlink(missing_ok=True)


def process(db: Database) -> Vocabulary:
    """What a process of the bot knows of names."""
    return Vocabulary(Lexicon(WORDS), Shape(zone=company.ZONE), Roster(db.url, FEW))


def register(db: Database) -> Path:
    """The file that holds the names."""
    file = roster.place_of(db.url)
    assert file is not None
    return file


def names_in(vocabulary: Vocabulary, db: Database, text: str) -> list[str]:
    """Whom a message names, for a process that takes a turn now."""
    with db.transaction() as session:
        vocabulary.refresh(session)
    found = vocabulary.lexicon.customers.find(text)
    return [candidate.name for mention in found for candidate in mention.candidates]


def add(db: Database, name: str, *short: str) -> int:
    with db.transaction() as session:
        desk = Desk(session, System(), company.NOW, Shape(zone=company.ZONE))
        return customers.create(desk, name, short, named(session, "周晓明")[0]).id


def test_a_large_companys_names_are_found_and_not_kept_in_memory(db):
    register(db).unlink()  # it is made at the first message
    vocabulary = process(db)
    wanted = list(crowd(MANY))[-1]
    assert names_in(vocabulary, db, f"拜访了{wanted}") == [wanted]
    assert len(vocabulary.lexicon.customers) == MANY + len(company.CUSTOMERS)
    assert vocabulary.lexicon.customers.kept <= OVERLAP


def test_who_is_new_is_found_at_once_in_every_process(db):
    one, other = process(db), process(db)
    assert names_in(one, db, "拜访了大连渤海船务") == names_in(other, db, "拜访了大连渤海船务") == []
    add(db, "大连渤海船务有限公司", "渤海湾")
    for vocabulary in (one, other):
        assert names_in(vocabulary, db, "拜访了大连渤海船务") == ["大连渤海船务有限公司"]


def test_who_is_renamed_is_found_by_both_names(db):
    one, other = process(db), process(db)
    old, new = list(crowd(MANY))[3], "大连渤海船务有限公司"
    for vocabulary in (one, other):
        assert names_in(vocabulary, db, f"拜访了{old}") == [old]
    with db.transaction() as session:
        desk = Desk(session, System(), company.NOW, Shape(zone=company.ZONE))
        customer = customers.by_name(desk, old)
        customer.name = new
        session.flush()
        customers.call(desk, customer, [new], short=False)
    for vocabulary in (one, other):
        assert names_in(vocabulary, db, f"拜访了{old}") == names_in(vocabulary, db, f"拜访了{new}") == [new]


def test_who_is_undone_is_no_name_to_anybody(db):
    wanted = list(crowd(MANY))[3]
    with db.transaction() as session:
        desk = Desk(session, System(), company.NOW, Shape(zone=company.ZONE))
        number = customers.by_name(desk, wanted).id
        session.execute(update(Customer).where(Customer.id == number).values(undone_at=company.NOW))
    with db.transaction() as session:
        boss = Desk(session, named(session, "王敏")[0], company.NOW, Shape(zone=company.ZONE))
        assert customers.hidden(boss, [number, number - 1]) == {number}


def test_a_process_that_starts_later_reads_the_same_file_and_only_what_is_newer(db):
    file = register(db)
    made = file.stat().st_mtime_ns
    add(db, "大连渤海船务有限公司")
    later = process(db)
    assert names_in(later, db, "拜访了大连渤海船务") == ["大连渤海船务有限公司"]
    assert file.stat().st_mtime_ns == made
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_damaged_file_is_made_again(db):
    file = register(db)
    file.write_bytes(file.read_bytes()[:5000])
    wanted = list(crowd(MANY))[5]
    assert names_in(process(db), db, f"拜访了{wanted}") == [wanted]


def test_when_very_many_are_newer_the_file_is_made_anew_meanwhile(db):
    vocabulary = process(db)
    vocabulary.open()
    before = len(vocabulary.lexicon.customers)
    for name in crowd(30, core="渤洋"):
        add(db, name)
    add(db, "大连渤海船务有限公司")
    assert names_in(vocabulary, db, "拜访了大连渤海船务") == ["大连渤海船务有限公司"]
    vocabulary.roster.made()
    assert names_in(vocabulary, db, "拜访了大连渤海船务") == ["大连渤海船务有限公司"]
    assert vocabulary.lexicon.customers.kept <= OVERLAP
    assert len(vocabulary.lexicon.customers) == before + 31


def test_a_small_company_needs_no_file(db):
    register(db).unlink()
    vocabulary = Vocabulary(Lexicon(WORDS), Shape(zone=company.ZONE), Roster(db.url))
    vocabulary.open()
    wanted = list(crowd(MANY))[5]
    assert names_in(vocabulary, db, f"拜访了{wanted}") == [wanted]
    assert not register(db).exists()


def test_every_name_of_a_customer_is_kept_however_many_it_has(db):
    vocabulary = Vocabulary(Lexicon(WORDS), Shape(zone=company.ZONE), Roster(db.url))
    add(db, "大连渤海船务有限公司", "大渤", "蓝鲸号")
    for called in ("大渤", "蓝鲸号", "大连渤海船务"):
        assert names_in(vocabulary, db, f"拜访了{called}") == ["大连渤海船务有限公司"]


def test_a_folder_that_others_may_write_to_is_not_used(tmp_path, monkeypatch):
    folder = tmp_path / "open"
    folder.mkdir()
    os.chmod(folder, 0o777)
    monkeypatch.setenv("CACHE_DIRECTORY", str(folder))
    assert roster.place_of("postgresql+psycopg://scrm@db/scrm") is None
    assert roster.place_of("sqlite://") is None
    assert roster.place_of("sqlite:////var/lib/scrm.db") == Path("/var/lib/scrm.db-names")
