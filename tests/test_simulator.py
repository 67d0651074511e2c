"""The simulator is only worth something if others' clients believe it: wechatpy's talk to it here, unmodified."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from wechatpy import WeChatClient, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.enterprise import WeChatClient as WecomClient
from wechatpy.exceptions import WeChatClientException
from wechatpy.replies import TextReply

from scrm_bot.simulator import Fault, Simulator
from scrm_bot.simulator.ledger import FAILURE_TEXT


class Wechatpy(WeChatClient):
    """wechatpy's client, with its hard-coded token address pointed at the simulator."""

    def __init__(self, sim: Simulator) -> None:
        super().__init__(sim.wechat.app_id, sim.wechat.secret, timeout=3)
        self.API_BASE_URL = f"{sim.base_url}/cgi-bin/"
        self._token_url = f"{sim.base_url}/cgi-bin/token"

    def _fetch_access_token(self, url: str, params: dict[str, Any]) -> Any:
        return super()._fetch_access_token(self._token_url, params)


class WechatpyCorp(WecomClient):
    """The same of its client for WeCom."""

    def __init__(self, sim: Simulator) -> None:
        super().__init__(sim.wecom.corp_id, sim.wecom.secret, timeout=3)
        self.API_BASE_URL = f"{sim.base_url}/cgi-bin/"
        self._token_url = f"{sim.base_url}/cgi-bin/gettoken"

    def _fetch_access_token(self, url: str, params: dict[str, Any]) -> Any:
        return super()._fetch_access_token(self._token_url, params)


