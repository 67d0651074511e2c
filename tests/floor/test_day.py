"""A small day on the floor, through a real `serve` and over a trouble: nothing lost, nothing done twice."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from typer.testing import CliRunner

from scrm_bot.cli.commands import commands
from scrm_bot.floor import report
from scrm_bot.floor.day import Plan, simulate
from tests import company

SMALL = Plan(people=6, hours=1.0, speed=0, seed=1, messages=120, outages=1)


async def test_a_small_day_loses_and_doubles_nothing_and_is_told(tmp_path: Path) -> None:
    outcome = await simulate(SMALL, tmp_path)
    found = outcome.verdict
    assert found.broken == []  # nothing lost, doubled, wrong or unheard, on whatever day this runs: see test_any_day
    assert outcome.verdict.messages >= SMALL.messages * 0.9
    assert outcome.verdict.acknowledged == outcome.verdict.messages
    assert outcome.verdict.written > SMALL.messages * 0.3
    assert [one.kind for one in outcome.outages] == ["killed"]
    assert outcome.lives == 2
    told = io.StringIO()
    report.show(outcome, Console(file=told, width=120))
    assert "没有丢，没有写错" in told.getvalue()
    figures = json.loads(json.dumps(report.figures(outcome)))
    assert figures["turns"] >= figures["messages"]
    assert figures["sentences"]["wrong"] == []


def test_a_database_with_people_in_it_is_not_played_with(fresh_database_url: Callable[..., str]) -> None:
    url = fresh_database_url("sqlite", company.prepare)
    done = CliRunner().invoke(commands, ["simulate", "--people", "4", "--database", url])
    assert done.exit_code == 1
    assert "已经有人了" in done.output


def test_several_processes_need_postgresql() -> None:
    done = CliRunner().invoke(commands, ["simulate", "--processes", "2"])
    assert done.exit_code == 1
    assert "PostgreSQL" in done.output
