"""Secrets, phones and what people say are let loose in a served bot that goes through the worst; no log ever sings."""

from __future__ import annotations

import asyncio
import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg
from aiohttp import ClientSession

from scrm_bot.simulator import Fault, Request, Simulator
from tests import company
from tests.bot import configure, serving, until_ready
from tests.services import free_port

PHONE = "13912345678"
SAID = "金丝雀"  # stands in everything that people say here
HUSH = "canary-of-the-database"
WAYS = (
    PHONE, "139 1234 5678", "139-1234-5678", "+86 139 1234 5678", "１３９１２３４５６７８", "0086-13912345678",
    "139.1234.5678", "(+86)139 12345678",
)  # fmt: skip


async def test_nothing_that_should_not_be_known_is_in_any_log_metric_or_page(
    fresh_database_url: Callable[..., str], tmp_path: Path
) -> None:
    url, port = fresh_database_url("postgresql", company.prepare), free_port()
    async with Simulator() as sim:
        sim.patience = 3.0
        secret_url = url.replace("scrm@", f"scrm:{HUSH}@")
        config = configure(tmp_path, sim, secret_url, f"redis://:{HUSH}@127.0.0.1:{free_port()}/0", port)
        hooks = [f"http://127.0.0.1:{port}/hooks/{name}" for name in ("sales", "ding", "service")]
        with (tmp_path / "log").open("wb") as log, serving(config, port, log) as process:
            await until_ready(port)
            pages = [await _success(sim, *hooks), await _pages(port)]
            await _strangers(sim, *hooks)
            await _platforms_down(sim, *hooks)
            await _broken_database(sim, url, *hooks)
            pages.append(await _pages(port))
            process.terminate()
            await asyncio.to_thread(process.wait, 30)
        written = (tmp_path / "log").read_text(encoding="utf-8", errors="replace")
        canaries = _canaries(sim)
    assert "Traceback" in written, "the worst did not happen"
    assert all(event in written for event in ("turn failed", "KeyError", "CheckViolation", "callback refused"))
    for place, text in (("the log", written), *(("a page", page) for page in pages)):
        assert not [one for one in canaries if one in text], place
        assert PHONE[3:] not in re.sub(r"\D", "", unicodedata.normalize("NFKC", _without_times(text))), place


def _without_times(text: str) -> str:
    """Digits of times and numbers of processes are no phones."""
    return re.sub(r'"at": "[^"]*"', "", text)


def _canaries(sim: Simulator) -> set[str]:
    """Whatever must not be sung of."""
    accounts = (sim.wecom, sim.wechat)
    keys = {value for one in accounts for value in (one.secret, one.token, one.aes_key)} | {sim.dingtalk.client_secret}
    headers = {call.query.get("access_token", "") for call in sim.calls()} - {""}
    sessions = {call.query.get("session", "") for call in sim.calls("sendBySession")} - {""}
    assert headers
    assert sessions
    return {SAID, HUSH} | keys | headers | sessions


async def _success(sim: Simulator, sales: str, ding: str, service: str) -> str:
    for way in WAYS:
        await sim.wecom.say(sales, "zhouxm", f"今天拜访了华星王总，{SAID}，他新电话 {way}")
        await sim.wecom.say(sales, "zhouxm", "跳过")
    await sim.wecom.say(sales, "zhouxm", f"1秒后提醒我给 {PHONE} 打电话{SAID}")
    await sim.wechat.say(service, "openid-wang", f"{SAID}那台机器坏了，急，生产停了 {PHONE}")
    await sim.until_seen("zhangjg", "新工单", 10)
    await sim.dingtalk.say(ding, "zhangjg", f"回复客户 {SAID} {PHONE}")
    await sim.until_seen("zhouxm", "⏰", 10)
    return ""


async def _strangers(sim: Simulator, sales: str, ding: str, service: str) -> None:
    """Bad signatures, another robot's messages, garbage, and what is no HTTP."""
    pushed = await sim.wecom.say(sales, "zhouxm", f"{SAID}{PHONE}")
    query = pushed.request.query | {"msg_signature": SAID + PHONE, "nonce": SAID}
    await sim.world.caller.once(replace(pushed.request, query=query))
    await sim.world.caller.once(Request(sales, pushed.request.query, f"<xml>{SAID}{PHONE}".encode()))
    await sim.world.caller.once(sim.dingtalk.sealed(ding, {"robotCode": SAID + PHONE}))
    await sim.world.caller.once(Request(service + f"-{PHONE}", {"openid": SAID}, b"", method="GET"))
    port = int(sales.split(":")[2].split("/")[0])
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"{SAID} /hooks/sales?secret={HUSH}&phone={PHONE} HTTP/1.1\r\n{SAID}: {PHONE}\r\n\r\n".encode())
    await writer.drain()
    await asyncio.sleep(0.2)
    writer.close()


async def _platforms_down(sim: Simulator, sales: str, ding: str, service: str) -> None:
    for fault in (Fault.HTTP_500, Fault.RESET, Fault.HTML, Fault.TRUNCATED, Fault.LOST):
        sim.faults.next(fault, times=2)
        await sim.wecom.say(sales, "zhouxm", f"1秒后提醒我{SAID}{PHONE}")
        await sim.wechat.say(service, "openid-wang", f"{SAID} {PHONE}")
        await sim.dingtalk.say(ding, "zhangjg", f"回复客户 {SAID} {PHONE}")
        await asyncio.sleep(0.4)
    before = sim.wecom.secret, sim.dingtalk.client_secret
    sim.wecom.secret = sim.dingtalk.client_secret = "changed"
    sim.wecom.tokens.expire()
    sim.dingtalk.tokens.expire()
    await sim.wecom.say(sales, "zhouxm", f"1秒后提醒我{SAID}{PHONE}")
    await asyncio.sleep(2)
    sim.wecom.secret, sim.dingtalk.client_secret = before


async def _broken_database(sim: Simulator, url: str, sales: str, ding: str, service: str) -> None:
    """A memory that no skill understands, a rule that is broken, tables that are gone, a database that is."""
    broken = {"pending": [{"skill": f"{SAID} {PHONE}", "slots": {}, "said": SAID, "asking": SAID}]}
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as database:
        database.execute("UPDATE conversations SET memory = %s", [json.dumps(broken, ensure_ascii=False)])
        for hook, user in ((sales, "zhouxm"), (sales, "lisq")):
            await sim.wecom.say(hook, user, f"{SAID} {PHONE}")
        database.execute("ALTER TABLE followups ADD CONSTRAINT strict CHECK (text = '') NOT VALID")
        await sim.wecom.say(sales, "zhaod", f"今天拜访了云帆，{SAID} {PHONE}")
        database.execute("ALTER TABLE tickets RENAME TO gone")
        await sim.wechat.say(service, f"openid-{PHONE}", f"机器坏了，{SAID} {PHONE}")
        database.execute("ALTER TABLE messages RENAME TO away")
        await sim.wecom.say(sales, "zhaod", f"{SAID} {PHONE}")
        await sim.dingtalk.say(ding, "manager01", f"{SAID} {PHONE}")


async def _pages(port: int) -> str:
    """Everything that the bot shows to whoever asks."""
    found = []
    paths = (
        "/metrics",
        "/readyz",
        "/healthz",
        f"/{SAID}",
        "/hooks/sales?echostr=x",
        "/hooks/none",
        f"/hooks/sales?{PHONE}=1",
    )
    async with ClientSession() as http:
        for path in paths:
            async with http.get(f"http://127.0.0.1:{port}{path}") as answer:
                found.append(await answer.text())
    return "\n".join(found)
