"""`scrm-bot simulate`."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from scrm_bot.cli.ground import Failed
from scrm_bot.cli.shell import told
from scrm_bot.floor import report
from scrm_bot.floor.day import Occupied, Outcome, Plan, simulate
from scrm_bot.floor.house import Broken

commands = typer.Typer()


@commands.command("simulate")
@told()
def run_simulation(
    people: Annotated[int, typer.Option(min=4, max=500, help="多少人：销售、经理、工程师、客户")] = 20,
    hours: Annotated[float, typer.Option(min=0.1, max=24, help="演练几小时；八小时里一人说一百来句")] = 8,
    speed: Annotated[float, typer.Option(min=0, max=600, help="快多少倍；0：中间不停顿")] = 60,
    seed: Annotated[int, typer.Option(help="种子：同一个种子说同样的话")] = 1,
    messages: Annotated[int, typer.Option(min=0, help="一共说多少句；0：按人数和小时算")] = 0,
    outages: Annotated[int, typer.Option(min=-1, help="几次故障；-1：每小时一次")] = -1,
    database: Annotated[str, typer.Option(metavar="URL", help="空的数据库；不给就用临时的 SQLite")] = "",
    redis: Annotated[str, typer.Option(metavar="URL", help="空的 Redis，可以不用")] = "",
    processes: Annotated[int, typer.Option(min=1, max=16, help="开几个 serve；多个要用 PostgreSQL")] = 1,
    stream: Annotated[bool, typer.Option("--stream", help="钉钉走 Stream 模式")] = False,
    keep: Annotated[Path | None, typer.Option(metavar="DIR", help="数据库、配置和日志留在这里")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """虚拟销售团队：一群人用真的 webhook 跟机器人忙一天，平台出各种故障，最后对账；丢了或写错了返回 1"""
    if processes > 1 and not database.startswith("postgres"):
        raise Failed("开几个进程要用 PostgreSQL：--database postgresql://…")
    plan = Plan(people, hours, speed, seed, database, redis, processes, messages, outages, stream)
    outcome = _simulated(plan, keep)
    if as_json:
        print(json.dumps(report.figures(outcome), ensure_ascii=False, indent=2))
    else:
        report.show(outcome, Console())
    if outcome.verdict.broken:
        raise typer.Exit(1)


def _simulated(plan: Plan, keep: Path | None) -> Outcome:
    folder = keep or Path(tempfile.mkdtemp(prefix="scrm-floor-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return asyncio.run(simulate(plan, folder.resolve(), _tell))
    except Occupied:
        raise Failed("这个数据库里已经有人了。演练要用空的数据库，免得动了真数据") from None
    except Broken as error:
        raise Failed(f"serve 没有启动起来：{error}") from None
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
