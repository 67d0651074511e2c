"""What the page hears without asking: every delivery, the moment the relay makes it (server-sent events)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.orm import Session

from scrm_bot.db import Database
from scrm_bot.message import Address
from scrm_bot.outbox import Outgoing

HEARTBEAT = 15.0  # seconds; proxies and sleeping phones drop a silent connection
BACKLOG = 500  # events that a stalled page may be behind; then it has to load anew

Event = Mapping[str, Any]


class Live:
    """The pages that are open now. `deliver` is what the demo's adapters send with."""

    def __init__(self) -> None:
        self._pages: set[asyncio.Queue[Event | None]] = set()
        self._db: Database | None = None

    def attach(self, db: Database) -> None:
        """From now on deliveries are shown with what the outbox knows of them."""
        self._db = db

    async def deliver(self, to: Address, part: str) -> None:
        """One delivery of the relay, to every open page."""
        row = await self._db.within(_being_sent, to) if self._db else None
        if row is not None:
            said = bubble(row) | {"at": datetime.now(UTC).isoformat()}
            self._tell({"type": "said", **said, "channel": to.channel, "user": to.user})
        elif part:
            self._tell({"type": "reload", "channel": to.channel, "user": to.user})

    async def listen(self, request: web.Request) -> web.StreamResponse:
        """GET: one page's stream of events, until it goes away."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        page: asyncio.Queue[Event | None] = asyncio.Queue(BACKLOG)
        self._pages.add(page)
        try:
            await response.write(b"retry: 1000\nevent: hello\ndata: {}\n\n")
            await _pour(page, response)
        except ConnectionError:
            pass
        finally:
            self._pages.discard(page)
        return response

    async def close(self, _application: web.Application) -> None:
        """Let all pages go, so that the server can stop."""
        for page in self._pages:
            _put(page, None)

    def _tell(self, event: Event) -> None:
        for page in list(self._pages):
            if not _put(page, event):
                self._pages.discard(page)


def bubble(row: Outgoing) -> dict[str, Any]:
    """A row of the outbox as the chat shows it."""
    return {
        "id": row.id,
        "from": "bot",
        "text": row.text,
        "choices": list(row.choices),
        "file": {"name": row.file["name"], "url": f"/demo/file/{row.id}"} if row.file else None,
        "answers": row.answers,
        "at": (row.sent_at or row.created_at).isoformat(),
    }


def _being_sent(session: Session, to: Address) -> Outgoing | None:
    """One send at a time is in flight in each conversation: that row."""
    query = select(Outgoing).where(
        Outgoing.channel == to.channel, Outgoing.to_user == to.user, Outgoing.room == to.room,
        Outgoing.state == "sending",
    )  # fmt: skip
    return session.scalars(query.order_by(Outgoing.id).limit(1)).first()


def _put(page: asyncio.Queue[Event | None], event: Event | None) -> bool:
    try:
        page.put_nowait(event)
    except asyncio.QueueFull:
        return False
    return True


async def _pour(page: asyncio.Queue[Event | None], response: web.StreamResponse) -> None:
    while True:
        try:
            event = await asyncio.wait_for(page.get(), HEARTBEAT)
        except TimeoutError:
            await response.write(b": still here\n\n")
            continue
        if event is None:
            return
        await response.write(f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode())
