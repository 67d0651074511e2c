"""What several processes share, by way of Redis. Loaded only where a Redis is configured."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from redis.asyncio import Redis as Client
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from scrm_bot.shared import Alone, Memory
from scrm_bot.tokens import LOCK_SECONDS

log = logging.getLogger(__name__)
T = TypeVar("T")

AWAY_SECONDS = 5.0  # how long Redis is left alone after it failed
PATIENCE = 0.3  # seconds for everything that one question takes, connecting included: callbacks wait for it

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

    @property
    def is_away(self) -> bool:
        """Redis did not answer lately."""
        return self._meeting.is_away

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


class Meeting(Alone):
    """Where processes meet: Redis (6.2 is enough). When it fails it counts as away for a while and costs nothing."""

    def __init__(self, url: str, prefix: str) -> None:
        again = Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,))  # a connection that lay idle for long
        self._client = Client.from_url(
            url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=again, decode_responses=True
        )
        self._prefix = prefix
        self._away_until = 0.0  # 0: it is there

    @property
    def is_away(self) -> bool:
        """It did not answer when it was last asked."""
        return self._away_until > 0

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
            async with asyncio.timeout(PATIENCE):
                answer = await command()
        except (RedisError, OSError) as error:
            if not self._away_until:
                log.warning("redis is away: %s", type(error).__name__)
            self._away_until = time.monotonic() + AWAY_SECONDS
            return None
        self._away_until = 0.0
        return answer
