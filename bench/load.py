"""The generator, a process of its own: posts letters over open connections and writes down how long each took.

Reads a `Load` as JSON from standard input, prints a `Result` as JSON. Closed (each connection posts when it was
answered) or at a rate, where waiting for a free connection counts as waiting for the answer.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections import deque
from dataclasses import asdict, dataclass, field

from bench import letters, meter, sentences

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
PATIENCE = 120.0  # seconds for everything that is owed after the last letter


@dataclass
class Load:
    """What to post, and where. `rate`: letters a second, 0: as fast as answers come."""

    platform: str
    ports: list[int]
    pids: list[int] = field(default_factory=list)  # whose processor time counts as the server's
    database: int = 0  # the process of its PostgreSQL server
    count: int = 1000
    warm: int = 200
    connections: int = 32
    rate: float = 0.0
    customers: int = 60
    seed: int = 1
    sink: int = 0  # the port where answers arrive that do not come in the callback's own
    path: str = ""  # of the callback, if not /hooks/<platform>
    awaited: bool = False  # whether such an answer belongs to every letter


@dataclass
class Result:
    """How it went. Times in milliseconds, processor time in microseconds a letter."""

    rate: float
    cpu_us: float
    database_us: float
    p50: float
    p99: float
    failed: int
    replied: int  # answers with something in them
    example: str = ""


class Line(asyncio.Protocol):
    """One connection, one letter at a time."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._buffer = b""
        self.began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ready."""
        self._transport = transport

    def send(self, letter: bytes, began: float) -> None:
        """Post it; `began`: when its waiting time starts."""
        self.began = began
        self._transport.write(letter)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        """Until the answer is whole."""
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        length = LENGTH.search(self._buffer, 0, head) if head > 0 else None
        if length and len(self._buffer) >= head + 4 + int(length[1]):
            status, body = self._buffer[9:12], self._buffer[head + 4 :]
            self._buffer = b""
            self._post.answered(self, status == b"200", body)

    def connection_lost(self, error: Exception | None) -> None:
        """The server hung up."""
        del error
        self._post.lost()


class Post:
    """Carries letters to their end."""

    def __init__(self, waiting: list[bytes]) -> None:
        self._waiting = deque(waiting)
        self._owed = len(waiting)
        self._late: deque[float] = deque()  # when letters without a free connection should have gone
        self._free: deque[Line] = deque()
        self._paced = False
        self.took: list[float] = []
        self.failed = self.replied = 0
        self.example = b""
        self.done = asyncio.get_running_loop().create_future()

    async def closed(self, lines: list[Line]) -> None:
        """Each connection posts as soon as it was answered."""
        for line in lines[: len(self._waiting)]:
            line.send(self._waiting.popleft(), time.perf_counter())
        await self.done

    async def at_rate(self, lines: list[Line], rate: float) -> None:
        """So many a second, whatever the answers do."""
        self._paced = True
        self._free.extend(lines)
        began = time.perf_counter()
        for number in range(len(self._waiting)):
            due = began + number / rate
            pause = due - time.perf_counter()
            if pause > 0.0002:
                await asyncio.sleep(pause)
            self._late.append(due)
            self._go()
        await self.done

    def _go(self) -> None:
        while self._late and self._free:
            self._free.popleft().send(self._waiting.popleft(), self._late.popleft())

    def answered(self, line: Line, good: bool, body: bytes) -> None:
        """One more is over."""
        self.took.append(time.perf_counter() - line.began)
        self.failed += not good
        self.replied += bool(body)
        self.example = self.example or body
        self._owed -= 1
        if self._owed == 0:
            self.done.set_result(None)
        elif self._paced:
            self._free.append(line)
            self._go()
        elif self._waiting:
            line.send(self._waiting.popleft(), time.perf_counter())

    def lost(self) -> None:
        """A connection broke: nothing of this run counts."""
        if not self.done.done():
            self.done.set_exception(ConnectionError("the server closed a connection"))


async def run(load: Load) -> Result:
    """Warm up, then measure."""
    said = sentences.said(load.customers, load.seed)
    letter = letters.of(load.platform, f"http://127.0.0.1:{load.sink}", load.path)
    await _posted(load, letters.sealed(letter, said, load.warm), 0.0)
    await _calm(load)
    ready = letters.sealed(letter, said, load.count)
    sent, used, database = await _sent(load), meter.processor(load.pids), _database(load)
    began = time.perf_counter()
    post = await _posted(load, ready, load.rate)
    await _all_sent(load, sent)
    seconds = time.perf_counter() - began
    await _calm(load)
    each = 1e6 / load.count
    return Result(
        rate=load.count / seconds,
        cpu_us=(meter.processor(load.pids) - used) * each,
        database_us=(_database(load) - database) * each,
        p50=meter.percentile(post.took, 0.5) * 1000,
        p99=meter.percentile(post.took, 0.99) * 1000,
        failed=post.failed,
        replied=post.replied,
        example=post.example.decode(errors="replace")[:300],
    )


async def _posted(load: Load, ready: list[bytes], rate: float) -> Post:
    post = Post(ready)
    if ready:
        lines = [await _connected(post, load.ports[n % len(load.ports)]) for n in range(load.connections)]
        await (post.at_rate(lines, rate) if rate else post.closed(lines))
        for line in lines:
            line._transport.close()
    return post


async def _connected(post: Post, port: int) -> Line:
    _, line = await asyncio.get_running_loop().create_connection(lambda: Line(post), "127.0.0.1", port)
    return line


async def _sent(load: Load) -> int:
    if not load.awaited:
        return 0
    reader, writer = await asyncio.open_connection("127.0.0.1", load.sink)
    writer.write(b"GET /count HTTP/1.1\r\n\r\n")
    head = await reader.readuntil(b"\r\n\r\n")
    found = LENGTH.search(head)
    body = await reader.readexactly(int(found[1]) if found else 0)
    writer.close()
    return int(json.loads(body)["sent"])


async def _all_sent(load: Load, before: int) -> None:
    ends = time.perf_counter() + PATIENCE
    while load.awaited and await _sent(load) - before < load.count and time.perf_counter() < ends:
        await asyncio.sleep(0.02)


async def _calm(load: Load) -> None:
    """Until the server has nothing more to do."""
    ends = time.perf_counter() + PATIENCE
    before = -1.0
    while load.pids and time.perf_counter() < ends:
        used = meter.processor(load.pids)
        if used - before < 0.01:
            return
        before = used
        await asyncio.sleep(0.1)


def _database(load: Load) -> float:
    return meter.processor(meter.family(load.database)) if load.database else 0.0


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(run(Load(**json.load(sys.stdin))))), ensure_ascii=False))
