"""Whatever is sent to the callback edge is answered, refused or hung up on; nothing is kept, nobody waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import ClientSession

from scrm_bot.simulator import Simulator
from scrm_bot.web import hooks
from tests import company
from tests.bot import Bot, configure, running
from tests.security.wires import dial, genuine, knock, packed, request

DRIPPING = 200


async def _is_well(bot: Bot) -> None:
    async with ClientSession() as http, http.get(f"{bot.url}/healthz") as answer:
        assert answer.status == 200


NO_HTTP: dict[str, Callable[[str], bytes]] = {
    "not HTTP": lambda _: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\xff" * 200,
    "no such method": lambda url: request(url, method="BREW"),
    "HTTP/1.0": lambda url: request(url, b"<xml/>", version="1.0"),
    "HTTP/9.9": lambda url: request(url, b"<xml/>", version="9.9"),
    "a line without end": lambda url: request(url, query="?" + "a" * 100_000),
    "ten thousand parameters": lambda url: request(url, query="?" + "&".join(f"p{n}" for n in range(2000))),
    "broken percent signs": lambda url: request(url, query="?msg_signature=%zz%f&timestamp=%ff%fe&nonce=%00&echostr=%"),
    "the same parameter twice": lambda url: request(url, query="?timestamp=1&timestamp=2&nonce=a&nonce=b"),
    "a header without end": lambda url: request(url, Timestamp="9" * 20_000),
    "too many headers": lambda url: request(url, **{f"X_{n}": "a" for n in range(500)}),
    "a header that is no text": lambda url: request(url).replace(b"Host: bot", b"Host: bot\r\nsign: \xff\xfe"),
    "a header with a NUL": lambda url: request(url, sign="a\0b"),
    "a folded header": lambda url: request(url, sign="a\r\n b"),
    "two lengths": lambda url: request(url).replace(b"Host: bot", b"Host: bot\r\nContent-Length: 9"),
    "a negative length": lambda url: request(url, Content_Length="-1"),
    "a length of letters": lambda url: request(url, Content_Length="many"),
    "a length and chunks": lambda url: request(url, b"0\r\n\r\n", Transfer_Encoding="chunked", Content_Length="5"),
    "chunks of no size": lambda url: request(url, b"zz\r\n13812341234\r\n", Transfer_Encoding="chunked"),
    "chunks without end": lambda url: request(url, b"ffffffffff\r\n" + b"a" * 90_000, Transfer_Encoding="chunked"),
    "an unknown transfer coding": lambda url: request(url, b"abc", Transfer_Encoding="gzip"),
    "an unknown expectation": lambda url: request(url, b"abc", Expect="200-ok"),
    "a body promised, none sent": lambda url: request(url, Content_Length="100") + b"\r\n",
    "an upgrade": lambda url: request(url, Upgrade="websocket").replace(b"Connection: close", b"Connection: Upgrade"),
    "a path out of here": lambda url: request(url + "/../../etc/passwd", method="GET"),
    "no such channel": lambda url: request(url + "x", b"<xml/>"),
}  # fmt: skip


async def test_what_is_hardly_http_is_refused_and_leaves_nothing(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "READ", 0.5)
    url = bot.hook("sales")
    got = {what: (await knock(url, wire(url))).status for what, wire in NO_HTTP.items()}
    assert not {what: status for what, status in got.items() if status and not 400 <= status < 500}
    await _is_well(bot)
    assert await bot.rows("messages") == []


async def test_a_packed_body_is_refused_unread_even_if_it_is_genuine(sim: Simulator, bot: Bot) -> None:
    fields = {"ToUserName": "ww1", "FromUserName": "zhouxm", "MsgType": "text", "Content": "你好", "MsgId": "1"}
    one = sim.wecom.sealed(bot.hook("sales"), fields)
    bomb = b"a" * 4_000_000
    for how in ("gzip", "deflate", "br", "zstd", "GZIP", "gzip, gzip"):
        for body in (packed(one.body, how), packed(bomb, how)):
            got = await knock(one.hook, genuine(replace(one, body=body), Content_Encoding=how))
            assert (got.status, got.body) == (400, b""), how
    assert await bot.rows("messages") == []


async def test_a_body_beyond_64_kib_is_refused_before_it_is_read(bot: Bot) -> None:
    body = b"a" * (hooks.LARGEST + 1)
    pieces = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    for url in (bot.hook("sales"), bot.hook("ding"), bot.hook("service")):
        for wire in (request(url, body), request(url, pieces, Transfer_Encoding="chunked")):
            got = await knock(url, wire)
            assert (got.status, got.body) == (413, b"")


async def test_chunks_expectations_and_claimed_charsets_change_nothing_about_a_genuine_callback(
    sim: Simulator, bot: Bot
) -> None:
    fields = {"ToUserName": "ww1", "FromUserName": "zhouxm", "CreateTime": "1", "MsgType": "text", "Content": "漏斗"}
    one = sim.wecom.sealed(bot.hook("sales"), fields | {"MsgId": "1"})
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in one.body) + b"0\r\n\r\n"
    plain = await knock(one.hook, genuine(one, Expect="100-continue", Content_Type="text/plain; charset=utf-7"))
    pieces = await knock(one.hook, genuine(replace(one, body=chunks), Transfer_Encoding="chunked"))
    assert plain.status == pieces.status == 200
    assert len(await bot.rows("messages")) == 1


JSON = {
    "NaN": '{"msgId": "1", "msgtype": "text", "createAt": NaN}',
    "deep": '{"text": ' * 6000,
    "a list": '[{"msgId": "1"}]',
    "huge numbers": '{"msgId": "1", "msgtype": "text", "createAt": ' + "9" * 20_000 + "}",
    "half a character": '{"msgId": "1", "senderStaffId": "\\ud800", "msgtype": "text"}',
    "an id that is a list": '{"msgId": ["1"], "senderStaffId": "a", "msgtype": "text"}',
    "bytes that are no UTF-8": b'{"msgId": "\xff\xfe", "msgtype": "text"}',
    "UTF-16": '{"msgId": "1", "senderStaffId": "a", "msgtype": "text"}'.encode("utf-16"),
    "nothing": "",
}


async def test_signed_json_that_no_platform_writes_is_refused(sim: Simulator, bot: Bot) -> None:
    for what, text in JSON.items():
        body = text if isinstance(text, bytes) else text.encode()
        signed = replace(sim.dingtalk.sealed(bot.hook("ding"), {}), body=body)
        got = await knock(signed.hook, genuine(signed))
        assert (got.status, got.body) == (400, b""), what
    assert await bot.rows("messages") == []


async def test_a_time_that_is_none_is_no_reason_to_lose_a_message(sim: Simulator, bot: Bot) -> None:
    body = (
        b'{"msgId": "1", "senderStaffId": "manager01", "msgtype": "text", "createAt": 1e999, "text": {"content": "hi"}}'
    )
    signed = replace(sim.dingtalk.sealed(bot.hook("ding"), {}), body=body)
    assert (await knock(signed.hook, genuine(signed))).status == 200
    assert [row["text"] for row in await bot.rows("messages")] == ["hi"]


async def test_two_hundred_dripping_connections_are_closed_and_health_answers_meanwhile(
    sim: Simulator, fresh_database_url: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "READ", 1.0)
    config = configure(tmp_path, sim, fresh_database_url("sqlite", company.prepare))
    async with running(config, keepalive_timeout=1.0, lingering_time=0.2) as bot:
        wheres = ("head", "body", "nowhere", "between") * (DRIPPING // 4)
        dripping = [asyncio.create_task(_drip(bot.hook("sales"), where)) for where in wheres]
        while not all(one.done() for one in dripping):
            await _is_well(bot)
            await asyncio.sleep(0.05)
        assert all(await asyncio.gather(*dripping))
        assert await bot.rows("messages") == []


async def _drip(url: str, where: str) -> bool:
    """A byte now and then, until the server has had enough of it. False if it never has."""
    reader, writer = await dial(url)
    head = request(url, Content_Length="1000")
    begins = {"head": head[:10], "body": head, "nowhere": b"", "between": request(url).replace(b"close", b"keep-alive")}
    writer.write(begins[where])
    heard = asyncio.create_task(reader.read())  # until the server closes
    try:
        for byte in b"X-Slow: " + b"a" * 200:
            if where in ("head", "body"):
                writer.write(bytes([byte]))
            if (await asyncio.wait([heard], timeout=0.1))[0]:
                return True
    finally:
        heard.cancel()
        writer.close()
    return False
