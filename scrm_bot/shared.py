"""What several processes share and may lose: access tokens, seen signatures, wake-ups.

With Redis they share it; without, or while Redis is away, each process remembers its own and nothing else changes:
a token is fetched once more, a replay has to get past the inbox, a wake-up comes with the next look at the table.
"""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
import time
from collections import OrderedDict, defaultdict
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from redis.asyncio import Redis as Client
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
T = TypeVar("T")

EARLY = 300.0  # seconds before its end when a token is no longer used
LOCK_SECONDS = 10.0  # how long one process may take to fetch a token before another tries
NONCE_SECONDS = 7200.0  # twice the widest signature window
NONCES_AT_MOST = 200_000
AWAY_SECONDS = 5.0  # how long Redis is left alone after it failed

_DROP_IF_SAME = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


class Memory:
    """What one process alone has to share: with itself."""

    def __init__(self, store: Alone | None = None) -> None:
        store = store or Alone()
        self.tokens = Tokens(store)
        self.nonces = Nonces(store)
        self._bells: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    async def wake(self, topic: str) -> None:
        """There is something to do. It may get lost between processes: whoever waits looks for himself, too."""
        self._bells[topic].set()

    async def woken(self, topic: str, timeout: float) -> bool:
        """True as soon as somebody wakes this topic (or has since the last wait), False after `timeout` seconds."""
        bell = self._bells[topic]
        try:
            async with asyncio.timeout(timeout):
                await bell.wait()
        except TimeoutError:
            return False
        bell.clear()
        return True

    async def close(self) -> None:
        """Nothing is kept open."""


class Redis(Memory):
    """The same, shared by all processes that have this Redis."""

    def __init__(self, url: str, prefix: str = "scrm:") -> None:
        self._meeting = Meeting(url, prefix)
        super().__init__(self._meeting)
        self._me = secrets.token_hex(4)
        self._listener: asyncio.Task[None] | None = None

    async def wake(self, topic: str) -> None:
        """Wake this process directly, the others through Redis."""
        await super().wake(topic)
        await self._meeting.tell(f"{self._me} {topic}")

    async def woken(self, topic: str, timeout: float) -> bool:
        """As in memory; the first wait begins to listen to the others."""
        if self._listener is None:
            self._listener = asyncio.create_task(self._meeting.listen(self._heard, self._ring_all))
        return await super().woken(topic, timeout)

    async def close(self) -> None:
        """Stop listening and let go of all connections."""
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
        await self._meeting.close()

    def _heard(self, news: str) -> None:
        sender, _, topic = news.partition(" ")
        if sender != self._me:
            self._bells[topic].set()

    def _ring_all(self) -> None:
        for bell in self._bells.values():
            bell.set()


class Tokens:
    """Access tokens: one fetch at a time for each account, in this process and, if they meet, in all of them."""

    def __init__(self, store: Alone) -> None:
        self._store = store
        self._known: dict[str, tuple[str, float]] = {}  # account -> token, when it is no longer used
        self._failing: dict[str, tuple[Exception, float]] = {}  # account -> what fetching raised, until when it stands
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def get(self, account: str, fetch: Callable[[], Awaitable[tuple[str, float]]]) -> str:
        """The account's token. Raises what `fetch` raised, and again for a while without asking anew."""
        known = self._recall(account)
        if known:
            return known
        async with self._locks[account]:
            return self._recall(account) or await self._from_others_or_new(account, fetch)

    async def forget(self, account: str, token: str) -> None:
        """The platform refused this token; if it is still the account's, it is no more."""
        async with self._locks[account]:
            if self._known.get(account, ("", 0.0))[0] == token:
                del self._known[account]
                await self._store.drop(account, token)

    def _recall(self, account: str) -> str:
        now = time.monotonic()
        error, until = self._failing.get(account, (None, 0.0))
        if error is not None and now < until:
            raise error.with_traceback(None)
        token, until = self._known.get(account, ("", 0.0))
        return token if now < until else ""

    async def _from_others_or_new(self, account: str, fetch: Callable[[], Awaitable[tuple[str, float]]]) -> str:
        owner = secrets.token_hex(8)
        deadline = time.monotonic() + LOCK_SECONDS
        try:
            while await self._store.busy(account, owner) and time.monotonic() < deadline:
                if found := await self._store.load(account):
                    return self._remember(account, *found)
                await asyncio.sleep(0.1)
            if found := await self._store.load(account):
                return self._remember(account, *found)
            return await self._new(account, fetch)
        finally:
            await self._store.release(account, owner)

    async def _new(self, account: str, fetch: Callable[[], Awaitable[tuple[str, float]]]) -> str:
        try:
            token, seconds = await fetch()
        except Exception as error:
            self._failing[account] = (error, time.monotonic() + _pause(error))
            raise
        self._failing.pop(account, None)
        seconds -= min(EARLY + random.uniform(0, 60), seconds / 2)  # not all processes at once
        await self._store.save(account, token, seconds)
        return self._remember(account, token, seconds)

    def _remember(self, account: str, token: str, seconds: float) -> str:
        self._known[account] = (token, time.monotonic() + seconds)
        return token


