"""What the tests of adapters have in common: a hook without a bot behind it, and recorded callbacks."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from scrm_bot.adapters.base import Adapter, Answer, BadSignature, Callback, Malformed, Part, Received
from scrm_bot.message import Address, Message, Reply
from scrm_bot.simulator import Request

PAYLOADS = Path(__file__).parent.parent / "payloads"


def now() -> datetime:
    return datetime.now(UTC)


class Bot:
    """An adapter at a URL. It keeps what it hears and answers with `says`, if anything, within the callback."""

    def __init__(self, adapter: Adapter) -> None:
        self.adapter = adapter
        self.url = ""
        self.heard: list[Message] = []
        self.says: str | None = None
        self.sent: list[Part] = []

    async def hook(self, request: web.Request) -> web.Response:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        callback = Callback(request.method, dict(request.query), headers, body, now())
        answer = await self.take(callback)
        return web.Response(status=answer.status, body=answer.body, content_type=answer.content_type)

    async def take(self, callback: Callback) -> Answer:
        try:
            received = await self.adapter.read(callback)
        except BadSignature:
            return Answer(403)
        except Malformed:
            return Answer(400)
        if isinstance(received, Answer):
            return received
        self.heard += received.messages
        return self.adapter.answer(received, None if self.says is None else Part(self.says))

    async def send(self, user: str, said: str | Part, *, room: str = "", again: bool = False) -> None:
        """Send as the outbox would: to the account, with the hints of what was last heard from it."""
        to = Address(self.adapter.name, user, room)
        heard = next((message.hints for message in reversed(self.heard) if message.address == to), {})
        hints = {"send_id": f"sent-{len(self.sent)}", **heard}
        part = Part(said) if isinstance(said, str) else said
        self.sent.append(part)
        await self.adapter.send(to, part, hints, again=again)

    def parts(self, reply: Reply) -> list[Part]:
        """What the outbox would make of it."""
        return self.adapter.parts(reply, {})

    async def read(self, request: Request, at: datetime | None = None) -> Received | Answer:
        """Read a callback without HTTP, so that what is raised can be seen."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        return await self.adapter.read(Callback(request.method, request.query, headers, request.body, at or now()))
