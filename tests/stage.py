"""Where stories are played: a company, a clock that only the story moves, and the ears of everybody."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from sqlalchemy import select

from scrm_bot import exports, inbox
from scrm_bot.app import Core, core
from scrm_bot.clock import Clock
from scrm_bot.inbox import Incoming
from scrm_bot.message import Address, Kind, Message
from scrm_bot.nlp.words import Words
from scrm_bot.outbox import Outgoing
from scrm_bot.settings import Company, Database, Files, Secret, Settings
from tests import company

WORDS = Words()  # a dictionary takes a second to load; it knows no company
MEDIA = (Kind.IMAGE, Kind.VOICE, Kind.FILE)
NOTHING: Mapping[str, Any] = {}
COMPANY = "示例机电"


class Stage(Protocol):
    """What a story needs.

    `said`: the answer to the last message, in private; `aloud`: in the group; `heard`: what else was seen, and by whom.
    """

    now: datetime
    said: str
    aloud: str
    heard: dict[Address, list[str]]

    def say(self, to: Address, text: str, kind: Kind = Kind.TEXT, more: Mapping[str, Any] = NOTHING) -> str:
        """One message, its turn, and what was answered to it ("" for nothing).

        `more`: `name` of a file; `latitude` and `longitude` of a place.
        """
        ...

    def press(self, to: Address, label: str) -> str:
        """The button that begins so, on the latest card that this person has it on."""
        ...

    def wait(self, time: timedelta) -> None:
        """Let time pass; what is due at its end is pushed."""
        ...

    def fate(self) -> str | None:
        """Of the last message."""
        ...

    def rows(self, entity: str) -> list[dict[str, Any]]:
        """As exported."""
        ...


@dataclass
class CoreStage:
    """Straight into the core: no platform, no network. What is said counts as heard."""

    url: str
    now: datetime = company.NOW
    said: str = ""
    aloud: str = ""
    last: int = 0
    heard: dict[Address, list[str]] = field(default_factory=dict)
    _seen: int = 0
    _keys: int = 0

    def __post_init__(self) -> None:
        self._folder = TemporaryDirectory()
        settings = Settings(
            company=Company(name=COMPANY),
            database=Database(url=Secret(self.url)),
            files=Files(folder=self._folder.name),
        )
        self.core = core(settings, company.AUDIENCES, lambda: self.now, WORDS)
        self.clock = Clock(self.core.db, self.core.shape, lambda: self.now, lambda: None)

    def close(self) -> None:
        """Let go of the database."""
        self.core.db.close()
        self._folder.cleanup()

    def say(
        self, to: Address, text: str, kind: Kind = Kind.TEXT, more: Mapping[str, Any] = NOTHING, key: str = ""
    ) -> str:
        """One message, its turn, and what was answered to it ("" for nothing)."""
        self._keys += 1
        media = {"media_id": f"media-{self._keys}"} if kind in MEDIA else {}
        return self._hear(Message(to, key or f"k{self._keys}", kind, text, self.now, detail=media | dict(more)))

    def press(self, to: Address, label: str) -> str:
        """The button that begins so, on the latest card that this person has it on."""
        self._keys += 1
        here = (Outgoing.channel == to.channel, Outgoing.to_user == to.user, Outgoing.room == to.room)
        with self.core.db.transaction() as session:
            rows = session.scalars(select(Outgoing).where(*here).order_by(Outgoing.id.desc())).all()
            taps = [tap for row in rows for tap in row.reply.choices if tap.label.startswith(label)]
        assert taps, f"no button {label}: {[row.reply for row in rows[:3]]}"
        detail = {"asked": taps[0].asked}
        return self._hear(Message(to, f"k{self._keys}", Kind.PRESS, taps[0].says, self.now, detail=detail))

    def _hear(self, message: Message) -> str:
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
        self.heard = {}
        answers: dict[bool, list[str]] = {True: [], False: []}  # aloud, in private
        with self.core.db.transaction() as session:
            for row in session.scalars(select(Outgoing).where(Outgoing.id > self._seen).order_by(Outgoing.id)):
                self._seen = row.id
                if row.answers == self.last:
                    answers[bool(row.room)].append(row.text)
                else:
                    self.heard.setdefault(row.address, []).append(row.text)
                row.state, row.sent_at = "sent", self.now
        self.said, self.aloud = "\n".join(answers[False]), "\n".join(answers[True])


def exported(core: Core, entity: str) -> list[dict[str, Any]]:
    """Every row of an entity, as `scrm-bot export` writes it."""
    zone = core.shape.zone
    return [json.loads(exports.as_json(row, zone)) for row in exports.records(core.db, core.shape, entity)]
