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
from scrm_bot.cli.serving import serve
from scrm_bot.web.hooks import Hooks


def _start(self: Hooks, number: int, *_: object) -> None:
    """No turn."""


async def _finish_left_open(self: Hooks, older_than: datetime) -> int:
    """Not later either."""
    del self, older_than
    return 0


def _answer(self: Wecom, received: Received, part: str | None) -> Answer:
    return pushes.reply(received.seal, part or SAID, self._envelope)


CHANGES = (
    (Hooks, "_start", _start),
    (Hooks, "finish_left_open", _finish_left_open),
    (Wecom, "answer", _answer),
    (Wecom, "limits", dataclasses.replace(Wecom.limits, passive=False)),  # answered when durable, not after a turn
)


def main() -> None:
    """Serve the configuration given."""
    for owner, name, value in CHANGES:
        setattr(owner, name, value)
    serve(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
