"""The gateway of the simulated 钉钉's Stream mode: tickets, websockets, pings, and messages that are sent just once.

await sim.dingtalk.gateway.until_open(2)      # connections that listen
gateway.lost                                  # ids of messages sent while nobody listened: nobody will see them
await gateway.ping(); await gateway.disconnect(); gateway.drop()
gateway.complaints                            # what clients did against the protocol
"""

from __future__ import annotations

import asyncio
import json
import random
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from scrm_bot.simulator.dingtalk_api import refused
from scrm_bot.simulator.pushing import Answered
from scrm_bot.simulator.world import Handler, World, json_body

BOT_TOPIC = "/v1.0/im/bot/messages/get"
TICKET_LIFE = 90.0


@dataclass(eq=False, slots=True)
class Connection:
    """One websocket that somebody opened with a ticket."""

    number: int
    topics: set[tuple[str, str]]  # (type, topic)
    socket: web.WebSocketResponse
    request: web.Request
    acks: dict[str, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)
    got: list[str] = field(default_factory=list)  # ids of the bot messages that went this way

    def listens_to(self, kind: str, topic: str) -> bool:
        """Events are subscribed to as a whole. Who says goodbye is sent nothing more."""
        return not self.socket.closed and (kind, "*" if kind == "EVENT" else topic) in self.topics


