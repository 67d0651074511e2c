"""The composition root: the only file that knows everybody."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import ClientSession, ClientTimeout, web
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scrm_bot import outbox, schema, settings, shared
from scrm_bot.adapters.base import Adapter
from scrm_bot.adapters.dingtalk import Dingtalk
from scrm_bot.adapters.dingtalk_stream import DingtalkStream
from scrm_bot.adapters.wechat import Wechat
from scrm_bot.adapters.wecom import Wecom
from scrm_bot.adapters.wecom_kf import WecomKf
from scrm_bot.clock import Clock, beats
from scrm_bot.crm.shape import Shape, Stage
from scrm_bot.db import Database
from scrm_bot.dialogs import talk
from scrm_bot.dialogs.skill import Skill, collect
from scrm_bot.dialogs.skills import accounts, basics, deals, followups, reminders, requests, tickets
from scrm_bot.dialogs.vocabulary import Vocabulary
from scrm_bot.inbox import Incoming
from scrm_bot.metrics import Metrics
from scrm_bot.nlp.brain import Brain
from scrm_bot.nlp.lexicon import Lexicon
from scrm_bot.nlp.words import Words
from scrm_bot.outbox import Outgoing
from scrm_bot.relay import Relay
from scrm_bot.turn import Turns
from scrm_bot.web.hooks import Hooks

log = logging.getLogger(__name__)
ABANDONED = timedelta(seconds=10)  # a turn that is not over by then was left by somebody who died


def utc_now() -> datetime:
    """The application's clock: never the database's."""
    return datetime.now(UTC)


def skills() -> dict[str, Skill]:
    """Everything that can be said."""
    return talk.offered(collect(followups, deals, requests, tickets, reminders, accounts, basics))


def shape(config: settings.Settings) -> Shape:
    """The configuration as the CRM sees it."""
    rules = config.rules
    return Shape(
        company=config.company.name,
        zone=config.company.timezone,
        stages=tuple(Stage(s.key, s.name, s.kind, s.probability) for s in config.stages),
        confirm_amount=rules.confirm_amount,
        undo_minutes=rules.undo_minutes,
        uncontacted_days=rules.uncontacted_days,
        renewal_days=tuple(rules.renewal_days),
        morning=rules.morning,
        quiet_from=rules.quiet_from,
        quiet_until=rules.quiet_until,
    )


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
) -> Core:
    """Build it. `audiences` are those of channels that stand in no configuration (the terminal's, the demo's).

    `words`: a dictionary that is loaded already, for whoever builds several.
    """
    db = Database(str(config.database.url))
    company = shape(config)
    lexicon, taught = Lexicon(words), skills()
    vocabulary = Vocabulary(lexicon, company)
    brain = Brain(lexicon, [lesson for skill in taught.values() for lesson in skill.lessons()])
    known = {channel.name: channel.audience for channel in config.channels} | dict(audiences or {})
    return Core(config, db, company, Turns(db, brain, vocabulary, taught, company, known, now))


@dataclass
class App:
    """A running bot: `start`, serve `web`, `stop`."""

    core: Core
    adapters: dict[str, Adapter]
    http: ClientSession
    shared: shared.Memory
    metrics: Metrics
    hooks: Hooks
    relay: Relay
    clock: Clock
    now: Callable[[], datetime]
    _beats: Any = field(default=None, repr=False)  # APScheduler says nothing of its types
    _ears: list[asyncio.Task[None]] = field(default_factory=list, repr=False)

    async def start(self) -> None:
        """Finish what a crash left, then carry and beat."""
        await asyncio.to_thread(self.core.turns.brain.warm)
        left = await self.hooks.finish_left_open(self.now())
        if left:
            log.info("finished messages that were left open", extra={"count": left})
        self.relay.start()
        listeners = [adapter for adapter in self.adapters.values() if hasattr(adapter, "listen")]
        self._ears = [asyncio.create_task(ear.listen(self.hooks), name=f"listen {ear.name}") for ear in listeners]
        scheduler = beats(self.clock, self._sweep)
        scheduler.start()
        self._beats = scheduler

    async def stop(self) -> None:
        """Stop beating, finish the turns in work and what is being sent, let go of everything."""
        if self._beats is not None:
            self._beats.shutdown(wait=False)
        for ear in self._ears:
            ear.cancel()
        await asyncio.gather(*self._ears, return_exceptions=True)
        await self.hooks.drain()
        await self.relay.stop()
        await self.http.close()
        await self.shared.close()
        await asyncio.to_thread(self.core.db.close)

    def application(self) -> web.Application:
        """Callbacks, health and metrics."""
        application = web.Application(client_max_size=256 * 1024)
        application.add_routes(self.hooks.routes())
        application.router.add_get("/healthz", self._healthz)
        application.router.add_get("/readyz", self._readyz)
        application.router.add_get("/metrics", self._metrics)
        return application

    async def _sweep(self) -> None:
        await self.hooks.finish_left_open(self.now() - ABANDONED)

    async def _healthz(self, _request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _readyz(self, _request: web.Request) -> web.Response:
        """Reachable and migrated, or what is wrong."""
        try:
            trouble = await asyncio.wait_for(self.core.db.run(schema.trouble, self.core.db), 3)
        except Exception as error:
            log.warning("not ready", extra={"why": type(error).__name__})
            trouble = "database cannot be reached"
        return web.Response(status=503 if trouble else 200, text=(trouble or "ok") + "\n")

    async def _metrics(self, _request: web.Request) -> web.Response:
        await self.core.db.within(self._count)
        return web.Response(body=self.metrics.text(), headers={"Content-Type": "text/plain; version=0.0.4"})

    def _count(self, session: Session) -> None:
        is_open, unsent = Incoming.fate.is_(None), Outgoing.state.in_(outbox.OPEN)
        self.metrics.open_messages.set(session.scalar(select(func.count(Incoming.id)).where(is_open)) or 0)
        self.metrics.outbox_depth.set(session.scalar(select(func.count(Outgoing.id)).where(unsent)) or 0)


async def build(
    config: settings.Settings,
    extra: Mapping[str, Adapter] | None = None,
    now: Callable[[], datetime] = utc_now,
    words: Words | None = None,
) -> App:
    """Everything, put together. `extra`: adapters that stand in no configuration. Needs a running loop."""
    extra = dict(extra or {})
    middle = core(config, {name: adapter.audience for name, adapter in extra.items()}, now, words)
    http = ClientSession(timeout=ClientTimeout(total=8, connect=3))
    meeting = shared.Redis(str(config.redis.url)) if config.redis.url else shared.Memory()
    adapters = {channel.name: _adapter(channel, http, meeting) for channel in config.channels} | extra
    metrics = Metrics()
    relay = Relay(middle.db, adapters, now, metrics, middle.shape, meeting)
    hooks = Hooks(middle.db, middle.turns, adapters, now, relay.wake, metrics, relay.dispatch.bounced)
    clock = Clock(middle.db, middle.shape, now, relay.wake_all)
    return App(middle, adapters, http, meeting, metrics, hooks, relay, clock, now)


def _adapter(channel: settings.Channel, http: ClientSession, meeting: shared.Memory) -> Adapter:
    match channel:
        case settings.Wecom():
            return Wecom(
                channel.name, channel.audience, channel.corp_id, channel.agent_id, channel.secret, channel.token,
                channel.aes_key, channel.api_base, http, meeting.tokens, meeting.nonces,
            )  # fmt: skip
        case settings.WecomKf():
            return WecomKf(
                channel.name, channel.audience, channel.corp_id, channel.secret, channel.token, channel.aes_key,
                channel.open_kfid, channel.api_base, http, meeting.tokens, meeting.nonces,
            )  # fmt: skip
        case settings.Wechat():
            return Wechat(
                channel.name, channel.audience, channel.app_id, channel.original_id, channel.secret, channel.token,
                channel.aes_key, channel.api_base, http, meeting.tokens, meeting.nonces,
            )  # fmt: skip
        case settings.Dingtalk():
            return (DingtalkStream if channel.mode == "stream" else Dingtalk)(
                channel.name, channel.audience, channel.client_id, channel.client_secret, channel.robot_code,
                channel.corp_id, channel.api_base, http, meeting.tokens, meeting.nonces,
            )  # fmt: skip
