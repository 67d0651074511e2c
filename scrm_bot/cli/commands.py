"""The commands themselves, as docs and outside checks know them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer
from rich.console import Console

from scrm_bot import app, demo, exports, logs, schema, sheets
from scrm_bot.cli import checking, proof, serving, tables
from scrm_bot.cli.console import Bell, Seat
from scrm_bot.cli.ground import Failed, books, configured, talking, told
from scrm_bot.cli.tables import Format
from scrm_bot.db import Database
from scrm_bot.imports.run import KINDS
from scrm_bot.nlp.frame import understand_lines, value_lines

HERE = Path("scrm.toml")
Config = Annotated[Path, typer.Option("--config", metavar="FILE", help="配置文件；里面的相对路径相对于它")]
Who = Annotated[str, typer.Option("--as", metavar="WHO", help="员工姓名，或 customer:客户名（那家客户的第一位联系人）")]
commands = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="对话式 CRM 机器人。",
)


def main() -> None:
    """Run the command that was typed."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    logs.configure("INFO" if os.environ.get("SCRM_TRACE") else "CRITICAL")  # those who type read sentences
    commands(prog_name="scrm-bot")


@commands.command("demo")
@told
def run_demo(
    port: Annotated[int, typer.Option(min=0, max=65535, help="网页端口")] = 8080,
    data: Annotated[Path, typer.Option(metavar="DIR", help="数据放在哪里")] = Path("demo-data"),
    config: Config = HERE,
) -> None:
    """演示：一家示例公司和一个聊天网页，什么都不用装"""
    host = configured(config).server.host if config != HERE else "127.0.0.1"
    logs.configure("WARNING")
    demo.run(data, port, host)


@commands.command()
@told
def serve(config: Config = HERE) -> None:
    """运行：接通所有配置好的渠道"""
    serving.serve(configured(config))


@commands.command()
@told
def say(text: str, who: Who, config: Config = HERE) -> None:
    """以某人的身份说一句话，显示回话"""
    with talking(config) as core:
        seat = Seat(core, who)
        try:
            for words in seat.say(text):
                typer.echo(words)
        finally:
            seat.leave()


@commands.command()
@told
def chat(who: Who, config: Config = HERE) -> None:
    """以某人的身份在终端里聊天，Ctrl-D 结束"""
    screen = Console(highlight=False, soft_wrap=True)
    with talking(config) as core:
        seat = Seat(core, who)
        try:
            with Bell(seat, lambda words: screen.print(f"\n{words}", markup=False)):
                _converse(seat, screen)
        finally:
            seat.leave()


@commands.command()
@told
def understand(
    values: Annotated[bool, typer.Option("--values", help="只读数值：时间、金额、数、百分比")] = False,
    customers: Annotated[Path | None, typer.Option(metavar="FILE", help="客户名单，JSON")] = None,
    catalog: Annotated[Path | None, typer.Option(metavar="FILE", help="产品和阶段，JSON")] = None,
    config: Config = HERE,
) -> None:
    """只理解，不连数据库：标准输入一行一个 JSON，标准输出一行一个"""
    if config != HERE:
        configured(config)
    lines = TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig")
    if values:
        value_lines(lines, sys.stdout)
        return
    names = _json(customers, list) if customers else []
    lessons = [lesson for skill in app.skills().values() for lesson in skill.lessons()]
    understand_lines(lines, sys.stdout, names, _json(catalog, dict) if catalog else None, lessons)


@commands.command("import")
@told
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
@told
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
@told
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


@commands.command()
@told
def ledger(config: Config = HERE) -> None:
    """收到多少条消息，各自怎样了；有一分钟以上没处理的就以 1 退出"""
    with books(config) as ours:
        lines, late = proof.ledger(ours)
    typer.echo("\n".join(lines))
    if late:
        numbers = "、".join(str(number) for number in late[:10])
        raise Failed(f"有消息超过一分钟还没有处理：{numbers}{' 等' if len(late) > 10 else ''}")


@commands.command()
@told
def replay(number: Annotated[int, typer.Argument(metavar="N", help="消息编号")], config: Config = HERE) -> None:
    """把第 N 条消息再走一遍，一步一步显示，什么也不写"""
    with talking(config) as core:
        for line in proof.replay(core, number):
            typer.echo(line)


@commands.command()
@told
def check(config: Config = HERE) -> None:
    """检查配置、数据库、表结构、Redis、渠道"""
    try:
        for line in checking.check(config):
            typer.echo(f"✓ {line}")
    except Failed as failed:
        raise Failed(f"✗ {failed}") from None
    typer.echo("✓ 都好")


@commands.command()
@told
def migrate(config: Config = HERE) -> None:
    """把数据库升到这个版本"""
    db = Database(str(configured(config).database.url))
    try:
        schema.upgrade(db)
    finally:
        db.close()
    typer.echo("数据库已是这个版本")


def _converse(seat: Seat, screen: Console) -> None:
    prompt = f"{seat.name}> " if sys.stdin.isatty() else ""
    while True:
        try:
            text = screen.input(prompt, markup=False)
        except EOFError:
            screen.print()
            return
        for words in seat.say(text) if text.strip() else ():
            screen.print(words, markup=False)


def _json(path: Path, shape: type) -> Any:
    """What a JSON file of the corpus's scheme holds."""
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise Failed(f"{path} 不是 JSON（{error}）") from None
    if not isinstance(found, shape):
        raise Failed(f"{path} 应是 JSON 的{'列表' if shape is list else '对象'}")
    return found


def _write(rows: Iterable[Any], stream: TextIO) -> None:
    row = sheets.csv_rows(stream)
    for cells in rows:
        row(cells)
