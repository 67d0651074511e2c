"""`scrm-bot serve` that takes no turns: what is left is the acknowledgement - checked, parsed, durable, answered.

WeCom's answer is the bare server's, sealed, so that both do the same work beside keeping the message.
"""

from __future__ import annotations

import dataclasses
import sys
from datetime import datetime
from pathlib import Path

from bench.bare import SAID
from scrm_bot.adapters import pushes
from scrm_bot.adapters.base import Answer, Received
from scrm_bot.adapters.wecom import Wecom
from scrm_bot.cli.ground import configured
from scrm_bot.cli.serving import serve
from scrm_bot.turn import Turns


def _take(self: Turns, number: int, answer_by: datetime | None = None) -> None:
    """No turn."""


def _answer(self: Wecom, received: Received, part: str | None) -> Answer:
    return pushes.reply(received.seal, part or SAID, self._envelope)


CHANGES = (
    (Turns, "take", _take),
    (Wecom, "answer", _answer),
    (Wecom, "limits", dataclasses.replace(Wecom.limits, passive=False)),  # answered when durable, not after a turn
)


def main() -> None:
    """Serve the configuration given."""
    for owner, name, value in CHANGES:
        setattr(owner, name, value)
    serve(configured(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
