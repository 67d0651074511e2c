"""DingTalk 钉钉, an enterprise robot in HTTP mode: signed JSON in, session webhook or OpenAPI out.

The signature covers the timestamp alone, so it signs any body for as long as it is accepted. Hence the short window,
and the memory of which body came with which message.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientSession

from scrm_bot.adapters import api
from scrm_bot.adapters.base import (
    Answer,
    BadSignature,
    Callback,
    Limits,
    Malformed,
    Nonces,
    Received,
    Tokens,
    TryLater,
    Undeliverable,
    as_texts,
)
from scrm_bot.adapters.codec import check_same, check_time
from scrm_bot.adapters.text import clean
from scrm_bot.adapters.wire import read_id, read_json
from scrm_bot.message import Address, Kind, Message, Reply

GROUP = "2"
_REFUSED_TOKEN = {40014, 42001, 88}
_BUSY = {-1, 15, 90002, 90018, 410100}
_PUNISHED = timedelta(minutes=5)  # all calls of this IP are blocked
_NOT_NOW = ("QpsLimit", "QpmLimit", "send.too.fast", "toomuch.msg", "system.busy", "ServiceUnavailable", "Throttling")
_NEVER = ("Forbidden", "invalidClientIdOrSecret", "staffId.notExisted", "robot.notExisted", "invalidParameter")

Meaning = tuple[Kind, str, dict[str, Any]]


class Dingtalk:
    """One robot of one organisation, in private chats and in groups where it is mentioned."""

    # msgParam may have 15,000 bytes, and JSON doubles quotes and newlines.
    limits = Limits(text_bytes=7000)

    def __init__(
        self,
        name: str,
        audience: str,
        client_id: str,
        client_secret: str,
        robot_code: str,
        corp_id: str,
        api_base: str,
        http: ClientSession,
        tokens: Tokens,
        nonces: Nonces,
        *,
        window: timedelta = timedelta(minutes=10),
    ) -> None:
        self.name, self.audience = name, audience
        self._client_id, self._secret, self._robot_code, self._corp_id = client_id, client_secret, robot_code, corp_id
        self._base, self._http, self._nonces = api_base.rstrip("/"), http, nonces
        self._window = min(window, timedelta(hours=1))
        self._account = api.Account(tokens, f"dingtalk/{client_id}@{self._base}", self._fetch_token, _token_refused)

    async def read(self, callback: Callback) -> Received | Answer:
        """The message that a callback holds; talk in a group that is not for us is answered with silence."""
        if callback.method != "POST":
            raise Malformed("method")
        self._check_signature(callback)
        body = read_json(callback.body)
        self._check_ours(body)
        message = self._message(body, callback.received_at)
        await self._check_nonce(callback, message)
        if message.address.room and str(body.get("isInAtList")).lower() != "true":
            return Answer()
        return Received((message,))

    def answer(self, received: Received, part: str | None) -> Answer:
        """Always empty: replies go by webhook or API, so that none is sent twice."""
        del received, part
        return Answer()

    def parts(self, reply: Reply) -> list[str]:
        """The text, split to what the platform takes."""
        return as_texts(reply, self.limits)

    async def send(self, to: Address, part: str, hints: Mapping[str, Any], *, again: bool = False) -> None:
        """By the session's webhook while it lives, else by API. Nothing here guards against a double."""
        del again
        if self._usable(hints) and await self._sent_in_session(hints["webhook"], part):
            return
        message = {"msgKey": "sampleText", "msgParam": json.dumps({"content": part}, ensure_ascii=False)}
        if to.room:
            await self._call("groupMessages/send", message | {"openConversationId": to.room})
        else:
            outcome = await self._call("oToMessages/batchSend", message | {"userIds": [to.user]})
            _check_everybody_reached(outcome)

    def _check_signature(self, callback: Callback) -> None:
        timestamp = callback.headers.get("timestamp", "")
        check_same(callback.headers.get("sign", ""), signature(timestamp, self._secret))
        check_time(timestamp, callback.received_at, self._window, unit=timedelta(milliseconds=1))

    def _check_ours(self, body: Mapping[str, Any]) -> None:
        for field, ours in (("chatbotCorpId", self._corp_id), ("robotCode", self._robot_code)):
            if body.get(field) not in (None, ours):
                raise BadSignature(f"another {field}")

    async def _check_nonce(self, callback: Callback, message: Message) -> None:
        """The same message under the same signature must say the same; another message is another matter."""
        key = f"{self.name}/{callback.headers['timestamp']}/{message.address.user}/{message.key}"
        if not await self._nonces.fresh(key, hashlib.sha256(callback.body).hexdigest()):
            raise BadSignature("a signature used for another body")

    def _message(self, body: Mapping[str, Any], received_at: datetime) -> Message:
        group = str(body.get("conversationType")) == GROUP
        kind, text, detail = _meaning(body)
        return Message(
            address=Address(
                self.name,
                read_id(body.get("senderStaffId") or body.get("senderId")),  # guests have no staff id
                read_id(body.get("conversationId")) if group else "",
            ),
            key=read_id(body.get("msgId")),
            kind=kind,
            text=text.strip(),
            sent_at=_time(body.get("createAt"), received_at),
            sender_name=_text(body.get("senderNick"))[:64],
            detail=detail,
            hints=_hints(body),
        )

    def _usable(self, hints: Mapping[str, Any]) -> bool:
        """The webhook comes out of an unsigned body: only DingTalk's own hosts, and the one we call anyway."""
        until = hints.get("until", 0)
        if not isinstance(until, int | float) or until / 1000 < time.time() + 5:
            return False
        try:
            url, base = urlsplit(hints.get("webhook", "")), urlsplit(self._base)
            host, port = url.hostname or "", url.port
        except (ValueError, TypeError, AttributeError):
            return False
        if url.username is not None or url.password is not None:
            return False
        if host == base.hostname:
            return url.scheme in {"https", base.scheme}
        return url.scheme == "https" and port in (None, 443) and f".{host}".endswith(".dingtalk.com")

    async def _sent_in_session(self, webhook: str, part: str) -> bool:
        """False: the session did not take it. Raises TryLater where that is not certain or not its last word."""
        outcome = await api.post(self._http, webhook, {"msgtype": "text", "text": {"content": part}})
        if outcome.errcode in _BUSY or _not_now(outcome):
            raise TryLater("dingtalk session busy")
        return outcome.status < 400 and outcome.errcode == 0 and not outcome.code

    async def _call(self, path: str, body: Mapping[str, Any]) -> api.Outcome:
        url = f"{self._base}/v1.0/robot/{path}"
        outcome = await self._account.call(
            lambda token: api.post(
                self._http,
                url,
                {"robotCode": self._robot_code, **body},
                headers={"x-acs-dingtalk-access-token": token},
            )
        )
        _check_taken(outcome)
        return outcome

    async def _fetch_token(self) -> tuple[str, float]:
        body = {"appKey": self._client_id, "appSecret": self._secret}
        outcome = await api.post(self._http, f"{self._base}/v1.0/oauth2/accessToken", body)
        _check_taken(outcome)
        return api.minted(outcome, "accessToken", "expireIn")


