"""The rules of WeCom, WeChat and 微信客服 that the simulator enforces, each seen through a client that breaks it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientSession
from wechatpy.enterprise import WeChatClient as WecomClient

from scrm_bot.simulator import Simulator
from scrm_bot.simulator.kf import BOT, ENDED, HUMAN, POOL

Call = Callable[..., Awaitable[dict[str, Any]]]
WANG = {"touser": "wm-wang", "open_kfid": "wk1"}


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    async with Simulator() as sim:
        yield sim


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession() as http:
        yield http


@pytest.fixture
def kf(sim: Simulator, http: ClientSession) -> Call:
    """Calls one of 微信客服's APIs: what it answers."""

    async def call(path: str, **body: Any) -> dict[str, Any]:
        query = {"access_token": sim.kf.tokens.same()[0]}
        async with http.post(f"{sim.base_url}/cgi-bin/kf/{path}", params=query, json=body) as answer:
            return dict(await answer.json())

    return call


@pytest.fixture
def wecom(sim: Simulator, http: ClientSession) -> Call:
    """Sends a text by the app, with any other fields."""

    async def send(user: str, text: str, **more: Any) -> dict[str, Any]:
        query = {"access_token": sim.wecom.tokens.same()[0]}
        body = {"touser": user, "msgtype": "text", "agentid": sim.wecom.agent_id, "text": {"content": text}} | more
        async with http.post(f"{sim.base_url}/cgi-bin/message/send", params=query, json=body) as answer:
            return dict(await answer.json())

    return send


@pytest.fixture
def wechat(sim: Simulator, http: ClientSession) -> Call:
    """Sends a customer service message of the official account."""

    async def send(user: str, text: str) -> dict[str, Any]:
        query = {"access_token": sim.wechat.tokens.same()[0]}
        body = f'{{"touser":"{user}","msgtype":"text","text":{{"content":"{text}"}}}}'.encode()
        url = f"{sim.base_url}/cgi-bin/message/custom/send"
        async with http.post(url, params=query, data=body) as answer:
            return dict(await answer.json())

    return send


async def texts(page: Awaitable[dict[str, Any]]) -> list[str]:
    return [item["text"]["content"] for item in (await page)["msg_list"]]


async def test_a_mailbox_is_read_in_pages_from_a_cursor(sim: Simulator, kf: Call) -> None:
    for number in range(5):
        await sim.kf.say("", "wm-wang", str(number))
    first = await kf("sync_msg", open_kfid="wk1", limit=2)
    assert (len(first["msg_list"]), first["has_more"]) == (2, 1)
    assert await texts(kf("sync_msg", open_kfid="wk1", limit=2, cursor=first["next_cursor"])) == ["2", "3"]
    assert await texts(kf("sync_msg", open_kfid="wk1", cursor=first["next_cursor"])) == ["2", "3", "4"]
    sim.kf.hollow = 1
    empty = await kf("sync_msg", open_kfid="wk1", cursor=first["next_cursor"])
    assert (empty["msg_list"], empty["has_more"]) == ([], 1)
    assert await texts(kf("sync_msg", open_kfid="wk1", cursor=empty["next_cursor"])) == ["2", "3", "4"]


async def test_a_mailbox_keeps_three_days_and_believes_no_foreign_cursor(sim: Simulator, kf: Call) -> None:
    await sim.kf.say("", "wm-wang", "早")
    sim.clock.advance(3 * 86_400 + 5)
    await sim.kf.say("", "wm-wang", "晚")
    page = await kf("sync_msg", open_kfid="wk1")
    assert [item["text"]["content"] for item in page["msg_list"]] == ["晚"]
    assert (await kf("sync_msg", open_kfid="wk1", cursor="made-up"))["errcode"] == 40058
    assert (await kf("sync_msg", open_kfid="wk9"))["errcode"] == 95000
    sim.kf.accounts.append("wk2")
    assert (await kf("sync_msg", open_kfid="wk2", cursor=page["next_cursor"]))["errcode"] == 40058


