"""What a scenario hands back: its seed, its figures, and what was wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Report:
    """One line of the table; `wrongs` is empty if everything held."""

    scenario: str
    seed: int
    figures: Mapping[str, Any]
    wrongs: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        figures = "  ".join(f"{name} {_short(value)}" for name, value in self.figures.items())
        return f"{'BROKEN' if self.wrongs else 'held  '}  {self.scenario}  seed {self.seed}  {figures}"


def _short(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)
