"""`scrm-bot backup`, `restore` and `copy` as an operator types them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.archive.conftest import filled, holds
from tests.office import Office


def office(folder: Path, url: str) -> Office:
    folder.mkdir()
    return Office(folder, url)


def test_backup_restore_and_copy_say_what_they_did(fresh_database_url: Callable[..., str], tmp_path: Path) -> None:
    here = office(tmp_path / "here", fresh_database_url("sqlite", filled))
    there = office(tmp_path / "there", fresh_database_url("postgresql"))
    out = str(tmp_path / "b.zip")
    assert "已核对" in here.does("backup", out)
    assert "已核对" in there.does("restore", out)
    assert "--force" in there.cannot("restore", out)
    again = fresh_database_url("sqlite")
    said = there.does("copy", "--to", again)
    assert "两边一致" in said
    assert any(line.split()[:2] == ["staff", str(holds(again)["staff"].rows)] for line in said.splitlines())
    assert holds(here.url) == holds(there.url) == holds(again)
    there.does("check")


def test_what_cannot_be_done_is_a_sentence(fresh_database_url: Callable[..., str], tmp_path: Path) -> None:
    here = office(tmp_path / "here", fresh_database_url("sqlite"))
    out = tmp_path / "b.zip"
    assert "scrm-bot migrate" in here.cannot("backup", str(out))
    assert not out.exists()
    here.does("migrate")
    assert here.cannot("backup", str(tmp_path / "no" / "b.zip"))
    assert "none.zip" in here.cannot("restore", str(tmp_path / "none.zip"))
    assert "不是 scrm-bot 的备份" in here.cannot("restore", here.table("x.zip", "x"))
    assert "同一个数据库" in here.cannot("copy", "--to", here.url)
    assert "--to" in here.cannot("copy", "--to", "mysql://x/y")
    assert "打不开" in here.cannot("copy", "--to", str(tmp_path / "none.toml"))
