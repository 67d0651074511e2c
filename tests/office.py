"""A folder with scrm.toml and somebody who types commands there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import select
from typer.testing import CliRunner, Result

from scrm_bot import schema
from scrm_bot.app import utc_now
from scrm_bot.cli.commands import commands
from scrm_bot.crm.people import Staff
from scrm_bot.db import Database

CHANNEL = """
[channels.sales]
kind = "wecom"
audience = "staff"
corp_id = "ww1"
agent_id = 1
secret = "s"
token = "t"
aes_key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
"""


class Office:
    """A folder with scrm.toml, and somebody who types commands."""

    def __init__(self, folder: Path, url: str, more: str = "") -> None:
        self.folder, self.url = folder, url
        self.config = folder / "scrm.toml"
        self.config.write_text(f'[database]\nurl = "{url}"\n[server]\nport = 0\n{more}', encoding="utf-8")

    def run(self, *words: str, stdin: str | bytes = "") -> Result:
        return CliRunner().invoke(commands, [*words, "--config", str(self.config)], input=stdin)

    def does(self, *words: str, stdin: str | bytes = "") -> str:
        """It can be done."""
        result = self.run(*words, stdin=stdin)
        assert result.exit_code == 0, result.stderr
        return result.stdout

    def cannot(self, *words: str, stdin: str | bytes = "") -> str:
        """It cannot be done: code 1 and a sentence."""
        result = self.run(*words, stdin=stdin)
        assert result.exit_code == 1, result.output
        assert result.stderr.strip()
        assert "Traceback" not in result.output
        return result.stderr

    def misused(self, *words: str) -> str:
        """It is no such command: code 2."""
        result = self.run(*words)
        assert result.exit_code == 2, result.output
        return result.stderr

    def table(self, name: str, content: str) -> str:
        path = self.folder / name
        path.write_text(content, encoding="utf-8")
        return str(path)

    def all(self, model: Any) -> list[Any]:
        db = Database(self.url)
        with db.transaction() as session:
            rows = list(session.scalars(select(model).order_by(model.id)))
        db.close()
        return rows


def migrate(url: str) -> None:
    db = Database(url)
    schema.upgrade(db)
    db.close()


def staffed(url: str) -> None:
    """Two of us, one customer with a contact."""
    migrate(url)
    db = Database(url)
    with db.transaction() as session:
        now = utc_now()
        session.add(Staff(name="周小明", role="sales", created_at=now))
        session.add(Staff(name="陈立", role="sales_manager", created_at=now))
    db.close()
