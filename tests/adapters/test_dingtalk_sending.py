"""What DingTalk answers to what we send, and what is done about it."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest

from scrm_bot.adapters.base import Closed, Misconfigured, TryLater, Undeliverable, Unreachable
from scrm_bot.message import Reply
from scrm_bot.simulator import Fault, Simulator
from tests.adapters.support import Bot


async def test_the_longest_part_fits_even_if_all_of_it_has_to_be_escaped(dingtalk: Bot, sim: Simulator) -> None:
    parts = dingtalk.parts(Reply('"\\' * 8000))
    for part in parts:
        await dingtalk.send("manager01", part)
    assert sim.seen("manager01") == [part.text for part in parts]
    assert len(parts) == 3


async def test_a_two_hundred_may_still_name_the_person_it_did_not_reach(dingtalk: Bot, sim: Simulator) -> None:
    sim.dingtalk.strangers, sim.dingtalk.hurried, sim.dingtalk.filtered = {"gone"}, {"busy"}, {"deaf"}
    with pytest.raises(Undeliverable):
        await dingtalk.send("deaf", "你好")
    with pytest.raises(Unreachable):
        await dingtalk.send("gone", "你好")
    with pytest.raises(TryLater):
        await dingtalk.send("busy", "你好")


async def test_a_guest_is_answered_in_the_session_and_unreachable_after_it(dingtalk: Bot, sim: Simulator) -> None:
    sim.dingtalk.guests = {"guest"}
    await sim.dingtalk.say(dingtalk.url, "guest", "你好")
    user = dingtalk.heard[-1].address.user
    await dingtalk.send(user, "您好")
    assert sim.seen("guest") == ["您好"]
    sim.clock.advance(6000)
    with pytest.raises(Undeliverable):
        await dingtalk.send(user, "您好")


@pytest.mark.parametrize(
    "code",
    [
        "Forbidden.AccessDenied.QpsLimitForApi",
        "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi",
        "send.too.fast",
        "toomuch.msg",
        "system.busy",
        "Something.New",
        90002,
        90018,
        -1,
    ],
)
async def test_some_codes_mean_later(dingtalk: Bot, sim: Simulator, code: str | int) -> None:
    sim.faults.next(code)
    with pytest.raises(TryLater) as later:
        await dingtalk.send("manager01", "你好")
    assert later.value.after <= timedelta(minutes=1)


@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        ("Forbidden.AccessDenied.AccessTokenPermissionDenied", "permission"),
        ("Forbidden.AccessDenied.IpNotInWhiteList", "address"),
        ("invalidParameter.robotCode.notExsit", "permission"),
        ("robot.notExisted", "permission"),
        ("invalidClientIdOrSecret", "secret"),
    ],
)
async def test_some_codes_are_for_an_admin_to_put_right(dingtalk: Bot, sim: Simulator, code: str, trouble: str) -> None:
    sim.faults.next(code)
    with pytest.raises(Misconfigured) as broken:
        await dingtalk.send("manager01", "你好")
    assert (broken.value.code, broken.value.trouble) == (code, trouble)


@pytest.mark.parametrize(
    ("code", "kind"), [("invalidParameter.param.invalid", Undeliverable), ("staffId.notExisted", Unreachable)]
)
async def test_some_codes_are_final(dingtalk: Bot, sim: Simulator, code: str, kind: type[Undeliverable]) -> None:
    sim.faults.next(code)
    with pytest.raises(kind) as never:
        await dingtalk.send("manager01", "你好")
    assert never.value.code == code


@pytest.mark.parametrize("way", ["api", "session"])
@pytest.mark.parametrize("fault", [Fault.PUNISHED, Fault.HTML])
async def test_while_our_address_is_blocked_nobody_calls(
    dingtalk: Bot, sim: Simulator, fault: Fault, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "session":
        await sim.dingtalk.say(dingtalk.url, "manager01", "你好")
    sim.faults.next(fault)
    for _ in range(3):
        with pytest.raises(Closed) as blocked:
            await dingtalk.send("manager01", "你好")
        assert blocked.value.trouble == "blocked"
        assert timedelta(minutes=4) < blocked.value.after <= timedelta(minutes=5)
    assert len([call for call in sim.calls() if "accessToken" not in call.path]) == 1
    later = SimpleNamespace(time=time.time, monotonic=lambda: time.monotonic() + 301)
    monkeypatch.setattr("scrm_bot.adapters.dingtalk.time", later)
    await dingtalk.send("manager01", "你好")
    assert sim.seen("manager01") == ["你好"]


@pytest.mark.parametrize(("code", "unsure"), [(15, True), (90018, False), (-1, False)])
async def test_after_a_timeout_of_the_gateway_it_may_have_been_taken(
    dingtalk: Bot, sim: Simulator, code: int, unsure: bool
) -> None:
    sim.faults.next(code)
    with pytest.raises(TryLater) as later:
        await dingtalk.send("manager01", "你好")
    assert later.value.unsure is unsure


async def test_sends_by_api_keep_within_what_is_served_a_second(dingtalk: Bot, sim: Simulator) -> None:
    await asyncio.gather(*(dingtalk.send(f"u{number}", "你好") for number in range(25)))
    assert len(sim.screens()) == 25


async def test_who_would_wait_too_long_for_room_comes_again(
    dingtalk: Bot, sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scrm_bot.adapters.dingtalk._QUEUE", 0.0)
    outcomes = await asyncio.gather(*(dingtalk.send("u", "你好") for _ in range(30)), return_exceptions=True)
    assert len(sim.seen("u")) == 20
    assert [type(outcome) for outcome in outcomes].count(TryLater) == 10


@pytest.mark.parametrize("code", ["InvalidAuthentication", 40014, 42001, 88])
async def test_a_refused_token_is_renewed_once(dingtalk: Bot, sim: Simulator, code: str | int) -> None:
    sim.faults.next(code)
    await dingtalk.send("manager01", "你好")
    assert sim.seen("manager01") == ["你好"]


@pytest.mark.parametrize("code", [300001, 310000, 400101, "session.expired"])
async def test_what_the_session_refuses_goes_by_api(dingtalk: Bot, sim: Simulator, code: str | int) -> None:
    await sim.dingtalk.say(dingtalk.url, "manager01", "你好")
    sim.faults.next(code, "sendBySession")
    await dingtalk.send("manager01", "已记录")
    assert [seen.via for seen in sim.screens()] == ["api"]


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.TRUNCATED, Fault.HTTP_500, -1, 410100])
async def test_what_the_session_may_have_taken_is_not_sent_another_way_at_once(
    dingtalk: Bot, sim: Simulator, fault: Fault | int
) -> None:
    await sim.dingtalk.say(dingtalk.url, "manager01", "你好")
    sim.faults.next(fault, "sendBySession")
    with pytest.raises(TryLater):
        await dingtalk.send("manager01", "已记录")
    assert len(sim.seen("manager01")) <= 1
    assert sim.calls("batchSend") == []
