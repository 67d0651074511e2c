"""One websocket of DingTalk's Stream mode: reads frames, acknowledges every one, hands on what people said.

A frame is {"type": SYSTEM | CALLBACK | EVENT, "headers": {"topic", "messageId", ...}, "data": JSON in a string}.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any

from aiohttp import ClientError, ClientWebSocketResponse, WSMsgType

from scrm_bot.adapters.base import BadSignature, Malformed
from scrm_bot.adapters.shelf import Shelf
from scrm_bot.adapters.wire import read_json
from scrm_bot.message import Message

log = logging.getLogger(__name__)
TOPIC = "/v1.0/im/bot/messages/get"
LARGEST = 256 * 1024  # bytes of a frame
HANG_UP = (1000).to_bytes(2, "big")
NOTHING = '{"response": null}'
EVENT_TAKEN = '{"status": "SUCCESS", "message": "ignored"}'

Read = Callable[[str], Message | None]  # raises BadSignature, Malformed


class Connection:
    """Reads from the moment it is made. `over` is set when it is lost, or when the platform asks us to leave."""

    def __init__(self, socket: ClientWebSocketResponse, read: Read, shelf: Shelf) -> None:
        self.over = asyncio.Event()
        self._socket, self._read, self._shelf = socket, read, shelf
        self._acks: set[asyncio.Task[None]] = set()
        self._silent = False
        self._reader = asyncio.create_task(self._listen(), name="dingtalk frames")

    @property
    def lost(self) -> bool:
        """Nothing more can be heard."""
        return self._reader.done()

    async def leave(self, patience: float) -> None:
        """Hang up, and until the platform has done so too hear what was on its way: `close` would throw that away."""
        try:
            async with asyncio.timeout(patience):
                if self._acks:
                    await asyncio.wait(self._acks, timeout=patience / 2)
                self._silent = True
                await self._socket.send_frame(HANG_UP, WSMsgType.CLOSE)
                await asyncio.wait([self._reader])
        except (ClientError, OSError, TimeoutError):
            pass
        finally:
            for task in (self._reader, *self._acks):
                task.cancel()
            await self._socket.close()

    async def _listen(self) -> None:
        try:
            async for frame in self._socket:
                if frame.type is WSMsgType.TEXT:
                    await self._take(frame.data)
        except (ClientError, OSError):
            pass  # the line is lost: whoever waits for that knows what to do
        finally:
            self.over.set()

    async def _take(self, text: str) -> None:
        """Nothing that a frame holds ends the reading."""
        headers: Mapping[str, Any] = {}
        try:
            frame = read_json(text.encode(errors="replace"), LARGEST)
            headers, data = _dict(frame.get("headers")), str(frame.get("data"))
            await self._answer(str(frame.get("type")), headers, data)
        except (BadSignature, Malformed) as refusal:
            log.warning("dingtalk stream: a frame is refused", extra={"why": str(refusal)})
            await self._ack(headers, 500)
        except Exception:
            log.exception("dingtalk stream: a frame failed")
            await self._ack(headers, 500)

    async def _answer(self, kind: str, headers: Mapping[str, Any], data: str) -> None:
        match kind, headers.get("topic"):
            case "SYSTEM", "ping":
                await self._ack(headers, 200, data)
            case "SYSTEM", "disconnect":
                self.over.set()
            case "CALLBACK", str(topic) if topic == TOPIC:
                self._hear(headers, data)
            case "EVENT", _:  # we subscribe to none
                await self._ack(headers, 200, EVENT_TAKEN)
            case _:
                await self._ack(headers, 404)

    def _hear(self, headers: Mapping[str, Any], data: str) -> None:
        message = self._read(data)
        kept = self._shelf.put(message) if message else None

        async def acknowledge() -> None:
            if kept is not None:
                await kept
            await self._ack(headers, 200)

        self._in_background(acknowledge())

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._acks.add(task)
        task.add_done_callback(self._acks.discard)

    async def _ack(self, headers: Mapping[str, Any], code: int, data: str = NOTHING) -> None:
        if self._silent:
            return
        names = {"messageId": headers.get("messageId"), "contentType": "application/json"}
        message = {200: "OK", 404: "not found"}.get(code, "internal error")
        ack = {"code": code, "message": message, "headers": names, "data": data}
        with suppress(ClientError, OSError):
            await self._socket.send_str(json.dumps(ack, ensure_ascii=False))


def _dict(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
