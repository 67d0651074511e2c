"""The database's version, told apart without Alembic: `serve` has a second to start, and only asks."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from scrm_bot.db import Database

REVISIONS = Path(__file__).parent / "migrations" / "versions"


def known() -> list[str]:
    """The revisions that this program has, oldest first: files are named by their number."""
    return sorted(file.name.partition("_")[0] for file in REVISIONS.glob("[0-9]*_*.py"))


def found(connection: Connection) -> str:
    """The revision that the database is at; "" if it holds no tables of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.scalar(text("SELECT max(version_num) FROM alembic_version")) or "")


def trouble(db: Database) -> str:
    """Empty if the database is at this version, else a sentence that says what to do. Raises if it is unreachable."""
    file = db.engine.url.database if db.is_sqlite else None
    if file and not file.startswith(":memory:") and not Path(file).exists():
        return f"数据库 {file} 还没有建立，请先运行 scrm-bot migrate"
    with db.engine.connect() as connection:
        revision, revisions = found(connection), known()
    if revision == revisions[-1]:
        return ""
    if not revision:
        return "数据库里还没有建表，请先运行 scrm-bot migrate"
    if revision in revisions:
        return f"数据库的版本旧了（{revision}），请先运行 scrm-bot migrate"
    return f"数据库的版本（{revision}）比程序新，请换用新版本的 scrm-bot"
