"""The simulated 公众号: one official account and its followers."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import xmltodict
from aiohttp import web
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

from scrm_bot.simulator import menus
from scrm_bot.simulator.ledger import FAILURE_TEXT
from scrm_bot.simulator.people import People, to_xml
from scrm_bot.simulator.pushing import Pushed, Request
from scrm_bot.simulator.quotas import Guests, Rate
from scrm_bot.simulator.screens import Card
from scrm_bot.simulator.tokens import Mint
from scrm_bot.simulator.world import World, error, escaped, json_body

TEXT_BYTES = 2048


@dataclass(slots=True)
class Grant:
    """How many messages an act of the user still allows, and until when."""

    left: int
    until: float


class Wechat(People):
    """Customers follow the account `original_id`. `sim.wechat.aes_key = ""` before use: plain mode."""

    platform = "wechat"
    app_id = "wx1"
    original_id = account = "gh_1"
    secret = "wechat-secret"
    token = "wechatCallbackToken"
    passive_only = False  # True: an account without the customer service API

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.tokens = Mint(world.clock, "WECHAT")
        self.whitelist = Guests()
        self.token_calls = Rate(world.clock, 2000, 86_400)
        self.sends = Rate(world.clock, 500_000, 86_400), Rate(world.clock, 10_000, 60)  # a day, a minute
        self._grants: dict[str, dict[str, Grant]] = {}
        self.aes_key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

    @property
    def aes_key(self) -> str:
        """The account's key, "" in plain mode."""
        return self._aes_key

    @aes_key.setter
    def aes_key(self, key: str) -> None:
        self._aes_key = key
        self.crypto = WeChatCrypto(self.token, key, self.app_id) if key else None

    def channel(self, audience: str = "customers") -> dict[str, Any]:
        """The `[channels.NAME]` table that makes a bot use this account."""
        account = {"app_id": self.app_id, "original_id": self.original_id, "secret": self.secret}
        crypto = {"token": self.token, "aes_key": self.aes_key}
        return {"kind": "wechat", "audience": audience} | account | crypto | {"api_base": self.world.base_url}

    async def handshake(self, hook: str) -> bool:
        """Verify the callback URL as the console does: the echo, in plain text, nothing else."""
        echo = str(self.world.new_id())
        answer = await self.world.caller.once(Request(hook, self._signed() | {"echostr": echo}, b"", method="GET"))
        return answer.status == 200 and answer.body == echo.encode()

    async def follow(self, hook: str, user: str, scene: str = "") -> Pushed:
        """Follow, perhaps by a QR code."""
        more = {"EventKey": f"qrscene_{scene}", "Ticket": "TICKET"} if scene else {"EventKey": ""}
        return await self.event(hook, user, "subscribe", **more)

    async def enter(self, hook: str, user: str, scene: str = "lobby") -> Pushed:
        """Scan a QR code as a follower."""
        return await self.event(hook, user, "SCAN", EventKey=scene, Ticket="TICKET")

    async def tap(self, hook: str, user: str, content: str, item: str = "101") -> Pushed:
        """Tap an item of a menu message."""
        return await self.message(hook, user, "text", Content=content, bizmsgmenuid=item)

    async def tap_link(self, hook: str, user: str, label: str) -> Pushed:
        """Tap the words that begin so in the latest message that has them."""
        words, item = json.loads(self.world.screens.button(user, label)[1])
        return await self.tap(hook, user, words, item)

    def seen(self, user: str, text: str) -> str:
        """Words that can be tapped stand there without their link."""
        shown, links = menus.links(text)
        if links:
            self.world.screens.show(user, Card(shown, links))
        return shown

    def sealed(self, hook: str, fields: Mapping[str, Any], *, timestamp: str = "", nonce: str = "") -> Request:
        """The callback with these fields: encrypted in safe mode, bare in plain mode."""
        return self.enveloped(hook, to_xml(fields), timestamp=timestamp, nonce=nonce)

    def enveloped(self, hook: str, inner: str, *, timestamp: str = "", nonce: str = "") -> Request:
        """The callback with any text inside."""
        query, headers = self._signed(timestamp, nonce), {"Content-Type": "text/xml"}
        if self.crypto is None:
            return Request(hook, query, inner.encode(), headers)
        outer = xmltodict.parse(self.crypto.encrypt_message(inner, query["nonce"], query["timestamp"]))["xml"]
        body = to_xml({"ToUserName": self.original_id, "Encrypt": outer["Encrypt"]})
        query |= {"encrypt_type": "aes", "msg_signature": outer["MsgSignature"]}
        return Request(hook, query, body.encode(), headers)

    def acted(self, user: str, fields: Mapping[str, Any]) -> None:
        """What a user does opens a window for messages to them."""
        now, event = self.world.clock.now(), str(fields.get("Event", "")).lower()
        grants = self._grants.setdefault(user, {})
        if event == "unsubscribe":
            del self._grants[user]
        elif event in {"subscribe", "scan", "click"} or "bizmsgmenuid" in fields:
            grants["tap"] = Grant(3, now + 60)
        elif not event:
            grants["message"] = Grant(5, now + 48 * 3600)

    def passive_text(self, text: str) -> str:
        """Longer texts are an unreadable reply."""
        if len(text.encode()) > TEXT_BYTES:
            raise ValueError("too long")
        return text

    async def unanswered(self, user: str) -> None:
        """The user is told."""
        await self.world.ledger.show(self.platform, user, FAILURE_TEXT, "platform")

    def routes(self) -> list[web.RouteDef]:
        """The API."""
        return [
            web.get("/cgi-bin/token", self._token),
            web.post("/cgi-bin/stable_token", self._stable_token),
            web.post("/cgi-bin/message/custom/send", self._send),
        ]

    async def _token(self, request: web.Request) -> web.Response:
        if not self.token_calls.take():
            return error(45009)
        return self._minted(request, dict(request.query), self.tokens.fresh)

    async def _stable_token(self, request: web.Request) -> web.Response:
        who = await json_body(request)
        return self._minted(request, who, self.tokens.forced if who.get("force_refresh") else self.tokens.same)

    def _minted(self, request: web.Request, who: Mapping[str, Any], mint: Any) -> web.Response:
        if stranger := self.whitelist.stranger(request):
            return error(40164, errmsg=f"invalid ip {stranger} ipv6 ::ffff:{stranger}, not in whitelist rid: 1")
        code = 0 if who.get("grant_type") == "client_credential" else 40002
        code = code or (0 if who.get("appid") == self.app_id else 40013)
        code = code or (0 if who.get("secret") == self.secret else 40125)
        if code:
            self.tokens.calls += 1
            return error(code)
        token, seconds = mint()
        return web.json_response({"access_token": token, "expires_in": seconds})

    async def _send(self, request: web.Request) -> web.Response:
        raw, body = await request.read(), await json_body(request)
        refused = self._refusal(request.query.get("access_token", ""), raw, body)
        if refused:
            return error(refused)
        for quota in self.sends:
            quota.count()
        grants = self._grants[body["touser"]]
        now = self.world.clock.now()
        min((grant for grant in grants.values() if grant.left and grant.until > now), key=lambda g: g.until).left -= 1
        await self.world.ledger.show(self.platform, body["touser"], self.seen(body["touser"], _text(body)), "api")
        return error(0)

    def refusal(self, token: str) -> web.Response | None:
        """Why a call without a body is refused."""
        if not self.tokens.good(token):
            return error(42001 if self.tokens.known(token) else 40001)
        return error(48001) if self.passive_only else None

    def _refusal(self, token: str, raw: bytes, body: Mapping[str, Any]) -> int:
        if not token:
            return 41001
        if not self.tokens.good(token):
            return 42001 if self.tokens.known(token) else 40001
        if self.passive_only:
            return 48001
        if any(quota.full() for quota in self.sends):
            return 45009 if self.sends[0].full() else 45011
        if escaped(raw) or not body:
            return 40033
        text = _text(body)
        if not text or len(text.encode()) > TEXT_BYTES:
            return 45002 if text else 44004
        now = self.world.clock.now()
        open_now = [grant for grant in self._grants.get(str(body.get("touser")), {}).values() if grant.until > now]
        if not open_now:
            return 45015
        return 0 if any(grant.left for grant in open_now) else 45047

    def _signed(self, timestamp: str = "", nonce: str = "") -> dict[str, str]:
        timestamp = timestamp or str(self.world.clock.stamp())
        nonce = nonce or str(secrets.randbelow(10**10))
        signer = WeChatSigner()
        signer.add_data(self.token, timestamp, nonce)
        return {"signature": str(signer.signature), "timestamp": timestamp, "nonce": nonce}


def _text(body: Mapping[str, Any]) -> str:
    content = body.get(str(body.get("msgtype")), {})
    if not isinstance(content, dict):
        return ""
    return str(content.get("content") or content.get("head_content") or content.get("media_id") or "")
