"""Calling a platform: JSON over one shared session, and the access token that such calls need.

No exception that leaves here holds a URL (it carries the token) or what was said.
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout, ConnectionTimeoutError

from scrm_bot.adapters.base import Tokens, TryLater, Undeliverable

TIMEOUT = ClientTimeout(total=8, connect=3)
PAGE_PAUSE = timedelta(seconds=30)  # an HTML page where JSON belongs: a gateway or a ban speaks, not the platform
DOOR_SHUT = 30.0  # seconds without calls after two tokens in a row were refused


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


async def get(http: ClientSession, url: str, query: Mapping[str, str]) -> Outcome:
    """GET a JSON object. Raises TryLater."""
    return await _call(http, "GET", url, query, {}, None)


async def _call(
    http: ClientSession,
    method: str,
    url: str,
    query: Mapping[str, str] | None,
    headers: Mapping[str, str],
    data: bytes | None,
) -> Outcome:
    try:
        async with http.request(
            method, url, params=query, headers=headers, data=data, timeout=TIMEOUT, allow_redirects=False
        ) as response:
            return _outcome(response.status, await response.read())
    except (ClientConnectorError, ConnectionTimeoutError):
        raise TryLater("unreachable") from None
    except TimeoutError:
        raise TryLater("no answer in time", unsure=True) from None
    except (ClientError, OSError):
        raise TryLater("connection lost", timedelta(seconds=2), unsure=True) from None


def _outcome(status: int, text: bytes) -> Outcome:
    if status >= 500:
        raise TryLater(f"HTTP {status}", unsure=True)
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        # A page in place of JSON did nothing; half a JSON text may be the answer to something done.
        page = text.lstrip()[:1] == b"<"
        raise TryLater("not JSON", PAGE_PAUSE if page else timedelta(seconds=5), unsure=not page) from None
    return Outcome(status, body if isinstance(body, dict) else {})


def minted(outcome: Outcome, token: str, seconds: str) -> tuple[str, float]:
    """The token and its life out of a token call's answer, whatever the platform names them."""
    value, life = outcome.body.get(token), outcome.body.get(seconds)
    if not isinstance(value, str) or not value:
        raise TryLater("no token in the answer")
    return value, float(life) if isinstance(life, int | float) and life > 0 else 7200.0


class Account:
    """One account's calls: a refused token is renewed once; refused again, nobody calls for a while."""

    def __init__(
        self,
        tokens: Tokens,
        name: str,
        fetch: Callable[[], Awaitable[tuple[str, float]]],
        refused: Callable[[Outcome], bool],
    ) -> None:
        self._tokens, self._name, self._fetch, self._refused = tokens, name, fetch, refused
        self._shut_until = 0.0

    async def call(self, attempt: Callable[[str], Awaitable[Outcome]]) -> Outcome:
        """The outcome of `attempt(token)`. Raises TryLater, and what fetching a token raises."""
        for _ in range(2):
            self._check_door()
            token = await self._tokens.get(self._name, self._fetch)
            outcome = await attempt(token)
            if not self._refused(outcome):
                return outcome
            await self._tokens.forget(self._name, token)
        self._shut_until = time.monotonic() + DOOR_SHUT
        raise TryLater("access token refused twice", timedelta(seconds=DOOR_SHUT))

    def _check_door(self) -> None:
        left = self._shut_until - time.monotonic()
        if left > 0:
            raise TryLater("access token refused a moment ago", timedelta(seconds=left))


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What the error numbers of one platform mean for a message that was not taken."""

    later: Mapping[int, timedelta]
    never: frozenset[int]

    def check(self, outcome: Outcome, platform: str) -> None:
        """Raises TryLater or Undeliverable unless the platform took it. Unknown numbers are worth another try."""
        code = outcome.errcode
        if code == 0 and outcome.status < 400:
            return
        reason = f"{platform} {code or f'HTTP {outcome.status}'}"
        if code in self.never:
            raise Undeliverable(reason, str(code))
        raise TryLater(reason, self.later.get(code, timedelta(minutes=1)))
