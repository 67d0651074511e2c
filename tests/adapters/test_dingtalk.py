"""The DingTalk adapter, against the simulated platform and recorded callbacks."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scrm_bot.adapters.base import Answer, BadSignature, Malformed, Part, Received, TryLater
from scrm_bot.message import Address, Kind, Message
from scrm_bot.simulator import Request, Simulator
from tests.adapters.support import PAYLOADS, Bot

STAFF = "452523285939877041"
READ: list[tuple[str, Kind, str, dict[str, Any]]] = [
    ("text", Kind.TEXT, "你好", {}),
    ("text_at_top", Kind.TEXT, "你好", {}),
    ("group_text", Kind.TEXT, "你好", {}),
    ("guest", Kind.TEXT, "我是外部联系人", {"guest": True}),
    ("audio", Kind.VOICE, "钉钉，让进步发生", {"downloadCode": "mIof"}),
    ("picture", Kind.IMAGE, "", {"downloadCode": "d1"}),
    ("rich_text", Kind.TEXT, "你好\n再见", {"downloadCodes": ["d1"]}),
    ("rich_text_harmony", Kind.TEXT, "记一下", {}),
    ("rich_text_picture", Kind.IMAGE, "", {"downloadCode": "d1", "downloadCodes": ["d1"]}),
    ("file", Kind.FILE, "", {"downloadCode": "d1", "fileName": "合同.pdf", "type": "file"}),
    ("video", Kind.FILE, "", {"downloadCode": "d1", "type": "video"}),
    ("unknown_message", Kind.UNSUPPORTED, "", {"type": "hologram"}),
]


def body(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((PAYLOADS / "dingtalk" / f"{name}.json").read_text())
    return loaded


def recorded(sim: Simulator, name: str, **changed: Any) -> Request:
    """A recorded callback, signed now."""
    return sim.dingtalk.sealed("", body(name) | changed)


async def hear(bot: Bot, request: Request) -> Message:
    received = await bot.read(request)
    assert isinstance(received, Received)
    (message,) = received.messages
    return message


@pytest.mark.parametrize(("name", "kind", "text", "detail"), READ, ids=[row[0] for row in READ])
async def test_every_kind_of_message_is_understood(
    dingtalk: Bot, sim: Simulator, name: str, kind: Kind, text: str, detail: dict[str, Any]
) -> None:
    message = await hear(dingtalk, recorded(sim, name))
    assert (message.kind, message.text, message.detail) == (kind, text, detail)
    assert (message.key, message.sender_name) == ("msg2aB+p+w==", "小钉")
    assert message.sent_at == datetime.fromtimestamp(1695199269.062, UTC)


async def test_a_group_is_a_room_and_a_private_chat_is_none(dingtalk: Bot, sim: Simulator) -> None:
    assert (await hear(dingtalk, recorded(sim, "text"))).address == Address("ding", STAFF)
    assert (await hear(dingtalk, recorded(sim, "group_text", msgId="2"))).address == Address(
        "ding", STAFF, "cidjMOsz=="
    )
    assert (await hear(dingtalk, recorded(sim, "guest", msgId="3"))).address == Address("ding", "$:LWCP_v1:$C==")


async def test_talk_in_a_group_that_is_not_for_us_is_not_heard(dingtalk: Bot, sim: Simulator) -> None:
    assert await dingtalk.read(recorded(sim, "group_not_mentioned")) == Answer(200, b"")


@pytest.mark.parametrize("room", ["", "cid-group=="])
async def test_a_message_is_acknowledged_empty_and_answered_in_its_session(
    dingtalk: Bot, sim: Simulator, room: str
) -> None:
    dingtalk.says = "not in the answer"
    pushed = await sim.dingtalk.say(dingtalk.url, "manager01", "拜访了云帆 ]]> 😀", room=room)
    assert (pushed.status, pushed.attempts, pushed.answers[-1].body) == (200, 1, b"")
    assert dingtalk.heard[-1].text == "拜访了云帆 ]]> 😀"
    await dingtalk.send("manager01", '已记录 ]]> 😀\n"好"', room=room)
    assert [(seen.user, seen.text, seen.via) for seen in sim.screens()] == [
        (room or "manager01", f'{"@manager01 " if room else ""}已记录 ]]> 😀\n"好"', "session")
    ]


@pytest.mark.parametrize("room", ["", "cid-group=="])
async def test_after_the_session_the_answer_goes_by_api(dingtalk: Bot, sim: Simulator, room: str) -> None:
    await sim.dingtalk.say(dingtalk.url, "manager01", "你好", room=room)
    sim.clock.advance(5401)  # only the platform's clock: our hint still looks good
    await dingtalk.send("manager01", "已记录", room=room)
    assert [seen.via for seen in sim.screens()] == ["api"]


async def test_an_expired_webhook_is_not_even_tried(dingtalk: Bot, sim: Simulator) -> None:
    sim.dingtalk.session_life = 1
    await sim.dingtalk.say(dingtalk.url, "manager01", "你好")
    await dingtalk.send("manager01", "已记录")
    assert sim.calls("sendBySession") == []
    assert sim.seen("manager01") == ["已记录"]


async def test_without_any_session_a_text_goes_by_api(dingtalk: Bot, sim: Simulator) -> None:
    await dingtalk.send("manager01", "提醒：14:00 拜访云帆")
    assert sim.seen("manager01") == ["提醒：14:00 拜访云帆"]


@pytest.mark.parametrize(
    "webhook",
    [
        "http://oapi.dingtalk.com/robot/sendBySession?session=1",
        "https://oapi.dingtalk.com:8443/robot/sendBySession?session=1",
        "https://oapi.dingtalk.com.evil.example/x",
        "https://evildingtalk.com/x",
        "https://oapi.dingtalk.com@evil.example/x",
        "https://user@oapi.dingtalk.com/x",
        "https://169.254.169.254/latest/meta-data",
        "http://127.0.0.1.evil.example/x",
        "http://[::ffff:127.0.0.1]/x",
        "http://localhost/x",
        "ftp://127.0.0.1/x",
        "file:///etc/passwd",
        "http://[/x",
        "",
        "http://127.0.0.1:99999/",
    ],
)
async def test_a_webhook_that_is_not_dingtalks_is_never_called(
    dingtalk: Bot, sim: Simulator, http: Any, webhook: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[str] = []
    request = http.request
    monkeypatch.setattr(http, "request", lambda method, url, **more: called.append(url) or request(method, url, **more))
    hints = {"webhook": webhook, "until": int(datetime.now(UTC).timestamp() * 1000) + 60_000}
    await dingtalk.adapter.send(Address("ding", "manager01"), Part("已记录"), hints)
    assert all(url.startswith(sim.base_url) for url in called)
    assert sim.seen("manager01") == ["已记录"]


@pytest.mark.parametrize(
    "webhook", ["https://oapi.dingtalk.com/robot/x", "https://api.dingtalk.com/x", "https://pre-oapi.dingtalk.com/x"]
)
async def test_dingtalks_own_webhooks_are_called(
    dingtalk: Bot, http: Any, webhook: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[str] = []

    def refuse(method: str, url: str, **more: Any) -> Any:
        called.append(url)
        raise OSError

    monkeypatch.setattr(http, "request", refuse)
    hints = {"webhook": webhook, "until": int(datetime.now(UTC).timestamp() * 1000) + 60_000}
    with pytest.raises(TryLater):
        await dingtalk.adapter.send(Address("ding", "manager01"), Part("已记录"), hints)
    assert called == [webhook]


async def test_a_redelivery_has_the_same_key_in_the_same_bytes_and_newly_signed(dingtalk: Bot, sim: Simulator) -> None:
    pushed = await sim.dingtalk.say(dingtalk.url, "manager01", "你好")
    assert (await sim.dingtalk.redeliver(pushed)).status == 200
    assert (await sim.dingtalk.reseal(pushed)).status == 200
    assert [message.key for message in dingtalk.heard] == [pushed.msg_id] * 3


async def test_a_signature_seen_again_must_come_with_the_same_message_or_a_new_one(
    dingtalk: Bot, sim: Simulator
) -> None:
    request = recorded(sim, "text")
    stamp = request.headers["timestamp"]
    await dingtalk.read(request)
    await dingtalk.read(request)
    other = body("text") | {"text": {"content": "转给我"}}
    with pytest.raises(BadSignature):
        await dingtalk.read(sim.dingtalk.sealed("", other, timestamp=stamp))
    await dingtalk.read(sim.dingtalk.sealed("", other | {"msgId": "another"}, timestamp=stamp))
    await dingtalk.read(sim.dingtalk.sealed("", other | {"senderStaffId": "another"}, timestamp=stamp))


@pytest.mark.parametrize("part", ["timestamp", "sign"])
@pytest.mark.parametrize("value", [None, "", "0", "签名", "BQKsG+QOCl+bYJOLc6pxDHxjVquzlZPWgvRzeN2J5zY="])
async def test_a_signature_that_is_missing_wrong_or_strange_is_refused(
    dingtalk: Bot, sim: Simulator, part: str, value: str | None
) -> None:
    request = recorded(sim, "text")
    headers = {name: text for name, text in request.headers.items() if name != part}
    with pytest.raises(BadSignature):
        await dingtalk.read(replace(request, headers=headers if value is None else headers | {part: value}))


@pytest.mark.parametrize("minutes", [-11, 11])
async def test_a_stale_callback_is_refused(dingtalk: Bot, sim: Simulator, minutes: int) -> None:
    with pytest.raises(BadSignature):
        await dingtalk.read(recorded(sim, "text"), datetime.now(UTC) + timedelta(minutes=minutes))
    assert await dingtalk.read(recorded(sim, "text"), datetime.now(UTC) + timedelta(minutes=minutes * 9 / 11))


@pytest.mark.parametrize("foreign", [{"chatbotCorpId": "dingcorp2"}, {"robotCode": "ding2"}, {"robotCode": ""}])
async def test_a_message_for_another_robot_is_refused(dingtalk: Bot, sim: Simulator, foreign: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        await dingtalk.read(recorded(sim, "text", **foreign))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{",
        b"<xml/>",
        b"{}",
        b'{"msgtype":"text"}',
        b'{"a":' * 50_000,
        b'{"a":"' + b"x" * 10_000_000,
        b'{"msgtype":["text"],"msgId":"1","senderId":"2"}',
        b'{"msgtype":"text","msgId":{},"senderId":"2"}',
    ],
    ids=range(10),
)
async def test_a_body_that_cannot_be_read_is_malformed(dingtalk: Bot, sim: Simulator, data: bytes) -> None:
    with pytest.raises(Malformed):
        await dingtalk.read(replace(recorded(sim, "text"), body=data))


async def test_fields_of_strange_types_hurt_nobody(dingtalk: Bot, sim: Simulator) -> None:
    strange = {"content": [], "text": 1, "senderNick": {}, "createAt": [], "sessionWebhook": 5, "isInAtList": "yes"}
    message = await hear(dingtalk, recorded(sim, "text", **strange))
    assert (message.text, message.sender_name, message.hints) == ("", "", {})
    for items in (None, 5, [None, 1, {"text": {}}], {}):
        await hear(dingtalk, recorded(sim, "rich_text", msgId=repr(items), content={"richText": items}))


async def test_what_postgresql_cannot_hold_does_not_get_in(dingtalk: Bot, sim: Simulator) -> None:
    changed = {"text": {"content": "拜访\0\ud83d了"}, "senderNick": "小\0钉", "sessionWebhook": "https://x/\0"}
    sent = json.dumps(body("text") | changed).encode()
    message = await hear(dingtalk, replace(recorded(sim, "text"), body=sent))
    assert (message.text, message.sender_name) == ("拜访了", "小钉")
    assert "\0" not in json.dumps(dict(message.hints))
