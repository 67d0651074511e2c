"""Fifty notes of one rep's week: how often the bot asks back, and what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from scrm_bot.company.books import Books
from scrm_bot.company.seed import settle
from scrm_bot.crm.shape import Shape
from scrm_bot.dialogs.hearing import Say as Heard
from scrm_bot.message import Address
from tests import company
from tests.stage import CoreStage

MONDAY = datetime(2026, 3, 16, 9, 0, tzinfo=company.ZONE)
REP = Address("wecom", "zhouxm")
NOTES = Path(__file__).with_name("fifty_notes.txt")
MOST = 0.4  # questions a note, on average


def _moved_in(url: str) -> None:
    stage = CoreStage(url, MONDAY)
    company.migrate(stage.core.db)
    with stage.core.db.transaction() as session:
        settle(session, Books(), MONDAY, Shape(zone=company.ZONE))
    stage.close()


def _week(stage: CoreStage) -> list[tuple[str, str, str]]:
    """Every note, whom it was written for, and what was asked back ("" for nothing).

    The rep says yes to keeping a note, and answers one other question in three.
    """
    asked: list[tuple[str, str, str]] = []
    for line in NOTES.read_text("utf-8").splitlines():
        if line.startswith("周"):
            stage.now = MONDAY + timedelta(days="一二三四五".index(line[1]))
            continue
        stage.now += timedelta(minutes=25)
        said = stage.say(REP, line)
        told, hint, after = said.partition(Heard.undo_hint())
        question = after.strip() if hint else said
        asked.append((line, told.partition("｜")[0] if hint else line, question))
        if "要记" in question:
            stage.say(REP, "要")
        elif "什么时候" in question and sum(bool(q) for _, _, q in asked) % 3 == 0:
            stage.say(REP, "下周三")
    return asked


def test_hardly_anything_is_asked_and_nothing_twice(fresh_database_url: Callable[..., str]) -> None:
    stage = CoreStage(fresh_database_url("sqlite", _moved_in), MONDAY)
    asked = _week(stage)
    written = [row["text"] for row in stage.rows("followups") if row["message"]]
    stage.close()
    questions = [(customer, question) for _, customer, question in asked if question]
    assert len(asked) == 50
    assert len(questions) / len(asked) <= MOST, questions
    assert len(set(questions)) == len(questions)
    missing = [note for note, _, _ in asked if not any(note in text for text in written)]
    assert len(missing) <= 2, missing  # one changes a deal, one is of nobody's customer
