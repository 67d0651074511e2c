"""WeCom 企业微信, a self-built app: sealed callbacks in, passive replies and message/send out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from aiohttp import ClientSession

from scrm_bot.adapters import api, pushes
from scrm_bot.adapters.base import (
    Answer,
    Budget,
    Callback,
    Closed,
    Limits,
    Malformed,
    Nonces,
    Received,
    Tokens,
    Undeliverable,
    Unreachable,
    as_texts,
)
from scrm_bot.adapters.codec import WINDOW, Envelope
from scrm_bot.message import Address, Reply

# 40001 is a wrong secret here, not a stale token. 45009 does not say whether it is a minute's, an hour's or a day's.
_REFUSED_TOKEN = {40014, 42001}
_VERDICTS = api.Verdicts(
    later={-1: timedelta(seconds=5), 6000: timedelta(seconds=2), 45033: timedelta(seconds=5)},
    closed={45009: lambda: Closed("wecom 45009", timedelta(minutes=1), "45009")},
    never=frozenset({40058, 41011, 44004, 45002, 60011}),
    gone=frozenset({40003, 60111, 81013, 82001}),
    broken={
        40001: "secret",
        40013: "secret",
        40056: "permission",
        48002: "permission",
        48004: "blocked",
        60020: "address",
    },
)


class Wecom:
    """One app of one corporation. There is no plain mode: everything that comes in is signed and sealed."""

    # What a member gets too much of is dropped in silence.
    limits = Limits(
        text_bytes=2048,
        passive=True,
        budgets=(
            Budget("user", 30, timedelta(minutes=1)),
            Budget("user", 1000, timedelta(hours=1)),
            Budget("account", 10_000, timedelta(minutes=1)),
        ),
    )

    def __init__(
        self,
        name: str,
        audience: str,
        corp_id: str,
        agent_id: int,
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
        self._corp_id, self._agent_id, self._secret = corp_id, agent_id, secret
        self._base, self._http, self._nonces, self._window = api_base.rstrip("/"), http, nonces, window
        self._envelope = Envelope(token, aes_key, corp_id)
        account = f"wecom/{corp_id}/{agent_id}@{self._base}"
        self._account = api.Account(tokens, account, self._fetch_token, lambda out: out.errcode in _REFUSED_TOKEN)

    async def read(self, callback: Callback) -> Received | Answer:
        """The message that a callback holds; the handshake and events without meaning are answered at once."""
        match callback.method:
            case "GET":
                return Answer(200, pushes.echo(callback, self._envelope, self._window))
            case "POST":
                return await self._hear(callback)
        raise Malformed("method")

    def answer(self, received: Received, part: str | None) -> Answer:
        """A passive reply, or the empty answer that means: nothing to say, do not send it again."""
        return pushes.reply(received.seal, part, self._envelope) if part else Answer()

    def parts(self, reply: Reply) -> list[str]:
        """The text, split to what the platform does not cut off."""
        return as_texts(reply, self.limits)

    async def send(self, to: Address, part: str, hints: Mapping[str, Any], *, again: bool = False) -> None:
        """message/send. When an earlier try may have got through, the platform is asked to drop a double."""
        del hints  # whom and with which app is all that it takes
        body = {"touser": _one(to.user), "msgtype": "text", "agentid": self._agent_id, "text": {"content": part}}
        if again:
            body |= {"enable_duplicate_check": 1, "duplicate_check_interval": 1800}
        url = f"{self._base}/cgi-bin/message/send"
        outcome = await self._account.call(lambda token: api.post(self._http, url, body, query={"access_token": token}))
        _VERDICTS.check(outcome, "wecom")
        if outcome.body.get("invaliduser") or outcome.body.get("unlicenseduser"):
            raise Unreachable("wecom does not know this member", "invaliduser")

    async def _hear(self, callback: Callback) -> Received | Answer:
        fields = await pushes.unsealed(callback, self._envelope, self._window, self._nonces, self.name)
        pushes.check_ours(fields, "ToUserName", self._corp_id)
        if fields.get("AgentID"):  # events of the whole corporation name no app
            pushes.check_ours(fields, "AgentID", str(self._agent_id))
        message = pushes.heard(self.name, fields, callback.received_at)
        if message is None:
            return Answer()
        return Received((message,), pushes.seal_for(fields, callback))

    async def _fetch_token(self) -> tuple[str, float]:
        query = {"corpid": self._corp_id, "corpsecret": self._secret}
        outcome = await api.get(self._http, f"{self._base}/cgi-bin/gettoken", query)
        _VERDICTS.check(outcome, "wecom gettoken")
        return api.minted(outcome, "access_token", "expires_in")


def _one(user: str) -> str:
    """One member. WeCom would read "@all" and "a|b" as many."""
    if "|" in user or user.startswith("@"):
        raise Undeliverable("not one member's id")
    return user
