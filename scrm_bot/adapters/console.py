"""The terminal as a channel: what `say` and `chat` type goes in without HTTP, replies go to a callable."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from scrm_bot.adapters.api import ANY_FILE
from scrm_bot.adapters.base import Answer, Callback, Limits, Malformed, Part, Received, as_parts
from scrm_bot.adapters.text import clean
from scrm_bot.message import Address, Kind, Message, Reply


class Console:
    """Somebody at a keyboard. `deliver` shows one text to the account it is for."""

    limits = Limits(text_bytes=60_000, files=ANY_FILE)

    def __init__(self, name: str, audience: str, deliver: Callable[[Address, str], Awaitable[None]]) -> None:
        self.name, self.audience, self._deliver = name, audience, deliver

    def heard(self, user: str, text: str, at: datetime) -> Message:
        """What was typed, as a message of its own."""
        return Message(Address(self.name, user), uuid.uuid4().hex, Kind.TEXT, clean(text), at)

    async def read(self, callback: Callback) -> Received | Answer:
        """There is nothing to call back."""
        raise Malformed(f"{callback.method} to a console")

    def answer(self, received: Received, part: Part | None) -> Answer:
        """Never asked for, since nothing is ever read."""
        del received, part
        return Answer()

    def parts(self, reply: Reply, hints: Mapping[str, Any]) -> list[Part]:
        """The text; a screen takes it whole."""
        del hints
        return as_parts(reply, self.limits)

    async def send(self, to: Address, part: Part, hints: Mapping[str, Any], *, again: bool = False) -> None:
        """Show it."""
        del hints, again
        await self._deliver(to, f"📎 {part.file.name}" if part.file else part.text)