def signature(timestamp: str, secret: str) -> str:
    """The `sign` header that belongs to this `timestamp` header."""
    text = f"{timestamp}\n{secret}".encode(errors="replace")
    return base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()


def _meaning(body: Mapping[str, Any]) -> Meaning:
    content = body.get("content")
    fields = content if isinstance(content, dict) else {}
    media = {name: _text(fields.get(name)) for name in ("downloadCode", "fileName") if _text(fields.get(name))}
    match body.get("msgtype"):
        case "text":
            words = body.get("text")
            return Kind.TEXT, _text(words.get("content") if isinstance(words, dict) else content), {}
        case "audio":
            return Kind.VOICE, _text(fields.get("recognition")), media
        case "picture":
            return Kind.IMAGE, "", media
        case "richText":
            return _rich(fields.get("richText"))
        case "file" | "video" as kind:
            return Kind.FILE, "", media | {"type": kind}
        case str(kind) if kind:
            return Kind.UNSUPPORTED, "", {"type": clean(kind)[:64]}
    raise Malformed("no msgtype")


def _rich(items: object) -> Meaning:
    """Words and pictures mixed. HarmonyOS leaves the mention in front as a piece of its own."""
    pieces = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    codes = [code for item in pieces if (code := _text(item.get("downloadCode")))]
    texts = [_text(item.get("text")) for item in pieces]
    if len(texts) > 1 and texts[0].startswith("@") and " " not in texts[0].strip():
        texts = texts[1:]
    text = "".join(texts)
    if not text.strip() and codes:
        return Kind.IMAGE, "", {"downloadCode": codes[0], "downloadCodes": codes}
    return Kind.TEXT, text, {"downloadCodes": codes} if codes else {}


def _hints(body: Mapping[str, Any]) -> dict[str, Any]:
    webhook, until = _text(body.get("sessionWebhook")), body.get("sessionWebhookExpiredTime")
    return {"webhook": webhook, "until": until} if webhook and isinstance(until, int) else {}


def _text(value: object) -> str:
    return clean(value) if isinstance(value, str) else ""


def _time(millis: object, received_at: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(int(str(millis)) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return received_at


def _token_refused(outcome: api.Outcome) -> bool:
    return outcome.code == "InvalidAuthentication" or outcome.errcode in _REFUSED_TOKEN


def _not_now(outcome: api.Outcome) -> bool:
    return outcome.status == 429 or any(part in outcome.code for part in _NOT_NOW)


def _check_taken(outcome: api.Outcome) -> None:
    """Raises TryLater or Undeliverable unless the call did what it should."""
    code = outcome.code or str(outcome.errcode)
    if outcome.body.get("status") == 1111 or outcome.body.get("punish"):
        raise TryLater("dingtalk blocks our address", _PUNISHED)
    if _not_now(outcome) or outcome.errcode in _BUSY:
        raise TryLater(f"dingtalk {code}", timedelta(seconds=4))
    if any(part in outcome.code for part in _NEVER):
        raise Undeliverable(f"dingtalk {code}", code)
    if outcome.status >= 400 or outcome.errcode or outcome.code:
        raise TryLater(f"dingtalk {code}, HTTP {outcome.status}", timedelta(minutes=1))


def _check_everybody_reached(outcome: api.Outcome) -> None:
    """A 200 may still name the one person whom it did not reach."""
    if outcome.body.get("invalidStaffIdList"):
        raise Undeliverable("dingtalk does not know this person", "invalidStaffId")
    if outcome.body.get("flowControlledStaffIdList"):
        raise TryLater("dingtalk flow control", timedelta(minutes=1))
