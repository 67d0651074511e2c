"""The WeCom adapter, against the simulated platform and recorded callbacks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import xmltodict

from scrm_bot.adapters.base import (
    Answer,
    BadSignature,
    Malformed,
    Misconfigured,
    Received,
    TryLater,
    Undeliverable,
    Unreachable,
)
from scrm_bot.adapters.codec import Envelope
from scrm_bot.message import Address, Kind, Message, Reply
from scrm_bot.simulator import Fault, Request, Simulator
from tests.adapters.support import PAYLOADS, Bot

READ: list[tuple[str, Kind, str, dict[str, Any]]] = [
    ("text", Kind.TEXT, "拜访了云帆 😀👨‍👩‍👧 ", {}),
    ("image", Kind.IMAGE, "", {"media_id": "media_id", "url": "http://mmbiz.qpic.cn/p/1"}),
    ("voice", Kind.VOICE, "", {"media_id": "media_id", "format": "amr"}),
    ("video", Kind.FILE, "", {"media_id": "media_id", "type": "video", "thumb_media_id": "thumb"}),
    ("file", Kind.FILE, "", {"media_id": "media_id", "type": "file", "name": "合同.pdf"}),
    ("location", Kind.LOCATION, "广州市海珠区客村", {"latitude": 23.134521, "longitude": 113.358803}),
    ("link", Kind.LINK, "公开文档", {"url": "https://example.com/a?b=1&c=2", "description": "说明"}),
    ("unknown_message", Kind.UNSUPPORTED, "", {"type": "hologram"}),
    ("subscribe", Kind.FOLLOW, "", {}),
    ("unsubscribe", Kind.UNFOLLOW, "", {}),
    ("enter_agent", Kind.ENTER, "", {}),
    ("click", Kind.PRESS, "我的客户", {"event": "click", "key": "我的客户"}),
    (
        "template_card_event",
        Kind.PRESS,
        "key111",
        {"event": "template_card_event", "key": "key111", "task_id": "taskid111"},
    ),
]


def recorded(sim: Simulator, name: str) -> Request:
    """A recorded callback, sealed now."""
    return sim.wecom.enveloped("", (PAYLOADS / "wecom" / f"{name}.xml").read_text())


async def hear(bot: Bot, request: Request) -> Message:
    received = await bot.read(request)
    assert isinstance(received, Received)
    (message,) = received.messages
    return message


@pytest.mark.parametrize(("name", "kind", "text", "detail"), READ, ids=[row[0] for row in READ])
async def test_every_kind_of_message_is_understood(
    wecom: Bot, sim: Simulator, name: str, kind: Kind, text: str, detail: dict[str, Any]
) -> None:
    message = await hear(wecom, recorded(sim, name))
    assert (message.kind, message.text, message.detail) == (kind, text, detail)
    assert message.address == Address("sales", "zhangsan")
    assert message.sent_at == datetime.fromtimestamp(1348831860, UTC)


@pytest.mark.parametrize("name", ["view", "report_location", "unknown_event", "change_external_contact"])
async def test_events_that_mean_nothing_are_acknowledged(wecom: Bot, sim: Simulator, name: str) -> None:
    assert await wecom.read(recorded(sim, name)) == Answer(200, b"")


async def test_a_message_keeps_the_platforms_id_and_an_event_has_one_of_what_it_is(wecom: Bot, sim: Simulator) -> None:
    assert (await hear(wecom, recorded(sim, "text"))).key == "1234567890123456"
    click, card = await hear(wecom, recorded(sim, "click")), await hear(wecom, recorded(sim, "template_card_event"))
    assert click.key == "click:1348831860:我的客户"
    assert card.key != click.key
    assert (await hear(wecom, recorded(sim, "click"))).key == click.key


async def test_the_console_verifies_the_url(wecom: Bot, sim: Simulator) -> None:
    assert await sim.wecom.handshake(wecom.url)


async def test_a_captured_message_is_not_decrypted_for_whoever_asks(wecom: Bot, sim: Simulator) -> None:
    request = recorded(sim, "text")
    encrypted = xmltodict.parse(request.body)["xml"]["Encrypt"]
    stolen = replace(request, method="GET", query=request.query | {"echostr": encrypted}, body=b"")
    with pytest.raises(BadSignature):
        await wecom.read(stolen)


async def test_a_message_is_heard_and_answered_at_once(wecom: Bot, sim: Simulator) -> None:
    wecom.says = "已记录 ]]> 😀👨‍👩‍👧 <a> & \x08"
    pushed = await sim.wecom.say(wecom.url, "zhouxm", "拜访了云帆 ]]> 😀 \x0b")
    assert (pushed.status, pushed.attempts) == (200, 1)
    assert pushed.reply == "已记录 ]]> 😀👨‍👩‍👧 <a> & "
    assert sim.seen("zhouxm") == [pushed.reply]
    assert [message.text for message in wecom.heard] == ["拜访了云帆 ]]> 😀 "]


async def test_nothing_to_say_is_an_empty_answer(wecom: Bot, sim: Simulator) -> None:
    pushed = await sim.wecom.press(wecom.url, "zhouxm", "我的客户")
    assert (pushed.status, pushed.answers[-1].body, pushed.reply) == (200, b"", "")
    assert wecom.heard[-1].text == "我的客户"


async def test_a_redelivery_has_the_same_key_in_the_same_bytes_and_newly_sealed(wecom: Bot, sim: Simulator) -> None:
    pushed = await sim.wecom.say(wecom.url, "zhouxm", "你好")
    assert (await sim.wecom.redeliver(pushed)).status == 200
    assert (await sim.wecom.reseal(pushed)).status == 200
    assert [message.key for message in wecom.heard] == [pushed.msg_id] * 3


@pytest.mark.parametrize("missing", ["msg_signature", "timestamp", "nonce"])
@pytest.mark.parametrize("value", [None, "", "0" * 40, "签名", "\udcff"])
async def test_a_signature_that_is_missing_wrong_or_strange_is_refused(
    wecom: Bot, sim: Simulator, missing: str, value: str | None
) -> None:
    request = recorded(sim, "text")
    query = {name: text for name, text in request.query.items() if name != missing}
    with pytest.raises(BadSignature):
        await wecom.read(replace(request, query=query if value is None else query | {missing: value}))


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_a_stale_callback_is_refused(wecom: Bot, sim: Simulator, minutes: int) -> None:
    with pytest.raises(BadSignature):
        await wecom.read(recorded(sim, "text"), datetime.now(UTC) + timedelta(minutes=minutes))


@pytest.mark.parametrize("fields", [{"ToUserName": "ww2"}, {"AgentID": "1000003"}, {"ToUserName": ""}])
async def test_a_message_for_another_app_is_refused(wecom: Bot, sim: Simulator, fields: dict[str, str]) -> None:
    ours = {"ToUserName": "ww1", "FromUserName": "a", "MsgType": "text", "Content": "b", "MsgId": "1"}
    with pytest.raises(BadSignature):
        await wecom.read(sim.wecom.sealed("", ours | fields))


async def test_another_corporations_envelope_is_refused(wecom: Bot, sim: Simulator) -> None:
    envelope = Envelope(sim.wecom.token, sim.wecom.aes_key, "ww2")
    query = recorded(sim, "text").query
    encrypted = envelope.seal(b"<xml><ToUserName>ww1</ToUserName></xml>")
    signed = query | {"msg_signature": envelope.signature(query["timestamp"], query["nonce"], encrypted)}
    with pytest.raises(BadSignature):
        await wecom.read(Request("", signed, f"<xml><Encrypt>{encrypted}</Encrypt></xml>".encode()))


@pytest.mark.parametrize("form", ["<xml>{}</xml>", "<xml>\n<AgentID>1</AgentID>\n{}\n</xml>\n", "{}", "<!---->{}"])
async def test_an_envelope_is_read_whatever_form_it_has(wecom: Bot, sim: Simulator, form: str) -> None:
    request = recorded(sim, "text")
    sealed = f"<Encrypt><![CDATA[{xmltodict.parse(request.body)['xml']['Encrypt']}]]></Encrypt>"
    inside = form if "<xml>" in form else "<xml><Other>1</Other>" + form + "</xml>"
    assert await hear(wecom, replace(request, body=inside.format(sealed).encode())) == await hear(wecom, request)


async def test_an_envelope_with_two_seals_is_malformed(wecom: Bot, sim: Simulator) -> None:
    request = recorded(sim, "text")
    with pytest.raises(Malformed):
        await wecom.read(replace(request, body=request.body.replace(b"</xml>", b"<Encrypt>eA==</Encrypt></xml>")))


@pytest.mark.parametrize("body", [b"", b"hello", b"x" * 10_000_000, b"<xml>" + b"<a>" * 9, b"<!DOCTYPE xml><xml/>"])
async def test_a_body_that_cannot_be_read_is_malformed(wecom: Bot, sim: Simulator, body: bytes) -> None:
    with pytest.raises(Malformed):
        await wecom.read(replace(recorded(sim, "text"), body=body))


@pytest.mark.parametrize(
    "inner",
    [
        "你好",
        "<!DOCTYPE xml><xml><ToUserName>ww1</ToUserName></xml>",
        "<xml><ToUserName>ww1</ToUserName></xml>",
        "<xml><ToUserName>ww1</ToUserName><MsgType>text</MsgType><Content>a</Content><MsgId>1</MsgId></xml>",
        "<xml><ToUserName>ww1</ToUserName><FromUserName>u</FromUserName><MsgType>location</MsgType></xml>",
        "<xml><ToUserName>ww1</ToUserName><FromUserName>u</FromUserName><MsgType>location</MsgType>"
        "<Location_X>nan</Location_X><Location_Y>1</Location_Y></xml>",
    ],
)
async def test_a_signed_message_that_cannot_be_read_is_malformed(wecom: Bot, sim: Simulator, inner: str) -> None:
    with pytest.raises(Malformed):
        await wecom.read(sim.wecom.enveloped("", inner))


async def test_a_text_is_sent(wecom: Bot, sim: Simulator) -> None:
    await wecom.send("zhouxm", "提醒：14:00 拜访云帆 😀")
    assert sim.seen("zhouxm") == ["提醒：14:00 拜访云帆 😀"]
    assert "enable_duplicate_check" not in sim.calls("message/send")[0].body


async def test_two_answers_that_read_alike_are_both_shown_but_a_repeated_send_is_not(
    wecom: Bot, sim: Simulator
) -> None:
    await wecom.send("zhouxm", "好的")
    await wecom.send("zhouxm", "好的")
    sim.faults.next(Fault.LOST)
    with pytest.raises(TryLater) as lost:
        await wecom.send("zhouxm", "已记录")
    assert lost.value.unsure
    await wecom.send("zhouxm", "已记录", again=True)
    assert sim.seen("zhouxm") == ["好的", "好的", "已记录"]
    assert sim.wecom.dropped == [("zhouxm", "已记录")]


async def test_a_long_reply_goes_out_whole(wecom: Bot, sim: Simulator) -> None:
    text = "今天拜访了云帆机电的张总，聊了报价。\n" * 90
    for part in wecom.parts(Reply(text)):
        await wecom.send("zhouxm", part)
    assert len(sim.seen("zhouxm")) == 3
    assert "".join(part[:-6] for part in sim.seen("zhouxm")).count("报价。") == 90


@pytest.mark.parametrize("user", ["gone", "@all", "a|b"])
async def test_a_person_who_is_not_one_member_is_undeliverable(wecom: Bot, sim: Simulator, user: str) -> None:
    sim.wecom.strangers = {"gone"}
    with pytest.raises(Undeliverable):
        await wecom.send(user, "你好")
    assert sim.screens() == []


@pytest.mark.parametrize("code", [81013, 82001, 40058, 44004])
async def test_some_codes_are_final(wecom: Bot, sim: Simulator, code: int) -> None:
    sim.faults.next(code)
    with pytest.raises(Undeliverable) as never:
        await wecom.send("zhouxm", "你好")
    assert never.value.code == str(code)
    assert isinstance(never.value, Unreachable) is (code in {81013, 82001})


@pytest.mark.parametrize(("code", "trouble"), [(40001, "secret"), (60020, "address"), (48002, "permission")])
async def test_some_codes_are_an_admins_matter(wecom: Bot, sim: Simulator, code: int, trouble: str) -> None:
    sim.faults.next(code)
    with pytest.raises(Misconfigured) as broken:
        await wecom.send("zhouxm", "你好")
    assert (broken.value.code, broken.value.trouble) == (str(code), trouble)


@pytest.mark.parametrize(("code", "seconds"), [(-1, 5), (6000, 2), (45009, 60), (45033, 5), (99999, 60)])
async def test_some_codes_say_when_to_come_again(wecom: Bot, sim: Simulator, code: int, seconds: int) -> None:
    sim.faults.next(code)
    with pytest.raises(TryLater) as later:
        await wecom.send("zhouxm", "你好")
    assert later.value.after == timedelta(seconds=seconds)
    assert not later.value.unsure
