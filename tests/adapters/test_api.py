"""What every platform's calls have in common: tokens, faults of the network, and silence about secrets."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import ClientSession, ClientTimeout

from scrm_bot.adapters import api
from scrm_bot.adapters.base import Misconfigured, Part, TryLater, Undeliverable
from scrm_bot.adapters.wecom import Wecom
from scrm_bot.message import Address
from scrm_bot.shared import Memory
from scrm_bot.simulator import Fault, Simulator
from scrm_bot.simulator.tokens import Mint
from tests.adapters.support import Bot

CANARY = "canary-13800138000"


every_platform = pytest.mark.parametrize("bot", ["wecom", "kf", "wechat", "dingtalk"], indirect=True)


async def befriend(bot: Bot, sim: Simulator, user: str) -> None:
    """WeChat allows nothing to somebody who did nothing; DingTalk's session is left unused."""
    if bot.adapter.name == "care":
        await sim.kf.say("", user, "你好")
    if bot.adapter.name == "service":
        await sim.wechat.follow(bot.url, user)
        await sim.wechat.say(bot.url, user, "你好")


def mint(bot: Bot, sim: Simulator) -> Mint:
    return {"sales": sim.wecom, "care": sim.kf, "service": sim.wechat, "ding": sim.dingtalk}[bot.adapter.name].tokens


@every_platform
async def test_tokens_that_die_under_fifty_senders_are_renewed_once(
    bot: Bot, sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scrm_bot.adapters.dingtalk._RATE", (1000, 1.0))
    sim.dingtalk.calls_a_second = 1000
    users = [f"user{number}" for number in range(50)]
    for user in users:
        await befriend(bot, sim, user)
    await bot.send(users[0], "先来一条")
    mint(bot, sim).expire()
    await asyncio.gather(*(bot.send(user, "你好") for user in users))
    assert mint(bot, sim).calls == 2
    assert all(sim.seen(user)[-1] == "你好" for user in users)


@every_platform
async def test_a_wrong_secret_costs_two_token_calls_and_then_none(bot: Bot, sim: Simulator) -> None:
    account = {"sales": sim.wecom, "care": sim.kf, "service": sim.wechat}.get(bot.adapter.name)
    if account is not None:
        account.secret = "changed"
    else:
        sim.dingtalk.client_secret = "changed"

    async def refused() -> None:
        with pytest.raises((Misconfigured, Undeliverable)):
            await bot.send("zhouxm", "你好")

    await asyncio.gather(*(refused() for _ in range(20)))
    await refused()
    assert mint(bot, sim).calls == 2
    assert len(sim.calls()) == 2


@every_platform
async def test_a_platform_that_refuses_every_token_is_asked_for_two(bot: Bot, sim: Simulator) -> None:
    await befriend(bot, sim, "zhouxm")
    sim.faults.always("InvalidAuthentication" if bot.adapter.name == "ding" else 42001)
    for _ in range(20):
        with pytest.raises(TryLater):
            await bot.send("zhouxm", "你好")
    assert mint(bot, sim).calls <= 2
    assert len([call for call in sim.calls() if "oken" not in call.path]) == 2


@every_platform
@pytest.mark.parametrize("fault", [Fault.HTTP_500, Fault.RESET, Fault.LOST, Fault.TRUNCATED])
async def test_after_a_fault_of_the_network_it_may_have_been_taken(bot: Bot, sim: Simulator, fault: Fault) -> None:
    await befriend(bot, sim, "zhouxm")
    sim.faults.next(fault)
    with pytest.raises(TryLater) as later:
        await bot.send("zhouxm", "你好")
    assert later.value.unsure
    await bot.send("zhouxm", "你好")
    assert sim.seen("zhouxm")[-1] == "你好"


@pytest.mark.parametrize("bot", ["wecom", "wechat"], indirect=True)
async def test_a_page_in_place_of_json_took_nothing(bot: Bot, sim: Simulator) -> None:
    await befriend(bot, sim, "zhouxm")
    sim.faults.next(Fault.HTML)
    with pytest.raises(TryLater) as later:
        await bot.send("zhouxm", "你好")
    assert not later.value.unsure
    await bot.send("zhouxm", "你好")
    assert sim.seen("zhouxm")[-1] == "你好"


async def test_a_platform_that_hangs_is_left(wecom: Bot, sim: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "TIMEOUT", ClientTimeout(total=0.5))
    sim.faults.next(Fault.HANG)
    with pytest.raises(TryLater) as later:
        await wecom.send("zhouxm", "你好")
    assert later.value.unsure


async def test_a_token_call_that_fails_is_not_repeated_at_once_but_soon(wecom: Bot, sim: Simulator) -> None:
    sim.faults.next(Fault.HTTP_500, "gettoken")
    for _ in range(3):
        with pytest.raises(TryLater) as later:
            await wecom.send("zhouxm", "你好")
    assert later.value.after.total_seconds() <= 5
    assert len(sim.calls("gettoken")) == 1


@pytest.mark.parametrize(("wish", "seconds"), [("7", 7), ("999999", 3600), ("soon", 5), ("", 5)])
async def test_a_platform_that_says_when_to_come_again_is_believed(wish: str, seconds: int) -> None:
    for status in (429, 503):
        with pytest.raises(TryLater) as later:
            api.outcome(status, b"busy", wish)
        assert later.value.after == timedelta(seconds=seconds)


async def test_a_retry_after_may_be_a_date() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    with pytest.raises(TryLater) as later:
        api.outcome(503, b"", date)
    assert timedelta(seconds=60) < later.value.after <= timedelta(seconds=90)


def test_the_address_that_a_platform_saw_is_told() -> None:
    seen = {
        "errcode": 60020,
        "errmsg": "not allow to access from your ip, hint: [1700000000_5], from ip: 203.0.113.9, x",
    }
    assert api.address_in(api.Outcome(200, seen)) == "203.0.113.9"
    assert api.address_in(api.Outcome(200, {"errmsg": "from ip: 999.1.1.1"})) == ""


async def test_an_unreachable_platform_did_certainly_not_take_it(http: ClientSession) -> None:
    with pytest.raises(TryLater) as later:
        await api.post(http, "http://127.0.0.1:1/x", {}, query={"access_token": CANARY})
    assert not later.value.unsure


@pytest.mark.parametrize("path", ["gettoken", "message/send"])
@pytest.mark.parametrize("fault", [Fault.HTTP_500, Fault.HANG, Fault.RESET, Fault.HTML, 45009, 40001], ids=str)
async def test_no_exception_tells_a_secret_or_what_was_said(
    sim: Simulator, http: ClientSession, fault: Fault | int, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "TIMEOUT", ClientTimeout(total=0.5))
    settings = {name: value for name, value in sim.wecom.channel().items() if name != "kind"}
    sim.wecom.secret = settings["secret"] = CANARY
    sim.faults.always(fault, path)
    adapter = Wecom("sales", **settings, http=http, tokens=Memory().tokens, nonces=Memory().nonces)
    with pytest.raises((TryLater, Undeliverable)) as problem:
        await adapter.send(Address("sales", "zhouxm"), Part(CANARY), {})
    raised: BaseException | None = problem.value
    while raised is not None:
        assert CANARY not in str(raised)
        assert "token=" not in str(raised)
        raised = raised.__cause__ or (None if raised.__suppress_context__ else raised.__context__)
