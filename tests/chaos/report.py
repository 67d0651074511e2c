"""What a scenario hands back: its seed, its figures, and what was wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DOUBLED = 0.01


@dataclass
class Report:
    """One line of the table; `wrongs` is empty if every promise held, `slow` if it held in time as well.

    The full size is measured by both, a test by the first alone: its machine may be busy.
    """

    scenario: str
    seed: int
    figures: Mapping[str, Any]
    wrongs: list[str] = field(default_factory=list)
    slow: list[str] = field(default_factory=list)

    def rarely_twice(self) -> None:
        """Of all sends, at most so many may have been seen twice."""
        self.late("doubled", DOUBLED)

    def late(self, figure: str, limit: float) -> None:
        """This figure, where there is one, has a limit."""
        if self.figures.get(figure, 0.0) > limit:
            self.slow.append(f"{figure} is {self.figures[figure]:.3f}, should be at most {limit}")

    def __str__(self) -> str:
        figures = "  ".join(f"{name} {_short(value)}" for name, value in self.figures.items())
        verdict = "BROKEN" if self.wrongs else "SLOW  " if self.slow else "held  "
        return f"{verdict}  {self.scenario}  seed {self.seed}  {figures}"


def _short(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
