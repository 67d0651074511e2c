"""For whoever changes a model: `python -m scrm_bot.migrations "why"` writes the revision that follows from it."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from alembic.autogenerate import RevisionContext
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from scrm_bot import schema
from scrm_bot.db import Database


def write(why: str, revision: str | None = None) -> list[Path]:
    """Compare the models with a database at the newest revision; write the difference down as the next one."""
    with tempfile.TemporaryDirectory() as folder:
        db = Database(f"sqlite:///{folder}/newest.db")
        try:
            schema.upgrade(db)
            return _compare(db, why, revision)
        finally:
            db.close()


def _compare(db: Database, why: str, revision: str | None) -> list[Path]:
    settings = schema.config()
    scripts = ScriptDirectory.from_config(settings)
    asked = {
        "message": why, "autogenerate": True, "sql": False, "head": "head", "splice": False, "branch_label": None,
        "version_path": None, "rev_id": revision or f"{len(list(scripts.walk_revisions())) + 1:04}", "depends_on": None,
    }  # fmt: skip
    found = RevisionContext(settings, scripts, asked)

    def compare(now: Any, context: MigrationContext) -> list[Any]:
        found.run_autogenerate(now, context)
        return []

    with EnvironmentContext(settings, scripts, fn=compare) as environment, db.engine.begin() as connection:
        schema.configured(connection, environment)
        environment.run_migrations()
    return [Path(script.path) for script in found.generate_scripts() if script]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit('usage: python -m scrm_bot.migrations "why"')
    for path in write(sys.argv[1]):
        sys.stdout.write(f"{path}\n")
