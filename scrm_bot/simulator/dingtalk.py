"""People on the simulated 钉钉, who talk to its robot in private and in groups, in HTTP mode or in Stream mode."""

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

from scrm_bot.simulator.dingtalk_api import Robot
from scrm_bot.simulator.dingtalk_gateway import BOT_TOPIC, Gateway
from scrm_bot.simulator.media import Media
from scrm_bot.simulator.pushing import Pushed, Request
from scrm_bot.simulator.world import World


class Dingtalk(Robot):
    """Staff talk to the robot. In Stream mode the hook that a message is sent to is not called: see `gateway`."""

    def __init__(self, world: World, media: Media) -> None:
        super().__init__(world, media)
        self.gateway = Gateway(world, self.knows)
        self.mode = "http"

    def channel(self, audience: str = "staff", mode: str = "http") -> dict[str, Any]:
        """The `[channels.NAME]` table that makes a bot use this robot, which is switched to this mode."""
        self.mode = mode
        account = {"client_id": self.client_id, "client_secret": self.client_secret, "corp_id": self.corp_id}
        rest = {"robot_code": self.robot_code, "api_base": self.world.base_url}
        return {"kind": "dingtalk", "audience": audience, "mode": mode} | account | rest

    async def say(self, hook: str, user: str, text: str, *, room: str = "", msg_id: str = "") -> Pushed:
        """Type a text, in a group after mentioning the robot."""
        content = {"content": f" {text}" if room else text}
        return await self.message(hook, user, "text", room=room, msg_id=msg_id, text=content)

    async def tap(self, hook: str, user: str, label: str, *, room: str = "") -> Pushed:
        """Tap the button that begins so on the latest card that has it: its words are said as if they were typed."""
        _, words = self.world.screens.button(room or user, label)
        return await self.say(hook, user, words, room=room)

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
        """The same bytes once more. (In Stream mode the real platform does not do that with messages.)"""
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
            "createAt": int(self.world.clock.dated() * 1000),
            "sessionWebhook": f"{self.world.base_url}/robot/sendBySession?session={session}",
            "sessionWebhookExpiredTime": int((now + self.session_life) * 1000),
            "senderPlatform": "Mac",
        } | sender | group  # fmt: skip

    def sealed(self, hook: str, body: Mapping[str, Any], *, timestamp: str = "") -> Request:
        """The signed callback."""
        timestamp = timestamp or str(int(self.world.clock.dated() * 1000))
        digest = hmac.digest(self.client_secret.encode(), f"{timestamp}\n{self.client_secret}".encode(), hashlib.sha256)
        headers = {"timestamp": timestamp, "sign": base64.b64encode(digest).decode()}
        text = json.dumps(dict(body), ensure_ascii=False)
        return Request(hook, {}, text.encode(), headers | {"Content-Type": "application/json"})

    def routes(self) -> list[web.RouteDef]:
        """The API and the gateway."""
        return super().routes() + self.gateway.routes(self.limited)

    async def _through(self, pushed: Pushed) -> Pushed:
        if self.mode == "stream":
            return replace(pushed, answers=await self.gateway.push(BOT_TOPIC, pushed.fields, pushed.msg_id))
        pushed = replace(pushed, answers=await self.world.caller.push(pushed.request))
        try:
            body = json.loads(pushed.answers[-1].body) if pushed.status == 200 else {}
            text = str(body["text"]["content"]) if body.get("msgtype") == "text" else ""
        except (ValueError, KeyError, TypeError, AttributeError):
            text = ""
        if text:
            await self.world.ledger.show(self.platform, pushed.user, text, "passive")
        return replace(pushed, reply=text)
