"""What several processes share and may lose: access tokens, seen signatures, wake-ups.

With Redis they share it; without, or while Redis is away, each process remembers its own and nothing else changes:
a token is fetched once more, a replay has to get past the inbox, a wake-up comes with the next look at the table.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections import OrderedDict, defaultdict, deque
from collections.abc import Awaitable, Callable
from typing import TypeVar

from redis.asyncio import Redis as Client
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from scrm_bot.tokens import LOCK_SECONDS, Tokens

log = logging.getLogger(__name__)
T = TypeVar("T")

NONCE_SECONDS = 7200.0  # twice the widest signature window
NONCES_AT_MOST = 200_000
AWAY_SECONDS = 5.0  # how long Redis is left alone after it failed

# A list of the moments (in milliseconds, the latest first) at which something was taken out of a budget.
_TAKE = """
local t = redis.call('time')
local now, count, per = t[1] * 1000 + math.floor(t[2] / 1000), tonumber(ARGV[1]), tonumber(ARGV[2])
local first = redis.call('lindex', KEYS[1], count - 1)
if first and now - first < per then return per - (now - first) end
redis.call('lpush', KEYS[1], now)
redis.call('ltrim', KEYS[1], 0, count - 1)
redis.call('pexpire', KEYS[1], per)
return 0
"""
_DROP_IF_SAME = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


class Memory:
    """What one process alone has to share: with itself."""

    def __init__(self, store: Alone | None = None) -> None:
        store = store or Alone()
        self.tokens = Tokens(store)
        self.nonces = Nonces(store)
        self.budgets = Budgets(store)
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
        await self.tokens.close()


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
        await super().close()
        await self._meeting.close()

    def _heard(self, news: str) -> None:
        sender, _, topic = news.partition(" ")
        if sender != self._me:
            self._bells[topic].set()

    def _ring_all(self) -> None:
        for bell in self._bells.values():
            bell.set()


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


class Budgets:
    """How much was said lately: counted in all processes together, or in this one while they do not meet."""

    def __init__(self, store: Alone) -> None:
        self._store = store
        self._taken: defaultdict[tuple[str, int, float], deque[float]] = defaultdict(deque)

    async def take(self, key: str, count: int, seconds: float) -> float:
        """0 if there was room for one more in any `seconds`, which is taken now; else the seconds to wait for it."""
        wait = await self._store.take(key, count, seconds)
        return wait or self._take(key, count, seconds, asked=wait is None)

    def _take(self, key: str, count: int, seconds: float, *, asked: bool) -> float:
        """Remembered here in any case, for when the others cannot be met."""
        now, taken = time.monotonic(), self._taken[key, count, seconds]
        if asked and len(taken) >= count and now - taken[-count] < seconds:
            return seconds - (now - taken[-count])
        taken.append(now)
        while len(taken) > count:
            taken.popleft()
        return 0.0


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

    async def take(self, key: str, count: int, seconds: float) -> float | None:
        """Seconds to wait for room in this budget, 0: it is taken; None: not known here."""


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

    async def take(self, key: str, count: int, seconds: float) -> float | None:
        """By Redis's own clock, in one step."""

        async def taken() -> float:
            name, millis = f"{self._prefix}budget:{key}/{count}/{seconds:g}", int(seconds * 1000)
            return int(await self._client.eval(_TAKE, 1, name, count, millis)) / 1000

        return await self._ask(taken)

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
