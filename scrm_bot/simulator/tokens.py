"""Access tokens as the platforms mint them: they live, overlap, die early, and a wrong secret gets none."""

from __future__ import annotations

from scrm_bot.simulator.ledger import Clock

OVERLAP = 300.0  # seconds for which a replaced token still works


class Mint:
    """One account's tokens."""

    def __init__(self, clock: Clock, name: str, life: float = 7200) -> None:
        self._clock, self._name, self.life = clock, name, life
        self.calls = 0
        self.current = ""
        self._ends: dict[str, float] = {}

    def same(self) -> tuple[str, int]:
        """The current token while it has more than the overlap to live, else a new one; and its remaining life."""
        self.calls += 1
        left = self._ends.get(self.current, 0.0) - self._clock.now()
        if left <= min(OVERLAP, self.life / 2):
            return self._new()
        return self.current, int(left)

    def fresh(self) -> tuple[str, int]:
        """Always a new one; the old one dies soon."""
        self.calls += 1
        if self.current:
            self._ends[self.current] = min(self._ends[self.current], self._clock.now() + OVERLAP)
        return self._new()

    def forced(self) -> tuple[str, int]:
        """A new one at once, and an end to all others."""
        self.expire()
        return self.fresh()

    def good(self, token: str) -> bool:
        """True if calls with this token are served."""
        return self._ends.get(token, 0.0) > self._clock.now()

    def known(self, token: str) -> bool:
        """True if it was good once."""
        return token in self._ends

    def expire(self) -> None:
        """All tokens die now."""
        self._ends = dict.fromkeys(self._ends, 0.0)

    def _new(self) -> tuple[str, int]:
        self.current = f"{self._name}-TOKEN-{self.calls:04d}-" + "x" * 400  # real ones are long
        self._ends[self.current] = self._clock.now() + self.life
        return self.current, int(self.life)
