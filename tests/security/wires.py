"""Bytes on a wire, for what no HTTP library would send."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import re
import zlib
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from scrm_bot.simulator import Request


@dataclass(frozen=True, slots=True)
class Got:
    """What came back until the server closed or was done; status 0: nothing, it hung up."""

    status: int
    body: bytes


async def knock(url: str, data: bytes, patience: float = 10) -> Got:
    """Send these bytes to the server of this URL and read one answer."""
    reader, writer = await dial(url)
    try:
        with contextlib.suppress(ConnectionError):
            writer.write(data)
            await writer.drain()
        return await _answer(reader, patience)
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def dial(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to the server of this URL."""
    where = urlsplit(url)
    return await asyncio.open_connection(where.hostname, where.port)


def request(
    url: str, body: bytes = b"", *, method: str = "POST", version: str = "1.1", query: str = "", **headers: str
) -> bytes:
    """A request as it should be, unless told otherwise: `Content_Type="…"` makes a header."""
    length = {} if {"Transfer_Encoding", "Content_Length"} & headers.keys() else {"Content_Length": str(len(body))}
    lines = [f"{method} {urlsplit(url).path}{query} HTTP/{version}", "Host: bot", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in (length | headers).items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def genuine(one: Request, **more: str) -> bytes:
    """The simulator's callback, byte by byte."""
    headers = {name.replace("-", "_"): value for name, value in one.headers.items()}
    return request(one.hook, one.body, query=f"?{urlencode(one.query)}", **(headers | more))


def packed(body: bytes, how: str) -> bytes:
    """The body as this Content-Encoding has it."""
    return gzip.compress(body) if how == "gzip" else zlib.compress(body)


async def _answer(reader: asyncio.StreamReader, patience: float) -> Got:
    try:
        async with asyncio.timeout(patience):
            head = await reader.readuntil(b"\r\n\r\n")
            while head.startswith(b"HTTP/1.1 100"):
                head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)\r\nContent-Length: (\d+)", head)
            body = await reader.readexactly(int(length[1]) if length else 0)
    except (asyncio.IncompleteReadError, ConnectionError):
        return Got(0, b"")
    return Got(int(head.split()[1]), body)
