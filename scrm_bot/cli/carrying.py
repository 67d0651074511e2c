"""`scrm-bot import`, `template` and `export`: tables in and out."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from scrm_bot import exports, sheets
from scrm_bot.cli import tables
from scrm_bot.cli.books import books
from scrm_bot.cli.ground import HERE
from scrm_bot.cli.shell import Config, told
from scrm_bot.cli.tables import Format
from scrm_bot.imports.run import KINDS, CannotImport
from scrm_bot.sheets import Unreadable

commands = typer.Typer()


@commands.command("import")
@told(CannotImport, Unreadable)
def import_table(
    entity: Annotated[str, typer.Argument(help="、".join(KINDS))],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV 或 XLSX")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只说会怎样，不写入")] = False,
    bad_rows: Annotated[Path | None, typer.Option(metavar="OUT", help="有误的行和原因写到这里")] = None,
    config: Config = HERE,
) -> None:
    """导入表格；同一份再导一次什么也不会变，空格子不改动已有内容"""
    tables.known(entity, [*KINDS])
    with books(config) as ours:
        tally = tables.bring_in(ours, entity, file, bad_rows, dry=dry_run)
    tables.report(tally, bad_rows, dry=dry_run)


@commands.command()
@told(Unreadable)
def template(
    entity: Annotated[str, typer.Argument(help="、".join(KINDS))],
    out: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="写成 .csv 或 .xlsx 文件")] = None,
    config: Config = HERE,
) -> None:
    """导入用的表头和两行例子"""
    del config
    rows = tables.template(tables.known(entity, [*KINDS]))
    if out is None:
        _write(rows, sys.stdout)
        return
    with sheets.writer(out) as row:
        for cells in rows:
            row(cells)


@commands.command()
@told(Unreadable)
def export(
    entity: Annotated[str, typer.Argument(help="、".join(exports.ENTITIES))],
    form: Annotated[Format, typer.Option("--format", help="格式")] = "jsonl",
    out: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="写进文件，缺省到标准输出")] = None,
    undone: Annotated[bool, typer.Option("--all", help="连已撤销的一起")] = False,
    config: Config = HERE,
) -> None:
    """导出全部记录"""
    tables.known(entity, [*exports.ENTITIES])
    with books(config) as ours:
        tables.hand_out(ours, entity, form, out, undone=undone)


def _write(rows: Iterable[Any], stream: TextIO) -> None:
    row = sheets.csv_rows(stream)
    for cells in rows:
        row(cells)
