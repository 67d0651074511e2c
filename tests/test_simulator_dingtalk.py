"""The simulated gateway of DingTalk's Stream mode: its rules, and that DingTalk's own client believes it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSServerHandshakeError

from scrm_bot.simulator import Simulator
from scrm_bot.simulator.dingtalk_gateway import BOT_TOPIC


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    async with Simulator() as sim:
        sim.dingtalk.mode = "stream"
        yield sim


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession() as http:
        yield http


@asynccontextmanager
async def dingtalks_own_client(sim: Simulator) -> AsyncIterator[asyncio.subprocess.Process]:
    """It blocks its event loop and cannot be cancelled: so it is a process, and is killed."""
    program = [sys.executable, "-m", "tests.dingtalk_sdk", sim.dingtalk.client_id, sim.dingtalk.client_secret]
    environ = os.environ | {"DINGTALK_OPENAPI_ENDPOINT": sim.base_url, "NO_PROXY": "127.0.0.1"}
    process = await asyncio.create_subprocess_exec(*program, env=environ, stdout=asyncio.subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        await process.communicate()


async def test_dingtalks_own_client_connects_hears_acknowledges_answers_and_comes_back(sim: Simulator) -> None:
    gateway = sim.dingtalk.gateway
    async with dingtalks_own_client(sim):
        await gateway.until_open(1, timeout=60)
        said = await sim.dingtalk.say("", "manager01", "拜访了云帆 😀")
        assert (said.status, json.loads(said.answers[0].body)) == (200, {"response": "OK"})
        assert await sim.until_seen("manager01") == "听到：拜访了云帆 😀"
        await sim.dingtalk.say("", "manager01", "你好", room="cid-team")
        await sim.until_seen("cid-team", "听到：你好")
        await gateway.ping()
        assert await gateway.event("user_add_org", {"userId": ["u1"]}) == ["LATER", "SUCCESS"]
        await gateway.disconnect()
        await gateway.until_open(0)
        await gateway.until_open(1)
        assert (await sim.dingtalk.say("", "manager01", "还在吗")).status == 200
    assert gateway.complaints == []
    assert gateway.opened == 2


async def _ticket(sim: Simulator, http: ClientSession, *topics: tuple[str, str], **more: Any) -> dict[str, str]:
    who = {"clientId": sim.dingtalk.client_id, "clientSecret": sim.dingtalk.client_secret}
    wanted = {"subscriptions": [{"type": kind, "topic": topic} for kind, topic in topics]}
    async with http.post(f"{sim.base_url}/v1.0/gateway/connections/open", json=who | wanted | more) as answer:
        return dict(await answer.json())


async def _open(sim: Simulator, http: ClientSession, *topics: tuple[str, str]) -> ClientWebSocketResponse:
    found = await _ticket(sim, http, *(topics or [("CALLBACK", BOT_TOPIC)]))
    return await http.ws_connect(found["endpoint"], params={"ticket": found["ticket"]})


async def test_a_ticket_serves_once_and_for_ninety_seconds(sim: Simulator, http: ClientSession) -> None:
    found = await _ticket(sim, http, ("CALLBACK", BOT_TOPIC))
    socket = await http.ws_connect(found["endpoint"], params={"ticket": found["ticket"]})
    for ticket in (found["ticket"], "", (await _ticket(sim, http, ("CALLBACK", BOT_TOPIC)))["ticket"]):
        sim.clock.advance(91)
        with pytest.raises(WSServerHandshakeError):
            await http.ws_connect(found["endpoint"], params={"ticket": ticket})
    await socket.close()


async def test_nobody_gets_a_ticket_with_a_wrong_secret_or_for_nothing(sim: Simulator, http: ClientSession) -> None:
    assert (await _ticket(sim, http, ("CALLBACK", BOT_TOPIC), clientSecret="x"))["code"] == "authFailed"
    assert (await _ticket(sim, http))["code"] == "invalidParameter.subscriptions"


async def test_a_message_goes_once_to_one_of_the_connections_that_want_it(sim: Simulator, http: ClientSession) -> None:
    sim.patience = 0.01
    sockets = [await _open(sim, http) for _ in range(2)] + [await _open(sim, http, ("EVENT", "*"))]
    await sim.dingtalk.gateway.until_open(3)
    said = await asyncio.gather(*(sim.dingtalk.say("", "u", str(number)) for number in range(40)))
    assert {one.status for one in said} == {0}  # nobody acknowledged, and nothing comes again
    first, second, third = sim.dingtalk.gateway.connections
    assert len(first.got) + len(second.got) == 40
    assert min(len(first.got), len(second.got)) > 0
    assert third.got == []
    for socket in sockets:
        await socket.close()


async def test_a_message_sent_while_nobody_listens_is_lost(sim: Simulator, http: ClientSession) -> None:
    said = await sim.dingtalk.say("", "u", "有人吗")
    assert (said.status, said.attempts) == (0, 0)
    socket = await _open(sim, http)
    assert sim.dingtalk.gateway.lost == [said.msg_id]
    with pytest.raises(TimeoutError):
        await socket.receive(0.05)
    await socket.close()


async def test_an_event_comes_again_until_it_is_taken(sim: Simulator, http: ClientSession) -> None:
    gateway = sim.dingtalk.gateway
    gateway.event_patience = 0.05
    socket = await _open(sim, http, ("EVENT", "*"))

    async def answer() -> None:
        for status in ("", "LATER", "SUCCESS"):
            frame = await socket.receive_json()
            headers = {"messageId": frame["headers"]["messageId"], "contentType": "application/json"}
            if status:
                data = json.dumps({"status": status, "message": ""})
                await socket.send_json({"code": 200, "message": "OK", "headers": headers, "data": data})

    answering = asyncio.create_task(answer())
    assert await gateway.event("user_add_org", {}, attempts=5) == ["", "LATER", "SUCCESS"]
    await answering
    await socket.close()


async def test_an_acknowledgement_against_the_protocol_is_complained_of(sim: Simulator, http: ClientSession) -> None:
    sim.patience = 0.05
    socket = await _open(sim, http)
    await sim.dingtalk.gateway.until_open(1)
    good: dict[str, Any] = {"code": 200, "headers": {"messageId": "1", "contentType": "application/json"}, "data": "{}"}
    for wrong in (good, good | {"code": "200"}, good | {"data": {}}, good | {"headers": {}}, []):
        await socket.send_json(wrong)
    assert (await sim.dingtalk.say("", "u", "你好")).status == 0
    assert len(sim.dingtalk.gateway.complaints) == 5
    await socket.close()


async def test_who_calls_too_often_is_slowed_down_and_then_blocked(sim: Simulator, http: ClientSession) -> None:
    token, _ = sim.dingtalk.tokens.same()
    good = {"robotCode": "ding1", "userIds": ["u"], "msgKey": "sampleText", "msgParam": '{"content":"你好"}'}
    url, headers = f"{sim.base_url}/v1.0/robot/oToMessages/batchSend", {"x-acs-dingtalk-access-token": token}

    async def send() -> dict[str, Any]:
        async with http.post(url, json=good, headers=headers) as answer:
            return dict(await answer.json())

    sim.dingtalk.calls_a_second = 0
    assert (await send())["code"] == "Forbidden.AccessDenied.QpsLimitForApi"
    sim.dingtalk.calls_a_second = 20
    sim.dingtalk.punish()
    assert await send() == {"status": 1111, "wait": 5, "punish": "deny"}
    assert "code" not in await _ticket(sim, http, ("CALLBACK", BOT_TOPIC))
    sim.clock.advance(301)
    assert "processQueryKey" in await send()
