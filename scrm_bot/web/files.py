"""What people sent, for the browser of whoever has a signed link and may still see it. Nothing of it may run there."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

log = logging.getLogger(__name__)
GUARDS = {
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


@dataclass(frozen=True, slots=True)
class Served:
    """A file to hand out. `shown`: a browser may show it as it stands; anything else it saves."""

    path: Path
    name: str
    mime: str
    shown: bool


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says: all of it anybody's word until its signature was checked."""

    number: str
    who: str
    until: str
    signature: str


Open = Callable[[Link], Awaitable[Served | None]]


class Files:
    """/files/<number>. Whatever is wrong with a link, the answer is the same: there is nothing."""

    def __init__(self) -> None:
        self._open: Open | None = None

    def begin(self, how: Open) -> None:
        """From now on links are opened."""
        self._open = how

    def routes(self) -> list[web.RouteDef]:
        """Where links lead."""
        return [web.get("/files/{number:[0-9]{1,12}}", self._serve)]

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if self._open is None:
            return web.Response(status=503, headers=GUARDS)
        query = request.query
        asked = Link(request.match_info["number"], query.get("for", ""), query.get("until", ""), query.get("sig", ""))
        found = await self._open(asked)
        if found is None or not found.path.is_file():
            log.info("a link to a file was not opened", extra={"file": asked.number})
            return web.Response(status=404, headers=GUARDS)
        return web.FileResponse(found.path, headers=GUARDS | described(found))


def described(served: Served) -> dict[str, str]:
    """Under what name and as what it comes."""
    how = "inline" if served.shown else "attachment"
    disposition = f"{how}; filename*=UTF-8''{quote(served.name, safe='')}"
    return {"Content-Type": served.mime, "Content-Disposition": disposition}
