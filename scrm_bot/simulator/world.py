"""What the three platforms have in common: one clock, one memory, one line to the bot."""

from __future__ import annotations

import itertools
import json
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from scrm_bot.simulator.ledger import Call, Clock, Ledger
from scrm_bot.simulator.pushing import Caller
from scrm_bot.simulator.screens import Screens

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u[0-9a-fA-F]{4}")


class World:
    """Handed to every platform."""

    def __init__(self, first_id: int) -> None:
        self.clock = Clock()
        self.ledger = Ledger(self.clock)
        self.caller = Caller()
        self.screens = Screens()
        self.base_url = ""
        self._ids = itertools.count(first_id or time.time_ns() // 1000)

    def new_id(self) -> int:
        """Never the same, also over restarts: bots remember ids."""
        return next(self._ids)

    @web.middleware
    async def record(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Write every call down before anything can go wrong with it."""
        form = request.content_type.startswith("multipart/")
        body = {} if form else await json_body(request)
        self.ledger.calls.append(Call(request.method, request.path, dict(request.query), body))
        return await handler(request)


async def json_body(request: web.Request) -> dict[str, Any]:
    """The JSON body of an API call, {} if it is none."""
    try:
        body = json.loads(await request.read() or b"{}")
    except ValueError:
        body = {}
    return body if isinstance(body, dict) else {}


def escaped(raw: bytes) -> bool:
    r"""True if the JSON has \uXXXX in it, which WeChat would show as it stands."""
    return _ESCAPED.search(raw) is not None


def cut(text: str, limit: int) -> str:
    """What is left of a text that is cut after `limit` bytes."""
    return text.encode()[:limit].decode(errors="ignore")


def error(code: int, **more: Any) -> web.Response:
    """An answer in the old style; code 0 is success."""
    return web.json_response({"errcode": code, "errmsg": "ok" if code == 0 else f"simulated {code}"} | more)
