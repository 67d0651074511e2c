"""DingTalk in Stream mode: no address of ours is called; we open websockets to its gateway and listen.

A robot's messages are sent once, to one of its open connections by chance, acknowledged or not. So there are always
two, opened and lost independently of each other; a new one is opened before an old one is left; whoever leaves still
hears what is on its way; and a message is acknowledged after it is durable. What can be lost: messages sent while no
connection is open (nobody keeps them), and those that the database has not taken yet if the process dies just then.
"""

from __future__ import annotations

import asyncio
import logging
import random
from datetime import UTC, datetime

from aiohttp import ClientWebSocketResponse, ClientWSTimeout

from scrm_bot import __version__
from scrm_bot.adapters.base import Answer, Callback, Closed, Door, Misconfigured, Received, TryLater, Undeliverable
from scrm_bot.adapters.dingtalk import HOSTS, Dingtalk, check_taken
from scrm_bot.adapters.dingtalk_message import check_ours, is_for_us, read_message
from scrm_bot.adapters.dingtalk_socket import LARGEST, TOPIC, Connection
from scrm_bot.adapters.hosts import may_call
from scrm_bot.adapters.shelf import Shelf
from scrm_bot.adapters.wire import read_json
from scrm_bot.message import Message

log = logging.getLogger(__name__)
LINES = 2
HEARTBEAT = 15.0  # seconds between pings of our own: a dead line looks like a silent one
STEADY = 10.0  # seconds that make a connection a good one: the next is tried at once
SHORTEST, LONGEST = 1.0, 30.0  # seconds between two attempts
AGAIN = 3  # a gateway that hangs up soon counts as so many failures at most: it could be reached
REFUSED = 300.0  # seconds: wrong credentials do not become right by asking
GOODBYE, LAST_WORDS, LAST_CALL = 5.0, 0.3, 0.3  # seconds: to leave a replaced connection, the last one, the database


class DingtalkStream(Dingtalk):
    """One robot of one organisation, which listens instead of being called."""

    _connected = 0
    _why_not = "not connected yet"

    @property
    def trouble(self) -> str:
        """Why nothing can be heard; "" while a connection is open."""
        return "" if self._connected else self._why_not

    async def read(self, callback: Callback) -> Received | Answer:
        """There is nothing here to be called."""
        del callback
        return Answer(404)

    async def listen(self, door: Door) -> None:
        """Until cancelled, and then not a second longer."""
        shelf = Shelf(door, self.name)
        lines = [asyncio.create_task(self._line(shelf), name=f"{self.name} line {number}") for number in range(LINES)]
        try:
            await asyncio.wait(lines)
        finally:
            for line in lines:
                line.cancel()
            await asyncio.gather(*lines, return_exceptions=True)
            await shelf.close(LAST_CALL)

    async def _line(self, shelf: Shelf) -> None:
        """One connection after another. The old one is left when the new one listens."""
        clock, failures = asyncio.get_running_loop().time, 0
        old: Connection | None = None
        leaving: set[asyncio.Task[None]] = set()
        try:
            while True:
                new = await self._connection(shelf, failures)
                if old:
                    leaving = {task for task in leaving if not task.done()} | {asyncio.create_task(old.leave(GOODBYE))}
                old, began = new, clock()
                await self._while_open(new)
                lasted = clock() - began
                good = lasted > (STEADY if new.lost else SHORTEST)
                failures = 0 if good else min(failures + 1, AGAIN)
        finally:
            for task in leaving:
                task.cancel()
            if old:
                await old.leave(LAST_WORDS)
            await asyncio.gather(*leaving, return_exceptions=True)

    async def _while_open(self, connection: Connection) -> None:
        self._connected += 1
        log.info("dingtalk stream: connected", extra={"channel": self.name})
        try:
            await connection.over.wait()
        finally:
            self._connected -= 1
            self._why_not = "the connection was lost"

    async def _connection(self, shelf: Shelf, failures: int) -> Connection:
        """A new connection, however long that takes."""
        pause = _backoff(failures)
        while True:
            await asyncio.sleep(pause)
            try:
                return Connection(await self._connect(), self._message, shelf)
            except Exception as error:
                failures += 1
                self._why_not, pause = _reason(error), _pause(error, failures)
            extra = {"channel": self.name, "why": self._why_not, "seconds": round(pause, 1)}
            level = logging.ERROR if pause >= REFUSED else logging.WARNING
            log.log(level, "dingtalk stream: not connected, trying again", extra=extra)

    async def _connect(self) -> ClientWebSocketResponse:
        """With a new ticket, which serves for one connection. Raises what `check_taken` and aiohttp raise."""
        credentials = {"clientId": self._client_id, "clientSecret": self._secret}
        wanted = [{"type": "CALLBACK", "topic": TOPIC}]  # no events: half of another program's would come to us
        body = {**credentials, "ua": f"scrm-bot/{__version__}", "subscriptions": wanted}
        outcome = await self._post(f"{self._base}/v1.0/gateway/connections/open", body)
        check_taken(outcome)
        endpoint, ticket = str(outcome.body.get("endpoint")), str(outcome.body.get("ticket"))
        if not may_call(endpoint, HOSTS, self._base, "wss"):
            raise Misconfigured("the gateway names a host that is not DingTalk's")
        return await self._http.ws_connect(
            endpoint,
            params={"ticket": ticket},
            heartbeat=HEARTBEAT,
            max_msg_size=LARGEST,
            timeout=ClientWSTimeout(ws_close=0.1),
        )

    def _message(self, data: str) -> Message | None:
        """What somebody said to us. Raises BadSignature, Malformed."""
        body = read_json(data.encode(errors="replace"))
        check_ours(body, self._corp_id, self._robot_code)
        message = read_message(self.name, body, datetime.now(UTC))
        return message if is_for_us(body) else None


def _reason(error: Exception) -> str:
    """What aiohttp says of an error holds the ticket, which is a secret."""
    return error.reason if isinstance(error, TryLater | Undeliverable) else type(error).__name__


def _pause(error: Exception, failures: int) -> float:
    """Seconds until the next attempt."""
    match error:
        case Misconfigured() | Undeliverable():
            return REFUSED
        case Closed(after=after):
            return after.total_seconds()
    return _backoff(failures)


def _backoff(failures: int) -> float:
    """1, 2, 4 and so on, less a random part, so that not everybody comes back at once."""
    return min(SHORTEST * 2.0 ** (failures - 1), LONGEST) * random.uniform(0.5, 1) if failures else 0.0
