"""Fetching what people sent: from the platform's own hosts, over no redirect, piece by piece, within a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any

from aiohttp import ClientConnectorError, ClientError, ClientResponse, ClientSession, ClientTimeout

from scrm_bot.adapters import api
from scrm_bot.adapters.base import Misconfigured, NotThere, TryLater
from scrm_bot.adapters.hosts import may_call

TIMEOUT = ClientTimeout(total=90, connect=3, sock_read=15)
PIECE = 64 * 1024
LARGEST_ERROR = 64 * 1024
_WORDS = ("application/json", "text/json", "text/plain", "text/html")  # of an answer that tells why there is no file
_BAD_MEDIA = {40004, 40007, 41006}
Pour = Callable[[AsyncIterator[bytes]], Awaitable[None]]


async def fetch(
    http: ClientSession, url: str, query: Mapping[str, str], pour: Pour, headers: Mapping[str, str] | None = None
) -> api.Outcome:
    """Pour what is there; what is told instead of it is the outcome. Raises TryLater, NotThere, what `pour` raises."""
    headers = {"Accept-Encoding": "identity", **(headers or {})}
    try:
        async with http.get(url, params=query, headers=headers, timeout=TIMEOUT, allow_redirects=False) as response:
            _check(response)
            if _is_words(response):
                return api.outcome(response.status, await response.content.read(LARGEST_ERROR))
            await pour(response.content.iter_chunked(PIECE))
            return api.Outcome(response.status, {})
    except ClientConnectorError:
        raise TryLater("unreachable") from None
    except TimeoutError:
        raise TryLater("no answer in time") from None
    except ClientError:
        raise TryLater("connection lost") from None


def _check(response: ClientResponse) -> None:
    if 300 <= response.status < 400:
        raise NotThere("it leads elsewhere")
    if response.status in (403, 404, 410):
        raise NotThere(f"HTTP {response.status}")
    if response.status >= 400 and not _is_words(response):
        raise TryLater(f"HTTP {response.status}")


def _is_words(response: ClientResponse) -> bool:
    return response.content_type in _WORDS and "Content-Disposition" not in response.headers


async def by_media_id(
    http: ClientSession,
    account: api.Account,
    base: str,
    source: Mapping[str, Any],
    pour: Pour,
    verdicts: api.Verdicts,
    hosts: Sequence[str] = (),
) -> None:
    """media/get, as WeChat and WeCom have it; ids live for three days.

    `hosts`: where a film may be that is only told of by its address, or a picture that an account without the right to
    media/get may see.
    """
    media_id, url = str(source.get("media_id") or ""), f"{base}/cgi-bin/media/get"
    if not media_id:
        raise NotThere("no media id")
    try:
        outcome = await account.call(
            lambda token: fetch(http, url, {"access_token": token, "media_id": media_id}, pour)
        )
        if outcome.errcode in _BAD_MEDIA:
            raise NotThere(str(outcome.errcode))
        verdicts.check(outcome, "media/get")
        elsewhere = outcome.body.get("video_url")
    except Misconfigured:
        elsewhere = source.get("url")
        if not elsewhere:
            raise
    if elsewhere:
        await from_address(http, _secured(elsewhere), hosts, base, pour)


async def from_address(http: ClientSession, url: object, hosts: Sequence[str], base: str, pour: Pour) -> None:
    """What an address gives that came from outside: only from these hosts, or from where we call anyway."""
    if not isinstance(url, str) or not may_call(url, hosts, base):
        raise NotThere("not an address of the platform")
    outcome = await fetch(http, url, {}, pour)
    if outcome.body or outcome.status >= 400:
        raise NotThere(f"HTTP {outcome.status}")


def _secured(url: object) -> object:
    """The platforms still write http:// for what https:// serves as well."""
    return f"https://{url[7:]}" if isinstance(url, str) and url.startswith("http://") else url
