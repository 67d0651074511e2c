"""The composition root: the only file that knows everybody. Its outer half, which opens first, is edge.py."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from aiohttp import web
from sqlalchemy.orm import Session

from scrm_bot import edge, settings, wording
from scrm_bot.adapters.base import Adapter
from scrm_bot.beats import Beats
from scrm_bot.clock import Clock
from scrm_bot.crm import links
from scrm_bot.crm.shape import Shape, Stage
from scrm_bot.db import Database
from scrm_bot.dialogs.roster import Roster
from scrm_bot.dialogs.skill import Skill, collect, offered
from scrm_bot.dialogs.skills import (
    accounts,
    appointments,
    attachments,
    basics,
    cards,
    caseload,
    deals,
    explanations,
    followups,
    guiding,
    languages,
    lists,
    meetings,
    pastes,
    practising,
    proofs,
    reminders,
    requests,
    results,
    rooms,
    standing,
    summaries,
    tickets,
    todos,
    undoing,
    visits,
)
from scrm_bot.dialogs.skills import words as taught
from scrm_bot.dialogs.vocabulary import Vocabulary
from scrm_bot.edge import Edge, utc_now
from scrm_bot.fetching import Fetcher
from scrm_bot.files.kinds import BY_MIME
from scrm_bot.files.store import Store
from scrm_bot.handouts import hand_out
from scrm_bot.nlp.brain import Brain
from scrm_bot.nlp.lexicon import Lexicon
from scrm_bot.nlp.words import Words
from scrm_bot.relay import Relay
from scrm_bot.turn import Turns
from scrm_bot.web.files import Link, Served
from scrm_bot.web.hooks import Hooks

__all__ = ["App", "Core", "build", "complete", "core", "shape", "skills", "utc_now"]
log = logging.getLogger(__name__)
ABANDONED = timedelta(seconds=10)  # a turn that is not over by then was left by somebody who died


def skills() -> dict[str, Skill]:
    """Everything that can be said."""
    daily = (followups, deals, results, requests, tickets, caseload, reminders, meetings, appointments, todos)
    more = (summaries, standing, accounts, lists, cards, rooms, visits, attachments)
    about_talk = (languages, proofs, pastes, explanations, taught, undoing, guiding, practising, basics)
    return offered(collect(*daily, *more, *about_talk))


def shape(config: settings.Settings) -> Shape:
    """The configuration as the CRM sees it. Raises SettingsError if the company's own words cannot be used."""
    rules = config.rules
    return Shape(
        company=config.company.name,
        zone=config.company.timezone,
        stages=tuple(Stage(s.key, s.name, s.kind, s.probability) for s in config.stages),
        confirm_amount=rules.confirm_amount,
        undo_minutes=rules.undo_minutes,
        uncontacted_days=rules.uncontacted_days,
        count_low_value=rules.count_low_value,
        renewal_days=tuple(rules.renewal_days),
        morning=rules.morning,
        quiet_from=rules.quiet_from,
        quiet_until=rules.quiet_until,
        public_url=config.server.public_url,
        language=config.company.language,
        wordings=wording.load(Path(config.company.wording) if config.company.wording else None),
    )


def store(config: settings.Settings) -> Store:
    """Where files are kept."""
    return Store(Path(config.files.folder), config.files.max_mb * 2**20)


@dataclass
class Core:
    """What works without a network: the database and whoever takes turns."""

    config: settings.Settings
    db: Database
    shape: Shape
    turns: Turns


def core(
    config: settings.Settings,
    audiences: Mapping[str, str] | None = None,
    now: Callable[[], datetime] = utc_now,
    words: Words | None = None,
    db: Database | None = None,
) -> Core:
    """Build it. `audiences` are those of channels that stand in no configuration (the terminal's, the demo's).

    `words`: a dictionary that is loaded already, for whoever builds several.
    """
    db = db or Database(str(config.database.url))
    company = shape(config)
    lexicon, taught = Lexicon(words), skills()
    vocabulary = Vocabulary(lexicon, company, Roster(db.url))
    brain = Brain(lexicon, [lesson for skill in taught.values() for lesson in skill.lessons()])
    known = {channel.name: channel.audience for channel in config.channels} | dict(audiences or {})
    files = partial(hand_out, store(config))
    return Core(config, db, company, Turns(db, brain, vocabulary, taught, company, known, now, files))


