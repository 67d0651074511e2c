"""WeCom 微信客服: customers write in WeChat; callbacks without content in, kf/send_msg out, the rest is fetched."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from aiohttp import ClientSession

from scrm_bot.adapters import api, downloads, pushes, wecom_kf_menu, wecom_kf_pull
from scrm_bot.adapters.base import (
    Answer,
    Budget,
    Callback,
    Door,
    Limits,
    Malformed,
    Nonces,
    Part,
    Received,
    Tokens,
    TryLater,
    Undeliverable,
    WaitForUser,
    Window,
    as_parts,
)
from scrm_bot.adapters.codec import WINDOW, Envelope
from scrm_bot.adapters.wecom_kf_pull import Mailbox
from scrm_bot.adapters.wecom_kf_said import WELCOME_WITHIN
from scrm_bot.message import Address, Kind, Reply

_REFUSED_TOKEN = {40014, 42001}
_QUOTA_USED = {95001, 95002}  # five messages; 48 hours
_WRONG_STATE = {95013, 95018}
_NEW, _BOT, _ENDED = 0, 1, 4  # states of a session; 2 and 3 are those of human agents
_VERDICTS = replace(
    wecom_kf_pull.VERDICTS,
    never=wecom_kf_pull.VERDICTS.never | {40058, 44004, 45002},
    gone=frozenset({40003, 60111, 84061}),
)

_AFTER_MESSAGE = Window(5, timedelta(hours=48))
_SAID = (Kind.TEXT, Kind.VOICE, Kind.IMAGE, Kind.LOCATION, Kind.FILE, Kind.LINK, Kind.PRESS, Kind.UNSUPPORTED)


class WecomKf:
    """The customer service accounts `open_kfid` of one corporation, by the app that may call their API."""

    limits = Limits(
        text_bytes=2048,
        windows=dict.fromkeys(_SAID, _AFTER_MESSAGE) | {Kind.FOLLOW: Window(1, WELCOME_WITHIN)},
        budgets=(Budget("account", 10_000, timedelta(minutes=1)),),
    )

    def __init__(
        self,
        name: str,
        audience: str,
        corp_id: str,
        secret: str,
        token: str,
        aes_key: str,
        open_kfid: Sequence[str],
        api_base: str,
        http: ClientSession,
        tokens: Tokens,
        nonces: Nonces,
        *,
        window: timedelta = WINDOW,
    ) -> None:
        self.name, self.audience = name, audience
        self._corp_id, self._secret = corp_id, secret
        self._base, self._http, self._nonces, self._window = api_base.rstrip("/"), http, nonces, window
        self._envelope = Envelope(token, aes_key, corp_id)
        # One corporation has a token for each secret.
        account = f"wecom_kf/{corp_id}/{hashlib.sha256(secret.encode()).hexdigest()[:8]}@{self._base}"
        self._account = api.Account(tokens, account, self._fetch_token, lambda out: out.errcode in _REFUSED_TOKEN)
        self._mailboxes = {one: Mailbox(name, f"wecom_kf/{corp_id}/{one}", one, self._sync) for one in open_kfid}

    async def read(self, callback: Callback) -> Received | Answer:
        """It only says where something is to be fetched; that is noted, and answered at once."""
        match callback.method:
            case "GET":
                return Answer(200, pushes.echo(callback, self._envelope, self._window))
            case "POST":
                await self._hear(callback)
                return Answer()
        raise Malformed("method")

    def answer(self, received: Received, part: Part | None) -> Answer:
        """Nothing can be said in the answer to a callback."""
        del received, part
        return Answer()

    def parts(self, reply: Reply, hints: Mapping[str, Any]) -> list[Part]:
        """A menu where there is something to tap and room for it, else the text, split to what the platform takes."""
        del hints
        parts = as_parts(reply, self.limits)
        if len(parts) == 1 and wecom_kf_menu.fits(parts[0].text, reply.choices):
            parts = [Part(parts[0].text, reply.choices)]
        return parts

    async def send(self, to: Address, part: Part, hints: Mapping[str, Any], *, again: bool = False) -> None:
        """kf/send_msg under a name of ours, by which the platform knows a repetition; a welcome by its code."""
        said: dict[str, Any] = {"msgtype": "text", "text": {"content": part.text}}
        if part.choices:
            said = {"msgtype": "msgmenu", "msgmenu": wecom_kf_menu.menu(part.text, part.choices)}
        if hints.get("send_id"):
            said["msgid"] = str(hints["send_id"])[:32]
        if hints.get("welcome_code"):
            await self._welcome(to, said, hints, again)
        else:
            await self._send(to, said, hints)

    async def listen(self, door: Door) -> None:
        """Until cancelled: keep every mailbox empty, each by itself."""
        async with asyncio.TaskGroup() as readers:
            for mailbox in self._mailboxes.values():
                readers.create_task(mailbox.watch(door))

    async def download(self, source: Mapping[str, Any], pour: downloads.Pour) -> None:
        """What a customer sent: media/get."""
        await downloads.by_media_id(self._http, self._account, self._base, source, pour, _VERDICTS)

    async def _hear(self, callback: Callback) -> None:
        fields = await pushes.unsealed(callback, self._envelope, self._window, self._nonces, self.name)
        pushes.check_ours(fields, "ToUserName", self._corp_id)
        if fields.get("Event", "").lower() != "kf_msg_or_event":
            return
        ours = fields.get("OpenKfId", "").strip()
        for open_kfid, mailbox in self._mailboxes.items():  # the app may serve accounts that are not the bot's
            if ours in ("", open_kfid):
                mailbox.ring(fields.get("Token", "").strip())

    async def _welcome(self, to: Address, said: Mapping[str, Any], hints: Mapping[str, Any], again: bool) -> None:
        """The code works once and not for long; without it only somebody who wrote lately may be spoken to."""
        outcome = await self._call("kf/send_msg_on_event", {"code": hints["welcome_code"], **said})
        if outcome.errcode in _VERDICTS.later.keys() | _VERDICTS.closed.keys() | _VERDICTS.broken.keys():
            _VERDICTS.check(outcome, "wecom_kf welcome")
        if outcome.errcode == 0 or again:
            return
        try:
            await self._send(to, said, hints)
        except WaitForUser:
            raise Undeliverable("too late for a welcome", str(outcome.errcode)) from None

    async def _send(self, to: Address, said: Mapping[str, Any], hints: Mapping[str, Any]) -> None:
        """By the account that the customer wrote to; who is told something of our own accord, by any that may."""
        known = hints.get("open_kfid")
        *others, last = [known] if known else self._mailboxes
        for open_kfid in others:
            with contextlib.suppress(WaitForUser, Undeliverable):
                await self._send_by(open_kfid, to, said)
                return
        await self._send_by(last, to, said)

    async def _send_by(self, open_kfid: str, to: Address, said: Mapping[str, Any]) -> None:
        outcome = await self._call("kf/send_msg", {"touser": to.user, "open_kfid": open_kfid, **said})
        if outcome.errcode in _QUOTA_USED:
            raise WaitForUser(f"wecom_kf {outcome.errcode}")
        if outcome.errcode in _WRONG_STATE:
            await self._refuse(open_kfid, to, outcome.errcode)
        _VERDICTS.check(outcome, "wecom_kf")

    async def _refuse(self, open_kfid: str, to: Address, code: int) -> None:
        """Why the session takes nothing from a bot: raises what follows from its state."""
        outcome = await self._call("kf/service_state/get", {"open_kfid": open_kfid, "external_userid": to.user})
        _VERDICTS.check(outcome, "wecom_kf service_state")
        state = outcome.body.get("service_state")
        if state in (_NEW, _BOT):
            raise TryLater(f"wecom_kf {code}, but the session is ours again", timedelta(seconds=2))
        if state == _ENDED:
            raise WaitForUser(f"wecom_kf {code}: the session has ended")
        raise Undeliverable(f"wecom_kf {code}: a human agent has taken over", str(code))

    async def _sync(self, body: Mapping[str, Any]) -> api.Outcome:
        return await self._call("kf/sync_msg", body)

    async def _call(self, path: str, body: Mapping[str, Any]) -> api.Outcome:
        url = f"{self._base}/cgi-bin/{path}"
        return await self._account.call(lambda token: api.post(self._http, url, body, query={"access_token": token}))

    async def _fetch_token(self) -> tuple[str, float]:
        query = {"corpid": self._corp_id, "corpsecret": self._secret}
        outcome = await api.get(self._http, f"{self._base}/cgi-bin/gettoken", query)
        _VERDICTS.check(outcome, "wecom_kf gettoken")
        return api.minted(outcome, "access_token", "expires_in")
