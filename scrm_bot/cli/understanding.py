"""`scrm-bot understand`: the words alone, without a database."""

from __future__ import annotations

import json
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer

from scrm_bot import app
from scrm_bot.cli.ground import HERE, Failed, configured
from scrm_bot.cli.shell import Config, told
from scrm_bot.dialogs import explaining
from scrm_bot.nlp.frame import BadLine, understand_lines, value_lines

commands = typer.Typer()


@commands.command()
@told(BadLine)
def understand(
    values: Annotated[bool, typer.Option("--values", help="只读数值：时间、金额、数、百分比")] = False,
    customers: Annotated[Path | None, typer.Option(metavar="FILE", help="客户名单，JSON")] = None,
    catalog: Annotated[Path | None, typer.Option(metavar="FILE", help="产品和阶段，JSON")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="每行多一个 reasons：凭什么这么理解")] = False,
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
    reasons = explaining.data if explain else None
    understand_lines(lines, sys.stdout, names, _json(catalog, dict) if catalog else None, lessons, None, reasons)


def _json(path: Path, shape: type) -> Any:
    """What a JSON file of the corpus's scheme holds."""
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise Failed(f"{path} 不是 JSON（{error}）") from None
    if not isinstance(found, shape):
        raise Failed(f"{path} 应是 JSON 的{'列表' if shape is list else '对象'}")
    return found
