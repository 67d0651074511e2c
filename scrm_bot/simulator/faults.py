"""Ways in which the platforms' APIs fail, on demand."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from enum import Enum, auto

from aiohttp import web

from scrm_bot.simulator.world import Handler

NAMED_ONLY = ("/gettoken", "/token", "/stable_token", "/oauth2/accessToken", "/connections/open", "/connect")


class Fault(Enum):
    """Failures below the level of error codes."""

    HTTP_500 = auto()
    HANG = auto()  # no answer until the caller gives up; nothing was done
    RESET = auto()  # the connection breaks; nothing was done
    LOST = auto()  # it was done, but the answer is lost
    HTML = auto()  # a page with status 200
    TRUNCATED = auto()  # it was done, but half of the JSON is missing
    PUNISHED = auto()  # DingTalk's block of an address


@dataclass(slots=True)
class Planned:
    """One fault and how often it will still happen."""

    fault: Fault | int | str
    path: str
    left: float

    def meets(self, request: web.Request) -> bool:
        """True if it is this call's turn to fail. Calls for tokens and connections fail only where they are named."""
        if self.left <= 0:
            return False
        return self.path in request.path if self.path else not request.path.endswith(NAMED_ONLY)


class Faults:
    """The plan of failures: a Fault, an errcode (45009) or a DingTalk code ("Forbidden.AccessDenied.QpsLimit...")."""

    def __init__(self) -> None:
        self._plan: list[Planned] = []
        self._ended = asyncio.Event()

    def next(self, fault: Fault | int | str, path: str = "", times: float = 1) -> None:
        """The next call (whose path contains `path`) fails so, `times` times."""
        self._plan.append(Planned(fault, path, times))

    def always(self, fault: Fault | int | str, path: str = "") -> None:
        """Every call fails so until `clear`."""
        self.next(fault, path, float("inf"))

    def clear(self) -> None:
        """Nothing fails any more."""
        self._plan.clear()

    def end(self) -> None:
        """Let go of calls that hang."""
        self._ended.set()

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Fail, or let the platform work."""
        for planned in self._plan:
            if planned.meets(request):
                planned.left -= 1
                return await self._fail(planned.fault, request, handler)
        return await handler(request)

    async def _fail(self, fault: Fault | int | str, request: web.Request, handler: Handler) -> web.StreamResponse:
        match fault:
            case Fault.HTTP_500:
                return web.Response(status=500, text="oops")
            case Fault.HANG:
                await self._ended.wait()
            case Fault.LOST:
                await handler(request)
            case Fault.HTML:
                return web.Response(text="<html><body>系统繁忙</body></html>", content_type="text/html")
            case Fault.PUNISHED:
                return web.json_response({"status": 1111, "wait": 5, "punish": "deny"})
            case Fault.TRUNCATED:
                answer = await handler(request)
                assert isinstance(answer, web.Response)
                text = answer.text or ""
                return web.Response(text=text[: len(text) // 2], content_type="application/json")
            case int(code):
                return web.json_response({"errcode": code, "errmsg": f"simulated {code}"})
            case str(code):
                status = 403 if code.startswith("Forbidden") else 400
                body = {"code": code, "message": "simulated", "requestid": "0"}
                return web.Response(status=status, text=json.dumps(body), content_type="application/json")
        if request.transport is not None:
            request.transport.abort()
        return web.Response()