class Nonces:
    """Which body came first under a key, for longer than any signature is accepted."""

    def __init__(self, store: Alone) -> None:
        self._store = store
        self._seen: OrderedDict[str, tuple[str, float]] = OrderedDict()

    async def fresh(self, key: str, digest: str) -> bool:
        """True if the key is new or came with this very digest before; False if it came with another."""
        if self._first(key, digest) != digest:  # remembered here too: the others may be away when it comes again
            return False
        return await self._store.first(key, digest, NONCE_SECONDS) in (None, digest)

    def _first(self, key: str, digest: str) -> str:
        now = time.monotonic()
        while self._seen and (len(self._seen) > NONCES_AT_MOST or next(iter(self._seen.values()))[1] < now):
            self._seen.popitem(last=False)
        return self._seen.setdefault(key, (digest, now + NONCE_SECONDS))[0]


class Alone:
    """Where no other process is met: nobody is busy, nothing is found."""

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

    async def first(self, key: str, digest: str, seconds: float) -> str | None:
        """The digest that came first under this key (perhaps this one); None: not known here."""


class Meeting(Alone):
    """Where processes meet: Redis (6.2 is enough). When it fails it counts as away for a while and costs nothing."""

    def __init__(self, url: str, prefix: str) -> None:
        retry = Retry(NoBackoff(), 1)
        self._client = Client.from_url(
            url, socket_timeout=0.3, socket_connect_timeout=0.3, retry=retry, decode_responses=True
        )
        self._prefix = prefix
        self._away_until = 0.0  # 0: it is there

    async def load(self, account: str) -> tuple[str, float] | None:
        """The token and its remaining life."""
        key = f"{self._prefix}token:{account}"

        async def loaded() -> tuple[str | None, int]:
            async with self._client.pipeline(transaction=False) as both:
                both.get(key)
                both.pttl(key)
                token, millis = await both.execute()
            return token, millis

        token, millis = await self._ask(loaded) or (None, 0)
        return (token, millis / 1000) if token and millis > 0 else None

    async def save(self, account: str, token: str, seconds: float) -> None:
        """Redis forgets it by itself when its time is over."""
        key = f"{self._prefix}token:{account}"

        async def saved() -> None:
            await self._client.set(key, token, px=max(1, int(seconds * 1000)))

        await self._ask(saved)

    async def drop(self, account: str, token: str) -> None:
        """Compared and deleted in one step."""
        await self._drop_if_same(f"{self._prefix}token:{account}", token)

    async def busy(self, account: str, owner: str) -> bool | None:
        """A lock that ends by itself; without Redis nobody needs to wait."""
        key, millis = f"{self._prefix}lock:{account}", int(LOCK_SECONDS * 1000)

        async def taken() -> bool:
            return not await self._client.set(key, owner, nx=True, px=millis)

        return await self._ask(taken)

    async def release(self, account: str, owner: str) -> None:
        """Only the owner's own lock."""
        await self._drop_if_same(f"{self._prefix}lock:{account}", owner)

    async def first(self, key: str, digest: str, seconds: float) -> str | None:
        """The digest that Redis saw first; None while it is away."""
        key, millis = f"{self._prefix}nonce:{key}", int(seconds * 1000)

        async def seen() -> str | None:
            async with self._client.pipeline(transaction=False) as both:
                both.set(key, digest, nx=True, px=millis)
                both.get(key)
                _, first = await both.execute()
            return str(first)

        return await self._ask(seen)

    async def tell(self, news: str) -> None:
        """Say it to every process that listens."""

        async def told() -> None:
            await self._client.publish(f"{self._prefix}wake", news)

        await self._ask(told)

    async def listen(self, hear: Callable[[str], None], back: Callable[[], None]) -> None:
        """Until cancelled: `hear` what others tell, and `back` after deafness, when anything may have been said."""
        while True:
            try:
                async with self._client.pubsub() as pubsub:
                    await pubsub.subscribe(f"{self._prefix}wake")
                    async for message in pubsub.listen():
                        if message["type"] == "subscribe":  # the first time, and after every lost connection
                            back()
                        else:
                            hear(message["data"])
            except (RedisError, OSError):
                await asyncio.sleep(AWAY_SECONDS)

    async def close(self) -> None:
        """Let go of all connections."""
        await self._client.aclose()

    async def _drop_if_same(self, key: str, value: str) -> None:
        async def dropped() -> None:
            await self._client.eval(_DROP_IF_SAME, 1, key, value)

        await self._ask(dropped)

    async def _ask(self, command: Callable[[], Awaitable[T]]) -> T | None:
        """What Redis answers; None while it is away. After a pause one command tries again, the others do not wait."""
        if self._away_until:
            if time.monotonic() < self._away_until:
                return None
            self._away_until = time.monotonic() + AWAY_SECONDS
        try:
            answer = await command()
        except (RedisError, OSError) as error:
            if not self._away_until:
                log.warning("redis is away: %s", type(error).__name__)
            self._away_until = time.monotonic() + AWAY_SECONDS
            return None
        self._away_until = 0.0
        return answer


def _pause(error: Exception) -> float:
    """Seconds for which a failure to fetch stands: as long as it says itself (`after`), else about a minute."""
    after = getattr(error, "after", None)
    return min(after.total_seconds(), 60) if isinstance(after, timedelta) else random.uniform(30, 60)
