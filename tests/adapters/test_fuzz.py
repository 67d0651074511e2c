"""Whatever is thrown at an adapter, it hears it, acknowledges it, or refuses it; and what it hears can be stored."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrm_bot.adapters import wecom_kf_said
from scrm_bot.adapters.base import BadSignature, Malformed, Received
from scrm_bot.message import Message
from scrm_bot.simulator import Request, Simulator
from tests.adapters.support import Bot

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
XML_FIELDS = st.dictionaries(
    st.sampled_from(
        "FromUserName CreateTime MsgType MsgId Content Event EventKey MediaId Format Recognition Location_X "
        "Location_Y Label Title Url bizmsgmenuid TaskId Ticket PicUrl".split()
    ),
    TEXT | st.sampled_from(["text", "event", "voice", "location", "subscribe", "click", "qrscene_1", "1", "nan"]),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KF_KINDS = st.sampled_from("text image voice location link miniprogram business_card event".split())
KF_ITEM = st.dictionaries(
    KF_KINDS | st.sampled_from("msgid external_userid send_time origin open_kfid msgtype".split()),
    JSON
    | KF_KINDS
    | st.integers(3, 5)
    | st.dictionaries(
        st.sampled_from("content menu_id latitude longitude title event_type welcome_code fail_msgid".split()),
        JSON | st.sampled_from(["enter_session", "msg_send_fail", "1"]),
    ),
)
JSON_FIELDS = st.dictionaries(
    st.sampled_from(
        "conversationId conversationType msgId senderNick senderStaffId senderId sessionWebhook createAt msgtype "
        "sessionWebhookExpiredTime isInAtList text content robotCode".split()
    ),
    JSON | st.sampled_from(["text", "audio", "richText", "1", "2", "ding1"]) | st.just({"richText": [{"text": "a"}]}),
)

many = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


async def survives(bot: Bot, request: Request) -> None:
    try:
        received = await bot.read(request)
    except (BadSignature, Malformed):
        return
    for message in received.messages if isinstance(received, Received) else ():
        storable(message)


def storable(message: Message) -> None:
    assert message.address.user
    assert message.key
    stored = json.dumps([message.text, message.sender_name, message.key, dict(message.detail), dict(message.hints)])
    assert "\\u0000" not in stored
    json.loads(stored, parse_constant=pytest.fail)
    message.text.encode()
    assert message.sent_at.astimezone(UTC) <= datetime.max.replace(tzinfo=UTC)


@given(XML_FIELDS)
@many
async def test_wecom_survives_any_fields(wecom: Bot, sim: Simulator, fields: dict[str, Any]) -> None:
    head = {"ToUserName": "ww1", "FromUserName": "u", "MsgType": "text"}
    await survives(wecom, sim.wecom.sealed("", head | fields))


@given(XML_FIELDS)
@many
async def test_wechat_survives_any_fields_in_json(wechat: Bot, sim: Simulator, fields: dict[str, Any]) -> None:
    head = {"ToUserName": "gh_1", "FromUserName": "u", "MsgType": "text"}
    await survives(wechat, sim.wechat.enveloped("", json.dumps(head | fields)))


@given(JSON_FIELDS)
@many
async def test_dingtalk_survives_any_fields(dingtalk: Bot, sim: Simulator, fields: dict[str, Any]) -> None:
    head = {"msgId": "1", "senderStaffId": "u", "msgtype": "text", "conversationType": "1"}
    body = json.dumps(head | fields).encode()
    await survives(dingtalk, Request("", {}, body, sim.dingtalk.sealed("", {}).headers))


@given(KF_ITEM)
@many
async def test_customer_service_survives_any_item(item: dict[str, Any]) -> None:
    item = {"origin": 3, "msgid": "1", "external_userid": "u", "open_kfid": "wk1", "send_time": 1} | item
    try:
        found = wecom_kf_said.read("care", item, datetime.now(UTC))
    except Malformed:
        return
    if isinstance(found, Message):
        storable(found)


@given(st.binary(max_size=300), st.dictionaries(st.sampled_from(["msg_signature", "signature", "echostr"]), TEXT))
@many
@pytest.mark.parametrize("bot", ["wecom", "kf", "wechat", "plain_wechat", "dingtalk"], indirect=True)
async def test_any_bytes_with_any_query_are_refused(bot: Bot, body: bytes, query: dict[str, str]) -> None:
    for method in ("POST", "GET", "PUT"):
        with pytest.raises((BadSignature, Malformed)):
            await bot.read(Request("", {"timestamp": str(int(datetime.now().timestamp()))} | query, body, {}, method))