async def test_fetching_without_a_callbacks_token_is_rationed(sim: Simulator, kf: Call) -> None:
    token = (await sim.kf.ring("")).fields["Token"]
    codes = [(await kf("sync_msg", open_kfid="wk1"))["errcode"] for _ in range(11)]
    assert codes == [0] * 10 + [45009]
    assert (await kf("sync_msg", open_kfid="wk1", token=token))["errcode"] == 0
    sim.clock.advance(601)
    assert (await kf("sync_msg", open_kfid="wk1", token=token))["errcode"] == 95007


async def test_five_messages_in_two_days_and_the_same_id_once(sim: Simulator, kf: Call) -> None:
    text = {"msgtype": "text", "text": {"content": "您好"}}
    assert (await kf("send_msg", **WANG, **text))["errcode"] == 95002
    await sim.kf.say("", "wm-wang", "你好")
    for number in (1, 1, 2, 3, 4, 5):
        assert (await kf("send_msg", **WANG, **text, msgid=f"m{number}"))["msgid"] == f"m{number}"
    assert len(sim.seen("wm-wang")) == 5
    assert (await kf("send_msg", **WANG, **text))["errcode"] == 95001
    sim.kf.tells_late = True
    assert (await kf("send_msg", **WANG, **text, msgid="m6"))["errcode"] == 0
    event = (await kf("sync_msg", open_kfid="wk1"))["msg_list"][-1]["event"]
    assert (event["event_type"], event["fail_msgid"], event["fail_type"]) == ("msg_send_fail", "m6", 6)
    assert len(sim.seen("wm-wang")) == 5


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"msgid": "x" * 33}, 40058),
        ({"msgid": "a.b"}, 40058),
        ({"text": {"content": "好" * 683}}, 40058),
        ({"text": {"content": ""}}, 44004),
        ({"open_kfid": "wk9"}, 95000),
    ],
)
async def test_customer_service_refuses_what_is_out_of_bounds(
    sim: Simulator, kf: Call, wrong: dict[str, Any], code: int
) -> None:
    await sim.kf.say("", "wm-wang", "你好")
    assert (await kf("send_msg", **WANG | {"msgtype": "text", "text": {"content": "好"}} | wrong))["errcode"] == code


async def test_only_a_new_session_or_the_bots_takes_messages(sim: Simulator, kf: Call) -> None:
    who = {"open_kfid": "wk1", "external_userid": "wm-wang"}
    text = {"msgtype": "text", "text": {"content": "您好"}}

    async def moved(state: int) -> int:
        return int((await kf("service_state/trans", **who, service_state=state))["errcode"])

    await sim.kf.say("", "wm-wang", "你好")
    assert await moved(BOT) == 0
    assert (await kf("send_msg", **WANG, **text))["errcode"] == 0
    assert await moved(POOL) == 0
    assert await moved(BOT) == 95016
    assert await moved(HUMAN) == 0
    assert (await kf("service_state/get", **who))["service_state"] == HUMAN
    assert (await kf("send_msg", **WANG, **text))["errcode"] == 95018
    ended = await kf("service_state/trans", **who, service_state=ENDED)
    assert (await kf("send_msg", **WANG, **text))["errcode"] == 95013
    assert (await kf("send_msg_on_event", code=ended["msg_code"], **text))["errcode"] == 0
    await sim.kf.say("", "wm-wang", "又来了")
    assert (await kf("send_msg", **WANG, **text))["errcode"] == 0


async def test_a_welcome_code_works_once_and_for_twenty_seconds(sim: Simulator, kf: Call) -> None:
    text = {"msgtype": "text", "text": {"content": "您好"}}

    async def entered(user: str) -> str:
        await sim.kf.enter("", user)
        return str((await kf("sync_msg", open_kfid="wk1"))["msg_list"][-1]["event"].get("welcome_code", ""))

    code = await entered("wm-wang")
    assert [(await kf("send_msg_on_event", code=code, **text))["errcode"] for _ in range(2)] == [0, 95020]
    assert await entered("wm-wang") == ""  # spoken to a moment ago
    late = await entered("wm-li")
    sim.clock.advance(21)
    assert (await kf("send_msg_on_event", code=late, **text))["errcode"] == 95020
    assert (sim.seen("wm-wang"), sim.seen("wm-li")) == (["您好"], [])


