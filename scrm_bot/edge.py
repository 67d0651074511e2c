"""The outer half of the composition: what a callback needs to be checked, kept and acknowledged, and no more.

It knows nothing of words and of the CRM. `serve` opens it first; app.py puts the middle behind it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from aiohttp import ClientSession, ClientTimeout, web
from sqlalchemy import ExceptionContext, event
from sqlalchemy.exc import InterfaceError, OperationalError

from scrm_bot import __version__, late, settings, shared, version
from scrm_bot.adapters.base import Adapter, takes
from scrm_bot.adapters.dingtalk import Dingtalk
from scrm_bot.adapters.dingtalk_stream import DingtalkStream
from scrm_bot.adapters.wechat import Wechat
from scrm_bot.adapters.wecom import Wecom
from scrm_bot.adapters.wecom_kf import WecomKf
from scrm_bot.db import Database
from scrm_bot.message import Address, OutFile, Reply
from scrm_bot.metrics import Metrics
from scrm_bot.web.files import Files
from scrm_bot.web.health import Health
from scrm_bot.web.hooks import Hooks


def utc_now() -> datetime:
    """The application's clock: never the database's."""
    return datetime.now(UTC)


@dataclass
class Edge:
    """The bot's outside: it takes messages in; their turns wait until somebody takes them."""

    config: settings.Settings
    db: Database
    adapters: dict[str, Adapter]
    http: ClientSession
    shared: shared.Memory
    metrics: Metrics
    hooks: Hooks
    health: Health
    files: Files
    now: Callable[[], datetime]

    def application(self) -> web.Application:
        """Callbacks, health and metrics; and files, by signed links."""
        application = web.Application(client_max_size=256 * 1024)
        application.add_routes(self.hooks.routes())
        application.add_routes(self.health.routes())
        application.add_routes(self.files.routes())
        return application

    def by_api(self, to: Address, reply: Reply) -> bool:
        """No answer to a callback can hold how this begins: a card, a file."""
        if not (reply.choices or reply.file) or to.channel not in self.adapters:
            return False
        return not self.adapters[to.channel].parts(reply, {})[0].is_plain

    def carries(self, to: Address, file: OutFile) -> bool:
        """Files of this kind can be handed out there."""
        adapter = self.adapters.get(to.channel)
        return adapter is not None and takes(adapter.limits, file)

    async def stop(self) -> None:
        """Finish the turns in work, let go of everything."""
        await self.hooks.drain()
        await self.http.close()
        await self.shared.close()
        await asyncio.to_thread(self.db.close)


def build(
    config: settings.Settings, extra: Mapping[str, Adapter] | None = None, now: Callable[[], datetime] = utc_now
) -> Edge:
    """`extra`: adapters that stand in no configuration. Needs a running loop."""
    db = Database(str(config.database.url))
    http = ClientSession(timeout=ClientTimeout(total=8, connect=3))
    meeting = late.load("meeting").Redis(str(config.redis.url)) if config.redis.url else shared.Memory()
    adapters = {channel.name: _adapter(channel, http, meeting) for channel in config.channels} | dict(extra or {})
    metrics = Metrics()
    _count(db, meeting, metrics)
    hooks = Hooks(db, adapters, now, metrics)
    health = Health(db, hooks, meeting, metrics, now)
    return Edge(config, db, adapters, http, meeting, metrics, hooks, health, Files(), now)


def _count(db: Database, meeting: shared.Memory, metrics: Metrics) -> None:
    """What happens below, told by whoever it happens to."""

    def failed(context: ExceptionContext) -> None:
        if isinstance(context.sqlalchemy_exception, OperationalError | InterfaceError):
            metrics.database_errors.labels(type(context.original_exception).__name__).inc()

    event.listen(db.engine, "handle_error", failed)
    meeting.tokens.fetched = lambda result: metrics.tokens.labels(result).inc()
    metrics.describe(__version__, version.known()[-1], db.engine.dialect.name)


def _adapter(channel: settings.Channel, http: ClientSession, meeting: shared.Memory) -> Adapter:
    match channel:
        case settings.Wecom():
            return Wecom(
                channel.name, channel.audience, channel.corp_id, channel.agent_id, channel.secret, channel.token,
                channel.aes_key, channel.api_base, http, meeting.tokens, meeting.nonces, cards=channel.cards,
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
                channel.corp_id, channel.api_base, http, meeting.tokens, meeting.nonces, meeting.budgets,
            )  # fmt: skip
