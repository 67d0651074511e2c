"""What a turn says of itself to whoever asked for it; not in turn.py, for the edge opens before turns can be taken."""

from __future__ import annotations

from dataclasses import dataclass

from scrm_bot.outbox import InHand


class TurnFailed(Exception):
    """A bug met while this message was in work."""

    def __init__(self, message: int) -> None:
        super().__init__(f"turn {message} failed")
        self.message = message


@dataclass(frozen=True, slots=True)
class Step:
    """What became of one step: was it the last, what is in the caller's hand, is there something for the relay?"""

    over: bool = True
    held: InHand | None = None
    to_carry: bool = False
    fate: str = ""  # of the message that was taken
