"""The schema: what the migrations build is what the models say, and everybody is told where they stand."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, inspect, select, table, text

from scrm_bot import schema, version
from scrm_bot.db import Database
from tests.archive.conftest import filled


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


def differences(db: Database) -> list[object]:
    with db.engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, schema.metadata()))


def test_the_migrations_build_what_the_models_say(db: Database) -> None:
    schema.upgrade(db)
    assert differences(db) == []


def rows(db: Database) -> dict[str, int]:
    """How many each table has."""
    names = [name for name in inspect(db.engine).get_table_names() if name != "alembic_version"]
    with db.engine.connect() as connection:
        return {name: connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in names}


def test_a_company_goes_down_revision_by_revision_and_up_again_with_its_rows(
    database_kind: str, fresh_database_url: Callable[..., str]
) -> None:
    db = Database(fresh_database_url(database_kind, filled))
    full, known = rows(db), version.known()
    for revision in reversed(known[:-1]):
        schema.downgrade(db, revision)
        assert full.items() >= {name: count for name, count in rows(db).items() if name in full}.items()
        assert "版本旧了" in version.trouble(db)
    for revision in known[1:]:
        schema.upgrade(db, revision)
    assert version.trouble(db) == ""
    assert differences(db) == []
    assert {name: count for name, count in rows(db).items() if count} == {name: n for name, n in full.items() if n}
    db.close()


def test_the_revisions_are_told_by_their_files(tmp_path: Path) -> None:
    scripts = ScriptDirectory.from_config(schema.config())
    assert version.known() == [script.revision for script in reversed(list(scripts.walk_revisions()))]


def test_a_new_database_asks_to_be_migrated_and_then_is_content(db: Database) -> None:
    assert "scrm-bot migrate" in version.trouble(db)
    schema.upgrade(db)
    assert version.trouble(db) == ""
    schema.upgrade(db)
    assert version.trouble(db) == ""


def test_an_older_database_asks_to_be_migrated(db: Database) -> None:
    schema.upgrade(db)
    schema.downgrade(db)
    assert inspect(db.engine).get_table_names() == ["alembic_version"]
    assert "scrm-bot migrate" in version.trouble(db)


def test_a_newer_database_is_left_alone(db: Database) -> None:
    schema.upgrade(db)
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert "比程序新" in version.trouble(db)


def test_asking_makes_no_file(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path}/none.db")
    assert "none.db" in version.trouble(db)
    assert not list(tmp_path.iterdir())
    db.close()


def test_two_who_migrate_at_once_get_one_schema(database_url: str) -> None:
    migrate = f"from scrm_bot import db, schema; schema.upgrade(db.Database({database_url!r}))"
    both = [subprocess.Popen([sys.executable, "-c", migrate], stderr=subprocess.PIPE) for _ in range(2)]
    assert [process.communicate(timeout=60)[1] for process in both] == [b"", b""]
    db = Database(database_url)
    assert version.trouble(db) == ""
    db.close()


def test_a_migration_that_fails_leaves_nothing_behind(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail_after(steps: Callable[..., object]) -> Callable[..., object]:
        def stamped(*args: object) -> object:
            steps(*args)
            raise RuntimeError("in the middle")

        return stamped

    monkeypatch.setattr(MigrationContext, "run_migrations", fail_after(MigrationContext.run_migrations))
    with pytest.raises(RuntimeError):
        schema.upgrade(db)
    assert inspect(db.engine).get_table_names() == []
