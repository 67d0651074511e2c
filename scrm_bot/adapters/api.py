"""Calling a platform: JSON over one shared session, and the access token that such calls need.

No exception that leaves here holds a URL (it carries the token) or what was said.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout, ConnectionTimeoutError, FormData

from scrm_bot.adapters.base import Closed, Misconfigured, Tokens, TryLater, Undeliverable, Unreachable

TIMEOUT = ClientTimeout(total=8, connect=3)
UPLOAD = ClientTimeout(total=15, connect=3)
ANY_FILE = frozenset("csv xlsx xls docx doc pptx ppt pdf zip txt jpg png".split())
DOOR_SHUT = 30.0  # seconds without calls after two tokens in a row were refused
LONGEST_WAIT = timedelta(hours=1)  # that we believe a Retry-After
DOUBT = 0.5  # seconds after which a refused secret is tried once more: it may have been a slip
BEIJING = timezone(timedelta(hours=8))  # where the platforms' days begin
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\"\\/:*?<>|]")
_ADDRESS = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")


class Page(TryLater):
    """An HTML page where JSON belongs: a gateway or a ban speaks, not the platform. Nothing was done."""

    def __init__(self) -> None:
        super().__init__("not JSON", timedelta(seconds=30))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a platform answered: its HTTP status and the JSON object."""

    status: int
    body: Mapping[str, Any]

    @property
    def errcode(self) -> int:
        """The old style error number: absent means 0, and it may come as text."""
        try:
            return int(self.body.get("errcode") or 0)
        except (TypeError, ValueError):
            return -1

    @property
    def code(self) -> str:
        """The new style error name of DingTalk, "" if there is none."""
        return str(self.body.get("code") or "")


