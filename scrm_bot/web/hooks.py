"""The callback edge: read, make durable, take the turn, answer - within the platform's patience."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from aiohttp import web
from sqlalchemy.orm import Session

from scrm_bot import inbox, outbox
from scrm_bot.adapters.base import Adapter, Answer, BadSignature, Callback, Malformed, Received
from scrm_bot.db import Database
from scrm_bot.message import Address, Message
from scrm_bot.metrics import Metrics
from scrm_bot.outbox import Outgoing
from scrm_bot.turn import Turns

log = logging.getLogger(__name__)
LARGEST = 64 * 1024  # bytes of a callback
READ = 5.0  # seconds in which its body must have come


class Hooks:
    """All channels' callbacks. Turns in work are known by number, so that a redelivery waits for the same one."""

    def __init__(
        self,
        db: Database,
        turns: Turns,
        adapters: Mapping[str, Adapter],
        now: Callable[[], datetime],
        wake: Callable[[], None],
        metrics: Metrics,
    ) -> None:
        self.db, self.turns, self.adapters = db, turns, adapters
        self.now, self.wake, self.metrics = now, wake, metrics
        self._working: dict[int, asyncio.Task[None]] = {}

    def routes(self) -> list[web.RouteDef]:
        """/hooks/<channel>, GET and POST."""
        return [web.route("*", "/hooks/{channel}", self.callback)]

    async def callback(self, request: web.Request) -> web.Response:
        """One HTTP request of a platform."""
        adapter = self.adapters.get(request.match_info["channel"])
        if adapter is None:
            return web.Response(status=404)
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
        return _response(await self._take_in(adapter, received, began))

    async def take(self, message: Message) -> int:
        """A message that came another way (the demo's page, the terminal): durable, turned, answered."""
        number, _ = await self._accept(message)
        await self._turn(number)
        return number

    async def cursor(self, place: str) -> str:
        """How far a listening adapter has read this place."""
        return await self.db.within(inbox.cursor, place)

    async def hand_in(self, messages: Sequence[Message], place: str = "", cursor: str = "", since: str = "") -> None:
        """What a listening adapter fetched: durable together with its cursor; the turns follow."""
        for number in await self.db.within(self._keep, messages, place, cursor, since):
            self._start(number)

    def _keep(self, session: Session, messages: Sequence[Message], place: str, cursor: str, since: str) -> list[int]:
        numbers = [inbox.accept(session, message, self.now())[0] for message in messages]
        if cursor:
            inbox.read_to(session, place, since, cursor, self.now())
        return numbers

    async def not_delivered(self, to: Address, send_id: str, reason: str) -> None:
        """A platform takes back what it said about a message of ours."""
        if await self.db.within(outbox.bounced, to, send_id, reason):
            self.metrics.sends.labels(to.channel, "bounced").inc()
            log.warning("a message that was sent did not arrive", extra={"channel": to.channel, "why": reason})

    async def finish_left_open(self, older_than: datetime) -> int:
        """Take the turns that nobody took: a crash, a lost task. How many there were."""
        numbers = await self.db.within(inbox.left_open, older_than)
        for number in numbers:
            await self._turn(number)
        return len(numbers)

    async def drain(self) -> None:
        """Wait for the turns in work."""
        await asyncio.gather(*self._working.values(), return_exceptions=True)

    async def _read(self, request: web.Request) -> Callback:
        if request.content_length is not None and request.content_length > LARGEST:
            raise web.HTTPRequestEntityTooLarge(LARGEST, request.content_length)
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise Malformed("a packed body")
        async with asyncio.timeout(READ):
            body = await request.content.read(LARGEST + 1)
            while len(body) <= LARGEST and not request.content.at_eof():
                body += await request.content.read(LARGEST + 1 - len(body))
        if len(body) > LARGEST:
            raise web.HTTPRequestEntityTooLarge(LARGEST, len(body))
        headers = {name.lower(): value for name, value in request.headers.items()}
        return Callback(request.method, dict(request.query), headers, body, self.now())

    def _refuse(self, adapter: Adapter, status: int, why: Exception | None) -> web.Response:
        self.metrics.refused.labels(adapter.name, status).inc()
        log.warning("callback refused", extra={"channel": adapter.name, "status": status, "why": str(why or "")})
        return web.Response(status=status)

    async def _take_in(self, adapter: Adapter, received: Received, began: float) -> Answer:
        """Durable first; then, if the platform takes an answer in its callback, as long as it waits."""
        accepted = [await self._accept(message) for message in received.messages]
        left = adapter.limits.answer_within - (asyncio.get_running_loop().time() - began)
        answer_by = self.now() + timedelta(seconds=max(left, 0)) if adapter.limits.passive else None
        tasks = [self._start(number, answer_by) for number, _ in accepted]
        if not accepted or not adapter.limits.passive:
            return adapter.answer(received, None)
        _, late = await asyncio.wait(tasks, timeout=max(left, 0))
        if late:
            return adapter.answer(received, None)
        row = await self.db.within(self._answer_row, accepted[-1][0])
        return await self._answer(adapter, received, row)

    async def _answer(self, adapter: Adapter, received: Received, row: Outgoing | None) -> Answer:
        if row is None:
            self.wake()
            return adapter.answer(received, None)
        parts = adapter.parts(row.reply)
        if row.state == "sending":
            await self.db.within(self._first_part_out, row, len(parts))
            self.wake()
        return adapter.answer(received, parts[0])

    def _answer_row(self, session: Session, number: int) -> Outgoing | None:
        """What another delivery of this message was answered with, else what waits for this callback."""
        return outbox.answered_with(session, number) or outbox.claim_answer(session, number, self.now())

    def _first_part_out(self, session: Session, row: Outgoing, parts: int) -> None:
        outbox.part_sent(session, row, parts, self.now())
        if parts > 1:
            outbox.release(session, row, self.now())

    async def _accept(self, message: Message) -> tuple[int, bool]:
        number, new = await self.db.within(inbox.accept, message, self.now())
        self.metrics.messages.labels(message.address.channel, "new" if new else "again").inc()
        return number, new

    def _start(self, number: int, answer_by: datetime | None = None) -> asyncio.Task[None]:
        """The turn's task: the one in work, or a new one (which does nothing if the fate is known)."""
        task = self._working.get(number)
        if task is None:
            task = self._working[number] = asyncio.create_task(self._turn_now(number, answer_by), name=f"turn {number}")
            task.add_done_callback(lambda _: self._working.pop(number, None))
        return task

    async def _turn(self, number: int) -> None:
        await asyncio.shield(self._start(number))

    async def _turn_now(self, number: int, answer_by: datetime | None) -> None:
        with self.metrics.turns.time():
            await self.db.run(self.turns.take, number, answer_by)
        self.wake()


def _response(answer: Answer) -> web.Response:
    return web.Response(status=answer.status, body=answer.body, content_type=answer.content_type)
