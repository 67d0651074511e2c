"""`scrm-bot backup`, `restore` and `copy` as an operator types them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from scrm_bot.files.store import Store
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


def kept_in(office: Office) -> dict[str, bytes]:
    return {blob.digest: blob.path.read_bytes() for blob in Store(office.folder / "files", 1000).all()}


def test_files_go_with_the_rows_and_are_put_back(fresh_database_url: Callable[..., str], tmp_path: Path) -> None:
    here = office(tmp_path / "here", fresh_database_url("sqlite", filled))
    there = office(tmp_path / "there", fresh_database_url("sqlite"))
    third = office(tmp_path / "third", fresh_database_url("sqlite"))
    for content in (b"one", b"two", b""):
        Store(here.folder / "files", 1000).put(content)
    out = str(tmp_path / "b.zip")
    assert "3 个文件" in here.does("backup", out)
    assert "3 个文件" in there.does("restore", out)
    assert kept_in(there) == kept_in(here)
    assert "文件也搬好了：3 个" in there.does("copy", "--to", str(third.config))
    assert kept_in(third) == kept_in(here)
    assert str(here.folder / "files") in here.does("copy", "--to", fresh_database_url("sqlite"))


def test_a_backup_with_a_broken_file_is_no_backup(fresh_database_url: Callable[..., str], tmp_path: Path) -> None:
    here = office(tmp_path / "here", fresh_database_url("sqlite", filled))
    blob = Store(here.folder / "files", 1000).put(b"it was so")
    blob.path.write_bytes(b"something else")
    assert "1 个文件和清单对不上" in here.cannot("backup", str(tmp_path / "b.zip"))
