"""DingTalk in Stream mode, against the simulated gateway: nothing is lost that the platform sent to us."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientSession

from scrm_bot.adapters import dingtalk_stream, shelf
from scrm_bot.adapters.base import Answer, Callback, Part
from scrm_bot.adapters.dingtalk_stream import DingtalkStream
from scrm_bot.message import Address, Message
from scrm_bot.shared import Memory
from scrm_bot.simulator import Fault, Simulator
from scrm_bot.simulator.dingtalk_gateway import BOT_TOPIC, Gateway
from tests.adapters.support import now


class Door:
    """Keeps what is handed in, as soon as it is `open` and not `broken`."""

    def __init__(self) -> None:
        self.heard: list[Message] = []
        self.open = asyncio.Event()
        self.open.set()
        self.broken = False

    async def hand_in(self, messages: Sequence[Message], place: str = "", cursor: str = "", since: str = "") -> None:
        await self.open.wait()
        if self.broken:
            raise OSError("no database")
        self.heard += messages

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.heard]

    async def cursor(self, place: str) -> str:
        raise NotImplementedError

    async def not_delivered(self, to: Address, send_id: str, reason: str) -> None:
        raise NotImplementedError


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
async def robot(sim: Simulator, http: ClientSession, monkeypatch: pytest.MonkeyPatch) -> DingtalkStream:
    """Not listening yet, and quick to try again."""
    monkeypatch.setattr(dingtalk_stream, "SHORTEST", 0.02)
    monkeypatch.setattr(shelf, "SHORTEST", 0.02)
    shared = Memory()
    account = {key: value for key, value in sim.dingtalk.channel(mode="stream").items() if key not in {"kind", "mode"}}
    shares = {"tokens": shared.tokens, "nonces": shared.nonces, "budgets": shared.budgets}
    return DingtalkStream("ding", **account, http=http, **shares)


@pytest.fixture
def gateway(sim: Simulator) -> Gateway:
    return sim.dingtalk.gateway


@asynccontextmanager
async def listening(robot: DingtalkStream, door: Door) -> AsyncIterator[asyncio.Task[None]]:
    """While it listens; and it stops when it is told to, whatever it does just then."""
    task = asyncio.create_task(robot.listen(door))
    try:
        yield task
    finally:
        await stopped(task)


async def stopped(task: asyncio.Task[None]) -> float:
    """The seconds that stopping took."""
    clock = asyncio.get_running_loop().time
    began = clock()
    task.cancel()
    await asyncio.wait([task], timeout=10)
    assert task.cancelled()
    return clock() - began


@pytest.fixture
async def ears(robot: DingtalkStream, door: Door, gateway: Gateway) -> AsyncIterator[asyncio.Task[None]]:
    """Listening on both lines."""
    async with listening(robot, door) as task:
        await gateway.until_open(2)
        yield task
    assert gateway.complaints == []


@pytest.mark.usefixtures("ears")
async def test_a_message_is_acknowledged_once_it_is_durable_and_pings_do_not_wait_for_that(
    sim: Simulator, door: Door, gateway: Gateway
) -> None:
    door.open.clear()
    saying = asyncio.create_task(sim.dingtalk.say("", "manager01", "拜访了云帆 ]]> 😀"))
    for connection in gateway.connections * 3:
        await gateway.ping(connection)
    assert not saying.done()
    door.open.set()
    said = await saying
    assert (said.status, said.answers[0].body) == (200, b'{"response": null}')
    (message,) = door.heard
    assert (message.text, message.key) == ("拜访了云帆 ]]> 😀", said.msg_id)
    assert message.address == Address("ding", "manager01")


@pytest.mark.usefixtures("ears")
async def test_answers_go_into_the_session_or_by_api(sim: Simulator, robot: DingtalkStream, door: Door) -> None:
    await sim.dingtalk.say("", "manager01", "你好", room="cid-team")
    (message,) = door.heard
    assert message.address.room == "cid-team"
    await robot.send(message.address, Part("在"), message.hints)
    await robot.send(Address("ding", "zhangjg"), Part("新工单"), {})
    assert [(seen.user, seen.via) for seen in sim.screens()] == [("cid-team", "session"), ("zhangjg", "api")]


@pytest.mark.usefixtures("ears")
@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"isInAtList": False}, 200),  # talk in a group, not with us
        ({"chatbotCorpId": "dingcorp2"}, 500),
        ({"robotCode": "ding2"}, 500),
        ({"msgtype": None}, 500),
        ({"senderStaffId": ["a"]}, 500),
        ({"text": "x" * 70_000}, 500),
    ],
    ids=str,
)
async def test_what_is_not_for_us_or_no_message_is_left_alone(
    sim: Simulator, door: Door, gateway: Gateway, changed: dict[str, Any], code: int
) -> None:
    body = sim.dingtalk.body("u", "cid-team", "m1") | {"msgtype": "text", "text": {"content": "x"}} | changed
    (answer,) = await gateway.push(BOT_TOPIC, body)
    assert answer.status == code
    assert door.heard == []
    assert (await sim.dingtalk.say("", "u", "你好")).status == 200


@pytest.mark.usefixtures("ears")
async def test_what_we_did_not_ask_for_is_acknowledged_too(sim: Simulator, door: Door, gateway: Gateway) -> None:
    connection = gateway.connections[0]
    assert await gateway.event("user_add_org", {"userId": ["u1"]}, on=connection) == ["SUCCESS"]
    connection.topics.add(("CALLBACK", "/v1.0/card/instances/callback"))
    (answer,) = await gateway.push("/v1.0/card/instances/callback", {}, on=connection)
    assert answer.status == 404


@pytest.mark.usefixtures("ears")
async def test_frames_that_are_no_frames_hurt_nobody(sim: Simulator, gateway: Gateway) -> None:
    for connection in gateway.connections:
        for frame in ("", "{", "[]", "null", '{"type":"CALLBACK"}', '{"headers":[],"type":{}}', '{"a":' * 20_000):
            await connection.socket.send_str(frame)
        await connection.socket.send_bytes(b"\0\1")
        await gateway.ping(connection)
    gateway.complaints.clear()  # what answers a frame without an id cannot carry one
    assert (await sim.dingtalk.say("", "u", "你好")).status == 200


@pytest.mark.usefixtures("ears")
async def test_asked_to_leave_it_opens_a_new_line_first_and_misses_nothing(
    sim: Simulator, door: Door, gateway: Gateway
) -> None:
    gateway.grace = 5
    said = [asyncio.create_task(sim.dingtalk.say("", "u", str(number))) for number in range(20)]
    for connection in list(gateway.connections):
        await gateway.disconnect(connection)
        said += [asyncio.create_task(sim.dingtalk.say("", "u", str(len(said) + number))) for number in range(20)]
    async with asyncio.timeout(10):
        while gateway.opened < 4:
            assert len(gateway.connections) >= 2
            said.append(asyncio.create_task(sim.dingtalk.say("", "u", str(len(said)))))
            await asyncio.sleep(0.001)
    sim.patience = 0.2  # what is heard by somebody who leaves is not acknowledged any more
    await gateway.until_open(2)
    await asyncio.gather(*said)
    assert sorted(map(int, door.texts)) == list(range(len(said)))
    assert gateway.lost == []


@pytest.mark.usefixtures("ears")
async def test_while_one_line_is_broken_the_other_hears(sim: Simulator, door: Door, gateway: Gateway) -> None:
    for number in range(4):
        gateway.drop(gateway.connections[0])
        await gateway.until_open(1)
        assert (await sim.dingtalk.say("", "u", str(number))).status == 200
        await gateway.until_open(2)
    assert door.texts == ["0", "1", "2", "3"]
    assert gateway.lost == []


@pytest.mark.usefixtures("ears")
async def test_when_the_gateway_comes_back_so_do_both_lines(
    sim: Simulator, robot: DingtalkStream, door: Door, gateway: Gateway
) -> None:
    assert robot.trouble == ""
    sim.faults.always(Fault.HTTP_500, "connections/open")
    gateway.drop()
    await gateway.until_open(0)
    lost = await sim.dingtalk.say("", "u", "没人听见")
    async with asyncio.timeout(10):
        while len(sim.calls("connections/open")) < 6:
            await asyncio.sleep(0.01)
    assert robot.trouble == "HTTP 500"
    sim.faults.clear()
    await gateway.until_open(2)
    assert (await sim.dingtalk.say("", "u", "回来了")).status == 200
    assert (door.texts, gateway.lost) == (["回来了"], [lost.msg_id])


@pytest.mark.parametrize(
    "fault", [Fault.RESET, Fault.LOST, Fault.TRUNCATED, "system.busy", "Forbidden.AccessDenied.QpsLimitForApi"], ids=str
)
@pytest.mark.parametrize("path", ["connections/open", "stream/connect"])
async def test_whatever_opening_meets_it_is_tried_again(
    sim: Simulator, robot: DingtalkStream, door: Door, gateway: Gateway, fault: Fault | str, path: str
) -> None:
    if path == "stream/connect" and fault in (Fault.LOST, Fault.TRUNCATED):
        fault = Fault.HTML
    sim.faults.next(fault, path, times=3)
    async with listening(robot, door):
        await gateway.until_open(2)
        assert (await sim.dingtalk.say("", "u", "你好")).status == 200


async def test_a_line_that_died_without_a_word_is_replaced(
    sim: Simulator, robot: DingtalkStream, door: Door, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dingtalk_stream, "HEARTBEAT", 0.1)
    gateway.deaf = True
    async with listening(robot, door):
        await gateway.until_open(2)
        gateway.deaf = False
        async with asyncio.timeout(10):
            while gateway.opened < 4 or robot.trouble:
                await asyncio.sleep(0.01)


async def test_wrong_credentials_are_tried_twice_in_five_minutes_and_named(
    sim: Simulator, robot: DingtalkStream, door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    secret, sim.dingtalk.client_secret = sim.dingtalk.client_secret, "changed"
    async with listening(robot, door):
        async with asyncio.timeout(10):
            while len(caplog.records) < 2:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        assert robot.trouble == "dingtalk authFailed"
    assert len(sim.calls("connections/open")) == 2
    assert {(record.levelno, getattr(record, "seconds", 0)) for record in caplog.records} == {(logging.ERROR, 300)}
    assert not [record for record in caplog.records if secret in str(record.__dict__)]


@pytest.mark.parametrize("fault", [Fault.PUNISHED, Fault.HTML])
async def test_while_our_address_is_blocked_no_line_is_tried(
    sim: Simulator, robot: DingtalkStream, door: Door, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    sim.faults.always(fault, "connections/open")
    async with listening(robot, door):
        async with asyncio.timeout(10):
            while len(caplog.records) < 2:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
    assert len(sim.calls("connections/open")) <= 2
    assert min(getattr(record, "seconds", 0) for record in caplog.records) > 290


@pytest.mark.parametrize(
    "endpoint",
    [
        "ws://localhost:{port}/stream/connect",
        "ws://wss-open-connection.dingtalk.com/connect",
        "wss://wss-open-connection.dingtalk.com:8443/connect",
        "wss://dingtalk.com.evil.example/connect",
        "http://127.0.0.1:{port}/stream/connect",
        "",
    ],
)
async def test_a_line_to_another_host_is_not_opened(
    sim: Simulator, robot: DingtalkStream, door: Door, gateway: Gateway, endpoint: str
) -> None:
    gateway.endpoint = endpoint.format(port=sim.base_url.rpartition(":")[2]) or "?"
    async with listening(robot, door):
        async with asyncio.timeout(10):
            while "not DingTalk's" not in robot.trouble:
                await asyncio.sleep(0.01)
    assert sim.calls("stream/connect") == []


@pytest.mark.usefixtures("ears")
async def test_what_cannot_be_stored_is_kept_until_it_can(sim: Simulator, door: Door, gateway: Gateway) -> None:
    door.broken = True
    said = [asyncio.create_task(sim.dingtalk.say("", "u", str(number))) for number in range(20)]
    await asyncio.sleep(0.1)
    for connection in gateway.connections:
        await gateway.ping(connection)
    assert not any(one.done() for one in said)
    door.broken = False
    assert {one.status for one in await asyncio.gather(*said)} == {200}
    assert sorted(map(int, door.texts)) == list(range(20))


@pytest.mark.parametrize(
    "state", ["connected", "opening", "upgrading", "waiting", "storing", "failing to store", "deaf"]
)
async def test_told_to_stop_it_stops(
    sim: Simulator, robot: DingtalkStream, door: Door, gateway: Gateway, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    match state:
        case "opening":
            sim.faults.always(Fault.HANG, "connections/open")
        case "upgrading":
            sim.faults.always(Fault.HANG, "stream/connect")
        case "waiting":
            monkeypatch.setattr(dingtalk_stream, "SHORTEST", 60.0)
            sim.faults.always(Fault.HTTP_500, "connections/open")
        case "storing":
            door.open.clear()
        case "failing to store":
            door.broken = True
    task = asyncio.create_task(robot.listen(door))
    sim.patience = 0.2
    if state in {"opening", "upgrading", "waiting"}:
        async with asyncio.timeout(5):
            while not sim.calls("connect"):
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
    else:
        await gateway.until_open(2)
        await sim.dingtalk.say("", "u", "你好")
    if state == "deaf":  # the other side reads nothing more, not even our goodbye
        for connection in gateway.connections:
            assert connection.request.transport is not None
            connection.request.transport.pause_reading()
    assert await stopped(task) < 5  # a second, and what a busy machine adds


async def test_what_was_on_its_way_when_it_stopped_is_heard(
    sim: Simulator, robot: DingtalkStream, door: Door, gateway: Gateway
) -> None:
    sim.patience = 0.3
    task = asyncio.create_task(robot.listen(door))
    await gateway.until_open(2)
    saying = [asyncio.create_task(sim.dingtalk.say("", "u", str(number))) for number in range(100)]
    await asyncio.sleep(0)
    sent = {key for connection in gateway.connections for key in connection.got}
    await stopped(task)
    await asyncio.gather(*saying)
    assert sent
    assert sent <= {message.key for message in door.heard}


async def test_nobody_calls_a_robot_that_listens(robot: DingtalkStream) -> None:
    assert await robot.read(Callback("POST", {}, {}, b"{}", now())) == Answer(404)