@dataclass
class App:
    """A running bot: `start`, serve its `application`, `stop`."""

    edge: Edge
    core: Core
    relay: Relay
    clock: Clock
    fetcher: Fetcher
    _beats: Beats | None = field(default=None, repr=False)
    _ears: list[asyncio.Task[None]] = field(default_factory=list, repr=False)

    @property
    def hooks(self) -> Hooks:
        """Where messages come in."""
        return self.edge.hooks

    @property
    def adapters(self) -> dict[str, Adapter]:
        """The channels."""
        return self.edge.adapters

    def now(self) -> datetime:
        """The application's clock."""
        return self.edge.now()

    def application(self) -> web.Application:
        """Callbacks, health and metrics."""
        return self.edge.application()

    async def start(self) -> None:
        """Open, then carry and beat."""
        await self.open()
        self.relay.start()
        self.fetcher.start()
        self._beats = Beats(self.clock.beat, self._sweep)
        self._beats.start()

    async def open(self) -> None:
        """Load the words, take the turns that waited for them, finish what a crash left, and listen.

        Nothing is carried and nothing rings but by `start`, or by whoever does it himself.
        """
        await asyncio.to_thread(self.core.turns.brain.warm)
        await asyncio.to_thread(self.core.turns.vocabulary.open)
        self._count()
        self.hooks.begin(self.core.turns, self.relay.wake, self.relay.dispatch.bounced)
        left = await self.hooks.finish_left_open(self.now())
        if left:
            log.info("finished messages that were left open", extra={"count": left})
        listeners = [adapter for adapter in self.adapters.values() if hasattr(adapter, "listen")]
        self._ears = [asyncio.create_task(ear.listen(self.hooks), name=f"listen {ear.name}") for ear in listeners]

    async def stop(self) -> None:
        """Stop beating, finish the turns in work and what is being sent, let go of everything."""
        if self._beats is not None:
            self._beats.stop()
        for ear in self._ears:
            ear.cancel()
        await asyncio.gather(*self._ears, return_exceptions=True)
        await self.hooks.drain()
        await self.fetcher.stop()
        await self.relay.stop()
        await self.edge.stop()

    def _count(self) -> None:
        metrics = self.edge.metrics
        self.core.turns.ended = lambda fate: metrics.fates.labels(fate).inc()
        self.clock.lag = metrics.clock_lag.observe
        self.edge.health.beaten = lambda: self.clock.beaten

    async def _sweep(self) -> None:
        await self.hooks.finish_left_open(self.now() - ABANDONED)


async def build(
    config: settings.Settings,
    extra: Mapping[str, Adapter] | None = None,
    now: Callable[[], datetime] = utc_now,
    words: Words | None = None,
) -> App:
    """Everything, put together. `extra`: adapters that stand in no configuration. Needs a running loop."""
    return complete(edge.build(config, extra, now), words)


def complete(outside: Edge, words: Words | None = None) -> App:
    """Put the middle behind an edge; may be done in a thread while the edge takes messages in."""
    audiences = {name: adapter.audience for name, adapter in outside.adapters.items()}
    middle = core(outside.config, audiences, outside.now, words, outside.db)
    middle.turns.by_api, middle.turns.carries = outside.by_api, outside.carries
    kept = store(outside.config)
    relay = Relay(middle.db, outside.adapters, outside.now, outside.metrics, middle.shape, outside.shared, kept.read)
    outside.files.begin(partial(_opened, middle, kept, outside.now))
    fetcher = Fetcher(
        middle.db, outside.adapters, kept, middle.shape, outside.now, outside.metrics, relay.wake_all
    )  # fmt: skip
    clock = Clock(middle.db, middle.shape, outside.now, relay.wake_all)
    return App(outside, middle, relay, clock, fetcher)


async def _opened(middle: Core, kept: Store, now: Callable[[], datetime], asked: Link) -> Served | None:
    """What a link leads to."""

    def look(session: Session) -> Served | None:
        file = links.opened(session, middle.shape, now(), asked.number, asked.who, asked.until, asked.signature)
        kind = BY_MIME.get(file.type or "") if file else None
        if file is None or kind is None or file.digest is None:
            return None
        stem = file.name.rpartition(".")[0] or file.name or f"{file.kind}-{file.id}"
        return Served(kept.path(file.digest), f"{stem}.{kind.ending}", kind.mime, kind.shown)

    return await middle.db.within(look)
