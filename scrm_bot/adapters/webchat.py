"""The demo's chat page as a channel. Whoever can post may be anybody: for trusted, local use only."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from scrm_bot.adapters import presses
from scrm_bot.adapters.api import ANY_FILE
from scrm_bot.adapters.base import Answer, Callback, Limits, Malformed, NotThere, Part, Received, as_parts
from scrm_bot.adapters.downloads import Pour
from scrm_bot.adapters.text import clean
from scrm_bot.adapters.wire import read_id, read_json
from scrm_bot.message import Address, Kind, Message, Reply

_DIGEST = re.compile(r"[0-9a-f]{64}")
_EVENTS = {"follow": Kind.FOLLOW, "enter": Kind.ENTER}


class Webchat:
    """A chat page. It posts `{"user", "id", "text"}`, or `"choice"` (a tapped choice) or `"event"` for the text.

    A file that was uploaded comes as `"file": {"upload", "name", "picture"}`; with a choice comes `"asked"`, what it is
    about. The page shows a file as a link below the words.
    """

    limits = Limits(text_bytes=60_000, files=ANY_FILE)

    def __init__(
        self,
        name: str,
        audience: str,
        deliver: Callable[[Address, str], Awaitable[None]],
        kept: Callable[[str], bytes | None] = lambda _digest: None,
    ) -> None:
        self.name, self.audience, self._deliver, self._kept = name, audience, deliver, kept

    async def read(self, callback: Callback) -> Received | Answer:
        """The message in the posted JSON."""
        if callback.method != "POST":
            raise Malformed("method")
        body = read_json(callback.body)
        kind, text, detail = _meaning(body)
        address = Address(self.name, read_id(body.get("user")))
        key = read_id(body.get("id"))
        return Received((Message(address, key, kind, clean(text), callback.received_at, detail=detail),))

    def answer(self, received: Received, part: Part | None) -> Answer:
        """Taken; the page hears the replies by `deliver`."""
        del received, part
        return Answer(200, b'{"ok":true}', "application/json")

    def parts(self, reply: Reply, hints: Mapping[str, Any]) -> list[Part]:
        """The text; a page takes it whole."""
        del hints
        parts = as_parts(reply, self.limits)
        return [Part(parts[0].text, file=reply.file)] if reply.file else parts

    async def send(self, to: Address, part: Part, hints: Mapping[str, Any], *, again: bool = False) -> None:
        """Hand it to whoever shows it."""
        del hints, again
        await self._deliver(to, part.text or (part.file.name if part.file else ""))

    async def download(self, source: Mapping[str, Any], pour: Pour) -> None:
        """What was attached is in our hands already."""
        content = await asyncio.to_thread(self._kept, str(source.get("upload") or ""))
        if content is None:
            raise NotThere("never attached")
        await pour(_once(content))


def _is_digest(words: str) -> bool:
    return _DIGEST.fullmatch(words) is not None


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _meaning(body: Mapping[str, Any]) -> tuple[Kind, str, dict[str, str]]:
    match body:
        case {"file": {"upload": str(digest), "name": str(name), "picture": bool(picture)}} if _is_digest(digest):
            return Kind.IMAGE if picture else Kind.FILE, "", {"upload": digest, "name": clean(name)[:200]}
        case {"event": str(event)} if event in _EVENTS:
            return _EVENTS[event], "", {}
        case {"choice": str(choice)} if choice:
            asked = presses.asked(str(body.get("asked", "")))
            return Kind.PRESS, choice, {"asked": asked} if asked else {}
        case {"text": str(text)}:
            return Kind.TEXT, text, {}
    raise Malformed("neither text nor choice nor event")
