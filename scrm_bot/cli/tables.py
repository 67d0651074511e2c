"""Tables in and out of the command line: imports with their progress and their bad rows, exports, templates."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from scrm_bot import exports, sheets
from scrm_bot.app import utc_now
from scrm_bot.cli.books import Books
from scrm_bot.cli.ground import Failed, is_terminal, say_error
from scrm_bot.imports.run import KINDS, REASON, Import, Tally
from scrm_bot.sheets import Cell, Row, Table

Format = Literal["jsonl", "csv", "xlsx"]


def bring_in(books: Books, entity: str, file: Path, bad_rows: Path | None, *, dry: bool) -> Tally:
    """A file's rows into the database; those that are wrong into `bad_rows`, if there are any."""
    channels = {channel.name: channel.audience for channel in books.config.channels}
    work = Import(books.db, books.shape, channels, utc_now, dry)
    with sheets.opened(file) as table, _bin(bad_rows, file, table) as refuse, _progress() as progress:
        tally = work.run(entity, table, refuse, progress)
    for note in table.notes:
        say_error(note)
    return tally


def report(tally: Tally, bad_rows: Path | None, *, dry: bool) -> None:
    """What became of the rows."""
    for reason in tally.reasons:
        say_error(reason)
    if tally.bad > len(tally.reasons):
        say_error(f"……共 {tally.bad} 行有误")
    if tally.bad:
        say_error(f"有误的行和原因在 {bad_rows}" if bad_rows else "加上 --bad-rows 文件 可以把有误的行和原因导出来改")
    typer.echo(f"{'试运行，没有写入：' if dry else ''}{tally}")


def hand_out(books: Books, entity: str, form: Format, out: Path | None, *, undone: bool) -> None:
    """Every row of an entity, into a file or to standard output."""
    zone, fields = books.shape.zone, exports.header(entity, undone=undone)
    found = exports.records(books.db, books.shape, entity, undone=undone)
    match form, out:
        case "jsonl", None:
            exports.to_jsonl(found, zone, sys.stdout)
        case "jsonl", Path():
            with sheets.replaced(out) as draft, draft.open("w", encoding="utf-8") as stream:
                exports.to_jsonl(found, zone, stream)
        case "csv", None:
            exports.to_table(found, zone, fields, sheets.csv_rows(sys.stdout))
        case "csv", Path():
            with sheets.csv_file(out) as row:
                exports.to_table(found, zone, fields, row)
        case _:
            with _xlsx(out) as row:
                exports.to_table(found, zone, fields, row)


def template(entity: str) -> Iterator[Sequence[Cell]]:
    """The header and two rows to be overwritten."""
    columns = KINDS[entity].columns
    yield [column.name for column in columns]
    for number in (0, 1):
        yield [column.examples[number] for column in columns]


def known(entity: str, entities: Sequence[str]) -> str:
    """The entity, or wrong usage."""
    if entity not in entities:
        raise typer.BadParameter(f"没有 {entity}，可用的有 {'、'.join(entities)}", param_hint="ENTITY")
    return entity


@contextmanager
def _xlsx(out: Path | None) -> Iterator[Row]:
    if out is not None:
        with sheets.xlsx_file(out) as row:
            yield row
        return
    if sys.stdout.isatty():
        raise Failed("xlsx 不能显示在屏幕上，请用 -o 文件.xlsx")
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as draft:
        with sheets.xlsx_rows(draft.name) as row:
            yield row
        with open(draft.name, "rb") as whole:
            shutil.copyfileobj(whole, sys.stdout.buffer)


@contextmanager
def _bin(path: Path | None, source: Path, table: Table) -> Iterator[Row]:
    """Where bad rows go: into a file like the one that they came from, made only if there are any."""
    if path is None:
        yield lambda _row: None
        return
    if path.resolve() == source.resolve():
        raise Failed("--bad-rows 不能就是要导入的文件")
    header = [*(title for title in table.header if title != REASON), REASON]
    bad: list[Sequence[Cell]] = []
    yield bad.append
    if bad:
        with sheets.writer(path) as row:
            row(header)
            for cells in bad:
                row(cells)
    else:
        path.unlink(missing_ok=True)  # of an earlier run: all is well now


@contextmanager
def _progress() -> Iterator[Callable[[float], object]]:
    """A bar for whoever looks."""
    if not is_terminal():
        yield lambda _done: None
        return
    bar = Progress(
        TextColumn("导入"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"), TimeRemainingColumn(),
        console=Console(stderr=True), transient=True,
    )  # fmt: skip
    with bar:
        task = bar.add_task("", total=1.0)
        yield lambda done: bar.update(task, completed=done)
