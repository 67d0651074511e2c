"""DingTalk 钉钉, an enterprise robot in HTTP mode: signed JSON in, session webhook or OpenAPI out.

The signature covers the timestamp alone, so it signs any body for as long as it is accepted. Hence the short window,
and the memory of which body came with which message.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from aiohttp import ClientSession

from scrm_bot.adapters import api, dingtalk_says, downloads
from scrm_bot.adapters.base import (
    Answer,
    BadSignature,
    Budgets,
    Callback,
    Closed,
    Limits,
    Malformed,
    Misconfigured,
    Nonces,
    Part,
    Received,
    Tokens,
    TryLater,
    Undeliverable,
    Unreachable,
    as_parts,
)
from scrm_bot.adapters.codec import check_same, check_time
from scrm_bot.adapters.dingtalk_message import check_ours, is_for_us, is_guest, read_message
from scrm_bot.adapters.hosts import may_call
from scrm_bot.adapters.wire import read_json
from scrm_bot.message import Address, Message, Reply

HOSTS = ("dingtalk.com",)
STORES = ("dingtalk.com", "aliyuncs.com", "alicdn.com")  # where what people sent is kept
_RATE = (20, 1.2)  # calls of one API, seconds: what the smallest edition is served, and what the way may squeeze them
_QUEUE = 5.0  # seconds to wait for that
_REFUSED_TOKEN = {40014, 42001, 88}
_TIMED_OUT = 15  # the gateway waited three seconds: perhaps it was done
_BUSY = {-1, 90002, 90018, 410100}
_PUNISHED = timedelta(minutes=5)  # all calls of this address are blocked
_NOT_NOW = ("QpsLimit", "QpmLimit", "send.too.fast", "toomuch.msg", "system.busy", "ServiceUnavailable", "Throttling")
_BROKEN = (  # parts of codes, and what an admin has to put right
    ("invalidClientIdOrSecret", "secret"),
    ("authFailed", "secret"),
    ("IpNotInWhiteList", "address"),
    ("Forbidden", "permission"),
    ("robotCode", "permission"),
    ("robot.notExisted", "permission"),
)
_GONE = "staffId.notExisted"
_NEVER = "invalidParameter"


class Dingtalk:
    """One robot of one organisation, in private chats and in groups where it is mentioned."""

    # msgParam may have 15,000 bytes, and JSON doubles quotes and newlines.
    limits = Limits(text_bytes=7000, files=dingtalk_says.FILES)

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
        budgets: Budgets,
        *,
        window: timedelta = timedelta(minutes=10),
    ) -> None:
        self.name, self.audience = name, audience
        self._client_id, self._secret, self._robot_code, self._corp_id = client_id, client_secret, robot_code, corp_id
        self._base, self._http, self._nonces, self._budgets = api_base.rstrip("/"), http, nonces, budgets
        self._window = min(window, timedelta(hours=1))
        self._punished_until = 0.0
        self._account = api.Account(tokens, f"dingtalk/{client_id}@{self._base}", self._fetch_token, _token_refused)

    async def read(self, callback: Callback) -> Received | Answer:
        """The message that a callback holds; talk in a group that is not for us is answered with silence."""
        if callback.method != "POST":
            raise Malformed("method")
        self._check_signature(callback)
        body = read_json(callback.body)
        check_ours(body, self._corp_id, self._robot_code)
        message = read_message(self.name, body, callback.received_at)
        await self._check_nonce(callback, message)
        return Received((message,)) if is_for_us(body) else Answer()

    def answer(self, received: Received, part: Part | None) -> Answer:
        """Always empty: replies go by webhook or API, so that none is sent twice."""
        del received, part
        return Answer()

    def parts(self, reply: Reply, hints: Mapping[str, Any]) -> list[Part]:
        """A card where there is something to press, else the text, split to what the platform takes."""
        del hints
        parts = as_parts(reply, self.limits)
        if dingtalk_says.fits(reply.text, reply.choices):
            parts[0] = Part(reply.text, reply.choices)
        return parts

    async def send(self, to: Address, part: Part, hints: Mapping[str, Any], *, again: bool = False) -> None:
        """By the session's webhook while it lives, else by API, as files always. Nothing guards against a double."""
        del again
        if not part.file and self._usable(hints):
            mention = to.user if to.room and not is_guest(to.user) else ""
            if await self._sent_in_session(hints["webhook"], dingtalk_says.in_session(part, mention)):
                return
        message = dingtalk_says.by_api(part, await self._upload(part) if part.file else "")
        if to.room:
            await self._call("groupMessages/send", message | {"openConversationId": to.room})
        else:
            outcome = await self._call("oToMessages/batchSend", message | {"userIds": [to.user]})
            _check_everybody_reached(outcome)

    async def download(self, source: Mapping[str, Any], pour: downloads.Pour) -> None:
        """What somebody sent: its code is worth an address for a while, and that the content."""
        outcome = await self._call("messageFiles/download", {"downloadCode": str(source.get("downloadCode") or "")})
        await downloads.from_address(self._http, outcome.body.get("downloadUrl"), STORES, self._base, pour)

    def _check_signature(self, callback: Callback) -> None:
        timestamp = callback.headers.get("timestamp", "")
        check_same(callback.headers.get("sign", ""), signature(timestamp, self._secret))
        check_time(timestamp, callback.received_at, self._window, unit=timedelta(milliseconds=1))

    async def _check_nonce(self, callback: Callback, message: Message) -> None:
        """The same message under the same signature must say the same; another message is another matter."""
        key = f"{self.name}/{callback.headers['timestamp']}/{message.address.user}/{message.key}"
        if not await self._nonces.fresh(key, hashlib.sha256(callback.body).hexdigest()):
            raise BadSignature("a signature used for another body")

    def _usable(self, hints: Mapping[str, Any]) -> bool:
        """The webhook comes out of an unsigned body, and it dies."""
        until = hints.get("until", 0)
        if not isinstance(until, int | float) or until / 1000 < time.time() + 5:
            return False
        return may_call(hints.get("webhook"), HOSTS, self._base)

    async def _sent_in_session(self, webhook: str, said: Mapping[str, Any]) -> bool:
        """False: the session did not take it. Raises TryLater where that is not certain or not its last word."""
        outcome = await self._post(webhook, said)
        _check_patience(outcome)
        return outcome.status < 400 and outcome.errcode == 0 and not outcome.code

    async def _call(self, path: str, body: Mapping[str, Any]) -> api.Outcome:
        url, body = f"{self._base}/v1.0/robot/{path}", {"robotCode": self._robot_code, **body}
        await self._wait_for_room(path)
        outcome = await self._account.call(
            lambda token: self._post(url, body, {"x-acs-dingtalk-access-token": token}),
        )
        check_taken(outcome)
        return outcome

    async def _upload(self, part: Part) -> str:
        """Files are kept by the old host, which takes the new one's token."""
        assert part.file is not None
        url, name = f"{self._base.replace('//api.', '//oapi.')}/media/upload", part.file.name
        outcome = await self._account.call(
            lambda token: api.upload(self._http, url, {"access_token": token, "type": "file"}, name, part.content)
        )
        check_taken(outcome)
        return api.uploaded(outcome)

    async def _wait_for_room(self, path: str) -> None:
        """One API is served so often a second; the sessions' webhooks are not counted."""
        clock = asyncio.get_running_loop().time
        late = clock() + _QUEUE
        while wait := await self._budgets.take(f"dingtalk/{self._client_id}/{path}", *_RATE):
            if clock() + wait > late:
                raise TryLater("too many sends at once", timedelta(seconds=2))
            await asyncio.sleep(wait)

    async def _fetch_token(self) -> tuple[str, float]:
        body = {"appKey": self._client_id, "appSecret": self._secret}
        outcome = await self._post(f"{self._base}/v1.0/oauth2/accessToken", body)
        check_taken(outcome)
        return api.minted(outcome, "accessToken", "expireIn")

    async def _post(self, url: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> api.Outcome:
        """Every call but none while our address is blocked: DingTalk counts on, and blocks for longer."""
        left = self._punished_until - time.monotonic()
        if left > 0:
            raise _punished(timedelta(seconds=left))
        try:
            outcome = await api.post(self._http, url, body, headers=headers)
        except api.Page:
            outcome = None
        if outcome is None or outcome.body.get("status") == 1111 or outcome.body.get("punish"):
            self._punished_until = time.monotonic() + _PUNISHED.total_seconds()
            raise _punished(_PUNISHED)
        return outcome


def signature(timestamp: str, secret: str) -> str:
    """The `sign` header that belongs to this `timestamp` header."""
    text = f"{timestamp}\n{secret}".encode(errors="replace")
    return base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()


def _token_refused(outcome: api.Outcome) -> bool:
    return outcome.code == "InvalidAuthentication" or outcome.errcode in _REFUSED_TOKEN


def _punished(left: timedelta) -> Closed:
    return Closed("dingtalk blocks our address", left, "1111", "blocked")


def _check_patience(outcome: api.Outcome) -> None:
    """Raises TryLater if DingTalk is busy or we are too quick. Whoever tries again backs off further each time."""
    if outcome.errcode == _TIMED_OUT:
        raise TryLater("dingtalk timed out", timedelta(seconds=1), unsure=True)
    if outcome.errcode in _BUSY or any(part in outcome.code for part in _NOT_NOW):
        raise TryLater(f"dingtalk {outcome.code or outcome.errcode}", timedelta(seconds=1))


def check_taken(outcome: api.Outcome) -> None:
    """Raises TryLater or Undeliverable unless the call did what it should."""
    _check_patience(outcome)
    code = outcome.code or str(outcome.errcode)
    for part, trouble in _BROKEN:
        if part in outcome.code:
            raise Misconfigured(f"dingtalk {code}", code, trouble, api.address_in(outcome))
    if _GONE in outcome.code:
        raise Unreachable(f"dingtalk {code}", code)
    if _NEVER in outcome.code:
        raise Undeliverable(f"dingtalk {code}", code)
    if outcome.status >= 400 or outcome.errcode or outcome.code:
        raise TryLater(f"dingtalk {code}, HTTP {outcome.status}", timedelta(minutes=1))


def _check_everybody_reached(outcome: api.Outcome) -> None:
    """A 200 may still name the one person whom it did not reach."""
    if outcome.body.get("invalidStaffIdList"):
        raise Unreachable("dingtalk does not know this person", "invalidStaffId")
    if outcome.body.get("filteredStaffIdList"):
        raise Undeliverable("dingtalk filters what is sent to this person", "filteredStaffId")
    if outcome.body.get("flowControlledStaffIdList"):
        raise TryLater("dingtalk flow control", timedelta(minutes=1))
