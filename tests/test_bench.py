"""The bench still measures what it says. How fast anything is decides nothing here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from bench import acking, chat, company, hostile, meter, readers, rounds, servers, stages, understanding
from bench.ground import Ground, fates
from bench.load import Load, Result, run
from scrm_bot.nlp.brain import Brain
from scrm_bot.nlp.lexicon import Lexicon
from tests.bot import running
from tests.services import free_port
from tests.stage import WORDS

FEW = 8


def settle(url: str) -> None:
    company.prepare(url, FEW)


@pytest.fixture
def url(fresh_database_url: Callable[..., str]) -> str:
    return fresh_database_url("sqlite", settle)


@pytest.fixture
async def load(url: str, tmp_path: Path) -> AsyncIterator[Load]:
    """A few letters for a bot in this process, configured as for the bench."""
    with servers.sink(tmp_path) as sink:
        async with running(servers.configure(tmp_path, url, free_port(), sink.port)) as bot:
            port = int(bot.url.rpartition(":")[2])
            yield Load("wecom", [port], count=FEW, warm=0, connections=4, customers=FEW, sink=sink.port)


async def test_the_yardsticks_answer_every_letter_sealed() -> None:
    with Ground() as ground:
        for yardstick in (servers.bare, servers.floor):
            load = ground.load("wecom", ground.open(yardstick(ground.folder)))
            result = await run(replace(load, count=FEW, warm=0, connections=4))
            assert (result.failed, result.replied) == (0, FEW)
            assert result.example.startswith("<xml><Encrypt>")
            assert result.cpu_us > 0


async def until(fate: str, url: str) -> None:
    """Until that is what became of all messages: the last turns may take longer than their callbacks."""
    while (await asyncio.to_thread(fates, url)) != fate:
        await asyncio.sleep(0.1)


async def test_every_letter_of_every_platform_is_a_visit_that_is_written(load: Load, url: str) -> None:
    for platform in ("wecom", "wechat", "plain", "dingtalk"):
        result = await run(replace(load, platform=platform, rate=500, awaited=platform == "dingtalk"))
        assert result.failed == 0
    await until("100.0% written log_visit", url)


async def test_a_bot_that_takes_no_turns_keeps_every_message_and_answers_sealed(
    load: Load, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for owner, name, value in acking.CHANGES:
        monkeypatch.setattr(owner, name, value)
    result = await run(load)
    assert (result.failed, result.replied) == (0, FEW)
    assert result.example.startswith("<xml><Encrypt>")
    assert fates(url) == "100.0% open"


def test_every_function_whose_time_is_told_is_still_there() -> None:
    assert [name for name, _, _ in stages.named() if stages.found(name) is None] == []


async def test_time_belongs_to_the_innermost_watched_function_also_over_awaits() -> None:
    watch = stages.Watch()
    inner = stages.watched(watch, lambda: sum(range(200_000)), "inner", None)

    async def outer() -> str:
        await asyncio.sleep(0)
        inner()
        return "done"

    assert await stages.watched(watch, outer, "outer", None)() == "done"
    assert watch.spent["inner", stages.OURS] > watch.spent["outer", stages.OURS] > 0


def test_understanding_is_measured_without_a_bot() -> None:
    assert understanding.measured(FEW, FEW, WORDS).p99 > 0


def test_the_texts_that_take_longest_are_named() -> None:
    took = understanding.at_worst(FEW, FEW, WORDS)
    assert len(took) == FEW
    assert took[0].ms >= took[-1].ms
    assert repr(took[0].text[:50]) in hostile.table(took)


def test_medians_are_what_is_compared() -> None:
    def rates(*values: float) -> list[Result]:
        return [Result(value, 10, 0, 1, 2, 0, 1) for value in values]

    figures = {"one": rates(1, 100, 2), "other": rates(1, 1, 1)}
    assert rounds.middle(figures["one"], "rate") == 2
    assert " 2.000 " in rounds.table(figures, "other").splitlines()[1]
    assert meter.percentile([3, 1, 2], 0.99) == 3


def test_every_stage_of_understanding_is_told_and_nothing_stays_watched() -> None:
    watch, brain = stages.Watch(), Brain(Lexicon(WORDS))
    plain = Brain.understand
    with chat.watching(watch):
        for one in chat.messages("spoken")[:20]:
            brain.understand(one.text, one.now, one.scene)
    assert {stage for stage, _ in watch.spent} >= set(chat.STAGES)
    assert Brain.understand is plain


def test_times_and_money_are_read_by_whoever_is_there() -> None:
    found, _ = readers.present()
    assert found["scrm-bot"]("周四到账三十万", datetime(2026, 3, 2, 9)) == 2
