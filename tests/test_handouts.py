"""Lists handed out as files: what stands in them, and for whom."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from scrm_bot import sheets
from scrm_bot.files.store import Store
from scrm_bot.handouts import hand_out
from scrm_bot.outbox import Outgoing
from tests import company
from tests.stage import CoreStage
from tests.story import PEOPLE


def _rows(store: Store, digest: str, folder: Path) -> list[tuple[str, ...]]:
    blob = store.get(digest)
    assert blob
    copy = folder / "copy.xlsx"
    copy.write_bytes(blob.path.read_bytes())
    with sheets.opened(copy) as table:
        return [table.header, *(line.cells for line in table.lines)]


def test_the_whole_list_is_in_the_sheet(fresh_database_url: Callable[..., str], tmp_path: Path) -> None:
    stage = CoreStage(fresh_database_url("sqlite", company.prepare))
    stage.say(PEOPLE["小周"], "我的商机")
    assert "2 条都在表格里了" in stage.say(PEOPLE["小周"], "导出")
    with stage.core.db.transaction() as session:
        (file,) = session.scalars(select(Outgoing.file).where(Outgoing.answers == stage.last))
    assert file is not None
    assert file["name"] == "我的商机-2026-03-18.xlsx"
    rows = _rows(Store(Path(stage.core.config.files.folder), 1 << 20), file["digest"], tmp_path)
    assert rows[0] == ("商机", "客户", "负责人", "金额", "阶段", "预计签约")
    assert [row[0] for row in rows[1:]] == ["华星二期", "顺达产线改造"]  # nobody else's
    stage.close()


def test_what_looks_like_a_formula_stays_words(tmp_path: Path) -> None:
    store = Store(tmp_path / "files", 1 << 20)
    out = hand_out(store, "名单 / 三月", [["客户"], ["=1+1"], ["@SUM(A1)"]])
    assert out.name == "名单-三月.xlsx"
    assert [row[0] for row in _rows(store, out.digest, tmp_path)] == ["客户", "=1+1", "@SUM(A1)"]
