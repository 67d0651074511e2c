"""The simulated 企业微信: one corporation with one self-built app."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any

import xmltodict
from aiohttp import web
from wechatpy.enterprise.crypto import PrpCrypto, WeChatCrypto
from wechatpy.utils import WeChatSigner

from scrm_bot.simulator.board import Board
from scrm_bot.simulator.corp import Corporation
from scrm_bot.simulator.people import People, to_xml
from scrm_bot.simulator.pushing import Pushed, Request
from scrm_bot.simulator.quotas import Rate
from scrm_bot.simulator.tokens import Mint
from scrm_bot.simulator.world import World, cut, error, json_body

TEXT_BYTES = 2048
LONGEST_CHECK = 4 * 3600  # seconds for which a double is looked for, at most


class Wecom(People):
    """Staff talk to the app `agent_id` of the corporation `corp_id`; `strangers` are not members."""

    platform = "wecom"
    corp_id = account = Corporation.corp_id
    agent_id = 1000002
    secret = "wecom-secret"
    token = "wecomCallbackToken"
    aes_key = "6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt"

    def __init__(self, world: World, corporation: Corporation) -> None:
        super().__init__(world)
        self.corporation = corporation
        self.crypto: Any = WeChatCrypto(self.token, self.aes_key, self.corp_id)
        self.tokens = Mint(world.clock, "WECOM")
        corporation.apps.append(self)
        self.strangers: set[str] = set()
        self.board = Board(world, self.agent_id)
        self.dropped: list[tuple[str, str]] = []  # (user, text) that the platform swallowed: too many, or a double
        self.quotas = Rate(world.clock, 30, 60), Rate(world.clock, 1000, 3600)  # to one member
        self._recent: dict[str, float] = {}

    def channel(self, audience: str = "staff") -> dict[str, Any]:
        """The `[channels.NAME]` table that makes a bot use this app."""
        account = {"corp_id": self.corp_id, "agent_id": self.agent_id, "secret": self.secret}
        crypto = {"token": self.token, "aes_key": self.aes_key}
        return {"kind": "wecom", "audience": audience} | account | crypto | {"api_base": self.world.base_url}

    async def handshake(self, hook: str) -> bool:
        """Verify the callback URL as the console does: the decrypted echo, nothing else, within a second."""
        echo, timestamp, nonce = str(self.world.new_id()), str(self.world.clock.stamp()), secrets.token_hex(5)
        sealed = PrpCrypto(self.crypto.key).encrypt(echo, self.corp_id).decode()
        query = {"msg_signature": self._sign(timestamp, nonce, sealed), "timestamp": timestamp, "nonce": nonce}
        answer = await self.world.caller.once(Request(hook, query | {"echostr": sealed}, b"", method="GET"))
        return answer.status == 200 and answer.body == echo.encode() and answer.seconds < 1

    async def follow(self, hook: str, user: str) -> Pushed:
        """Become a user of the app."""
        return await self.event(hook, user, "subscribe", EventKey="")

    async def enter(self, hook: str, user: str) -> Pushed:
        """Open the chat."""
        return await self.event(hook, user, "enter_agent", EventKey="")

    async def file(self, hook: str, user: str, name: str) -> Pushed:
        """Send a file."""
        return await self.message(hook, user, "file", MediaId="file-media", Title=name)

    async def tap(self, hook: str, user: str, label: str) -> Pushed:
        """Tap the button that begins so on the latest card that has it. Raises LookupError if it cannot be pressed."""
        card, key = self.world.screens.button(user, label)
        return await self.press_card(hook, user, key, card.task)

    async def press_card(self, hook: str, user: str, key: str, task: str = "task-1") -> Pushed:
        """Tap a button of a template card."""
        card = {"TaskId": task, "CardType": "button_interaction", "ResponseCode": self.board.code(user, task)}
        return await self.event(hook, user, "template_card_event", EventKey=key, **card)

    def sealed(self, hook: str, fields: Mapping[str, Any], *, timestamp: str = "", nonce: str = "") -> Request:
        """The encrypted callback with these fields and the app's number."""
        return self.enveloped(hook, to_xml({"AgentID": self.agent_id} | dict(fields)), timestamp=timestamp, nonce=nonce)

    def enveloped(self, hook: str, inner: str, *, timestamp: str = "", nonce: str = "") -> Request:
        """The encrypted callback with any text inside."""
        timestamp = timestamp or str(self.world.clock.stamp())
        nonce = nonce or str(secrets.randbelow(10**10))
        outer = xmltodict.parse(self.crypto.encrypt_message(inner, nonce, timestamp))["xml"]
        body = to_xml({"ToUserName": self.corp_id, "AgentID": self.agent_id, "Encrypt": outer["Encrypt"]})
        query = {"msg_signature": outer["MsgSignature"], "timestamp": timestamp, "nonce": nonce}
        return Request(hook, query, body.encode(), {"Content-Type": "text/xml"})

    def passive_text(self, text: str) -> str:
        """Longer texts are cut."""
        return cut(text, TEXT_BYTES)

    def routes(self) -> list[web.RouteDef]:
        """The API."""
        return [
            web.post("/cgi-bin/message/send", self._send),
            web.post("/cgi-bin/message/update_template_card", self._update),
            web.post("/cgi-bin/media/upload", self._upload),
        ]

    async def _update(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        return self.corporation.refusal(request, self.tokens) or error(self.board.mark(body))

    async def _upload(self, request: web.Request) -> web.Response:
        if refused := self.corporation.refusal(request, self.tokens):
            return refused
        media_id = f"media-{self.world.new_id()}"
        if request.query.get("type") != "file" or not await self.world.screens.upload(request, media_id):
            return error(40004)
        return error(0, type="file", media_id=media_id, created_at=str(int(self.world.clock.now())))

    async def _send(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        if refused := self.corporation.refusal(request, self.tokens):
            return refused
        if code := self._wrong(body):
            return error(code)
        users = str(body.get("touser", "")).split("|")
        unknown = [user for user in users if user in self.strangers]
        invalid = "|".join(user.lower() for user in unknown)
        if len(unknown) == len(users):
            return error(81013, invaliduser=invalid)
        double = self._double(body)
        if not double and (code := self.board.refusal(body)):
            return error(code)
        for user in users:
            if user not in unknown and await self._deliver(user, cut(_text(body), TEXT_BYTES), double):
                self._show(user, body)
        more = {"response_code": self.board.code(users[0], _task(body))} if _task(body) else {}
        return error(0, invaliduser=invalid, invalidparty="", invalidtag="", msgid=f"msg-{self.world.new_id()}", **more)

    def _show(self, user: str, body: Mapping[str, Any]) -> None:
        if body["msgtype"] == "template_card":
            self.board.show(user, body["template_card"])
        elif body["msgtype"] == "file":
            self.world.screens.hand(user, body["file"]["media_id"])

    def _wrong(self, body: Mapping[str, Any]) -> int:
        if body.get("agentid") != self.agent_id:
            return 40056
        if not body.get("touser") or not isinstance(body.get(str(body.get("msgtype"))), dict):
            return 40058
        return 0 if _text(body) else 44004

    def _double(self, body: Mapping[str, Any]) -> bool:
        """True if the same JSON came lately and the caller asks to have it shown once."""
        said, now = dict(body), self.world.clock.now()
        checked = said.pop("enable_duplicate_check", 0) == 1
        seconds = min(float(said.pop("duplicate_check_interval", 1800)), LONGEST_CHECK)
        same = json.dumps(said, sort_keys=True)
        double = checked and self._recent.get(same, 0.0) > now
        self._recent[same] = max(self._recent.get(same, 0.0), now + seconds)
        return double

    async def _deliver(self, user: str, text: str, double: bool) -> bool:
        if double or any(quota.full(user) for quota in self.quotas):
            self.dropped.append((user, text))
            return False
        for quota in self.quotas:
            quota.count(user)
        await self.world.ledger.show(self.platform, user, text, "api")
        return True

    def _sign(self, *parts: str) -> str:
        signer = WeChatSigner()
        signer.add_data(self.token, *parts)
        return str(signer.signature)


def _text(body: Mapping[str, Any]) -> str:
    content = body.get(str(body.get("msgtype")), {})
    title = content.get("main_title", {}).get("title", "")
    card = "\n".join(filter(None, (title, content.get("sub_title_text"))))
    return str(content.get("content") or card or content.get("media_id") or "")


def _task(body: Mapping[str, Any]) -> str:
    return str(body.get("template_card", {}).get("task_id", ""))
