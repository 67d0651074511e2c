"""Runs conversations written in plain text, so that a salesperson could write the test.

时间 2026-03-18 09:40
小周：今天拜访了华星王总 下周三再报价
> 华星科技…拜访…王总            the reply has these words in this order (… skips some)
>! 出了点问题                    the reply has not
> （无）                         no reply
推送 张建国：新工单…T260318-01    somebody else hears that
表 followups：customer=华星科技(深圳)有限公司 method=拜访
表 followups 3 行
过 1 小时                        the clock goes on, what is due is pushed
结果 written                     the fate of the last message
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from scrm_bot import exports, inbox
from scrm_bot.app import Core, core
from scrm_bot.clock import Clock
from scrm_bot.inbox import Incoming
from scrm_bot.message import Address, Kind, Message
from scrm_bot.nlp.words import Words
from scrm_bot.outbox import Outgoing
from scrm_bot.settings import Company, Database, Secret, Settings
from tests import company

PEOPLE = {
    "小周": Address("sales", "zhouxm"),
    "小李": Address("sales", "lisq"),
    "赵东": Address("sales", "zhaod"),
    "陈经理": Address("ding", "manager01"),
    "王敏": Address("sales", "boss"),
    "张建国": Address("ding", "zhangjg"),
    "吴强": Address("ding", "wuq"),
    "王建华": Address("service", "openid-wang"),
    "路人": Address("service", "openid-nobody"),
    "生人": Address("sales", "nobody"),
    "钉钉上的小周": Address("ding", "zhou-on-ding"),
}
WORDS = Words()  # a dictionary takes a second to load; it knows no company
UNITS = {"秒": "seconds", "分钟": "minutes", "小时": "hours", "天": "days"}


@dataclass
class Stage:
    """A company, a clock that only the story moves, and the ears of everybody."""

    url: str
    now: datetime = company.NOW
    said: str = ""
    last: int = 0
    heard: dict[Address, list[str]] = field(default_factory=dict)
    _seen: int = 0
    _keys: int = 0

    def __post_init__(self) -> None:
        settings = Settings(company=Company(name="示例机电"), database=Database(url=Secret(self.url)))
        self.core = core(settings, company.AUDIENCES, lambda: self.now, WORDS)
        self.clock = Clock(self.core.db, self.core.shape, lambda: self.now, lambda: None)

    def close(self) -> None:
        """Let go of the database."""
        self.core.db.close()

    def say(self, to: Address, text: str, kind: Kind = Kind.TEXT, key: str = "") -> str:
        """One message, its turn, and what was answered to it ("" for nothing)."""
        self._keys += 1
        message = Message(to, key or f"k{self._keys}", kind, text, self.now)
        with self.core.db.transaction() as session:
            self.last, _ = inbox.accept(session, message, self.now)
        self.core.turns.take(self.last)
        self._collect()
        return self.said

    def wait(self, time: timedelta) -> None:
        """Let time pass; the clock ticks at its end."""
        self.now += time
        self.clock.tick()
        self._collect()

    def fate(self) -> str | None:
        """Of the last message."""
        with self.core.db.transaction() as session:
            return session.get_one(Incoming, self.last).fate

    def rows(self, entity: str) -> list[dict[str, Any]]:
        """As exported."""
        return exported(self.core, entity)

    def _collect(self) -> None:
        """Everything newly said: the answers to the last message apart from what others heard."""
        answers, self.heard = [], {}
        with self.core.db.transaction() as session:
            for row in session.scalars(select(Outgoing).where(Outgoing.id > self._seen).order_by(Outgoing.id)):
                self._seen = row.id
                if row.answers == self.last:
                    answers.append(row.text)
                else:
                    self.heard.setdefault(row.address, []).append(row.text)
                row.state, row.sent_at = "sent", self.now
        self.said = "\n".join(answers)


def exported(core: Core, entity: str) -> list[dict[str, Any]]:
    """Every row of an entity, as `scrm-bot export` writes it."""
    zone = core.shape.zone
    return [json.loads(exports.as_json(row, zone)) for row in exports.records(core.db, core.shape, entity)]


def play(stage: Stage, story: str) -> None:
    """Every line of it; an AssertionError names the line that does not hold."""
    for number, line in enumerate(story.splitlines(), 1):
        try:
            _line(stage, line.strip())
        except AssertionError as failed:
            raise AssertionError(f"line {number}: {line}\n{failed}") from None


def stories(folder: Path) -> list[tuple[str, str]]:
    """(title, text) of every story in the folder; a file holds several, each under a line `## title`."""
    found = []
    for file in sorted(folder.glob("*.txt")):
        for part in re.split(r"^## ", file.read_text(encoding="utf-8"), flags=re.M)[1:]:
            title, _, text = part.partition("\n")
            found.append((f"{file.stem}: {title.strip()}", text))
    return found


def _line(stage: Stage, line: str) -> None:
    if not line or line.startswith("#"):
        return
    if line.startswith("时间 "):
        stage.now = datetime.strptime(line[3:], "%Y-%m-%d %H:%M").replace(tzinfo=company.ZONE)
    elif line.startswith("过 "):
        _, amount, unit = line.split()
        stage.wait(timedelta(**{UNITS[unit]: float(amount)}))
    elif line == "> （无）":
        assert not stage.said, f"said: {stage.said}"
    elif line.startswith(">!"):
        assert not _has(stage.said, line[2:]), f"said: {stage.said}"
    elif line.startswith(">"):
        assert _has(stage.said, line[1:]), f"said: {stage.said}"
    elif line.startswith("推送 "):
        _pushed(stage, line[3:])
    elif line.startswith("表 "):
        _table(stage, line[2:])
    elif line.startswith("结果 "):
        assert stage.fate() == line[3:], f"fate: {stage.fate()}, said: {stage.said}"
    else:
        who, _, words = re.sub(r"^(\S+?)[：:]", r"\1\n", line, count=1).partition("\n")
        assert who in PEOPLE, f"nobody is called {who}"
        stage.say(PEOPLE[who], words.replace("\\n", "\n"))


def _pushed(stage: Stage, words: str) -> None:
    who, _, wanted = words.partition("：")
    heard = stage.heard.get(PEOPLE[who], [])
    if wanted == "（无）":
        assert not heard, f"{who} heard: {heard}"
    else:
        assert any(_has(text, wanted) for text in heard), f"{who} heard: {heard}; all: {stage.heard}"


def _table(stage: Stage, words: str) -> None:
    if count := re.fullmatch(r"(\w+) (\d+) 行", words):
        rows = stage.rows(count[1])
        assert len(rows) == int(count[2]), f"{len(rows)} rows: {rows}"
        return
    entity, _, fields = words.partition("：")
    wanted = dict(re.findall(r"(\w+)=(\S+)", fields))
    rows = stage.rows(entity)
    assert any(_matches(row, wanted) for row in rows), f"no such row among: {rows[-5:]}"


def _matches(row: dict[str, Any], wanted: dict[str, str]) -> bool:
    return all(_has(_text(row.get(name)), value) for name, value in wanted.items())


def _text(value: Any) -> str:
    return "、".join(value) if isinstance(value, list) else "（空）" if value is None else str(value)


def _has(text: str, words: str) -> bool:
    place = 0
    for part in words.strip().split("…"):
        found = text.find(part.strip(), place)
        if found < 0:
            return False
        place = found + len(part.strip())
    return True
