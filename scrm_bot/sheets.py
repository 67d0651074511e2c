"""Tables as people keep them: CSV in whatever encoding, Excel files; read row by row, written so that nothing runs."""

from __future__ import annotations

import codecs
import csv
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from errno import ENOENT
from io import BufferedReader, BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any, TextIO

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook, PasswordError
from xlsxwriter.exceptions import FileCreateError

Cell = str | int | Decimal | None
Row = Callable[[Sequence[Cell]], None]

SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".ods")
LEADS_A_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff"
    r"\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff]"
)
BLOCK = 1 << 20
CELL_HOLDS = 32_767  # characters, in Excel
SHEET_HOLDS = 1_048_576  # rows


class Unreadable(Exception):
    """A file that cannot be read as a table; says why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row that holds anything; `number` is that of the file's line."""

    number: int
    cells: tuple[str, ...]


@dataclass
class Table:
    """A table being read: its header, then its lines, once. `done`: how much of it, from 0 to 1."""

    header: tuple[str, ...]
    lines: Iterator[Line]
    done: Callable[[], float]
    notes: list[str] = field(default_factory=list)  # what the reader should know


@contextmanager
def opened(path: Path) -> Iterator[Table]:
    """The table in a file. Raises Unreadable."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise Unreadable(f"{path} 打不开（{error.strerror or error}）") from None
    with file:
        head = file.read(8)
        if not head:
            raise Unreadable(f"{path} 是空的")
        if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")) or path.suffix.lower() in SPREADSHEETS:
            yield _workbook(path)
            return
        with TextIOWrapper(file, encoding=_encoding(path, file), newline="") as text:
            yield _csv(path, text, file)


def writer(path: Path) -> AbstractContextManager[Row]:
    """Writes rows into a file of this name, an Excel file or CSV. What was there before is there until it is whole."""
    return xlsx_file(path) if path.suffix.lower() == ".xlsx" else csv_file(path)


def csv_rows(stream: TextIO) -> Row:
    """Writes rows as CSV."""
    write = csv.writer(stream, lineterminator="\n").writerow
    return lambda cells: write([harmless(cell) if isinstance(cell, str) else _plain(cell) for cell in cells])


@contextmanager
def xlsx_rows(file: str | BytesIO) -> Iterator[Row]:
    """Writes rows into a new Excel file, as texts and numbers only, in constant memory."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    money = book.add_format({"num_format": "0.00"})
    header: list[Cell] = []
    sheet, height = book.add_worksheet(), 0

    def write(cells: Sequence[Cell]) -> None:
        nonlocal sheet, height, header
        if height == SHEET_HOLDS:
            sheet, height = book.add_worksheet(), 0
            write(header)
        header = header or list(cells)
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                sheet.write_string(height, column, cell if len(cell) <= CELL_HOLDS else f"{cell[: CELL_HOLDS - 1]}…")
            elif cell is not None:
                sheet.write_number(height, column, cell, money if isinstance(cell, Decimal) else None)
        height += 1

    try:
        yield write
    finally:
        _close(book)


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """A file to write that takes the place of `path` when all is well; otherwise nothing has happened to `path`."""
    path = path.resolve()
    if path.exists() and not path.is_file():  # a pipe, /dev/stdout: nothing to be replaced
        yield path
        return
    if not path.parent.is_dir():
        raise FileNotFoundError(ENOENT, "没有这个文件夹", str(path.parent))
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield draft
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def harmless(text: str) -> str:
    """What a spreadsheet would run as a formula gets the quote that makes it a text; no cell begins a new row."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if text.startswith(LEADS_A_FORMULA) else text


def tidy(text: str) -> str:
    """A cell without margins, the quote of `harmless` and what no database takes."""
    text = UNSEEN.sub("", text).strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(LEADS_A_FORMULA) else text


def _close(book: xlsxwriter.Workbook) -> None:
    try:
        book.close()
    except FileCreateError as error:
        raise OSError(f"写不进文件：{error}") from None


def _plain(cell: Cell) -> object:
    return f"{cell:.2f}" if isinstance(cell, Decimal) else cell


@contextmanager
def xlsx_file(path: Path) -> Iterator[Row]:
    """Writes rows into an Excel file of any name."""
    with replaced(path) as draft, xlsx_rows(str(draft)) as row:
        yield row


@contextmanager
def csv_file(path: Path) -> Iterator[Row]:
    """Writes rows into a CSV file of any name."""
    # Excel reads Chinese in a CSV file only behind this mark
    with replaced(path) as draft, draft.open("w", encoding="utf-8-sig", newline="") as stream:
        yield csv_rows(stream)


def _table(path: Path, lines: Iterator[Line], done: Callable[[], float], notes: Iterable[str] = ()) -> Table:
    first = next(lines, None)
    if first is None:
        raise Unreadable(f"{path} 里没有内容")
    return Table(first.cells, lines, done, list(notes))


def _csv(path: Path, text: TextIOWrapper, file: BufferedReader) -> Table:
    size = os.fstat(file.fileno()).st_size or 1
    head = next((line for line in text if line.strip()), "")
    text.seek(0)
    delimiter = max(",\t;，", key=head.count)  # the first one if there is none
    return _table(path, _csv_lines(path, text, delimiter), lambda: min(file.tell() / size, 1.0))


def _csv_lines(path: Path, text: TextIO, delimiter: str) -> Iterator[Line]:
    reader = csv.reader(text, delimiter=delimiter)
    before = 0
    while True:
        try:
            raw = next(reader, None)
        except csv.Error as error:
            raise Unreadable(f"{path} 第 {before + 1} 行读不懂（{error}）") from None
        if raw is None:
            return
        cells = tuple(tidy(cell) for cell in raw)
        if any(cells):
            yield Line(before + 1, cells)
        before = reader.line_num


def _encoding(path: Path, file: BufferedReader) -> str:
    """UTF-8 with or without mark, UTF-16 with one, or GB 18030: whatever the whole file can be."""
    file.seek(0)
    marked = file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        file.seek(0)
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            while block := file.read(BLOCK):
                if "\0" in decoder.decode(block):
                    raise Unreadable(f"{path} 不是表格，请存为 CSV 或 XLSX")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        file.seek(0)
        return encoding
    raise Unreadable(f"{path} 不是表格，或编码认不出来，请存为 UTF-8 的 CSV 或 XLSX")


def _workbook(path: Path) -> Table:
    try:
        book = CalamineWorkbook.from_path(str(path))
        sheets = [book.get_sheet_by_name(name) for name in book.sheet_names]
    except PasswordError:
        raise Unreadable(f"{path} 有密码，请去掉密码再导入") from None
    except CalamineError as error:
        raise Unreadable(f"{path} 不是 Excel 文件，或已损坏（{error}）") from None
    filled = [sheet for sheet in sheets if sheet.height]
    if not filled:
        raise Unreadable(f"{path} 里没有内容")
    sheet = filled[0]
    position = [0]

    def lines() -> Iterator[Line]:
        for number, raw in enumerate(sheet.iter_rows(), 1):
            position[0] = number
            cells = tuple(tidy(_text(cell)) for cell in raw)
            if any(cells):
                yield Line(number, cells)

    notes = [f"只读了第一张工作表「{sheet.name}」，其余 {len(filled) - 1} 张没有读"] if len(filled) > 1 else []
    return _table(path, lines(), lambda: position[0] / sheet.total_height, notes)


def _text(cell: Any) -> str:
    """A cell as it would have been typed: whole numbers without a point, days without a time."""
    match cell:
        case bool():
            return "TRUE" if cell else "FALSE"
        case float():
            return str(int(cell)) if cell.is_integer() else repr(cell)
        case datetime():
            midnight = (cell.hour, cell.minute, cell.second) == (0, 0, 0)
            return cell.date().isoformat() if midnight else cell.isoformat(" ", "seconds")
        case date():
            return cell.isoformat()
    return str(cell)
