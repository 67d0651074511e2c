"""The platforms' API, as cheap as it can be: says yes to every call and counts them."""

from __future__ import annotations

import asyncio
import json
import sys

YES = {
    "errcode": 0, "errmsg": "ok", "access_token": "T", "accessToken": "T", "expires_in": 7200, "expireIn": 7200,
    "msgid": "1", "processQueryKey": "1",
}  # fmt: skip


class Sink(asyncio.Protocol):
    """One connection of the bot's."""

    sent = 0  # messages, over all connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody calls."""
        self._transport, self._buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        """Answer every whole request."""
        self._buffer += data
        while (request := _whole(self._buffer)) > 0:
            line = self._buffer[: self._buffer.index(b"\r\n")]
            self._buffer = self._buffer[request:]
            self._transport.write(_answer(line))  # type: ignore[attr-defined]


def _whole(buffer: bytes) -> int:
    """Bytes of the first request, 0 if it is not all there."""
    head, end, _ = buffer.partition(b"\r\n\r\n")
    if not end:
        return 0
    length = 0
    for line in head.split(b"\r\n")[1:]:
        if line[:15].lower() == b"content-length:":
            length = int(line[15:])
    return len(head) + 4 + length if len(buffer) >= len(head) + 4 + length else 0


def _answer(line: bytes) -> bytes:
    if b"send" in line.lower():
        Sink.sent += 1
    body = json.dumps({"sent": Sink.sent} if line.startswith(b"GET /count") else YES).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body


async def serve(port: int) -> None:
    """Until cancelled."""
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