async def post(
    http: ClientSession,
    url: str,
    body: Mapping[str, Any],
    *,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Outcome:
    """POST a JSON object, in UTF-8 without escapes (WeChat shows them literally). Raises TryLater."""
    data = json.dumps(body, ensure_ascii=False).encode(errors="replace")
    headers = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
    return await _call(http, "POST", url, query, headers, data)


async def upload(http: ClientSession, url: str, query: Mapping[str, str], name: str, content: bytes) -> Outcome:
    """POST a file under the name that people see: bare, for the platforms decode nothing. Raises TryLater."""
    form = FormData(quote_fields=False)
    form.add_field("media", content, filename=_UNSAFE.sub("_", name), content_type="application/octet-stream")
    return await _call(http, "POST", url, query, {}, form, UPLOAD)


async def get(http: ClientSession, url: str, query: Mapping[str, str]) -> Outcome:
    """GET a JSON object. Raises TryLater."""
    return await _call(http, "GET", url, query, {}, None)


async def _call(
    http: ClientSession,
    method: str,
    url: str,
    query: Mapping[str, str] | None,
    headers: Mapping[str, str],
    data: bytes | FormData | None,
    timeout: ClientTimeout = TIMEOUT,
) -> Outcome:
    try:
        async with http.request(
            method, url, params=query, headers=headers, data=data, timeout=timeout, allow_redirects=False
        ) as response:
            return outcome(response.status, await response.read(), response.headers.get("Retry-After", ""))
    except (ClientConnectorError, ConnectionTimeoutError):
        raise TryLater("unreachable") from None
    except TimeoutError:
        raise TryLater("no answer in time", unsure=True) from None
    except (ClientError, OSError):
        raise TryLater("connection lost", timedelta(seconds=2), unsure=True) from None


def outcome(status: int, text: bytes, retry_after: str = "") -> Outcome:
    """The JSON object that a platform has answered. Raises TryLater where it is none."""
    if status >= 500 or status == 429:
        raise TryLater(f"HTTP {status}", _wait(retry_after), unsure=status >= 500)
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        if text.lstrip()[:1] == b"<":
            raise Page from None
        raise TryLater("not JSON", unsure=True) from None  # half a JSON text may be the answer to something done
    return Outcome(status, body if isinstance(body, dict) else {})


def _wait(retry_after: str) -> timedelta:
    """What a Retry-After asks for: seconds, or a date."""
    try:
        if retry_after.strip().isdigit():
            asked = timedelta(seconds=int(retry_after[:9]))
        else:
            asked = parsedate_to_datetime(retry_after) - datetime.now(UTC)
    except (ValueError, TypeError):
        return timedelta(seconds=5)
    return min(max(asked, timedelta(seconds=1)), LONGEST_WAIT)


def minted(outcome: Outcome, token: str, seconds: str) -> tuple[str, float]:
    """The token and its life out of a token call's answer, whatever the platform names them."""
    value, life = outcome.body.get(token), outcome.body.get(seconds)
    if not isinstance(value, str) or not value:
        raise TryLater("no token in the answer")
    return value, float(life) if isinstance(life, int | float) and life > 0 else 7200.0


def uploaded(outcome: Outcome) -> str:
    """Under what name the platform keeps a file, for three days."""
    media_id = outcome.body.get("media_id") or outcome.body.get("mediaId")
    if not isinstance(media_id, str) or not media_id:
        raise TryLater("no media id in the answer")
    return media_id


class Account:
    """One account's calls: a refused token is renewed once; refused again, nobody calls for a while.

    A refused secret is tried once more, then it stands as wrong: one call each time that somebody asks anew.
    """

    def __init__(
        self,
        tokens: Tokens,
        name: str,
        fetch: Callable[[], Awaitable[tuple[str, float]]],
        refused: Callable[[Outcome], bool],
    ) -> None:
        self._tokens, self._name, self._fetch, self._refused = tokens, name, fetch, refused
        self._shut_until = 0.0
        self._doubted = False

    async def call(self, attempt: Callable[[str], Awaitable[Outcome]]) -> Outcome:
        """The outcome of `attempt(token)`. Raises TryLater, and what fetching a token raises."""
        for _ in range(2):
            self._check_door()
            token = await self._token()
            outcome = await attempt(token)
            if not self._refused(outcome):
                return outcome
            await self._tokens.forget(self._name, token)
        self._shut_until = time.monotonic() + DOOR_SHUT
        raise Closed("access token refused twice", timedelta(seconds=DOOR_SHUT))

    async def _token(self) -> str:
        try:
            return await self._tokens.get(self._name, self._new_token)
        except TimeoutError:
            raise TryLater("another process could not fetch a token", timedelta(seconds=2)) from None

    def _check_door(self) -> None:
        left = self._shut_until - time.monotonic()
        if left > 0:
            raise Closed("access token refused a moment ago", timedelta(seconds=left))

    async def _new_token(self) -> tuple[str, float]:
        """A token, fetched. Whatever goes wrong here, the message itself has certainly not been sent."""
        try:
            token = await self._fetch()
        except Misconfigured:
            if self._doubted:
                raise
            self._doubted = True
            await asyncio.sleep(DOUBT)
            return await self._new_token()
        except TryLater as later:
            later.unsure = False
            raise
        self._doubted = False
        return token


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What the error numbers of one platform mean for a message that was not taken."""

    later: Mapping[int, timedelta]
    never: frozenset[int]
    gone: frozenset[int] = frozenset()  # this account takes nothing more, until its owner comes back
    closed: Mapping[int, Callable[[], Closed]] = field(default_factory=dict)  # the quota of the whole account is used
    broken: Mapping[int, str] = field(default_factory=dict)  # what an admin has to put right: a `trouble`

    def check(self, outcome: Outcome, platform: str) -> None:
        """Raises TryLater or Undeliverable unless the platform took it. Unknown numbers are worth another try."""
        code = outcome.errcode
        if code == 0 and outcome.status < 400:
            return
        reason = f"{platform} {code or f'HTTP {outcome.status}'}"
        if code in self.broken:
            raise Misconfigured(reason, str(code), self.broken[code], address_in(outcome))
        if code in self.closed:
            raise self.closed[code]()
        if code in self.gone:
            raise Unreachable(reason, str(code))
        if code in self.never:
            raise Undeliverable(reason, str(code))
        raise TryLater(reason, self.later.get(code, timedelta(minutes=1)))


def address_in(outcome: Outcome) -> str:
    """The IP address that the platform's message names, if it names one: shown to people, never decided upon."""
    for found in _ADDRESS.findall(str(outcome.body.get("errmsg") or outcome.body.get("message") or "")):
        try:
            return str(ipaddress.ip_address(found))
        except ValueError:
            continue
    return ""


def until_midnight() -> timedelta:
    """To the beginning of the platforms' next day, when daily quotas are new."""
    now = datetime.now(BEIJING)
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return tomorrow - now + timedelta(seconds=5)


def until_next_minute() -> timedelta:
    """To the next full minute, when quotas by the minute are new."""
    return timedelta(seconds=61 - datetime.now(BEIJING).second)
