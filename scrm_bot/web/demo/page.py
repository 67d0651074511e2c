"""The demo's routes: the page, who is there, what was said, and what each message did.

The page speaks like any platform: it posts to /hooks/<channel>. Here it only asks.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.orm import Session

from scrm_bot.db import Database
from scrm_bot.inbox import Incoming
from scrm_bot.message import Kind
from scrm_bot.outbox import Outgoing
from scrm_bot.web.demo.live import Live, bubble
from scrm_bot.web.demo.uploads import Uploads, attached

PATIENCE = 20.0  # seconds that a page waits for a turn
LATEST = 60  # bubbles of a conversation that are shown, of either side
SPOKEN = (Kind.TEXT, Kind.PRESS, Kind.VOICE, Kind.IMAGE, Kind.FILE)
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
GUARDS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True, slots=True)
class Eyes:
    """What the page is shown of the middle, which it does not know itself."""

    look: Callable[[Session, int], dict[str, Any] | None]  # a message by number: what it did
    pushed: Callable[[Session, Outgoing], dict[str, Any]]  # a row of the outbox: to whom, how far


class Page:
    """Routes of the demo. `cast`: who one can be, what to try; JSON as the page takes it."""

    def __init__(
        self,
        db: Database,
        live: Live,
        cast: Mapping[str, Any],
        eyes: Eyes,
        read: Callable[[str], bytes | None],
        uploads: Uploads,
    ) -> None:
        self.db, self.live, self.cast, self.eyes, self.read, self.uploads = db, live, cast, eyes, read, uploads
        self._files = {entry.name: entry.read_bytes() for entry in files(__package__).joinpath("static").iterdir()}

    def mount(self, application: web.Application) -> None:
        """Put the page, and its guards, onto the application."""
        application.add_routes(
            [
                web.get("/", self._index),
                web.get("/favicon.ico", self._favicon),
                web.get("/demo/static/{name}", self._static),
                web.get("/demo/cast", self._cast),
                web.get("/demo/thread/{channel}/{user}", self._thread),
                web.get("/demo/turn/{channel}/{user}/{key}", self._turn),
                web.get("/demo/message/{number:[0-9]{1,12}}", self._message),
                web.get("/demo/pushes", self._pushes),
                web.get("/demo/events", self.live.listen),
                web.get("/demo/file/{number:[0-9]{1,12}}", self._handed_out),
            ]
        )
        application.add_routes(self.uploads.routes())
        application.middlewares.append(_own_pages_only)
        application.on_response_prepare.append(_guard)
        application.on_shutdown.append(self.live.close)

    async def _index(self, _request: web.Request) -> web.Response:
        return self._file("index.html")

    async def _favicon(self, _request: web.Request) -> web.Response:
        return self._file("favicon.svg")

    async def _static(self, request: web.Request) -> web.Response:
        return self._file(request.match_info["name"])

    async def _cast(self, _request: web.Request) -> web.Response:
        addresses = [(one["channel"], one["user"]) for one in self.cast["people"]]
        arrived = await self.db.within(_arrived, addresses)
        people = [one | {"arrived": ids} for one, ids in zip(self.cast["people"], arrived, strict=True)]
        return _json({**self.cast, "people": people})

    async def _thread(self, request: web.Request) -> web.Response:
        return _json(await self.db.within(_conversation, request.match_info["channel"], request.match_info["user"]))

    async def _turn(self, request: web.Request) -> web.Response:
        """What a message did, by the page's own id of it, as soon as its turn is over."""
        where = [request.match_info[part] for part in ("channel", "user", "key")]
        until = asyncio.get_running_loop().time() + PATIENCE
        while asyncio.get_running_loop().time() < until:
            found = await self.db.within(_number, *where)
            if found and found[1]:
                return await self._looked_at(found[0])
            await asyncio.sleep(0.03)
        raise web.HTTPNotFound

    async def _message(self, request: web.Request) -> web.Response:
        return await self._looked_at(int(request.match_info["number"]))

    async def _looked_at(self, number: int) -> web.Response:
        found = await self.db.within(self.eyes.look, number)
        if found is None:
            raise web.HTTPNotFound
        return _json(found)

    async def _handed_out(self, request: web.Request) -> web.Response:
        """A file that was said; the browser saves it and shows nothing of it."""
        row = await self.db.within(lambda session: session.get(Outgoing, int(request.match_info["number"])))
        file = row.reply.file if row else None
        content = await asyncio.to_thread(self.read, file.digest) if file else None
        if file is None or content is None:
            raise web.HTTPNotFound
        disposition = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
        headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
        return web.Response(body=content, content_type="application/octet-stream", headers=headers)

    async def _pushes(self, _request: web.Request) -> web.Response:
        return _json(await self.db.within(self._latest_pushes))

    def _latest_pushes(self, session: Session) -> list[dict[str, Any]]:
        """What nobody had asked for: notices and reminders, the newest first."""
        query = select(Outgoing).where(Outgoing.answers.is_(None)).order_by(Outgoing.id.desc()).limit(12)
        return [self.eyes.pushed(session, row) for row in session.scalars(query)]

    def _file(self, name: str) -> web.Response:
        kind = TYPES.get(name[name.rfind(".") :])
        if kind is None or name not in self._files:
            raise web.HTTPNotFound
        headers = {"Cache-Control": "no-cache"}
        return web.Response(body=self._files[name], content_type=kind, charset="utf-8", headers=headers)