class Gateway:
    """Messages go to one of the open connections, by chance; an event comes again until it is acknowledged."""

    def __init__(self, world: World, knows: Callable[[object, object], bool]) -> None:
        self.world = world
        self.connections: list[Connection] = []
        self.opened = 0
        self.lost: list[str] = []
        self.complaints: list[str] = []
        self.grace = 10.0  # seconds between asking a client to leave and hanging up
        self.event_patience = 5.0  # seconds until an event comes again
        self.deaf = False  # connections opened from now on answer no pings of the websocket: the line is dead
        self.endpoint = ""  # where tickets are said to serve, if not here
        self._knows = knows
        self._tickets: dict[str, tuple[set[tuple[str, str]], float]] = {}
        self._changed = asyncio.Condition()
        self._leaving: set[asyncio.Task[None]] = set()

    def routes(self, limited: Callable[[Handler], Handler]) -> list[web.RouteDef]:
        """Where tickets are given, and where they are used."""
        return [
            web.post("/v1.0/gateway/connections/open", limited(self._give_ticket)),
            web.get("/stream/connect", self._connect),
        ]

    async def until_open(self, count: int, timeout: float = 10) -> list[Connection]:
        """The connections, as soon as there are so many."""
        async with self._changed:
            async with asyncio.timeout(timeout):
                await self._changed.wait_for(lambda: len(self.connections) == count)
            return list(self.connections)

    async def push(
        self, topic: str, body: Mapping[str, Any], name: str = "", on: Connection | None = None
    ) -> tuple[Answered, ...]:
        """A callback, once, over this connection or any. Without an answer it stays unknown whether it arrived."""
        listening = [open for open in self.connections if open.listens_to("CALLBACK", topic)]
        if not listening:
            self.lost.append(name)
            return ()
        chosen = on or random.choice(listening)
        chosen.got.append(name)
        began = time.monotonic()
        ack = await self._send(chosen, "CALLBACK", topic, body, self.world.caller.patience)
        if ack is None:
            return (Answered(0, b"", time.monotonic() - began),)
        return (Answered(int(ack["code"]), str(ack.get("data")).encode(), time.monotonic() - began),)

    async def event(
        self, name: str, body: Mapping[str, Any], *, attempts: int = 3, on: Connection | None = None
    ) -> list[str]:
        """An event, until a client says that it has it: what was answered to each attempt, "" if nothing was."""
        answers: list[str] = []
        event = {"eventType": name, "eventId": secrets.token_hex(8), "eventCorpId": "dingcorp1"}
        event |= {"eventBornTime": str(int(time.time() * 1000)), "eventUnifiedAppId": "app1"}
        while len(answers) < attempts and answers[-1:] != ["SUCCESS"]:
            listening = [open for open in self.connections if open.listens_to("EVENT", "*")]
            chosen = on or (random.choice(listening) if listening else None)
            if chosen is None:
                answers.append("")
                await asyncio.sleep(self.event_patience)
                continue
            ack = await self._send(chosen, "EVENT", "*", body, self.event_patience, event)
            answers.append(_status(ack) if ack else "")
        return answers

    async def ping(self, on: Connection | None = None, timeout: float = 5.0) -> float:
        """Ask a client whether it lives: the seconds that it took. Raises if it says something else or nothing."""
        opaque = {"opaque": secrets.token_hex(8)}
        began = time.monotonic()
        ack = await self._send(on or self.connections[0], "SYSTEM", "ping", opaque, timeout)
        if ack is None:
            raise TimeoutError(f"no answer to a ping in {timeout} s")
        assert (ack["code"], json.loads(ack["data"])) == (200, opaque), ack
        return time.monotonic() - began

    async def disconnect(self, on: Connection | None = None) -> None:
        """Ask a client to leave, and hang up ten seconds later. Until then it may still be sent messages."""
        leaver = on or self.connections[0]
        frame = self._frame("SYSTEM", "disconnect", {"reason": "connection is expired"}, {})
        frame["headers"] = {"topic": "disconnect", "contentType": "application/json"}  # nobody has to answer
        await leaver.socket.send_str(json.dumps(frame))
        task = asyncio.create_task(self._hang_up(leaver))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    def drop(self, on: Connection | None = None) -> None:
        """The line breaks (or all lines do), without a word."""
        for dropped in [on] if on else list(self.connections):
            if dropped.request.transport is not None:
                dropped.request.transport.abort()

    async def close(self) -> None:
        """The end of the simulation."""
        for task in self._leaving:
            task.cancel()
        self.drop()

    async def _give_ticket(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        if not self._knows(body.get("clientId"), body.get("clientSecret")):
            return refused(401, "authFailed")
        try:
            topics = {(str(one["type"]), str(one["topic"])) for one in body["subscriptions"]}
        except (KeyError, TypeError):
            topics = set()
        if not topics:
            return refused(400, "invalidParameter.subscriptions")
        ticket = secrets.token_hex(8) + "+/="  # has to be quoted in an address
        self._tickets[ticket] = (topics, self.world.clock.now() + TICKET_LIFE)
        endpoint = self.endpoint or self.world.base_url.replace("http", "ws", 1) + "/stream/connect"
        return web.json_response({"endpoint": endpoint, "ticket": ticket})

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        topics, until = self._tickets.pop(request.query.get("ticket", ""), (set(), 0.0))
        if until <= self.world.clock.now():
            return web.Response(status=401)
        socket = web.WebSocketResponse(autoping=not self.deaf)
        await socket.prepare(request)
        self.opened += 1
        connection = Connection(self.opened, topics, socket, request)
        await self._count(self.connections.append, connection)
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._hear(connection, message.data)
        finally:
            await self._count(self.connections.remove, connection)
        return socket

    async def _count(self, change: Callable[[Connection], None], connection: Connection) -> None:
        async with self._changed:
            change(connection)
            self._changed.notify_all()

    async def _send(
        self,
        to: Connection,
        kind: str,
        topic: str,
        body: Mapping[str, Any],
        timeout: float,
        more: Mapping[str, str] | None = None,
    ) -> dict[str, Any] | None:
        """The acknowledgement, if there is one in time."""
        frame = self._frame(kind, topic, body, {"appId": "app1", "connectionId": f"c{to.number}", **(more or {})})
        waiting = to.acks[frame["headers"]["messageId"]] = asyncio.get_running_loop().create_future()
        try:
            await to.socket.send_str(json.dumps(frame, ensure_ascii=False))
            async with asyncio.timeout(timeout):
                ack: dict[str, Any] = await waiting
            del to.acks[frame["headers"]["messageId"]]
            return ack
        except (TimeoutError, ConnectionError):
            return None

    def _frame(self, kind: str, topic: str, body: Mapping[str, Any], more: Mapping[str, str]) -> dict[str, Any]:
        identity = {"messageId": f"{secrets.token_hex(4)}_{self.world.new_id()}", "topic": topic}
        headers = identity | {"contentType": "application/json", "time": str(int(time.time() * 1000))} | dict(more)
        data = json.dumps(body, ensure_ascii=False)
        return {"specVersion": "1.0", "type": kind, "headers": headers, "data": data}

    def _hear(self, connection: Connection, text: str) -> None:
        """An acknowledgement, which must be what the protocol says."""
        try:
            ack = json.loads(text)
            headers = ack["headers"]
            json.loads(ack["data"])  # JSON inside the JSON
            well = isinstance(ack["code"], int) and headers["contentType"] == "application/json"
        except (ValueError, KeyError, TypeError):
            well, headers = False, {}
        waiting = connection.acks.get(str(headers.get("messageId")))
        if not well or (waiting is None and "messageId" in headers):
            self.complaints.append(text)
        elif waiting is not None and not waiting.done():
            waiting.set_result(ack)

    async def _hang_up(self, connection: Connection) -> None:
        await asyncio.sleep(self.grace)
        self.drop(connection)


def _status(ack: Mapping[str, Any]) -> str:
    """What an event was answered: the official SDK sends the event back in place of a status."""
    data = json.loads(ack["data"])
    status = data.get("status") if isinstance(data, dict) else None
    return str(status) if status in ("SUCCESS", "LATER") else "SUCCESS" if ack["code"] == 200 else "LATER"
