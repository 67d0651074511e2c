"""The corporation on 企业微信 as its APIs know it: a token for each secret, trusted addresses, call frequencies."""

from __future__ import annotations

from typing import Protocol

from aiohttp import web

from scrm_bot.simulator.quotas import Guests, Rate
from scrm_bot.simulator.tokens import Mint
from scrm_bot.simulator.world import World, error


class App(Protocol):
    """Whoever has a secret of its own."""

    secret: str
    tokens: Mint


class Corporation:
    """One corporation. `trusted.addresses = set()` refuses everybody; `calls.most = 3` is soon too often."""

    corp_id = "ww1"

    def __init__(self, world: World) -> None:
        self.world = world
        self.trusted = Guests()
        self.calls = Rate(world.clock, 10_000, 60, blocks=True)  # of each API
        self.apps: list[App] = []

    def routes(self) -> list[web.RouteDef]:
        """The one token call of all apps."""
        return [web.get("/cgi-bin/gettoken", self._gettoken)]

    def refusal(self, request: web.Request, mint: Mint) -> web.Response | None:
        """Why a call of an API is refused before anybody looks at what it wants."""
        token = request.query.get("access_token", "")
        if not token:
            return error(41001)
        if not mint.good(token):
            return error(42001 if mint.known(token) else 40014)
        if stranger := self.trusted.stranger(request):
            return error(60020, errmsg=f"not allow to access from your ip, hint: [1], from ip: {stranger}")
        return None if self.calls.take(request.path) else error(45009)

    async def _gettoken(self, request: web.Request) -> web.Response:
        found = [app.tokens for app in self.apps if app.secret == request.query.get("corpsecret")]
        if request.query.get("corpid") != self.corp_id or not found:
            for app in self.apps:
                app.tokens.calls += 1
            return error(40001 if request.query.get("corpid") == self.corp_id else 40013)
        token, seconds = found[0].same()
        return error(0, access_token=token, expires_in=seconds)