def _json(data: Any) -> web.Response:
    return web.json_response(data, headers={"Cache-Control": "no-store"})


def _number(session: Session, channel: str, user: str, key: str) -> tuple[int, str | None] | None:
    """The message's number and fate."""
    query = select(Incoming.id, Incoming.fate).where(
        Incoming.channel == channel, Incoming.sender == user, Incoming.key == key
    )
    row = session.execute(query).first()
    return (row[0], row[1]) if row else None


def _conversation(session: Session, channel: str, user: str) -> dict[str, Any]:
    """The newest bubbles of one private chat in their order."""
    mine = select(Incoming).where(Incoming.channel == channel, Incoming.sender == user, Incoming.room == "")
    heard = session.scalars(mine.where(Incoming.kind.in_(SPOKEN)).order_by(Incoming.id.desc()).limit(LATEST)).all()
    theirs = select(Outgoing).where(
        Outgoing.channel == channel, Outgoing.to_user == user, Outgoing.room == "", Outgoing.state == "sent"
    )
    said = session.scalars(theirs.order_by(Outgoing.id.desc()).limit(LATEST)).all()
    bubbles = [_own(row) for row in heard] + [bubble(row) for row in said]
    return {"bubbles": sorted(bubbles, key=_when)}


def _when(one: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(one["at"])


def _own(row: Incoming) -> dict[str, Any]:
    at = row.received_at.isoformat()
    own = {"id": row.id, "from": "me", "key": row.key, "text": row.text, "fate": row.fate, "at": at}
    return {**own, **attached(row)}


def _arrived(session: Session, addresses: Sequence[tuple[str, str]]) -> list[list[int]]:
    """For each account the numbers of what reached it unasked: the page knows which of them it has shown."""
    return [
        list(
            session.scalars(
                select(Outgoing.id)
                .where(
                    Outgoing.channel == channel,
                    Outgoing.to_user == user,
                    Outgoing.state == "sent",
                    Outgoing.answers.is_(None),
                )
                .order_by(Outgoing.id.desc())
                .limit(30)
            )
        )
        for channel, user in addresses
    ]


@web.middleware
async def _own_pages_only(request: web.Request, handler: Callable[..., Any]) -> web.StreamResponse:
    """The demo takes whoever posts for whoever they say they are: at least no other site's page may.

    Nor may a site whose name was made to lead here: only this machine's names and plain addresses are ours.
    """
    foreign = request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
    if (foreign and request.method != "GET") or not is_plain(request.host):
        raise web.HTTPForbidden
    response: web.StreamResponse = await handler(request)
    return response


def is_plain(host: str) -> bool:
    """localhost, 127.0.0.1:8080, [::1]:8080, or the name that this machine itself has."""
    name = host.rpartition(":")[0] if re.fullmatch(r".*:\d{1,5}", host) else host
    if name.lower() in ("localhost", socket.gethostname().lower()):
        return True
    try:
        ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


async def _guard(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(GUARDS)
