"""What several processes share and may lose: access tokens, seen signatures, wake-ups.

With Redis they share it; without, or while Redis is away, each process remembers its own and nothing else changes:
a token is fetched once more, a replay has to get past the inbox, a wake-up comes with the next look at the table.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, defaultdict, deque

from scrm_bot.tokens import Tokens

NONCE_SECONDS = 7200.0  # twice the widest signature window
NONCES_AT_MOST = 200_000


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

    @property
    def is_away(self) -> bool:
        """Whether the others cannot be met though they should be."""
        return False

    async def close(self) -> None:
        """Nothing is kept open."""
        await self.tokens.close()


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
