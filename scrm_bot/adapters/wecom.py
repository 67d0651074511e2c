"""WeCom 企业微信, a self-built app: sealed callbacks in, passive replies and message/send out."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from aiohttp import ClientSession

from scrm_bot.adapters import api, downloads, pushes, wecom_card
from scrm_bot.adapters.base import (
    Answer,
    Budget,
    Callback,
    Closed,
    Limits,
    Malformed,
    Nonces,
    Part,
    Received,
    Tokens,
    Undeliverable,
    Unreachable,
    as_parts,
)
from scrm_bot.adapters.codec import WINDOW, Envelope
from scrm_bot.adapters.text import clean, inert
from scrm_bot.message import Address, Reply

log = logging.getLogger(__name__)
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
        files=api.ANY_FILE,
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
        cards: bool = True,
        window: timedelta = WINDOW,
    ) -> None:
        self.name, self.audience, self._cards = name, audience, cards
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

    def answer(self, received: Received, part: Part | None) -> Answer:
        """A passive reply, or the empty answer that means: nothing to say, do not send it again."""
        return pushes.reply(received.seal, part.text, self._envelope) if part else Answer()

    def parts(self, reply: Reply, hints: Mapping[str, Any]) -> list[Part]:
        """A card where there is something to press and room for it, else the text, split to what is not cut off.

        Where a card was pressed to say this, it is marked in the end.
        """
        parts = as_parts(reply, self.limits)
        if self._cards and wecom_card.fits(reply.text, reply.choices):
            parts[0] = Part(reply.text, reply.choices)
        return parts + ([Part("", pressed=str(hints["pressed"]))] if hints.get("response_code") else [])

    async def send(self, to: Address, part: Part, hints: Mapping[str, Any], *, again: bool = False) -> None:
        """message/send. When an earlier try may have got through, the platform is asked to drop a double."""
        user = _one(to.user)
        if part.pressed:
            await self._mark(user, part.pressed, hints)
        elif part.file:
            await self._say(user, "file", {"media_id": await self._upload(part)}, again)
        elif part.choices:
            await self._show_card(user, part, hints, again)
        else:
            await self._say(user, "text", {"content": part.text}, again)

    async def _show_card(self, user: str, part: Part, hints: Mapping[str, Any], again: bool) -> None:
        """Words that must arrive do not depend on what the platform thinks of a card."""
        try:
            await self._say(user, "template_card", wecom_card.card(part.text, part.choices, hints["send_id"]), again)
        except Unreachable:
            raise
        except Undeliverable as refused:
            log.warning("card refused, sent as text", extra={"channel": self.name, "why": refused.reason})
            await self._say(user, "text", {"content": inert(clean(part.text))}, again)

    async def _say(self, user: str, kind: str, said: Mapping[str, Any], again: bool) -> None:
        body = {"touser": user, "msgtype": kind, "agentid": self._agent_id, kind: said}
        if again:
            body |= {"enable_duplicate_check": 1, "duplicate_check_interval": 1800}
        outcome = await self._call("message/send", body)
        _VERDICTS.check(outcome, "wecom")
        if outcome.body.get("invaliduser") or outcome.body.get("unlicenseduser"):
            raise Unreachable("wecom does not know this member", "invaliduser")

    async def _mark(self, user: str, pressed: str, hints: Mapping[str, Any]) -> None:
        """The code works once and for three days: whatever else the platform says, it is not worth another try."""
        body = {"userids": [user], "agentid": self._agent_id, "response_code": hints["response_code"]}
        outcome = await self._call("message/update_template_card", body | {"button": {"replace_name": pressed}})
        if outcome.errcode in _VERDICTS.later.keys() | _VERDICTS.closed.keys() | _VERDICTS.broken.keys():
            _VERDICTS.check(outcome, "wecom card")

    async def _upload(self, part: Part) -> str:
        assert part.file is not None
        url, name = f"{self._base}/cgi-bin/media/upload", part.file.name
        outcome = await self._account.call(
            lambda token: api.upload(self._http, url, {"access_token": token, "type": "file"}, name, part.content)
        )
        _VERDICTS.check(outcome, "wecom upload")
        return api.uploaded(outcome)

    async def _call(self, path: str, body: Mapping[str, Any]) -> api.Outcome:
        url = f"{self._base}/cgi-bin/{path}"
        return await self._account.call(lambda token: api.post(self._http, url, body, query={"access_token": token}))

    async def download(self, source: Mapping[str, Any], pour: downloads.Pour) -> None:
        """What a member sent: media/get."""
        await downloads.by_media_id(self._http, self._account, self._base, source, pour, _VERDICTS)

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
