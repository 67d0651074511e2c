"""The simulator as a whole: one server on loopback for all platforms."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from aiohttp import web

from scrm_bot.simulator.corp import Corporation
from scrm_bot.simulator.dingtalk import Dingtalk
from scrm_bot.simulator.faults import Faults
from scrm_bot.simulator.kf import Kf
from scrm_bot.simulator.kf_api import KfApi
from scrm_bot.simulator.ledger import Call, Clock, Seen
from scrm_bot.simulator.media import Media
from scrm_bot.simulator.wechat import Wechat
from scrm_bot.simulator.wecom import Wecom
from scrm_bot.simulator.world import World

PATIENCE = 12.0  # seconds: a busy machine is slow, but a bot that lost its own answer speaks only after fourteen


class Simulator:
    """Start it, point a bot's `api_base` at `base_url`, and let people act. See the package's docstring."""

    def __init__(self, *, first_id: int = 0) -> None:
        self.world = World(first_id)
        self.faults = Faults()
        self.media = Media(self.world)
        self.corporation = Corporation(self.world)
        self.wecom = Wecom(self.world, self.corporation)
        self.kf = Kf(self.world, self.corporation)
        self.wechat = Wechat(self.world)
        self.dingtalk = Dingtalk(self.world, self.media)
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> None:
        """Listen, on any free port unless told otherwise."""
        app = web.Application(middlewares=[self.world.record, self.faults.middleware])
        for platform in (self.corporation, self.wecom, KfApi(self.kf), self.wechat, self.dingtalk):
            app.add_routes(platform.routes())
        app.add_routes([self.media.route(self._refusal)])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.world.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.world.caller.open()

    def _refusal(self, request: web.Request) -> web.Response | None:
        """By the token one sees whose media/get is meant."""
        token = request.query.get("access_token", "")
        if self.wechat.tokens.known(token):
            return self.wechat.refusal(token)
        mine = next((app.tokens for app in self.corporation.apps if app.tokens.known(token)), self.wecom.tokens)
        return self.corporation.refusal(request, mine)

    async def stop(self) -> None:
        """Close everything; what it saw stays readable."""
        self.faults.end()
        await self.dingtalk.gateway.close()
        await self.world.caller.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def base_url(self) -> str:
        """What stands as `api_base` in a channel."""
        return self.world.base_url

    @property
    def clock(self) -> Clock:
        """The platforms' time."""
        return self.world.clock

    @property
    def patience(self) -> float:
        """Seconds that a platform waits for the answer to a callback."""
        return self.world.caller.patience

    @patience.setter
    def patience(self, seconds: float) -> None:
        self.world.caller.patience = seconds

    @property
    def attempts(self) -> int:
        """How often a platform tries a callback."""
        return self.world.caller.attempts

    @attempts.setter
    def attempts(self, count: int) -> None:
        self.world.caller.attempts = count

    def seen(self, user: str) -> list[str]:
        """Every text that this person (or DingTalk room) saw, oldest first."""
        return self.world.ledger.texts(user)

    def screens(self) -> list[Seen]:
        """Everything that anybody saw, and how it came."""
        return list(self.world.ledger.seen)

    async def until_seen(self, user: str, part: str = "", timeout: float = PATIENCE) -> str:
        """The first text with this in it, once it is there. Raises TimeoutError."""
        return await self.world.ledger.until(user, part, timeout)

    def calls(self, path: str = "") -> list[Call]:
        """The bot's API calls to paths with this in them, failed ones included."""
        return [call for call in self.world.ledger.calls if path in call.path]
