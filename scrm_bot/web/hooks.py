"""The callback edge: read, make durable, take the turn, answer - within the platform's patience."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from aiohttp import StreamReader, web
from sqlalchemy.orm import Session

from scrm_bot import inbox, outbox
from scrm_bot.adapters.base import Adapter, Answer, BadSignature, Callback, Malformed, Received
from scrm_bot.db import AWAY, Database
from scrm_bot.message import Address, Message
from scrm_bot.metrics import Metrics
from scrm_bot.outbox import InHand
from scrm_bot.steps import Step, TurnFailed

if TYPE_CHECKING:  # the middle of the house comes after the first callbacks
    from scrm_bot.turn import Turns

log = logging.getLogger(__name__)
LARGEST = 64 * 1024  # bytes of a callback
READ = 5.0  # seconds in which its body must have come
BACKLOG = 8  # turns in work at once of what was fetched a page at a time
Bounced = Callable[[Session, Address, str, str], bool]


class Hooks:
    """All channels' callbacks. Turns in work are known by number, so that a redelivery waits for the same one."""

    def __init__(
        self,
        db: Database,
        adapters: Mapping[str, Adapter],
        now: Callable[[], datetime],
        metrics: Metrics,
    ) -> None:
        self.db, self.adapters, self.now, self.metrics = db, adapters, now, metrics
        self.turns: Turns
        self.wake: Callable[[], None] = lambda: None
        self.bounced: Bounced = lambda *_: False
        self._begun = asyncio.Event()  # until then messages are kept and acknowledged, and their turns wait
        self._working: dict[int, asyncio.Task[InHand | None]] = {}
        self._queues: dict[str, asyncio.Lock] = {}
        self._backlog = asyncio.Semaphore(BACKLOG)
        self._marking: set[asyncio.Task[None]] = set()

    def begin(self, turns: Turns, wake: Callable[[], None], bounced: Bounced) -> None:
        """Whoever takes turns is there, and whoever carries the answers."""
        self.turns, self.wake, self.bounced = turns, wake, bounced
        self._begun.set()

    @property
    def begun(self) -> bool:
        """Whether turns are taken already."""
        return self._begun.is_set()

    def routes(self) -> list[web.RouteDef]:
        """/hooks/<channel>, GET and POST."""
        return [web.route("*", f"/hooks/{name}", partial(self.callback, one)) for name, one in self.adapters.items()]

    async def callback(self, adapter: Adapter, request: web.Request) -> web.StreamResponse:
        """One HTTP request of a platform."""
        began = asyncio.get_running_loop().time()
        try:
            callback = await self._read(request)
            received = await adapter.read(callback)
        except BadSignature as refusal:
            return self._refuse(adapter, 403, refusal)
        except Malformed as refusal:
            return self._refuse(adapter, 400, refusal)
        except web.HTTPRequestEntityTooLarge:
            return self._refuse(adapter, 413, None)
        except TimeoutError:
            return self._refuse(adapter, 408, None)
        except (web.RequestPayloadError, ConnectionError):
            return self._refuse(adapter, 400, None)
        if isinstance(received, Answer):
            return _response(received)
        try:
            kept = [await self._accept(message) for message in received.messages]
        except Exception:
            log.exception("message not kept", extra={"channel": adapter.name})
            return web.Response(status=503)  # the platform will send it again
        return await self._reply(request, adapter, received, kept, began)

    async def take(self, message: Message) -> int:
        """A message that came another way (the demo's page, the terminal): durable, turned, answered."""
        number, _ = await self._accept(message)
        await asyncio.shield(self._start(number, message))
        return number

    async def cursor(self, place: str) -> str:
        """How far a listening adapter has read this place."""
        return await self.db.within(inbox.cursor, place)

    async def hand_in(self, messages: Sequence[Message], place: str = "", cursor: str = "", since: str = "") -> None:
        """What a listening adapter fetched: durable together with its cursor; the turns follow."""
        kept = await self.db.within(self._keep, messages, place, cursor, since)
        for (number, new), message in zip(kept, messages, strict=True):
            self.metrics.messages.labels(message.address.channel, "new" if new else "again").inc()
            if new:  # else its turn is in work, over, or found by `finish_left_open`
                self._start(number, message, backlog=bool(place))

    def _keep(
        self, session: Session, messages: Sequence[Message], place: str, cursor: str, since: str
    ) -> list[tuple[int, bool]]:
        kept = [inbox.accept(session, message, self.now()) for message in messages]
        if cursor:
            inbox.read_to(session, place, since, cursor, self.now())
        return kept

    async def not_delivered(self, to: Address, send_id: str, reason: str) -> None:
        """A platform takes back what it said about a message of ours."""
        if await self.db.within(self.bounced, to, send_id, reason):
            self.metrics.sends.labels(to.channel, "bounced").inc()
            log.warning("a message that was sent did not arrive", extra={"channel": to.channel, "why": reason})

    async def finish_left_open(self, older_than: datetime) -> int:
        """Take the turns that nobody took: a crash, a lost task. How many there were."""
        numbers = await self.db.within(inbox.left_open, older_than)
        for number in numbers:
            await asyncio.wait([self._start(number)])
        return len(numbers)

    async def drain(self) -> None:
        """Wait for the turns in work, and for what is still to be marked as answered.

        Those that never began are left to the next start.
        """
        if not self.begun:
            for task in self._working.values():
                task.cancel()
        await asyncio.gather(*self._working.values(), *self._marking, return_exceptions=True)

    async def _read(self, request: web.Request) -> Callback:
        if request.content_length is not None and request.content_length > LARGEST:
            raise web.HTTPRequestEntityTooLarge(LARGEST, request.content_length)
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise Malformed("a packed body")
        body = await self._body(request.content)
        if len(body) > LARGEST:
            raise web.HTTPRequestEntityTooLarge(LARGEST, len(body))
        return Callback(request.method, request.query, request.headers, body, self.now())

    async def _body(self, content: StreamReader) -> bytes:
        """At most one byte more than is allowed, and within its time; mostly it is all there already."""
        if content.is_eof():
            return content.read_nowait(LARGEST + 1)
        async with asyncio.timeout(READ):
            body = await content.read(LARGEST + 1)
            while len(body) <= LARGEST and not content.at_eof():
                body += await content.read(LARGEST + 1 - len(body))
        return body

    def _refuse(self, adapter: Adapter, status: int, why: Exception | None) -> web.Response:
        self.metrics.refused.labels(adapter.name, status).inc()
        log.warning("callback refused", extra={"channel": adapter.name, "status": status, "why": str(why or "")})
        return web.Response(status=status)

    async def _reply(
        self, request: web.Request, adapter: Adapter, received: Received, kept: list[tuple[int, bool]], began: float
    ) -> web.StreamResponse:
        """Take the turns; if the platform takes an answer in its callback, give it as long as the platform waits."""
        left = adapter.limits.answer_within - (asyncio.get_running_loop().time() - began)
        waits = adapter.limits.passive and self.begun
        answer_by = self.now() + timedelta(seconds=max(left, 0)) if waits else None
        messages = zip(kept, received.messages, strict=True)
        tasks = [self._start(number, message, answer_by) for (number, _), message in messages]
        if not tasks or not waits:
            return _response(adapter.answer(received, None))
        _, late = await asyncio.wait(tasks, timeout=max(left, 0))
        if late or tasks[-1].exception():
            return _response(adapter.answer(received, None))
        held = tasks[-1].result()
        if held is None:
            return _response(adapter.answer(received, None))
        parts = adapter.parts(held.reply, held.hints)
        response = _response(adapter.answer(received, parts[0]))
        await response.prepare(request)
        await response.write_eof()
        self._mark(held, len(parts))
        return response

    def _mark(self, held: InHand, parts: int) -> None:
        """The answer has gone out; written down behind the platform's back."""
        if not held.lease:
            return

        async def mark() -> None:
            await self.db.within(outbox.handed_over, held, parts, self.now())
            if parts > 1:
                self.wake()

        task = asyncio.create_task(mark(), name=f"mark {held.answers}")
        self._marking.add(task)
        task.add_done_callback(self._marked)

    def _marked(self, task: asyncio.Task[None]) -> None:
        self._marking.discard(task)
        if not task.cancelled() and task.exception():  # the relay will say it again, by and by
            log.error("an answer was not marked as given", exc_info=task.exception())

    async def _accept(self, message: Message) -> tuple[int, bool]:
        number, new = await self.db.within(inbox.accept, message, self.now())
        self.metrics.messages.labels(message.address.channel, "new" if new else "again").inc()
        return number, new

    def _start(
        self, number: int, message: Message | None = None, answer_by: datetime | None = None, *, backlog: bool = False
    ) -> asyncio.Task[InHand | None]:
        """The turn's task: the one in work, or a new one (which does nothing if the fate is known)."""
        task = self._working.get(number)
        if task is None:
            turn = self._turn_by_and_by(number, message) if backlog else self._turn(number, message, answer_by)
            task = self._working[number] = asyncio.create_task(turn, name=f"turn {number}")
            task.add_done_callback(lambda _: self._working.pop(number, None))
        return task

    async def _turn_by_and_by(self, number: int, message: Message | None) -> InHand | None:
        """Three days' messages must not hold up whoever writes now."""
        async with self._backlog:
            return await self._turn(number, message, None)

    async def _turn(self, number: int, message: Message | None, answer_by: datetime | None) -> InHand | None:
        await self._begun.wait()
        began = time.perf_counter()
        try:
            step = await self._step(number, message, answer_by)
            held = step.held
            if held is None and not step.fate:  # somebody else has taken it, here or in another process
                held = await self.db.within(outbox.answered_with, number)
        except AWAY as trouble:
            log.warning("turn put off", extra={"turn": number, "why": type(trouble).__name__})
            return None
        self.metrics.turns.observe(time.perf_counter() - began)
        if step.to_carry:
            self.wake()
        return held

    async def _step(self, number: int, message: Message | None, answer_by: datetime | None) -> Step:
        """Together with other turns where there is one writer; what goes wrong or is out of order, by itself."""
        work = (self.turns.step, number, message, answer_by)
        try:
            if self.db.is_sqlite:
                step = await self.db.within(*work)
            else:
                async with self._one_by_one(message):
                    step = await self.db.alone(*work)
        except TurnFailed:
            step = Step(over=False)
        if step.fate:
            self.metrics.fates.labels(step.fate).inc()
        if step.over:
            return step
        return Step(held=await self.db.run(self.turns.take, number, answer_by), to_carry=True)

    @asynccontextmanager
    async def _one_by_one(self, message: Message | None) -> AsyncIterator[None]:
        """Turns of one conversation queue here, not in the database's few threads for its lock."""
        key = message.address.conversation if message else ""
        waiting = self._queues.setdefault(key, asyncio.Lock()) if key else asyncio.Lock()
        async with waiting:
            yield
        if key and not waiting.locked():
            self._queues.pop(key, None)


def _response(answer: Answer) -> web.Response:
    return web.Response(status=answer.status, body=answer.body, content_type=answer.content_type)
