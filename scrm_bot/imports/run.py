"""A whole file: its header matched, its lines taken some hundreds at a time, what is wrong handed back with reasons."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import System
from scrm_bot.crm.shape import Shape
from scrm_bot.db import Database
from scrm_bot.imports.batch import Batch, Column, Draft, Ledger, Outcome
from scrm_bot.imports.cells import Wrong, nearest
from scrm_bot.imports.people import ContactBatch, StaffBatch
from scrm_bot.imports.things import ContractBatch, CustomerBatch, DealBatch, DeviceBatch, LeadBatch, ProductBatch
from scrm_bot.sheets import Line, Row, Table

KINDS: Mapping[str, type[Batch]] = {
    kind.entity: kind
    for kind in (
        StaffBatch, CustomerBatch, ContactBatch, LeadBatch, DeviceBatch, ProductBatch, ContractBatch, DealBatch
    )
}  # fmt: skip
AT_ONCE = 500
TRIES = 3  # a running bot may make the same row at the same moment
LOCK = 0x5C2B08  # of ours among PostgreSQL's advisory locks: two imports would make the same customer twice
REASON = "原因"
EXTRA = re.compile(r"[*＊]|[(（].*?[)）]")  # 姓名*, 金额（元）
EXPORTED = re.compile(r"id|created_at|undone_at|message|lifecycle|last_followed_at|\w+_id")  # not ours to bring in


class CannotImport(Exception):
    """The file as a whole cannot be imported; says why, in a sentence."""


@dataclass
class Tally:
    """What became of the lines so far."""

    new: int = 0
    updated: int = 0
    same: int = 0
    bad: int = 0
    reasons: list[str] = field(default_factory=list)  # the first few

    def count(self, draft: Draft) -> None:
        """One more."""
        match draft.outcome:
            case Outcome.NEW:
                self.new += 1
            case Outcome.UPDATED:
                self.updated += 1
            case Outcome.SAME:
                self.same += 1
            case Outcome.BAD:
                self.bad += 1
                if len(self.reasons) < 5:
                    self.reasons.append(f"第 {draft.line.number} 行：{draft.reason}")

    def __str__(self) -> str:
        return f"{self.new} 行新增，{self.updated} 行更新，{self.same} 行无变化，{self.bad} 行有误"


@dataclass(frozen=True)
class Import:
    """An import into one database. `channels`: the audience of each configured channel; `dry`: write nothing."""

    db: Database
    shape: Shape
    channels: Mapping[str, str]
    now: Callable[[], datetime]
    dry: bool = False

    def run(self, entity: str, table: Table, refuse: Row, progress: Callable[[float], object]) -> Tally:
        """Take every line. `refuse` gets those that are wrong, each with its reason at the end. Raises CannotImport."""
        kind = KINDS[entity]
        columns = match_header(kind, table)
        tally, ledger = Tally(), Ledger()
        kept = [place for place, title in enumerate(table.header) if title != REASON]
        for lines in _portions(table.lines, kind.whole):
            drafts = [read(columns, line) for line in lines]
            self._take(kind, [draft for draft in drafts if not draft.reason], ledger)
            for draft in drafts:
                tally.count(draft)
                if draft.outcome is Outcome.BAD:
                    cells = draft.line.cells + ("",) * len(table.header)
                    refuse([*(cells[place] for place in kept), draft.reason])
            progress(table.done())
        return tally

    def _take(self, kind: type[Batch], drafts: list[Draft], ledger: Ledger) -> None:
        if not drafts:
            return
        for _ in range(TRIES):
            try:
                self._attempt(kind, drafts, ledger)
                return
            except (IntegrityError, OperationalError) as error:
                failure = error
                for draft in drafts:
                    draft.outcome, draft.reason, draft.row = Outcome.BAD, "", None
        where = f"第 {drafts[0].line.number} 到 {drafts[-1].line.number} 行"
        raise CannotImport(f"{where}写不进数据库，前面的已经导入，可以再运行一次（{failure.orig}）")

    def _attempt(self, kind: type[Batch], drafts: list[Draft], ledger: Ledger) -> None:
        with self.db.transaction() as session:
            if not self.db.is_sqlite:
                session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
            desk = Desk(session, System("导入"), self.now().astimezone(self.shape.zone), self.shape)
            batch = kind(desk, self.channels, drafts, ledger)
            batch.take()
            if self.dry:
                session.rollback()
        batch.committed()


def match_header(kind: type[Batch], table: Table) -> list[Column | None]:
    """Which column of the entity each column of the table is. Unknown ones are noted; raises CannotImport."""
    titles = {title.lower(): column for column in kind.columns for title in (column.name, *column.titles)}
    found = [titles.get(_bare(title)) for title in table.header]
    missing = [c for c in kind.columns if c.required and c not in found]
    if missing:
        names = "、".join(f"{c.name}（{c.titles[0]}）" for c in missing)
        raise CannotImport(f"缺少必填的列：{names}。scrm-bot template {kind.entity} 可以看样子")
    twice = next((c for c in kind.columns if found.count(c) > 1), None)
    if twice:
        raise CannotImport(f"{twice.name}（{twice.titles[0]}）这一列出现了 {found.count(twice)} 次")
    for title, column in zip(table.header, found, strict=True):
        if column is None and title not in ("", REASON):
            table.notes.append(
                f"不认识的列 {title} 没有导入{'' if EXPORTED.fullmatch(title) else nearest(title, titles)}"
            )
    return found


def read(columns: list[Column | None], line: Line) -> Draft:
    """A line's cells as values; empty ones say nothing."""
    draft = Draft(line)
    try:
        if any(line.cells[len(columns) :]):
            raise Wrong(f"比表头多出 {len(line.cells) - len(columns)} 格，是不是少了引号？")
        for column, cell in zip(columns, line.cells, strict=False):
            if column is not None and cell:
                draft.values[column.name] = _value(column, cell)
        for column in columns:
            if column is not None and column.required and not draft.values.get(column.name):
                raise Wrong(f"{column.titles[0]}没有填")
    except Wrong as wrong:
        draft.reason = str(wrong)
    return draft


def _value(column: Column, cell: str) -> object:
    if len(cell) > column.longest:
        raise Wrong(f"{column.titles[0]}太长了，最多 {column.longest} 个字")
    return column.read(cell)


def _bare(title: str) -> str:
    plain = EXTRA.sub("", unicodedata.normalize("NFKC", title)).strip().lower()
    return re.sub(r"[\s-]+", "_", plain)


def _portions(lines: Iterator[Line], whole: bool) -> Iterator[tuple[Line, ...]]:
    while portion := tuple(islice(lines, None if whole else AT_ONCE)):
        yield portion