class Hook:
    """A bot in two lines: what it answers, and how slowly."""

    def __init__(self) -> None:
        self.url = ""
        self.answers: list[tuple[float, int, str]] = []
        self.bodies: list[bytes] = []
        self.queries: list[dict[str, str]] = []

    async def hook(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        self.queries.append(dict(request.query))
        seconds, status, text = self.answers.pop(0) if self.answers else (0.0, 200, "")
        await asyncio.sleep(seconds)
        return web.Response(status=status, text=text)


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    async with Simulator() as sim:
        yield sim


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    hook = Hook()
    app = web.Application()
    app.router.add_route("*", "/hook", hook.hook)
    async with TestServer(app) as server:
        hook.url = str(server.make_url("/hook"))
        yield hook


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession() as http:
        yield http


async def test_wechatpys_client_sends_to_a_follower(sim: Simulator, hook: Hook) -> None:
    await sim.wechat.say(hook.url, "openid1", "你好")
    client = Wechatpy(sim)
    await asyncio.to_thread(client.message.send_text, "openid1", "您好 😀")
    assert sim.seen("openid1") == ["您好 😀"]


async def test_wechatpys_client_gets_over_an_expired_token(sim: Simulator, hook: Hook) -> None:
    await sim.wechat.say(hook.url, "openid1", "你好")
    client = Wechatpy(sim)
    await asyncio.to_thread(client.message.send_text, "openid1", "一")
    sim.wechat.tokens.expire()
    await asyncio.to_thread(client.message.send_text, "openid1", "二")
    assert sim.seen("openid1") == ["一", "二"]
    assert sim.wechat.tokens.calls == 2


async def test_wechatpys_client_for_wecom_sends_to_members_and_hears_of_strangers(sim: Simulator) -> None:
    sim.wecom.strangers = {"Gone"}
    client = WechatpyCorp(sim)
    answer = await asyncio.to_thread(client.message.send_text, sim.wecom.agent_id, ["ZhouXM", "Gone"], "你好")
    assert answer["invaliduser"] == "gone"
    assert (sim.seen("ZhouXM"), sim.seen("Gone")) == (["你好"], [])
    with pytest.raises(WeChatClientException) as refused:
        await asyncio.to_thread(client.message.send_text, sim.wecom.agent_id, ["Gone"], "你好")
    assert refused.value.errcode == 81013


async def test_wechatpy_reads_what_is_pushed_and_its_reply_is_seen(sim: Simulator, hook: Hook) -> None:
    crypto = WeChatCrypto(sim.wechat.token, sim.wechat.aes_key, sim.wechat.app_id)
    pushed = await sim.wechat.say(hook.url, "openid1", "拜访 ]]> 云帆")
    query = hook.queries[0]
    xml = crypto.decrypt_message(hook.bodies[0], query["msg_signature"], query["timestamp"], query["nonce"])
    message = parse_message(xml)
    assert (message.source, message.content, str(message.id)) == ("openid1", "拜访 ]]> 云帆", pushed.msg_id)
    reply = crypto.encrypt_message(TextReply(message=message, content="好的").render(), "nonce", "1409735669")
    hook.answers = [(0, 200, reply)]
    assert (await sim.wechat.redeliver(pushed)).reply == "好的"
    assert sim.seen("openid1") == ["好的"]


async def test_an_unanswered_push_is_tried_three_times_with_the_same_bytes(sim: Simulator, hook: Hook) -> None:
    sim.patience = 0.5
    hook.answers = [(1.5, 200, ""), (0, 500, ""), (0, 200, "success")]
    pushed = await sim.wechat.say(hook.url, "openid1", "你好")
    assert [answer.status for answer in pushed.answers] == [0, 500, 200]
    assert len(set(hook.bodies)) == 1
    assert sim.seen("openid1") == []


@pytest.mark.parametrize("answer", [(1.5, 200, ""), (0, 500, ""), (0, 200, "hello"), (0, 200, "<xml>")])
async def test_a_follower_sees_that_the_service_failed(
    sim: Simulator, hook: Hook, answer: tuple[float, int, str]
) -> None:
    sim.patience = 0.5
    hook.answers = [answer] * 3
    await sim.wechat.say(hook.url, "openid1", "你好")
    assert sim.seen("openid1") == [FAILURE_TEXT]


async def test_wecom_swallows_more_than_thirty_a_minute(sim: Simulator) -> None:
    client = WechatpyCorp(sim)

    def send_many() -> None:
        for number in range(32):
            client.message.send_text(sim.wecom.agent_id, ["zhouxm"], f"第{number}条")

    await asyncio.to_thread(send_many)
    assert (len(sim.seen("zhouxm")), len(sim.wecom.dropped)) == (30, 2)
    sim.clock.advance(61)
    await asyncio.to_thread(client.message.send_text, sim.wecom.agent_id, ["zhouxm"], "下一分钟")
    assert sim.seen("zhouxm")[-1] == "下一分钟"


async def test_wecom_cuts_what_is_too_long(sim: Simulator) -> None:
    client = WechatpyCorp(sim)
    await asyncio.to_thread(client.message.send_text, sim.wecom.agent_id, ["zhouxm"], "好" * 1000)
    assert sim.seen("zhouxm") == ["好" * 682]


async def test_a_plain_token_kills_the_one_before_it_and_a_stable_one_does_not(
    sim: Simulator, http: ClientSession, hook: Hook
) -> None:
    who = {"grant_type": "client_credential", "appid": sim.wechat.app_id, "secret": sim.wechat.secret}

    async def stable() -> str:
        async with http.post(f"{sim.base_url}/cgi-bin/stable_token", json=who) as answer:
            return str((await answer.json())["access_token"])

    async def plain() -> str:
        async with http.get(f"{sim.base_url}/cgi-bin/token", params=who) as answer:
            return str((await answer.json())["access_token"])

    first = await stable()
    assert await stable() == first
    second = await plain()
    assert second != first
    assert sim.wechat.tokens.good(first)  # for the overlap
    sim.clock.advance(301)
    assert not sim.wechat.tokens.good(first)
    assert sim.wechat.tokens.good(second)
    sim.clock.advance(7200)
    assert not sim.wechat.tokens.good(second)


@pytest.mark.parametrize(
    ("text", "code"), [(rb'"\u4f60"', 40033), (rb'"\\u4f60"', 0), ('"%s"' % ("好" * 683), 45002), ('""', 44004)]
)
async def test_wechat_refuses_escapes_and_wrong_lengths(
    sim: Simulator, http: ClientSession, hook: Hook, text: str | bytes, code: int
) -> None:
    await sim.wechat.say(hook.url, "openid1", "你好")
    token, _ = sim.wechat.tokens.same()
    content = text if isinstance(text, bytes) else text.encode()
    body = b'{"touser":"openid1","msgtype":"text","text":{"content":' + content + b"}}"
    url = f"{sim.base_url}/cgi-bin/message/custom/send"
    async with http.post(url, params={"access_token": token}, data=body) as answer:
        assert (await answer.json())["errcode"] == code


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"userIds": [f"u{number}" for number in range(21)]}, "invalidParameter.userIds.invalid"),
        ({"msgParam": {"content": "不是文本"}}, "invalidParameter.param.invalid"),
        ({"msgParam": '{"content":"' + "x" * 15_000 + '"}'}, "invalidParameter.param.invalid"),
        ({"robotCode": "ding2"}, "invalidParameter.robotCode.notExsit"),
    ],
)
async def test_dingtalk_refuses_what_is_out_of_bounds(
    sim: Simulator, http: ClientSession, wrong: dict[str, Any], code: str
) -> None:
    good = {"robotCode": "ding1", "userIds": ["u"], "msgKey": "sampleText", "msgParam": '{"content":"你好"}'}
    url = f"{sim.base_url}/v1.0/robot/oToMessages/batchSend"
    token, _ = sim.dingtalk.tokens.same()
    async with http.post(url, json=good | wrong, headers={"x-acs-dingtalk-access-token": token}) as answer:
        assert (answer.status, (await answer.json())["code"]) == (400, code)
    async with http.post(url, json=good) as answer:
        assert (await answer.json())["code"] == "InvalidAuthentication"
    async with http.post(url, json=good, headers={"x-acs-dingtalk-access-token": token}) as answer:
        assert (await answer.json())["invalidStaffIdList"] == []
    assert sim.seen("u") == ["你好"]


