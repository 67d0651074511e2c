"""The 微信客服 adapter: what its callbacks mean, what it sends, and what it makes of refusals."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession

from scrm_bot.adapters import wecom_kf_said
from scrm_bot.adapters.base import Answer, BadSignature, Malformed, Part, TryLater, Undeliverable, WaitForUser
from scrm_bot.adapters.wecom_kf import WecomKf
from scrm_bot.adapters.wecom_kf_said import NotDelivered
from scrm_bot.message import Address, Kind, Message, Reply
from scrm_bot.shared import Memory
from scrm_bot.simulator import Fault, Request, Simulator
from tests.adapters.support import Bot

NOW = datetime(2026, 3, 18, 9, 40, tzinfo=UTC)
SENT = int(NOW.timestamp())
WANG = Address("care", "wm-wang")
READ: list[tuple[str, dict[str, Any], Kind, str, dict[str, Any]]] = [
    ("text", {"content": "机器坏了 ]]> 😀 \x00\x0b"}, Kind.TEXT, "机器坏了 ]]> 😀 ", {}),
    ("text", {"content": "满意", "menu_id": "101"}, Kind.PRESS, "满意", {"menu_id": "101"}),
    ("image", {"media_id": "m1"}, Kind.IMAGE, "", {"media_id": "m1"}),
    ("voice", {"media_id": "m1"}, Kind.VOICE, "", {"media_id": "m1", "format": "amr"}),
    ("video", {"media_id": "m1"}, Kind.FILE, "", {"media_id": "m1", "type": "video"}),
    ("file", {"media_id": "m1"}, Kind.FILE, "", {"media_id": "m1", "type": "file"}),
    (
        "location",
        {"latitude": 23.1, "longitude": 113.2, "name": "科技园", "address": "深圳市南山区"},
        Kind.LOCATION,
        "科技园 深圳市南山区",
        {"latitude": 23.1, "longitude": 113.2},
    ),
    ("location", {"latitude": "nan", "name": "科技园"}, Kind.LOCATION, "科技园", {}),
    (
        "link",
        {"title": "说明书", "desc": "第二版", "url": "https://example.com/a", "pic_url": "x"},
        Kind.LINK,
        "说明书",
        {"url": "https://example.com/a", "description": "第二版"},
    ),
    ("miniprogram", {"title": "商城", "appid": "wx9"}, Kind.LINK, "商城", {"type": "miniprogram", "appid": "wx9"}),
    ("business_card", {"userid": "zhangsan"}, Kind.UNSUPPORTED, "", {"type": "business_card"}),
    ("msgmenu", {"head_content": "满意吗"}, Kind.UNSUPPORTED, "", {"type": "msgmenu"}),
    ("hologram", {}, Kind.UNSUPPORTED, "", {"type": "hologram"}),
]


def item(msgtype: str, part: object, **more: Any) -> dict[str, Any]:
    head = {"msgid": "from_msgid_4622416642169452483", "open_kfid": "wk1", "external_userid": "wm-wang"}
    return head | {"send_time": SENT, "origin": 3, "msgtype": msgtype, msgtype: part} | more


def event(event_type: str, **more: Any) -> dict[str, Any]:
    inner = {"event_type": event_type, "open_kfid": "wk1", "external_userid": "wm-wang"} | more
    return {"msgid": "e1", "send_time": SENT, "origin": 4, "msgtype": "event", "event": inner}


def test_a_message_taken_back_names_the_one_that_it_was() -> None:
    message = wecom_kf_said.read("care", event("user_recall_msg", recall_msgid="m1"), NOW)
    assert isinstance(message, Message)
    assert (message.kind, message.key, message.detail) == (Kind.RECALL, "e1", {"key": "m1"})


@pytest.mark.parametrize(("msgtype", "part", "kind", "text", "detail"), READ, ids=[row[0] for row in READ])
def test_every_kind_of_message_is_understood(
    msgtype: str, part: dict[str, Any], kind: Kind, text: str, detail: dict[str, Any]
) -> None:
    message = wecom_kf_said.read("care", item(msgtype, part), NOW)
    assert isinstance(message, Message)
    assert (message.kind, message.text, message.detail) == (kind, text, detail)
    assert (message.address, message.key) == (WANG, "from_msgid_4622416642169452483")
    assert (message.sent_at, message.hints) == (NOW, {"open_kfid": "wk1"})


def test_who_opens_the_chat_is_welcomed_while_the_code_holds() -> None:
    entered = event("enter_session", scene="hall", scene_param="", welcome_code="c1")
    fresh = wecom_kf_said.read("care", entered, NOW + timedelta(seconds=19))
    late = wecom_kf_said.read("care", entered, NOW + timedelta(seconds=21))
    plain = wecom_kf_said.read("care", event("enter_session"), NOW)
    assert isinstance(fresh, Message)
    assert isinstance(late, Message)
    assert isinstance(plain, Message)
    assert (fresh.kind, fresh.hints, fresh.detail) == (
        Kind.FOLLOW,
        {"open_kfid": "wk1", "welcome_code": "c1"},
        {"scene": "hall"},
    )
    assert (late.kind, late.hints) == (Kind.ENTER, {"open_kfid": "wk1"})
    assert plain.kind is Kind.ENTER


def test_a_message_that_did_not_arrive_is_named_with_the_reason() -> None:
    failed = event("msg_send_fail", fail_msgid="12-6-0", fail_type=6)
    assert wecom_kf_said.read("care", failed, NOW) == NotDelivered(WANG, "12-6-0", "more than five messages")
    unknown = wecom_kf_said.read("care", event("msg_send_fail", fail_msgid="1", fail_type=[]), NOW)
    assert isinstance(unknown, NotDelivered)


@pytest.mark.parametrize(
    "noted",
    [
        event("servicer_status_change", servicer_userid="kefu1", status=1),
        event("session_status_change", change_type=3),
        event("something_new"),
        item("text", {"content": "人工说的"}, origin=5),
    ],
)
def test_what_nobody_has_to_act_on_is_only_noted(noted: dict[str, Any]) -> None:
    assert wecom_kf_said.read("care", noted, NOW) is None


@pytest.mark.parametrize("wrong", [{"msgid": ""}, {"external_userid": None}, {"open_kfid": "\n"}])
def test_an_item_without_its_ids_is_malformed(wrong: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        wecom_kf_said.read("care", item("text", {"content": "你好"}) | wrong, NOW)


async def test_the_console_verifies_the_url(kf: Bot, sim: Simulator) -> None:
    assert await sim.kf.handshake(kf.url)


async def test_a_callback_is_acknowledged_at_once_with_nothing_in_it(kf: Bot, sim: Simulator) -> None:
    pushed = await sim.kf.say(kf.url, "wm-wang", "你好")
    assert (pushed.status, pushed.answers[-1].body, kf.heard) == (200, b"", [])


async def test_other_accounts_and_other_events_of_the_app_are_acknowledged(kf: Bot, sim: Simulator) -> None:
    for change in ({"OpenKfId": "wk-other"}, {"Event": "kf_account_auth_change"}):
        fields = (await sim.kf.ring("")).fields | change
        assert await kf.read(sim.kf.sealed("", fields)) == Answer()


@pytest.mark.parametrize("missing", ["msg_signature", "timestamp", "nonce"])
@pytest.mark.parametrize("value", [None, "", "0" * 40, "签名", "\udcff"])
async def test_a_signature_that_is_missing_wrong_or_strange_is_refused(
    kf: Bot, sim: Simulator, missing: str, value: str | None
) -> None:
    request = (await sim.kf.ring("")).request
    query = {name: text for name, text in request.query.items() if name != missing}
    with pytest.raises(BadSignature):
        await kf.read(replace(request, query=query if value is None else query | {missing: value}))


async def test_a_stale_callback_and_one_for_another_corporation_are_refused(kf: Bot, sim: Simulator) -> None:
    pushed = await sim.kf.ring("")
    with pytest.raises(BadSignature):
        await kf.read(pushed.request, datetime.now(UTC) + timedelta(minutes=6))
    with pytest.raises(BadSignature):
        await kf.read(sim.kf.sealed("", pushed.fields | {"ToUserName": "ww2"}))
    with pytest.raises(BadSignature):
        await kf.read(sim.wecom.sealed("", pushed.fields))  # the other app's key


@pytest.mark.parametrize("body", [b"", b"hello", b"<xml>" + b"<a>" * 9, b"<!DOCTYPE xml><xml/>"])
async def test_a_body_that_cannot_be_read_is_malformed(kf: Bot, sim: Simulator, body: bytes) -> None:
    with pytest.raises(Malformed):
        await kf.read(replace((await sim.kf.ring("")).request, body=body))
    with pytest.raises(Malformed):
        await kf.read(Request("", {}, b"", method="PUT"))


async def test_a_text_is_sent_by_the_account_that_was_written_to(kf: Bot, sim: Simulator) -> None:
    await sim.kf.say("", "wm-wang", "你好")
    await kf.adapter.send(WANG, Part("您好 ]]> 😀"), {"open_kfid": "wk1", "send_id": "12-6-0"})
    assert sim.seen("wm-wang") == ["您好 ]]> 😀"]
    assert sim.calls("kf/send_msg")[0].body["msgid"] == "12-6-0"


async def test_two_answers_that_read_alike_are_both_shown_but_a_repeated_send_is_not(kf: Bot, sim: Simulator) -> None:
    await sim.kf.say("", "wm-wang", "你好")
    for name in ("1-a-0", "2-a-0"):
        await kf.adapter.send(WANG, Part("好的"), {"send_id": name})
    sim.faults.next(Fault.LOST)
    with pytest.raises(TryLater) as lost:
        await kf.adapter.send(WANG, Part("已记录"), {"send_id": "3-a-0"})
    assert lost.value.unsure
    await kf.adapter.send(WANG, Part("已记录"), {"send_id": "3-a-0"}, again=True)
    assert sim.seen("wm-wang") == ["好的", "好的", "已记录"]


async def test_a_long_reply_goes_out_whole(kf: Bot, sim: Simulator) -> None:
    await sim.kf.say("", "wm-wang", "你好")
    parts = kf.parts(Reply("师傅明天上午十点到，请留人在机房。\n" * 90))
    for number, part in enumerate(parts):
        await kf.adapter.send(WANG, part, {"send_id": f"1-a-{number}"})
    assert len(sim.seen("wm-wang")) == 3
    assert "".join(part[:-6] for part in sim.seen("wm-wang")).count("机房。") == 90


async def test_beyond_five_messages_or_two_days_the_customer_has_to_write_first(kf: Bot, sim: Simulator) -> None:
    await sim.kf.say("", "wm-wang", "你好")
    for number in range(5):
        await kf.send("wm-wang", f"第{number}条")
    with pytest.raises(WaitForUser):
        await kf.send("wm-wang", "第六条")
    await sim.kf.say("", "wm-wang", "还在吗")
    await kf.send("wm-wang", "第六条")
    sim.clock.advance(48 * 3600 + 1)
    with pytest.raises(WaitForUser):
        await kf.send("wm-wang", "第七条")
    assert len(sim.seen("wm-wang")) == 6


async def test_the_state_of_the_session_decides_what_a_refusal_means(kf: Bot, sim: Simulator) -> None:
    await sim.kf.say("", "wm-wang", "你好")
    sim.kf.take_over("wm-wang")
    with pytest.raises(Undeliverable, match="human agent") as never:
        await kf.send("wm-wang", "一")
    assert never.value.code == "95018"
    sim.kf.end("wm-wang")
    with pytest.raises(WaitForUser, match="ended"):
        await kf.send("wm-wang", "二")
    await sim.kf.say("", "wm-wang", "又来了")
    sim.faults.next(95018, "send_msg")
    with pytest.raises(TryLater) as later:
        await kf.send("wm-wang", "三")
    assert later.value.after == timedelta(seconds=2)
    assert not isinstance(later.value, WaitForUser)


async def test_a_welcome_goes_by_its_code_and_is_given_once(kf: Bot, sim: Simulator) -> None:
    await sim.kf.enter("", "wm-wang")
    hints = {"open_kfid": "wk1", "welcome_code": next(iter(sim.kf.codes)), "send_id": "1-a-0"}
    await kf.adapter.send(WANG, Part("您好"), hints)
    await kf.adapter.send(WANG, Part("您好"), hints, again=True)
    assert sim.seen("wm-wang") == ["您好"]


async def test_a_welcome_that_comes_too_late_is_said_to_who_has_written_and_else_not_at_all(
    kf: Bot, sim: Simulator
) -> None:
    await sim.kf.enter("", "wm-wang")
    hints = {"open_kfid": "wk1", "welcome_code": next(iter(sim.kf.codes))}
    sim.clock.advance(21)
    with pytest.raises(Undeliverable, match="too late"):
        await kf.adapter.send(WANG, Part("您好"), hints)
    await sim.kf.say("", "wm-wang", "有人吗")
    await kf.adapter.send(WANG, Part("您好"), hints)
    assert sim.seen("wm-wang") == ["您好"]


async def test_a_busy_platform_costs_no_welcome(kf: Bot, sim: Simulator) -> None:
    await sim.kf.enter("", "wm-wang")
    sim.faults.next(-1)
    hints = {"welcome_code": next(iter(sim.kf.codes))}
    with pytest.raises(TryLater):
        await kf.adapter.send(WANG, Part("您好"), hints)
    await kf.adapter.send(WANG, Part("您好"), hints)
    assert sim.seen("wm-wang") == ["您好"]


async def test_a_push_goes_by_the_account_where_the_customer_may_be_spoken_to(
    sim: Simulator, http: ClientSession
) -> None:
    sim.kf.accounts = ["wk1", "wk2"]
    channel = {name: value for name, value in sim.kf.channel().items() if name != "kind"}
    shared = Memory()
    adapter = WecomKf("care", **channel, http=http, tokens=shared.tokens, nonces=shared.nonces)
    await sim.kf.say("", "wm-wang", "你好", account="wk2")
    await adapter.send(WANG, Part("提醒"), {})
    assert [call.body["open_kfid"] for call in sim.calls("send_msg")] == ["wk1", "wk2"]
    with pytest.raises(WaitForUser):
        await adapter.send(Address("care", "wm-li"), Part("提醒"), {})
    assert sim.seen("wm-wang") == ["提醒"]


@pytest.mark.parametrize("code", [95000, 40058, 44004, 60111])
async def test_some_codes_are_final(kf: Bot, sim: Simulator, code: int) -> None:
    sim.faults.next(code)
    with pytest.raises(Undeliverable) as never:
        await kf.send("wm-wang", "你好")
    assert never.value.code == str(code)


@pytest.mark.parametrize(("code", "seconds"), [(-1, 5), (6000, 2), (45009, 60), (45033, 5), (99999, 60)])
async def test_some_codes_say_when_to_come_again(kf: Bot, sim: Simulator, code: int, seconds: int) -> None:
    sim.faults.next(code)
    with pytest.raises(TryLater) as later:
        await kf.send("wm-wang", "你好")
    assert later.value.after == timedelta(seconds=seconds)
