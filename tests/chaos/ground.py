"""Where a scenario takes place: a folder, a database with a company large enough to be busy, a seed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import create_engine, func, select
from sqlalchemy.engine import Engine
from sqlalchemy.pool import NullPool

from scrm_bot import schema
from scrm_bot.crm import customers, people
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import Staff, System
from scrm_bot.crm.shape import Shape
from scrm_bot.db import Database, normalised
from tests import company

REPS = 60  # on WeCom, and as many on DingTalk
ENGINEERS = 30
CITIES = ("中山", "珠海", "江门", "惠州", "肇庆", "汕头", "湛江", "茂名")
FIRST, SECOND = "凯瑞森泰诺欣腾跃鼎宏兴瀚锐盛润", "宇达科龙源峰博维"
TRADES = ("塑胶", "纺织", "玻璃", "家具", "灯饰")


@dataclass
class Ground:
    """What every scenario is given."""

    name: str
    seed: int
    folder: Path
    url: str
    redis: str = ""
    people: int = 60  # who talk at once
    pace: float = 3.0  # seconds between a person's messages, at most
    random: Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)

    @property
    def rows(self) -> Rows:
        """The database, read from outside."""
        return Rows(self.url)


class Rows:
    """What the database says, read beside the bot whatever state that is in."""

    def __init__(self, url: str) -> None:
        self._engine: Engine = create_engine(normalised(url), poolclass=NullPool)

    def all(self, name: str) -> list[Mapping[str, Any]]:
        """Every row of a table, in order of their numbers."""
        table = schema.metadata().tables[name]
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(select(table).order_by(table.c.id)).mappings()]

    def open(self) -> int:
        """How many messages have no fate, rows of the outbox no end, and reminders of the next minute did not ring."""
        tables = schema.metadata().tables
        messages, outbox, reminders = (tables[name].c for name in ("messages", "outbox", "reminders"))
        soon = datetime.now(UTC) + timedelta(minutes=1)
        wheres = (  # each before what it turns into, which is looked for a moment later
            (messages.fate.is_(None),),
            (reminders.state == "waiting", reminders.due_at < soon),
            (outbox.state.in_(("waiting", "sending")),),
        )
        with self._engine.connect() as connection:
            return sum(connection.scalar(select(func.count()).where(*where)) or 0 for where in wheres)


def firms() -> Iterator[str]:
    """Names of customers that are hard to mix up, one for each rep."""
    for first, second in itertools.islice(itertools.product(FIRST, SECOND), 2 * REPS):
        number = FIRST.index(first) * len(SECOND) + SECOND.index(second)
        yield f"{CITIES[number % len(CITIES)]}{first}{second}{TRADES[number % len(TRADES)]}"


def populate(url: str) -> None:
    """The tests' company and, beside it, people enough to keep several processes busy."""
    company.prepare(url)
    db = Database(url)
    with db.transaction() as session:
        desk = Desk(session, System(), company.NOW - timedelta(days=30), Shape(zone=company.ZONE))
        for number, firm in enumerate(firms()):
            channel = "sales" if number < REPS else "ding"
            rep = _hire(desk, f"业务员{number:03d}", "sales", f"{channel}:rep{number}")
            customers.create(desk, firm, (firm[2:4] + firm[4:],), rep)
        for number in range(ENGINEERS):
            _hire(desk, f"工程师{number:03d}", "engineer", f"ding:fix{number}")
    db.close()


def _hire(desk: Desk, name: str, role: str, account: str) -> Staff:
    one = Staff(name=name, role=role, department="", phone=None)
    desk.session.add(one)
    desk.session.flush()
    people.bind(desk.session, *account.split(":", 1), one, desk.now)
    return one
