"""The simulated 钉钉: one organisation with one robot in HTTP mode, in private chats and groups."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web

from tests.simulator.pushing import Pushed, Request
from tests.simulator.tokens import Mint
from tests.simulator.world import World, error, json_body

PARAM_BYTES = 15_000
USERS_AT_MOST = 20


class Dingtalk:
    """Staff talk to the robot `robot_code`. `guests` have no staff id; `strangers` and `hurried` people fail to get."""

    platform = "dingtalk"
    client_id = robot_code = "ding1"
    client_secret = "dingtalk-secret"
    corp_id = "dingcorp1"

    def __init__(self, world: World) -> None:
        self.world = world
        self.tokens = Mint(world.clock, "DINGTALK")
        self.session_life = 5400.0
        self.guests: set[str] = set()
        self.strangers: set[str] = set()  # invalidStaffIdList
        self.hurried: set[str] = set()  # flowControlledStaffIdList
        self._sessions: dict[str, tuple[str, float]] = {}  # session -> who sees it, until when
        self._rooms: set[str] = set()

    def channel(self, audience: str = "staff") -> dict[str, Any]:
        """The `[channels.NAME]` table that makes a bot use this robot."""
        account = {"client_id": self.client_id, "client_secret": self.client_secret, "corp_id": self.corp_id}
        rest = {"robot_code": self.robot_code, "api_base": self.world.base_url}
        return {"kind": "dingtalk", "audience": audience, "mode": "http"} | account | rest

    async def say(self, hook: str, user: str, text: str, *, room: str = "", msg_id: str = "") -> Pushed:
        """Type a text, in a group after mentioning the robot."""
        content = {"content": f" {text}" if room else text}
        return await self.message(hook, user, "text", room=room, msg_id=msg_id, text=content)

    async def voice(self, hook: str, user: str, recognition: str = "") -> Pushed:
        """Speak; only in private."""
        content = {"duration": 4000, "downloadCode": "voice-code", "recognition": recognition}
        return await self.message(hook, user, "audio", content=content)

    async def image(self, hook: str, user: str, *, room: str = "") -> Pushed:
        """Send a picture."""
        content = {"downloadCode": "image-code", "pictureDownloadCode": "picture-code"}
        return await self.message(hook, user, "picture", room=room, content=content)

    async def rich(self, hook: str, user: str, *pieces: Mapping[str, Any], room: str = "") -> Pushed:
        """Words and pictures mixed: `{"text": ...}`, `{"type": "picture", "downloadCode": ...}`."""
        return await self.message(hook, user, "richText", room=room, content={"richText": list(pieces)})

    async def file(self, hook: str, user: str, name: str) -> Pushed:
        """Send a file; only in private."""
        return await self.message(hook, user, "file", content={"downloadCode": "file-code", "fileName": name})

    async def message(
        self, hook: str, user: str, msgtype: str, *, room: str = "", msg_id: str = "", **more: Any
    ) -> Pushed:
        """Any message; `more` goes beside the usual fields and over them."""
        msg_id = msg_id or f"msg{self.world.new_id()}p+w=="
        body = self.body(user, room, msg_id) | {"msgtype": msgtype} | more
        return await self._through(Pushed(room or user, msg_id, self.sealed(hook, body), body))

    async def redeliver(self, pushed: Pushed) -> Pushed:
        """The same bytes once more."""
        return await self._through(replace(pushed, answers=(), reply=""))

    async def reseal(self, pushed: Pushed) -> Pushed:
        """The same message with the same id, newly signed."""
        request = self.sealed(pushed.request.hook, pushed.fields)
        return await self._through(replace(pushed, request=request, answers=(), reply=""))

    def body(self, user: str, room: str, msg_id: str) -> dict[str, Any]:
        """What every callback holds, with a session of its own."""
        now = time.time()
        session = secrets.token_hex(16)
        self._sessions[session] = (room or user, self.world.clock.now() + self.session_life)
        self._rooms |= {room} if room else set()
        sender = {"senderId": f"$:LWCP_v1:${user}", "senderNick": user, "senderCorpId": self.corp_id}
        if user not in self.guests:
            sender |= {"senderStaffId": user}
        group = {"conversationTitle": "测试群", "isInAtList": True} if room else {}
        return {
            "conversationId": room or f"cid-{user}==",
            "conversationType": "2" if room else "1",
            "chatbotCorpId": self.corp_id,
            "chatbotUserId": "$:LWCP_v1:$robot",
            "robotCode": self.robot_code,
            "msgId": msg_id,
            "isAdmin": False,
            "createAt": int(now * 1000),
            "sessionWebhook": f"{self.world.base_url}/robot/sendBySession?session={session}",
            "sessionWebhookExpiredTime": int((now + self.session_life) * 1000),
            "senderPlatform": "Mac",
        } | sender | group  # fmt: skip

    def sealed(self, hook: str, body: Mapping[str, Any], *, timestamp: str = "") -> Request:
        """The signed callback."""
        timestamp = timestamp or str(int(time.time() * 1000))
        digest = hmac.digest(self.client_secret.encode(), f"{timestamp}\n{self.client_secret}".encode(), hashlib.sha256)
        headers = {"timestamp": timestamp, "sign": base64.b64encode(digest).decode()}
        text = json.dumps(dict(body), ensure_ascii=False)
        return Request(hook, {}, text.encode(), headers | {"Content-Type": "application/json"})

    def routes(self) -> list[web.RouteDef]:
        """The API, the old host's and the new one's."""
        return [
            web.post("/v1.0/oauth2/accessToken", self._access_token),
            web.post("/robot/sendBySession", self._send_by_session),
            web.post("/v1.0/robot/oToMessages/batchSend", self._send_to_people),
            web.post("/v1.0/robot/groupMessages/send", self._send_to_room),
        ]

    async def _through(self, pushed: Pushed) -> Pushed:
        pushed = replace(pushed, answers=await self.world.caller.push(pushed.request))
        try:
            body = json.loads(pushed.answers[-1].body) if pushed.status == 200 else {}
            text = str(body["text"]["content"]) if body.get("msgtype") == "text" else ""
        except (ValueError, KeyError, TypeError, AttributeError):
            text = ""
        if text:
            await self.world.ledger.show(self.platform, pushed.user, text, "passive")
        return replace(pushed, reply=text)

    async def _access_token(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        if (body.get("appKey"), body.get("appSecret")) != (self.client_id, self.client_secret):
            self.tokens.calls += 1
            return _refused(400, "invalidClientIdOrSecret")
        token, seconds = self.tokens.same()
        return web.json_response({"accessToken": token, "expireIn": seconds})

    async def _send_by_session(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        who, until = self._sessions.get(request.query.get("session", ""), ("", 0.0))
        if until <= self.world.clock.now():
            return _refused(400, "session.expired")
        text = str(body.get("text", {}).get("content", "")) if body.get("msgtype") == "text" else ""
        if not text:
            return error(430101)
        await self.world.ledger.show(self.platform, who, text, "session")
        return web.json_response({"errcode": "0", "errmsg": "ok"})  # a number in a string, as in the real one

    async def _send_to_people(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        users = body.get("userIds")
        if not isinstance(users, list) or not 1 <= len(users) <= USERS_AT_MOST:
            return self._bad_token(request) or _refused(400, "invalidParameter.userIds.invalid")
        text = _param_text(body)
        problem = self._bad_token(request) or self._bad_message(body, text)
        if problem:
            return problem
        failed = self.strangers | self.hurried | self.guests
        for user in users:
            if user not in failed and not user.startswith("$:"):
                await self.world.ledger.show(self.platform, user, text, "api")
        invalid = [user for user in users if user in self.strangers | self.guests or user.startswith("$:")]
        hurried = [user for user in users if user in self.hurried]
        lists = {"invalidStaffIdList": invalid, "flowControlledStaffIdList": hurried}
        return web.json_response({"processQueryKey": f"query-{self.world.new_id()}"} | lists)

    async def _send_to_room(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        text, room = _param_text(body), body.get("openConversationId")
        problem = self._bad_token(request) or self._bad_message(body, text)
        if problem:
            return problem
        if room not in self._rooms:
            return _refused(400, "invalidParameter.openConversationId.notExist")
        await self.world.ledger.show(self.platform, room, text, "api")
        return web.json_response({"processQueryKey": f"query-{self.world.new_id()}"})

    def _bad_token(self, request: web.Request) -> web.Response | None:
        token = request.headers.get("x-acs-dingtalk-access-token", "")
        return None if self.tokens.good(token) else _refused(400, "InvalidAuthentication")

    def _bad_message(self, body: Mapping[str, Any], text: str) -> web.Response | None:
        if body.get("robotCode") != self.robot_code:
            return _refused(400, "invalidParameter.robotCode.notExsit")
        return None if text else _refused(400, "invalidParameter.param.invalid")


def _param_text(body: Mapping[str, Any]) -> str:
    """The text of msgParam, which is a JSON text of limited size inside the JSON; "" if it is not."""
    param = body.get("msgParam")
    if not isinstance(param, str) or len(param.encode()) > PARAM_BYTES:
        return ""
    try:
        found = json.loads(param)
    except ValueError:
        return ""
    return str(found.get("content") or found.get("text") or "") if isinstance(found, dict) else ""


def _refused(status: int, code: str) -> web.Response:
    return web.json_response({"code": code, "message": "simulated", "requestid": "0"}, status=status)
