"""What a turn comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scrm_bot.message import Reply


@dataclass(frozen=True, slots=True)
class Heard:
    """What a message came to: what to say, its fate, why, and how it was understood."""

    reply: Reply | None
    fate: str
    reason: str
    understood: list[dict[str, Any]]
    private: bool = False  # nobody else's business, whatever its words


class MustBeCareful(Exception):
    """A skill wrote and then refused: the turn has to be taken again, with a way back before each skill."""
