"""WeChat 公众号: callbacks in plain or safe mode in, passive replies and customer service messages out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from aiohttp import ClientSession

from scrm_bot.adapters import api, downloads, pushes, wechat_links
from scrm_bot.adapters.base import (
    Answer,
    BadSignature,
    Budget,
    Callback,
    Closed,
    Limits,
    Malformed,
    Misconfigured,
    Nonces,
    Part,
    Received,
    Tokens,
    WaitForUser,
    Window,
    as_parts,
)
from scrm_bot.adapters.codec import WINDOW, Envelope, check_signature, check_time
from scrm_bot.adapters.wire import Fields, read_fields
from scrm_bot.message import Address, Kind, Reply

_REFUSED_TOKEN = {40001, 40014, 41001, 42001}
_QUOTA_USED = 45047
HOSTS = ("qpic.cn", "weixin.qq.com", "qq.com")  # where pictures and films of the platform are
_VERDICTS = api.Verdicts(
    later={-1: timedelta(seconds=5)},
    closed={
        45009: lambda: Closed("wechat 45009", api.until_midnight(), "45009", "quota"),
        45011: lambda: Closed("wechat 45011", api.until_next_minute(), "45011"),
    },
    never=frozenset({45002}),
    gone=frozenset({40003, 43004, 45015, 46004, 48002}),
    broken={
        40013: "secret",
        40125: "secret",
        40164: "address",
        48001: "permission",
        48004: "blocked",
        50002: "blocked",
        89503: "address",
        89506: "address",
        89507: "address",
    },
)

_AFTER_MESSAGE = Window(5, timedelta(hours=48))
_AFTER_TAP = Window(3, timedelta(minutes=1))
_TAPS = (Kind.FOLLOW, Kind.PRESS, Kind.ENTER)  # follows, taps of a menu, scans of a code
_SAID = (Kind.TEXT, Kind.VOICE, Kind.IMAGE, Kind.LOCATION, Kind.FILE, Kind.LINK, Kind.UNSUPPORTED)


class Wechat:
    """One official account. With an AES key it is in safe mode, and a plain callback is a forgery."""

    limits = Limits(
        text_bytes=2048,
        passive=True,
        windows=dict.fromkeys(_SAID, _AFTER_MESSAGE) | dict.fromkeys(_TAPS, _AFTER_TAP),
        budgets=(Budget("account", 10_000, timedelta(minutes=1)),),
    )

    def __init__(
        self,
        name: str,
        audience: str,
        app_id: str,
        original_id: str,
        secret: str,
        token: str,
        aes_key: str,
        api_base: str,
        http: ClientSession,
        tokens: Tokens,
        nonces: Nonces,
        *,
        window: timedelta = WINDOW,
    ) -> None:
        self.name, self.audience = name, audience
        self._app_id, self._original_id, self._secret, self._token = app_id, original_id, secret, token
        self._base, self._http, self._nonces, self._window = api_base.rstrip("/"), http, nonces, window
        self._envelope = Envelope(token, aes_key, app_id) if aes_key else None
        account = f"wechat/{app_id}@{self._base}"
        self._account = api.Account(tokens, account, self._fetch_token, lambda out: out.errcode in _REFUSED_TOKEN)

    async def read(self, callback: Callback) -> Received | Answer:
        """The message that a callback holds; the handshake and events without meaning are answered at once."""
        match callback.method:
            case "GET":
                return self._shake_hands(callback)
            case "POST":
                return await self._hear(callback)
        raise Malformed("method")

    def answer(self, received: Received, part: Part | None) -> Answer:
        """A passive reply, or the empty answer that means: nothing to say, do not send it again."""
        return pushes.reply(received.seal, part.text, self._envelope) if part else Answer()

    def parts(self, reply: Reply, hints: Mapping[str, Any]) -> list[Part]:
        """The text, split to what the platform takes; below it, if there is room, what can be tapped."""
        del hints
        parts = as_parts(reply, self.limits)
        if parts and reply.choices:
            whole = f"{parts[-1].text}\n{wechat_links.links(reply.choices)}"
            parts[-1] = Part(whole) if len(whole.encode()) <= self.limits.text_bytes else parts[-1]
        return parts

    async def send(self, to: Address, part: Part, hints: Mapping[str, Any], *, again: bool = False) -> None:
        """message/custom/send, which needs no hints and can do nothing against a double."""
        del hints, again
        body = {"touser": to.user, "msgtype": "text", "text": {"content": part.text}}
        url = f"{self._base}/cgi-bin/message/custom/send"
        outcome = await self._account.call(lambda token: api.post(self._http, url, body, query={"access_token": token}))
        if outcome.errcode == _QUOTA_USED:
            raise WaitForUser(f"wechat {_QUOTA_USED}")
        _VERDICTS.check(outcome, "wechat")

    async def download(self, source: Mapping[str, Any], pour: downloads.Pour) -> None:
        """What a follower sent: media/get; a film by its address, a picture too where media/get is not allowed."""
        await downloads.by_media_id(self._http, self._account, self._base, source, pour, _VERDICTS, HOSTS)

    def _shake_hands(self, callback: Callback) -> Answer:
        self._check_plain_signature(callback)
        return Answer(200, callback.query.get("echostr", "").encode(errors="replace"))

    async def _hear(self, callback: Callback) -> Received | Answer:
        fields = await self._fields(callback)
        pushes.check_ours(fields, "ToUserName", self._original_id)
        message = pushes.heard(self.name, fields, callback.received_at)
        if message is None:
            return Answer()
        return Received((message,), pushes.seal_for(fields, callback))

    async def _fields(self, callback: Callback) -> Fields:
        if self._envelope:
            return await pushes.unsealed(callback, self._envelope, self._window, self._nonces, self.name)
        if callback.query.get("encrypt_type", "raw") != "raw":
            raise BadSignature("sealed, and we have no key")
        self._check_plain_signature(callback)
        fields = read_fields(callback.body)
        await pushes.check_nonce(self._nonces, self.name, callback, callback.body)  # a plain signature signs no body
        return fields

    def _check_plain_signature(self, callback: Callback) -> None:
        query = callback.query
        timestamp = query.get("timestamp", "")
        check_signature(query.get("signature", ""), self._token, timestamp, query.get("nonce", ""))
        check_time(timestamp, callback.received_at, self._window)

    async def _fetch_token(self) -> tuple[str, float]:
        # stable_token: the plain one would kill the token of every other program that uses this account.
        body = {"grant_type": "client_credential", "appid": self._app_id, "secret": self._secret}
        outcome = await api.post(self._http, f"{self._base}/cgi-bin/stable_token", body)
        if outcome.errcode in _REFUSED_TOKEN:  # here it is the secret that is wrong
            raise Misconfigured(f"wechat stable_token {outcome.errcode}", str(outcome.errcode), "secret")
        _VERDICTS.check(outcome, "wechat stable_token")
        return api.minted(outcome, "access_token", "expires_in")
