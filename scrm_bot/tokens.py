"""Access tokens: fetched once for everybody who speaks for an account, renewed before anybody has to wait for that."""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

EARLY = 300.0  # seconds before its end when a token is renewed, while it is still used
LAST = 60.0  # seconds before its end when it is used no more
LOCK_SECONDS = 10.0  # how long one process may take to fetch a token before another tries

Fetch = Callable[[], Awaitable[tuple[str, float]]]  # a new token and the seconds that it lives


class InVain(TimeoutError):
    """Waited for another process, whose turn it was to fetch the token and who came back without one.

    A wrong secret is found out by one process: by then all know that the channel is out of order.
    """

    after = timedelta(seconds=2)


class Store(Protocol):
    """Where processes meet, or do not."""

    async def load(self, account: str) -> tuple[str, float] | None:
        """The account's token and the seconds for which it may be used."""

    async def save(self, account: str, token: str, seconds: float) -> None:
        """Let the others have this token."""

    async def drop(self, account: str, token: str) -> None:
        """Forget the account's token if it is this one."""

    async def busy(self, account: str, owner: str) -> bool | None:
        """True while somebody else fetches the account's token; otherwise it is this owner's turn."""

    async def release(self, account: str, owner: str) -> None:
        """Let others fetch."""


@dataclass(frozen=True, slots=True)
class Token:
    """What may be used until one moment, and should be renewed from an earlier one."""

    value: str
    renew_at: float
    until: float


class Tokens:
    """Access tokens: one fetch at a time for each account, in this process and, if they meet, in all of them.

    A token that nears its end is renewed by the way, while it is still used: nobody waits for that.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.fetched: Callable[[str], None] = lambda _result: None  # told of each answer to a fetch: ok, failed
        self._known: dict[str, Token] = {}
        self._failing: dict[str, tuple[Exception, float]] = {}  # account -> what fetching raised, until when it stands
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._renewing: dict[str, asyncio.Task[None]] = {}

    async def get(self, account: str, fetch: Fetch) -> str:
        """The account's token. Raises what `fetch` raised, and again for a while without asking anew."""
        known = self._usable(account)
        if known is None:
            async with self._locks[account]:
                known = self._usable(account) or await self._from_others_or_new(account, fetch)
        elif time.monotonic() > known.renew_at:
            self._renew(account, known, fetch)
        return known.value

    async def forget(self, account: str, token: str) -> None:
        """The platform refused this token; if it is still the account's, it is no more."""
        async with self._locks[account]:
            known = self._known.get(account)
            if known is not None and known.value == token:
                del self._known[account]
                await self._store.drop(account, token)

    async def close(self) -> None:
        """Renew nothing more."""
        tasks = list(self._renewing.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _usable(self, account: str) -> Token | None:
        """The token in hand; raises if a moment ago there was none to be had."""
        known = self._known.get(account)
        if known is not None and time.monotonic() < known.until:
            return known
        error = self._why_not(account)
        if error is not None:
            raise error.with_traceback(None)
        return None

    def _why_not(self, account: str) -> Exception | None:
        error, until = self._failing.get(account, (None, 0.0))
        return error if time.monotonic() < until else None

    def _renew(self, account: str, old: Token, fetch: Fetch) -> None:
        if account not in self._renewing and self._why_not(account) is None:
            task = asyncio.create_task(self._renewed(account, old, fetch), name=f"renew token of {account}")
            self._renewing[account] = task
            task.add_done_callback(lambda _: self._renewing.pop(account, None))

    async def _renewed(self, account: str, old: Token, fetch: Fetch) -> None:
        async with self._locks[account]:
            if self._known.get(account) is old:
                with suppress(Exception):  # the old one serves for a while; the failure stands as long as any
                    await self._from_others_or_new(account, fetch, older=old)

    async def _from_others_or_new(self, account: str, fetch: Fetch, older: Token | None = None) -> Token:
        owner, waited = secrets.token_hex(8), False
        deadline = time.monotonic() + LOCK_SECONDS
        try:
            while (busy := await self._store.busy(account, owner)) and time.monotonic() < deadline:
                if found := await self._found(account, older):
                    return found
                waited = True
                await asyncio.sleep(0.1)
            if found := await self._found(account, older):
                return found
            if waited and not busy:
                self._stands(account, InVain())
                raise InVain
            return await self._new(account, fetch)
        finally:
            await self._store.release(account, owner)

    def _stands(self, account: str, error: Exception) -> None:
        """The same for whoever asks in the next moments."""
        self._failing[account] = (error, time.monotonic() + _pause(error))

    async def _found(self, account: str, older: Token | None) -> Token | None:
        """What another process has fetched: any token, or one that lives on when ours is to be renewed."""
        found = await self._store.load(account)
        if found is None:
            return None
        token = _token(*found)
        if older is not None and token.until < older.until + 1:
            return None
        self._known[account] = token
        return token

    async def _new(self, account: str, fetch: Fetch) -> Token:
        try:
            value, seconds = await fetch()
        except Exception as error:
            self._stands(account, error)
            self.fetched("failed")
            raise
        self.fetched("ok")
        self._failing.pop(account, None)
        seconds -= min(LAST, seconds / 4)
        await self._store.save(account, value, seconds)
        token = self._known[account] = _token(value, seconds)
        return token


def _token(value: str, seconds: float) -> Token:
    """To be renewed some minutes before its end, by not all processes at once."""
    now = time.monotonic()
    return Token(value, now + seconds - min(EARLY - LAST + random.uniform(0, 60), seconds / 2), now + seconds)


def _pause(error: Exception) -> float:
    """Seconds for which a failure to fetch stands: as long as it says itself (`after`), else about a minute."""
    after = getattr(error, "after", None)
    return min(after.total_seconds(), 60) if isinstance(after, timedelta) else random.uniform(30, 60)
