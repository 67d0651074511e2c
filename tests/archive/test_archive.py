"""Backups: whole, consistent while people write, good for either kind of database, and refused when they are not."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import func, insert, select

from scrm_bot import schema, version
from scrm_bot.archive import file, source
from scrm_bot.archive.filling import fill
from scrm_bot.archive.rows import Layout, Sum
from scrm_bot.archive.source import CannotKeep
from scrm_bot.crm.people import Staff
from scrm_bot.db import Database
from scrm_bot.inbox import Cursor, Incoming
from tests.archive.conftest import ODD, contents, database, filled, holds, message

Fresh = Callable[..., str]
KINDS = ["sqlite", "postgresql"]


def saved(url: str, out: Path) -> dict[str, Sum]:
    with database(url) as db, source.live(db) as live:
        return file.save(live, out)


def restored(out: Path, url: str, *, force: bool = False) -> dict[str, Sum]:
    with file.opened(out) as archive, database(url) as db:
        archive.check()
        return fill(db, archive, force=force)


@pytest.mark.parametrize("other", KINDS)
def test_what_is_restored_is_every_row_as_it_was(
    company_url: str, other: str, fresh_database_url: Fresh, tmp_path: Path
) -> None:
    sums, target = saved(company_url, tmp_path / "b.zip"), fresh_database_url(other)
    assert restored(tmp_path / "b.zip", target) == sums == holds(company_url)
    assert contents(target) == contents(company_url)
    assert any(json.dumps(ODD, ensure_ascii=False) in line for line in contents(target)["messages"])
    assert sums["customers"].rows >= 60


def test_from_one_kind_to_the_other_and_back_nothing_changes(fresh_database_url: Fresh) -> None:
    first, there, back = fresh_database_url("sqlite", filled), *(fresh_database_url(kind) for kind in reversed(KINDS))
    for here, target in ((first, there), (there, back)):
        with database(here) as db, source.live(db) as live, database(target) as other:
            fill(other, live)
    assert holds(first) == holds(there) == holds(back)
    with database(first) as one, database(back) as other, one.engine.connect() as a, other.engine.connect() as b:
        query = select(Incoming.__table__).order_by(Incoming.id)
        assert a.execute(query).all() == b.execute(query).all()


def test_new_rows_follow_the_restored_ones(company_url: str, fresh_database_url: Fresh, tmp_path: Path) -> None:
    saved(company_url, tmp_path / "b.zip")
    for kind in KINDS:
        target = fresh_database_url(kind)
        restored(tmp_path / "b.zip", target)
        with database(target) as db, db.transaction() as session:
            last = session.scalar(select(func.max(Staff.id))) or 0
            staff = Staff(name="新来的", role="sales", created_at=session.scalars(select(Staff.created_at)).first())
            session.add(staff)
            session.flush()
            assert staff.id == last + 1


def test_a_backup_is_one_moment_whoever_writes_meanwhile(
    company_url: str, fresh_database_url: Fresh, tmp_path: Path
) -> None:
    over, written = threading.Event(), threading.Event()

    def write(db: Database) -> None:
        number = 1000
        while not over.is_set():
            with db.transaction() as session:  # each message with its cursor, or neither
                session.execute(insert(Incoming.__table__).values(message(number)))
                row = {"place": f"p{number}", "value": "v", "updated_at": message(number)["created_at"]}
                session.execute(insert(Cursor.__table__).values(row))
            number += 1
            if number > 1020:
                written.set()

    with database(company_url) as db, ended(threading.Thread(target=write, args=(db,)), over):
        assert written.wait(30)
        backups = [saved(company_url, tmp_path / f"{number}.zip") for number in range(3)]
    assert all(sums["messages"].rows == sums["cursors"].rows + 3 for sums in backups)
    assert backups[0]["messages"].rows <= backups[-1]["messages"].rows < holds(company_url)["messages"].rows
    assert restored(tmp_path / "1.zip", fresh_database_url("sqlite")) == backups[1]


class ended:  # a context manager that reads like a word
    """The thread runs within."""

    def __init__(self, thread: threading.Thread, over: threading.Event) -> None:
        self.thread, self.over = thread, over

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()


def test_a_database_with_rows_is_replaced_only_by_force(
    company_url: str, fresh_database_url: Fresh, tmp_path: Path
) -> None:
    saved(company_url, tmp_path / "b.zip")
    with database(company_url) as db, db.transaction() as session:
        session.execute(insert(Incoming.__table__).values(message(77)))
    before = holds(company_url)
    with pytest.raises(CannotKeep, match="--force"):
        restored(tmp_path / "b.zip", company_url)
    assert holds(company_url) == before
    restored(tmp_path / "b.zip", company_url, force=True)
    assert holds(company_url)["messages"].rows == before["messages"].rows - 1


def damaged(kind: str, out: Path) -> Path:
    data, bad = out.read_bytes(), out.with_name(f"{kind}.zip")
    match kind:
        case "cut":
            bad.write_bytes(data[: len(data) // 2])
        case "flipped":
            bad.write_bytes(data[:3000] + bytes([data[3000] ^ 0x40]) + data[3001:])
        case "another":
            bad.write_bytes(b"not a zip at all" * 100)
        case _:
            rewrite(out, bad, kind)
    return bad


def rewrite(out: Path, bad: Path, kind: str) -> None:
    """Well packed, but not what the manifest says."""
    with ZipFile(out) as old, ZipFile(bad, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if kind == "shortened" and name == "tables/staff.jsonl":
                text = "".join(text.splitlines(keepends=True)[1:])
            if kind == "changed" and name == "tables/staff.jsonl":
                text = text.replace("sales_manager", "executive")
            if kind == "strange" and name == "manifest.json":
                text = text.replace('"format": 1', '"format": 9')
            if kind != "without" or name != "manifest.json":
                new.writestr(name, text)


@pytest.mark.parametrize("kind", ["cut", "flipped", "another", "shortened", "changed", "strange", "without"])
def test_a_damaged_archive_is_refused_before_anything_is_touched(
    kind: str, fresh_database_url: Fresh, tmp_path: Path
) -> None:
    url = fresh_database_url("sqlite", filled)
    saved(url, tmp_path / "b.zip")
    before = holds(url)
    with pytest.raises(CannotKeep):
        restored(damaged(kind, tmp_path / "b.zip"), url, force=True)
    assert holds(url) == before


class Old:
    """A source from a time when the schema was younger."""

    revision = "0001"
    layouts = (Layout("departments", {"id": "integer", "created_at": "instant", "path": "text"}, "id"),)

    def __init__(self, *, wrong: bool = False) -> None:
        self.wrong = wrong

    def lines(self, _layout: Layout) -> Iterator[str]:
        yield '[7,"2025-01-02T03:04:05+00:00","华南区"]'

    def sums(self) -> dict[str, Sum]:
        found = Sum()
        for layout in self.layouts:
            for line in self.lines(layout):
                found.add(line)
        return {"departments": Sum(5) if self.wrong else found}


def test_an_old_backup_is_restored_and_brought_up(database_url: str) -> None:
    with database(database_url) as db:
        fill(db, Old())
        assert version.trouble(db) == ""
    assert holds(database_url)["departments"].rows == 1


def test_a_restore_that_does_not_come_out_right_leaves_what_was(company_url: str) -> None:
    before = holds(company_url)
    with database(company_url) as db, pytest.raises(CannotKeep, match="对不上"):
        fill(db, Old(wrong=True), force=True)
    assert holds(company_url) == before


def test_what_is_newer_or_foreign_is_left_alone(database_url: str) -> None:
    newer = Old()
    newer.revision = "9999"
    with database(database_url) as db:
        with pytest.raises(CannotKeep, match="比程序新"):
            fill(db, newer)
        with db.engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE somebody_elses (id INTEGER)")
        with pytest.raises(CannotKeep, match="别的程序"):
            fill(db, Old(), force=True)


def test_a_backup_is_for_its_owner_alone_and_whole_or_not_there(
    fresh_database_url: Fresh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = fresh_database_url("sqlite", filled)
    saved(url, tmp_path / "b.zip")
    assert (tmp_path / "b.zip").stat().st_mode & 0o777 == 0o600
    old = (tmp_path / "b.zip").read_bytes()
    monkeypatch.setattr(file, "_manifest", lambda _source: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        saved(url, tmp_path / "b.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["b.zip"]
    assert (tmp_path / "b.zip").read_bytes() == old


def test_every_kind_of_column_can_be_kept(tmp_path: Path) -> None:
    with database(f"sqlite:///{tmp_path}/a.db") as db:
        schema.upgrade(db)
        with source.live(db) as live:
            tables = {table.name for table in schema.metadata().sorted_tables}
            assert {layout.name for layout in live.layouts} == tables
