"""The simulated 微信客服: customers who write to a corporation's service accounts, and what is kept for the bot.

await sim.kf.say(hook, "wm-wang", "机器坏了")       # kept in the mailbox, and the bot is rung
await sim.kf.say("", "wm-wang", "还在吗")           # kept, but the callback got lost
await sim.kf.ring(hook)                             # a callback without anything new
sim.kf.page_most, sim.kf.hollow = 10, 1             # short pages, and an empty one with more behind it
sim.kf.forget_cursors(); sim.kf.forget_tokens()     # what was handed out is refused from now on
sim.kf.take_over("wm-wang")                         # a human agent serves this customer
sim.kf.tells_late = True                            # too many, too late: taken, and msg_send_fail afterwards
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import xmltodict
from wechatpy.enterprise.crypto import PrpCrypto, WeChatCrypto
from wechatpy.utils import WeChatSigner

from scrm_bot.simulator.corp import Corporation
from scrm_bot.simulator.people import to_xml
from scrm_bot.simulator.pushing import Pushed, Request
from scrm_bot.simulator.tokens import Mint
from scrm_bot.simulator.world import World

DAYS_KEPT = 3 * 86_400  # seconds
TOKEN_LIVES, WELCOME_LIVES = 600, 20  # seconds
WINDOW, AT_MOST = 48 * 3600, 5
NEW, BOT, POOL, HUMAN, ENDED = range(5)


@dataclass(slots=True)
class Session:
    """One customer with one account."""

    state: int = NEW
    left: int = 0  # messages that may still be sent to them
    until: float = 0.0
    spoken_to: float = 0.0  # when they were last sent anything


@dataclass(slots=True)
class Code:
    """What allows one message after an event."""

    user: str
    account: str
    until: float
    used: bool = False


class Kf:
    """The accounts `accounts` of the corporation, by the app with the secret of its own."""

    platform = "kf"
    corp_id = Corporation.corp_id
    secret = "kf-secret"
    token = "kfCallbackToken"
    aes_key = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"

    def __init__(self, world: World, corporation: Corporation) -> None:
        self.world, self.corporation = world, corporation
        self.accounts = ["wk1"]
        self.crypto: Any = WeChatCrypto(self.token, self.aes_key, self.corp_id)
        self.tokens = Mint(world.clock, "KF")
        corporation.apps.append(self)
        self.page_most, self.hollow, self.tells_late = 1000, 0, False
        self.mail: dict[str, list[dict[str, Any]]] = {}
        self.sessions: dict[tuple[str, str], Session] = {}
        self.codes: dict[str, Code] = {}
        self.cursors: dict[str, tuple[str, int]] = {"": ("", 0)}  # cursor -> the account and how many items are read
        self._rings: dict[str, float] = {}  # callback's token -> when it ends

    def channel(self, audience: str = "customers") -> dict[str, Any]:
        """The `[channels.NAME]` table that makes a bot serve these accounts."""
        account = {"corp_id": self.corp_id, "secret": self.secret, "open_kfid": list(self.accounts)}
        crypto = {"token": self.token, "aes_key": self.aes_key}
        return {"kind": "wecom_kf", "audience": audience} | account | crypto | {"api_base": self.world.base_url}

    async def say(self, hook: str, user: str, text: str, *, msg_id: str = "", account: str = "") -> Pushed:
        """Type a text."""
        return await self.message(hook, user, "text", msg_id=msg_id, account=account, content=text)

    async def tap(self, hook: str, user: str, text: str, item: str = "101") -> Pushed:
        """Tap an item of a menu message."""
        return await self.message(hook, user, "text", content=text, menu_id=item)

    async def tap_item(self, hook: str, user: str, label: str) -> Pushed:
        """Tap the item that begins so in the latest menu that has it."""
        words, item = json.loads(self.world.screens.button(user, label)[1])
        return await self.tap(hook, user, words, item)

    async def message(
        self, hook: str, user: str, msgtype: str, *, msg_id: str = "", account: str = "", **part: Any
    ) -> Pushed:
        """Any message of a customer; `part` is what stands under its type."""
        account = account or self.accounts[0]
        session = self.session(user, account)
        session.state = NEW if session.state == ENDED else session.state
        session.left, session.until = AT_MOST, self.world.clock.now() + WINDOW
        item = {"external_userid": user, "open_kfid": account, "origin": 3, "msgtype": msgtype, msgtype: part}
        return await self.keep(hook, account, item, msg_id)

    async def enter(self, hook: str, user: str, *, scene: str = "", account: str = "") -> Pushed:
        """Open the chat; who was not spoken to lately may be welcomed."""
        account, now = account or self.accounts[0], self.world.clock.now()
        event: dict[str, Any] = {"scene": scene, "scene_param": ""}
        if self.session(user, account).spoken_to < now - WINDOW:
            event["welcome_code"] = self.code(user, account, WELCOME_LIVES)
        return await self.event(hook, user, "enter_session", account, **event)

    async def event(self, hook: str, user: str, event_type: str, account: str = "", **more: Any) -> Pushed:
        """Any event."""
        account = account or self.accounts[0]
        event = {"event_type": event_type, "open_kfid": account, "external_userid": user} | more
        return await self.keep(hook, account, {"origin": 4, "msgtype": "event", "event": event})

    async def take_back(self, hook: str, user: str, msg_id: str) -> Pushed:
        """Take a message back: it stays in the mail, and an event tells of it."""
        return await self.event(hook, user, "user_recall_msg", recall_msgid=msg_id)

    async def human(self, hook: str, user: str, text: str) -> Pushed:
        """A human agent says something."""
        item = {"external_userid": user, "open_kfid": self.accounts[0], "origin": 5, "servicer_userid": "kefu1"}
        return await self.keep(hook, self.accounts[0], item | {"msgtype": "text", "text": {"content": text}})

    async def keep(self, hook: str, account: str, item: Mapping[str, Any], msg_id: str = "") -> Pushed:
        """Put anything into a mailbox; ring unless `hook` is ""."""
        msg_id = msg_id or f"msg-{self.world.new_id()}"
        mail = self.mail.setdefault(account, [])
        mail.append({"msgid": msg_id, "send_time": int(self.world.clock.now())} | dict(item))
        return replace(await self.ring(hook, account), msg_id=msg_id)

    async def ring(self, hook: str, account: str = "") -> Pushed:
        """The callback without content; nothing if `hook` is ""."""
        account = account or self.accounts[0]
        token = f"ENC{secrets.token_hex(20)}"
        self._rings[token] = self.world.clock.now() + TOKEN_LIVES
        fields = {
            "ToUserName": self.corp_id,
            "CreateTime": str(self.world.clock.stamp()),
            "MsgType": "event",
            "Event": "kf_msg_or_event",
            "Token": token,
            "OpenKfId": account,
        }
        pushed = Pushed("", "", self.sealed(hook, fields), fields)
        return await self.redeliver(pushed) if hook else pushed

    async def redeliver(self, pushed: Pushed) -> Pushed:
        """The same bytes once more."""
        return replace(pushed, answers=await self.world.caller.push(pushed.request))

    async def handshake(self, hook: str) -> bool:
        """Verify the callback URL as the console does."""
        echo, timestamp, nonce = str(self.world.new_id()), str(self.world.clock.stamp()), secrets.token_hex(5)
        sealed = PrpCrypto(self.crypto.key).encrypt(echo, self.corp_id).decode()
        signer = WeChatSigner()
        signer.add_data(self.token, timestamp, nonce, sealed)
        query = {"msg_signature": str(signer.signature), "timestamp": timestamp, "nonce": nonce, "echostr": sealed}
        answer = await self.world.caller.once(Request(hook, query, b"", method="GET"))
        return answer.status == 200 and answer.body == echo.encode() and answer.seconds < 1

    def sealed(self, hook: str, fields: Mapping[str, Any]) -> Request:
        """The encrypted callback with these fields."""
        return self.enveloped(hook, to_xml(fields))

    def enveloped(self, hook: str, inner: str) -> Request:
        """The encrypted callback with any text inside."""
        timestamp, nonce = str(self.world.clock.stamp()), str(secrets.randbelow(10**10))
        outer = xmltodict.parse(self.crypto.encrypt_message(inner, nonce, timestamp))["xml"]
        body = to_xml({"ToUserName": self.corp_id, "Encrypt": outer["Encrypt"], "AgentID": ""})
        query = {"msg_signature": outer["MsgSignature"], "timestamp": timestamp, "nonce": nonce}
        return Request(hook, query, body.encode(), {"Content-Type": "text/xml"})

    def session(self, user: str, account: str = "") -> Session:
        """A customer's session with an account."""
        return self.sessions.setdefault((user, account or self.accounts[0]), Session())

    def code(self, user: str, account: str, seconds: float) -> str:
        """A new code for one message."""
        code = secrets.token_hex(16)
        self.codes[code] = Code(user, account, self.world.clock.now() + seconds)
        return code

    def take_over(self, user: str) -> None:
        """A human agent serves this customer now."""
        self.session(user).state = HUMAN

    def end(self, user: str) -> None:
        """The session is over until the customer writes again."""
        self.session(user).state = ENDED

    def rang(self, token: str) -> bool:
        """True if a callback brought this token lately."""
        return self._rings.get(token, 0.0) > self.world.clock.now()

    def forget_tokens(self) -> None:
        """The tokens of all callbacks are refused from now on."""
        self._rings.clear()

    def forget_cursors(self) -> None:
        """All cursors are refused from now on."""
        self.cursors = {"": ("", 0)}
