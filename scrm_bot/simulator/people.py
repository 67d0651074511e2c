"""People on WeChat and WeCom: what they do becomes XML, sealed by wechatpy's crypto, not by ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from xml.parsers.expat import ExpatError

import xmltodict
from wechatpy.exceptions import WeChatException

from scrm_bot.simulator.pushing import Pushed, Request
from scrm_bot.simulator.world import World


class People:
    """Whoever chats with one account. Every act takes the bot's hook and the user's id."""

    platform = ""
    account = ""  # ToUserName
    crypto: Any = None  # one of wechatpy's; None: plain mode

    def __init__(self, world: World) -> None:
        self.world = world

    async def say(self, hook: str, user: str, text: str, *, msg_id: str = "") -> Pushed:
        """Type a text."""
        return await self.message(hook, user, "text", msg_id=msg_id, Content=text)

    async def voice(self, hook: str, user: str, recognition: str = "") -> Pushed:
        """Speak; the platform may have understood it."""
        more = {"Recognition": recognition} if recognition else {}
        return await self.message(hook, user, "voice", MediaId="voice-media", Format="amr", **more)

    async def image(self, hook: str, user: str) -> Pushed:
        """Send a picture."""
        return await self.message(hook, user, "image", PicUrl="http://mmbiz.qpic.cn/p/1", MediaId="image-media")

    async def video(self, hook: str, user: str) -> Pushed:
        """Send a film."""
        return await self.message(hook, user, "video", MediaId="video-media", ThumbMediaId="thumb-media")

    async def location(self, hook: str, user: str, label: str, place: tuple[float, float] = (31.2, 121.5)) -> Pushed:
        """Send where one is: (latitude, longitude)."""
        where = {"Location_X": str(place[0]), "Location_Y": str(place[1]), "Scale": "16"}
        return await self.message(hook, user, "location", Label=label, **where)

    async def link(self, hook: str, user: str, title: str, url: str) -> Pushed:
        """Share a page."""
        return await self.message(hook, user, "link", Title=title, Description="", Url=url)

    async def press(self, hook: str, user: str, key: str) -> Pushed:
        """Tap a menu button."""
        return await self.event(hook, user, "CLICK", EventKey=key)

    async def unfollow(self, hook: str, user: str) -> Pushed:
        """Leave."""
        return await self.event(hook, user, "unsubscribe", EventKey="")

    async def message(self, hook: str, user: str, msg_type: str, *, msg_id: str = "", **fields: Any) -> Pushed:
        """Any message with a MsgId."""
        number = msg_id or str(self.world.new_id())
        return await self.push(hook, user, {"MsgType": msg_type, **fields, "MsgId": number}, number)

    async def event(self, hook: str, user: str, event: str, **fields: Any) -> Pushed:
        """Any event; it has no id."""
        return await self.push(hook, user, {"MsgType": "event", "Event": event, **fields}, "")

    async def push(self, hook: str, user: str, fields: Mapping[str, Any], msg_id: str) -> Pushed:
        """Push these fields under the usual head and see it through, retries and reply included."""
        whole = {"ToUserName": self.account, "FromUserName": user, "CreateTime": str(self.world.clock.stamp())} | dict(
            fields
        )
        self.acted(user, whole)
        return await self._through(Pushed(user, msg_id, self.sealed(hook, whole), whole))

    async def redeliver(self, pushed: Pushed) -> Pushed:
        """The same bytes once more."""
        return await self._through(replace(pushed, answers=(), reply=""))

    async def reseal(self, pushed: Pushed) -> Pushed:
        """The same message with the same id, newly sealed."""
        request = self.sealed(pushed.request.hook, pushed.fields)
        return await self._through(replace(pushed, request=request, answers=(), reply=""))

    def sealed(self, hook: str, fields: Mapping[str, Any], *, timestamp: str = "", nonce: str = "") -> Request:
        """The callback that carries these fields, signed with the account's secrets."""
        raise NotImplementedError

    def acted(self, user: str, fields: Mapping[str, Any]) -> None:
        """Somebody did something: where the platform counts on that, it counts here."""

    async def unanswered(self, user: str) -> None:
        """No attempt was answered in time with anything that can be read."""

    def seen(self, user: str, text: str) -> str:
        """What stands on the screen of a text that was sent."""
        del user
        return text

    def passive_text(self, text: str) -> str:
        """What of a passive reply's text gets through."""
        raise NotImplementedError

    async def _through(self, pushed: Pushed) -> Pushed:
        answers = await self.world.caller.push(pushed.request)
        pushed = replace(pushed, answers=answers)
        if pushed.status != 200:
            await self.unanswered(pushed.user)
            return pushed
        body = answers[-1].body
        if body in (b"", b"success"):
            return pushed
        try:
            text = self.passive_text(self._said(body, pushed.user))
        except (WeChatException, ValueError, KeyError, TypeError, ExpatError):
            await self.unanswered(pushed.user)
            return pushed
        text = self.seen(pushed.user, text)
        await self.world.ledger.show(self.platform, pushed.user, text, "passive")
        return replace(pushed, reply=text)

    def _said(self, body: bytes, user: str) -> str:
        """The text of a passive reply, if it is one to this user. Raises whatever reading raises."""
        xml = body.decode()
        if self.crypto is not None:
            outer = xmltodict.parse(xml)["xml"]
            xml = self.crypto.decrypt_message(xml, outer["MsgSignature"], outer["TimeStamp"], outer["Nonce"])
        fields = xmltodict.parse(xml, strip_whitespace=False)["xml"]
        if (fields["ToUserName"], fields["FromUserName"], fields["MsgType"]) != (user, self.account, "text"):
            raise ValueError("a reply to somebody else, or not a text")
        int(fields["CreateTime"])
        return str(fields["Content"])


def to_xml(fields: Mapping[str, Any]) -> str:
    """A push as the platforms write it: text in CDATA, with a broken-up end mark."""
    parts = []
    for name, value in fields.items():
        text = str(value).replace("]]>", "]]]]><![CDATA[>")
        parts.append(f"<{name}>{text}</{name}>\n" if text.isdigit() else f"<{name}><![CDATA[{text}]]></{name}>\n")
    return "<xml>" + "".join(parts) + "</xml>"