async def test_waiting_for_a_text_ends_when_it_is_there_or_says_what_was_seen(sim: Simulator) -> None:
    waiting = asyncio.create_task(sim.until_seen("zhouxm", "记录"))
    client = WechatpyCorp(sim)
    await asyncio.to_thread(client.message.send_text, sim.wecom.agent_id, ["zhouxm"], "已记录")
    assert await waiting == "已记录"
    with pytest.raises(TimeoutError, match="已记录"):
        await sim.until_seen("zhouxm", "没有这句", timeout=0.01)


async def test_faults_happen_as_often_as_planned_and_where_planned(sim: Simulator, http: ClientSession) -> None:
    url, query = f"{sim.base_url}/cgi-bin/gettoken", {"corpid": sim.wecom.corp_id, "corpsecret": sim.wecom.secret}

    async def status() -> int:
        async with http.get(url, params=query) as answer:
            return answer.status

    sim.faults.next(Fault.HTTP_500)  # not for token calls
    assert await status() == 200
    sim.faults.next(Fault.HTTP_500, "gettoken", times=2)
    assert [await status() for _ in range(3)] == [500, 500, 200]
    assert len(sim.calls("gettoken")) == 4


async def test_stopping_does_not_wait_for_what_hangs(http: ClientSession) -> None:
    sim = Simulator()
    await sim.start()
    sim.faults.next(Fault.HANG, "gettoken")
    hanging = asyncio.create_task(http.get(f"{sim.base_url}/cgi-bin/gettoken"))
    await asyncio.sleep(0.05)
    began = time.monotonic()
    await sim.stop()
    assert time.monotonic() - began < 3
    await asyncio.gather(hanging, return_exceptions=True)
