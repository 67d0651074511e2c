"""Calling the bot as the platforms do: a few seconds of patience, three attempts, the same bytes each time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout


@dataclass(frozen=True, slots=True)
class Request:
    """A callback as it goes over the wire, for tests that tamper with it: see `dataclasses.replace`."""

    hook: str
    query: dict[str, str]
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Answered:
    """The bot's HTTP answer; status 0: none in time."""

    status: int
    body: bytes
    seconds: float


@dataclass(frozen=True, slots=True)
class Pushed:
    """A pushed message and what became of it."""

    user: str
    msg_id: str  # "" for events
    request: Request
    fields: dict[str, Any]  # the message inside, for sealing it anew
    answers: tuple[Answered, ...] = ()
    reply: str = ""  # the text of the passive reply

    @property
    def status(self) -> int:
        """The HTTP status of the last answer; 0: there was none in time."""
        return self.answers[-1].status if self.answers else 0

    @property
    def attempts(self) -> int:
        """How often the platform had to call."""
        return len(self.answers)


class Caller:
    """The platforms' side of the callbacks."""

    def __init__(self) -> None:
        self.patience = 5.0
        self.attempts = 3
        self._http: ClientSession | None = None

    def open(self) -> None:
        """Needs a running loop."""
        self._http = ClientSession()

    async def close(self) -> None:
        """Let go of all connections."""
        if self._http is not None:
            await self._http.close()

    async def push(self, request: Request) -> tuple[Answered, ...]:
        """Every answer until the first with status 200."""
        answers: list[Answered] = []
        while len(answers) < self.attempts:
            answers.append(await self.once(request))
            if answers[-1].status == 200:
                break
        return tuple(answers)

    async def once(self, request: Request) -> Answered:
        """One attempt."""
        assert self._http is not None, "the simulator is not started"
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with self._http.request(
                request.method,
                request.hook,
                params=request.query,
                data=request.body or None,
                headers=request.headers,
                timeout=ClientTimeout(total=self.patience),
            ) as response:
                return Answered(response.status, await response.read(), loop.time() - began)
        except (ClientError, OSError, TimeoutError):
            return Answered(0, b"", loop.time() - began)