async def test_customers_are_named_if_they_were_ever_met(sim: Simulator, kf: Call) -> None:
    await sim.kf.say("", "wm-wang", "你好")
    found = await kf("customer/batchget", external_userid_list=["wm-wang", "wm-nobody"])
    assert [one["external_userid"] for one in found["customer_list"]] == ["wm-wang"]
    assert found["invalid_external_userid"] == ["wm-nobody"]
    assert (await kf("customer/batchget", external_userid_list=[]))["errcode"] == 40058


async def test_wechatpys_client_reads_and_writes_with_the_secret_of_customer_service(sim: Simulator) -> None:
    class Client(WecomClient):
        API_BASE_URL = f"{sim.base_url}/cgi-bin/"

        def _fetch_access_token(self, url: str, params: dict[str, Any]) -> Any:
            return super()._fetch_access_token(f"{sim.base_url}/cgi-bin/gettoken", params)

    await sim.kf.say("", "wm-wang", "你好")

    def talk() -> list[str]:
        client = Client(sim.kf.corp_id, sim.kf.secret, timeout=3)
        page = client.post("kf/sync_msg", data={"open_kfid": "wk1"})
        client.post("kf/send_msg", data=WANG | {"msgtype": "text", "text": {"content": "您好 😀"}})
        return [item["text"]["content"] for item in page["msg_list"]]

    assert await asyncio.to_thread(talk) == ["你好"]
    assert sim.seen("wm-wang") == ["您好 😀"]


async def test_one_secrets_token_opens_no_other_apps_doors(sim: Simulator, http: ClientSession) -> None:
    query = {"access_token": sim.wecom.tokens.same()[0]}
    async with http.post(f"{sim.base_url}/cgi-bin/kf/sync_msg", params=query, json={}) as answer:
        assert (await answer.json())["errcode"] == 40014
    for wrong, code in (({"corpid": "ww9"}, 40013), ({"corpsecret": "wrong"}, 40001)):
        who = {"corpid": "ww1", "corpsecret": sim.wecom.secret} | wrong
        async with http.get(f"{sim.base_url}/cgi-bin/gettoken", params=who) as answer:
            assert (await answer.json())["errcode"] == code


async def test_wecom_swallows_what_exceeds_a_members_minute_or_hour(sim: Simulator, wecom: Call) -> None:
    sim.wecom.quotas[0].most, sim.wecom.quotas[1].most = 3, 5
    for number in range(4):
        assert (await wecom("zhouxm", str(number)))["errcode"] == 0
    sim.clock.advance(61)
    for number in range(4, 8):
        await wecom("zhouxm", str(number))
    await wecom("lisq", "别人")
    assert (sim.seen("zhouxm"), sim.seen("lisq")) == (["0", "1", "2", "4", "5"], ["别人"])
    sim.clock.advance(3600)
    await wecom("zhouxm", "下一小时")
    assert sim.seen("zhouxm")[-1] == "下一小时"
    assert [text for _, text in sim.wecom.dropped] == ["3", "6", "7"]


async def test_wecom_shows_the_same_json_once_if_asked_to(sim: Simulator, wecom: Call) -> None:
    once = {"enable_duplicate_check": 1, "duplicate_check_interval": 600}
    for _ in range(2):
        await wecom("zhouxm", "好的", **once)
    await wecom("lisq|zhouxm", "好的", **once)  # another JSON
    await wecom("zhouxm", "好的")
    assert sim.seen("zhouxm") == ["好的"] * 3
    sim.clock.advance(1801)
    await wecom("zhouxm", "好的", **once)
    assert sim.seen("zhouxm") == ["好的"] * 4


