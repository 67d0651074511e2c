"""The command line as real processes: what the shell sees of them, and `serve` from its first line to its last."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scrm_bot import schema
from scrm_bot.crm.customers import Customer
from scrm_bot.db import Database

ROOT = Path(__file__).resolve().parent.parent
COMMAND = [sys.executable, "-m", "scrm_bot"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *words], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=60)


def populated(url: str) -> None:
    """Enough rows for a pipe to be full before the last one."""
    db = Database(url)
    schema.upgrade(db)
    with db.transaction() as session:
        now = "2026-03-18T09:40:00+00:00"
        session.connection().exec_driver_sql(
            "INSERT INTO customers (created_at, name) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
            f"WHERE i < 3000) SELECT '{now[:19].replace('T', ' ')}', '公司' || i FROM n"
        )
        assert session.get(Customer, 3000)
    db.close()


@pytest.fixture
def folder(fresh_database_url: Callable[..., str], tmp_path: Path) -> Path:
    url = fresh_database_url("sqlite", populated)
    (tmp_path / "scrm.toml").write_text(f'[database]\nurl = "{url}"\n[server]\nport = 0\n', encoding="utf-8")
    return tmp_path


@contextmanager
def serving(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running `serve` and its address."""
    process = subprocess.Popen(
        [*COMMAND, "serve"], cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        line = process.stdout.readline()
        found = re.search(r"http://[\d.:]+", line)
        assert found, line + (process.communicate(timeout=10)[1] if process.poll() is not None else "")
        yield process, found[0]
    finally:
        process.kill()
        process.communicate()


def test_serve_says_where_answers_and_ends_when_told(folder: Path) -> None:
    with serving(folder) as (process, address):
        with urllib.request.urlopen(f"{address}/readyz", timeout=10) as answer:
            assert answer.read().startswith(b"ok\n")
        second = run(folder, "serve")
        assert (second.returncode, second.stdout) == (1, "")
        assert "已有一个 scrm-bot serve 在用" in second.stderr
        process.send_signal(signal.SIGTERM)
        _, logs = process.communicate(timeout=30)
    assert process.returncode == 0, logs
    assert "Traceback" not in logs
    assert "GET /readyz" not in logs


def test_a_reader_who_leaves_is_no_news(folder: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "export", "customers"], cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as export:
        assert export.stdout
        assert export.stderr
        assert export.stdout.readline().startswith(b'{"id": 1,')
        export.stdout.close()
        assert export.stderr.read() == b""


def test_what_cannot_be_done_is_one_sentence(tmp_path: Path) -> None:
    missing = run(tmp_path, "check")
    assert missing.returncode == 1
    assert missing.stderr.startswith("scrm.toml: 打不开")
    assert len(missing.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
