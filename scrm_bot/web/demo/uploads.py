"""What visitors of the demo attach: taken in piece by piece, and shown to them again in the chat."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from aiohttp import web

from scrm_bot.inbox import Incoming
from scrm_bot.message import Kind

Keep = Callable[[AsyncIterator[bytes]], Awaitable[str]]  # the digest; raises ValueError where it is too big


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was attached. `shown`: a browser may show it as it stands."""

    content: bytes
    mime: str
    shown: bool


Get = Callable[[str], Awaitable[Kept | None]]


class Uploads:
    """POST /demo/upload with the bare content, GET /demo/kept/<digest>."""

    def __init__(self, keep: Keep, get: Get) -> None:
        self._keep, self._get = keep, get

    def routes(self) -> list[web.RouteDef]:
        """Where the page sends a file and asks for it."""
        return [web.post("/demo/upload", self._upload), web.get("/demo/kept/{digest:[0-9a-f]{64}}", self._kept)]

    async def _upload(self, request: web.Request) -> web.Response:
        try:
            digest = await self._keep(request.content.iter_chunked(64 * 1024))
        except ValueError:
            raise web.HTTPRequestEntityTooLarge(0, 0) from None
        return web.json_response({"upload": digest})

    async def _kept(self, request: web.Request) -> web.Response:
        found = await self._get(request.match_info["digest"])
        if found is None:
            raise web.HTTPNotFound
        how = "inline" if found.shown else "attachment"
        headers = {"Content-Disposition": f"{how}; filename*=UTF-8''{quote(request.query.get('name', ''), safe='')}"}
        mime = found.mime if found.shown else "application/octet-stream"
        return web.Response(body=found.content, content_type=mime, headers=headers)


def attached(row: Incoming) -> Mapping[str, Any]:
    """What a message of the visitor's carried, for its bubble."""
    detail = row.detail or {}
    if "upload" not in detail:
        return {}
    return {"attached": {"url": f"/demo/kept/{detail['upload']}", "name": str(detail.get("name", "")),
                         "picture": row.kind == Kind.IMAGE}}  # fmt: skip