async def test_wecom_blocks_who_calls_too_often_for_a_minute(sim: Simulator, wecom: Call, kf: Call) -> None:
    sim.corporation.calls.most = 2
    assert [(await wecom("zhouxm", "一"))["errcode"] for _ in range(3)] == [0, 0, 45009]
    assert (await kf("sync_msg", open_kfid="wk1"))["errcode"] == 0  # another API
    sim.clock.advance(61)
    assert (await wecom("zhouxm", "一"))["errcode"] == 0


async def test_only_trusted_addresses_may_call(sim: Simulator, wecom: Call, wechat: Call, http: ClientSession) -> None:
    sim.corporation.trusted.addresses = sim.wechat.whitelist.addresses = {"203.0.113.9"}
    refused = await wecom("zhouxm", "一")
    assert refused["errcode"] == 60020
    assert refused["errmsg"].endswith("from ip: 127.0.0.1")
    who = {"grant_type": "client_credential", "appid": sim.wechat.app_id, "secret": sim.wechat.secret}
    async with http.post(f"{sim.base_url}/cgi-bin/stable_token", json=who) as answer:
        assert (await answer.json())["errcode"] == 40164
    sim.corporation.trusted.addresses = sim.wechat.whitelist.addresses = {"127.0.0.1"}
    assert (await wecom("zhouxm", "一"))["errcode"] == 0
    async with http.post(f"{sim.base_url}/cgi-bin/stable_token", json=who) as answer:
        assert (await answer.json())["expires_in"] == 7200


async def test_wechat_counts_what_is_sent_in_a_minute_and_a_day(sim: Simulator, wechat: Call) -> None:
    await sim.wechat.say("", "openid1", "你好")
    day, minute = sim.wechat.sends
    day.most, minute.most = 3, 2
    codes = [(await wechat("openid1", "一"))["errcode"] for _ in range(3)]
    sim.clock.advance(61)
    codes += [(await wechat("openid1", "一"))["errcode"] for _ in range(2)]
    assert codes == [0, 0, 45011, 0, 45009]


async def test_wechats_quotas_follow_what_the_user_did_last(sim: Simulator, wechat: Call) -> None:
    async def codes(count: int) -> list[int]:
        return [int((await wechat("openid1", "一"))["errcode"]) for _ in range(count)]

    sim.attempts = 1
    assert await codes(1) == [45015]
    await sim.wechat.follow("", "openid1")
    assert await codes(4) == [0, 0, 0, 45047]
    await sim.wechat.say("", "openid1", "你好")
    assert await codes(6) == [0, 0, 0, 0, 0, 45047]
    sim.clock.advance(48 * 3600 + 1)
    assert await codes(1) == [45015]
    await sim.wechat.press("", "openid1", "我的工单")
    sim.clock.advance(61)
    assert await codes(1) == [45015]
    await sim.wechat.unfollow("", "openid1")
    assert await codes(1) == [45015]


async def test_a_stable_token_stays_until_shortly_before_its_end_unless_forced(
    sim: Simulator, http: ClientSession
) -> None:
    who = {"grant_type": "client_credential", "appid": sim.wechat.app_id, "secret": sim.wechat.secret}

    async def token(**more: Any) -> str:
        async with http.post(f"{sim.base_url}/cgi-bin/stable_token", json=who | more) as answer:
            return str((await answer.json())["access_token"])

    first = await token()
    sim.clock.advance(7200 - 301)
    assert await token() == first
    sim.clock.advance(2)
    second = await token()
    assert second != first
    assert sim.wechat.tokens.good(first)
    third = await token(force_refresh=True)
    assert third != second
    assert not sim.wechat.tokens.good(second)


async def test_the_simulators_clock_dates_callbacks_if_the_bot_shares_it(sim: Simulator) -> None:
    await sim.kf.say("", "wm-wang", "你好")
    sim.clock.advance(86_400)
    before = int((await sim.kf.ring("")).fields["CreateTime"])
    sim.clock.shared = True
    for pushed in (await sim.kf.ring(""), await sim.wecom.say("", "zhouxm", "你好")):
        assert 86_300 < int(pushed.fields["CreateTime"]) - before < 86_500
        assert 86_300 < int(pushed.request.query["timestamp"]) - before < 86_500
