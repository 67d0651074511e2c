"""How often the platforms let somebody call, and from where."""

from __future__ import annotations

from collections import defaultdict, deque

from aiohttp import web

from scrm_bot.simulator.ledger import Clock


class Rate:
    """At most `most` in `seconds`, counted by key; `blocks`: who asks for more gets nothing for as long again."""

    def __init__(self, clock: Clock, most: int, seconds: float, *, blocks: bool = False) -> None:
        self._clock, self.most, self.seconds, self._blocks = clock, most, seconds, blocks
        self._taken: defaultdict[object, deque[float]] = defaultdict(deque)
        self._blocked: dict[object, float] = {}

    def full(self, key: object = "") -> bool:
        """True if one more would be too many."""
        now, taken = self._clock.now(), self._taken[key]
        while taken and taken[0] <= now - self.seconds:
            taken.popleft()
        return len(taken) >= self.most or self._blocked.get(key, 0.0) > now

    def count(self, key: object = "") -> None:
        """One more."""
        self._taken[key].append(self._clock.now())

    def take(self, key: object = "") -> bool:
        """Count one more, if there is room for it."""
        if self.full(key):
            if self._blocks and self._blocked.get(key, 0.0) <= self._clock.now():
                self._blocked[key] = self._clock.now() + self.seconds
            return False
        self.count(key)
        return True


class Guests:
    """Who may call: anybody, unless addresses are listed."""

    def __init__(self) -> None:
        self.addresses: set[str] | None = None

    def stranger(self, request: web.Request) -> str:
        """The caller's address if it is not on the list, else ""."""
        caller = request.remote or ""
        return caller if self.addresses is not None and caller not in self.addresses else ""
