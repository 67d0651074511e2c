"""Every labelled message through a whole turn: none fails, and what only asks or chats changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from scrm_bot.crm import customers
from scrm_bot.crm.audit import Entry
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import System, named
from scrm_bot.nlp.meaning import WRITING
from tests import company
from tests.stage import CoreStage
from tests.story import PEOPLE

HERE = Path(__file__).parent / "nlp" / "corpus"
SPEAKERS = {"rep": "小周", "manager": "陈经理", "customer": "王建华"}


def _entries(stage: CoreStage) -> int:
    with stage.core.db.transaction() as session:
        return session.scalar(select(func.count(Entry.id))) or 0


def _know(stage: CoreStage, names: list[str]) -> None:
    with stage.core.db.transaction() as session:
        desk = Desk(session, System(), company.NOW, stage.core.shape)
        owner = named(session, "周晓明")[0]
        for name in names:
            if customers.by_name(desk, name) is None:
                customers.create(desk, name, (), owner)


@pytest.mark.parametrize("kind", ["sqlite"])
def test_no_message_fails_a_turn_and_no_question_writes(kind: str, fresh_database_url: Callable[..., str]) -> None:
    stage = CoreStage(fresh_database_url(kind, company.prepare))
    _know(stage, [one["name"] for one in json.loads((HERE / "customers.json").read_text(encoding="utf-8"))])
    wrote = []
    for line in (HERE / "own.jsonl").read_text(encoding="utf-8").splitlines():
        message = json.loads(line)
        stage.now = datetime.fromisoformat(message["ref"]).replace(tzinfo=company.ZONE)
        before = _entries(stage)
        stage.say(PEOPLE[SPEAKERS[message["role"]]], message["text"])
        assert stage.fate() not in (None, "failed"), message
        asks = message["intent"] not in WRITING and message["role"] != "customer"
        if asks and _entries(stage) != before:
            wrote.append(message["text"])
    stage.close()
    assert wrote == []
