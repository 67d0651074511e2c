"""The WeChat adapter, in safe and in plain mode, against the simulated platform and recorded callbacks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scrm_bot.adapters.api import BEIJING
from scrm_bot.adapters.base import (
    Answer,
    BadSignature,
    Closed,
    Malformed,
    Misconfigured,
    Received,
    TryLater,
    Undeliverable,
    WaitForUser,
)
from scrm_bot.message import Address, Kind, Message, Reply
from scrm_bot.simulator import Fault, Request, Simulator
from tests.adapters.support import PAYLOADS, Bot

OPENID = "oyORnuP8q7ou2gfYjqLzSIWZf0rs"
READ: list[tuple[str, Kind, str, dict[str, Any]]] = [
    ("text.xml", Kind.TEXT, "拜访了云帆 😀👨‍👩‍👧 ", {}),
    ("text.json", Kind.TEXT, "你好 <b>&]]>", {}),
    ("menu_item.xml", Kind.PRESS, "满意", {"menu_id": "101"}),
    ("image.xml", Kind.IMAGE, "", {"media_id": "media_id", "url": "http://mmbiz.qpic.cn/p/1"}),
    ("voice.xml", Kind.VOICE, "", {"media_id": "media_id", "format": "amr"}),
    ("voice_recognised.xml", Kind.VOICE, "腾讯微信团队", {"media_id": "media_id", "format": "amr"}),
    ("video.xml", Kind.FILE, "", {"media_id": "media_id", "type": "video", "thumb_media_id": "thumb"}),
    ("shortvideo.xml", Kind.FILE, "", {"media_id": "media_id", "type": "shortvideo", "thumb_media_id": "thumb"}),
    ("location.xml", Kind.LOCATION, "广州市海珠区客村", {"latitude": 23.134521, "longitude": 113.358803}),
    ("link.xml", Kind.LINK, "公开文档", {"url": "https://example.com/a?b=1&c=2", "description": "说明"}),
    ("unknown_message.xml", Kind.UNSUPPORTED, "", {"type": "hologram"}),
    ("subscribe.xml", Kind.FOLLOW, "", {}),
    ("subscribe_by_code.xml", Kind.FOLLOW, "", {"scene": "123123"}),
    ("scan.xml", Kind.ENTER, "", {"scene": "123123"}),
    ("unsubscribe.xml", Kind.UNFOLLOW, "", {}),
    ("click.xml", Kind.PRESS, "我的客户", {"event": "click", "key": "我的客户"}),
]


@pytest.fixture(params=["wechat", "plain_wechat"])
def bot(request: pytest.FixtureRequest) -> Bot:
    """A bot in each mode."""
    return request.getfixturevalue(request.param)


def recorded(sim: Simulator, name: str, **when: str) -> Request:
    """A recorded callback, signed (and in safe mode sealed) now."""
    return sim.wechat.enveloped("", (PAYLOADS / "wechat" / name).read_text(), **when)


async def hear(bot: Bot, request: Request) -> Message:
    received = await bot.read(request)
    assert isinstance(received, Received)
    (message,) = received.messages
    return message


@pytest.mark.parametrize(("name", "kind", "text", "detail"), READ, ids=[row[0] for row in READ])
async def test_every_kind_of_message_is_understood(
    bot: Bot, sim: Simulator, name: str, kind: Kind, text: str, detail: dict[str, Any]
) -> None:
    message = await hear(bot, recorded(sim, name))
    assert (message.kind, message.text, message.detail) == (kind, text, detail)
    assert message.address == Address("service", OPENID)
    assert message.sent_at == datetime.fromtimestamp(1409735668, UTC)


@pytest.mark.parametrize("name", ["view.xml", "report_location.xml", "unknown_event.xml", "template_sent.xml"])
async def test_events_that_mean_nothing_are_acknowledged(bot: Bot, sim: Simulator, name: str) -> None:
    assert await bot.read(recorded(sim, name)) == Answer(200, b"")


async def test_an_event_without_an_id_has_one_of_what_it_is(bot: Bot, sim: Simulator) -> None:
    keys = [(await hear(bot, recorded(sim, name))).key for name in ("click.xml", "click.xml", "subscribe.xml")]
    assert keys == ["CLICK:1409735668:我的客户"] * 2 + ["subscribe:1409735668"]


async def test_the_console_verifies_the_url(bot: Bot, sim: Simulator) -> None:
    assert await sim.wechat.handshake(bot.url)


async def test_a_message_is_heard_and_answered_at_once(bot: Bot, sim: Simulator) -> None:
    bot.says = "已登记 ]]> 😀👨‍👩‍👧 <a> & \x08"
    pushed = await sim.wechat.say(bot.url, "openid1", "设备报警 ]]> 😀")
    assert (pushed.status, pushed.attempts) == (200, 1)
    assert pushed.reply == "已登记 ]]> 😀👨‍👩‍👧 <a> & "
    assert bot.heard[-1].text == "设备报警 ]]> 😀"


async def test_a_reply_of_full_size_gets_through(bot: Bot, sim: Simulator) -> None:
    bot.says = bot.parts(Reply("设备已经派工程师上门。" * 200))[0].text
    pushed = await sim.wechat.say(bot.url, "openid1", "你好")
    assert 2000 < len(pushed.reply.encode()) <= 2048


async def test_silence_is_an_empty_answer_and_no_failure_on_the_screen(bot: Bot, sim: Simulator) -> None:
    pushed = await sim.wechat.say(bot.url, "openid1", "你好")
    assert (pushed.status, pushed.answers[-1].body) == (200, b"")
    assert sim.seen("openid1") == []


async def test_a_redelivery_has_the_same_key_in_the_same_bytes_and_newly_sealed(bot: Bot, sim: Simulator) -> None:
    pushed = await sim.wechat.say(bot.url, "openid1", "你好")
    assert (await sim.wechat.redeliver(pushed)).status == 200
    assert (await sim.wechat.reseal(pushed)).status == 200
    assert [message.key for message in bot.heard] == [pushed.msg_id] * 3


@pytest.mark.parametrize("value", [None, "", "0" * 40, "签名", "\udcff"])
async def test_a_signature_that_is_missing_wrong_or_strange_is_refused(
    bot: Bot, sim: Simulator, value: str | None
) -> None:
    request = recorded(sim, "text.xml")
    name = "msg_signature" if "msg_signature" in request.query else "signature"
    for part in (name, "timestamp", "nonce"):
        query = {key: text for key, text in request.query.items() if key != part}
        with pytest.raises(BadSignature):
            await bot.read(replace(request, query=query if value is None else query | {part: value}))


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_a_stale_callback_is_refused(bot: Bot, sim: Simulator, minutes: int) -> None:
    for request in (recorded(sim, "text.xml"), replace(recorded(sim, "text.xml"), method="GET")):
        with pytest.raises(BadSignature):
            await bot.read(request, datetime.now(UTC) + timedelta(minutes=minutes))


async def test_a_message_for_another_account_is_refused(bot: Bot, sim: Simulator) -> None:
    ours = {"FromUserName": "a", "MsgType": "text", "Content": "b", "MsgId": "1"}
    for foreign in ({"ToUserName": "gh_2"}, {}):
        with pytest.raises(BadSignature):
            await bot.read(sim.wechat.sealed("", ours | foreign))


@pytest.mark.parametrize("inner", ["", "你好", "<!DOCTYPE xml><xml/>", "<xml>" + "<a>" * 9, "{", "x" * 1_000_000])
async def test_a_body_that_cannot_be_read_is_malformed(bot: Bot, sim: Simulator, inner: str) -> None:
    with pytest.raises(Malformed):
        await bot.read(sim.wechat.enveloped("", inner))


async def test_safe_mode_refuses_a_plain_callback_with_a_good_signature(wechat: Bot, sim: Simulator) -> None:
    sim.wechat.aes_key = ""
    with pytest.raises(BadSignature):
        await wechat.read(recorded(sim, "text.xml"))


async def test_plain_mode_refuses_a_sealed_callback(plain_wechat: Bot, sim: Simulator) -> None:
    request = recorded(sim, "text.xml")
    with pytest.raises(BadSignature):
        await plain_wechat.read(replace(request, query=request.query | {"encrypt_type": "aes"}))


async def test_what_stands_beside_the_sealed_text_is_not_believed(wechat: Bot, sim: Simulator) -> None:
    request = recorded(sim, "text.xml")
    body = request.body.replace(b"</xml>", b"<FromUserName>boss</FromUserName><Content>transfer</Content></xml>")
    message = await hear(wechat, replace(request, body=body))
    assert (message.address.user, message.text) == (OPENID, "拜访了云帆 😀👨‍👩‍👧 ")


async def test_a_plain_signature_cannot_be_used_for_another_body(plain_wechat: Bot, sim: Simulator) -> None:
    request = recorded(sim, "text.xml")
    assert await hear(plain_wechat, request) == await hear(plain_wechat, request)
    with pytest.raises(BadSignature):
        await plain_wechat.read(replace(request, body=request.body.replace("拜访".encode(), "骂了".encode())))


async def test_a_text_is_sent_in_plain_characters(wechat: Bot, sim: Simulator) -> None:
    await sim.wechat.say(wechat.url, "openid1", "你好")
    await wechat.send("openid1", "工程师已出发 😀 \\u4f60")
    assert sim.seen("openid1") == ["工程师已出发 😀 \\u4f60"]
    assert len(sim.calls("stable_token")) == 1


async def test_a_long_reply_goes_out_in_parts_that_the_platform_takes(wechat: Bot, sim: Simulator) -> None:
    await sim.wechat.say(wechat.url, "openid1", "你好")
    parts = wechat.parts(Reply("设备已经派工程师上门。" * 155))
    for part in parts:
        await wechat.send("openid1", part)
    assert sim.seen("openid1") == [part.text for part in parts]
    assert len(parts) == 3


async def test_five_messages_follow_one_of_the_users_and_then_none_until_the_next(wechat: Bot, sim: Simulator) -> None:
    await sim.wechat.say(wechat.url, "openid1", "你好")
    for number in range(5):
        await wechat.send("openid1", f"第{number}条")
    with pytest.raises(WaitForUser):
        await wechat.send("openid1", "第六条")
    await sim.wechat.say(wechat.url, "openid1", "在吗")
    await wechat.send("openid1", "第六条")
    assert sim.seen("openid1")[-1] == "第六条"


async def test_three_messages_follow_a_tap_within_a_minute(wechat: Bot, sim: Simulator) -> None:
    await sim.wechat.press(wechat.url, "openid1", "报修")
    for number in range(3):
        await wechat.send("openid1", f"第{number}条")
    with pytest.raises(WaitForUser):
        await wechat.send("openid1", "第四条")
    sim.clock.advance(61)
    with pytest.raises(Undeliverable) as never:
        await wechat.send("openid1", "第五条")
    assert never.value.code == "45015"


async def test_two_days_after_the_last_message_nothing_is_taken(wechat: Bot, sim: Simulator) -> None:
    await sim.wechat.say(wechat.url, "openid1", "你好")
    sim.clock.advance(48 * 3600 + 1)
    with pytest.raises(Undeliverable) as never:
        await wechat.send("openid1", "您好")
    assert never.value.code == "45015"


async def test_who_unfollowed_is_not_reached(wechat: Bot, sim: Simulator) -> None:
    await sim.wechat.say(wechat.url, "openid1", "你好")
    await sim.wechat.unfollow(wechat.url, "openid1")
    with pytest.raises(Undeliverable):
        await wechat.send("openid1", "您好")


async def test_an_account_that_may_only_answer_says_so(wechat: Bot, sim: Simulator) -> None:
    sim.wechat.passive_only = True
    with pytest.raises(Misconfigured) as broken:
        await wechat.send("openid1", "您好")
    assert broken.value.code == "48001"


@pytest.mark.parametrize(("code", "trouble"), [(40164, "address"), (89503, "address"), (48004, "blocked")])
async def test_some_codes_are_an_admins_matter(wechat: Bot, sim: Simulator, code: int, trouble: str) -> None:
    sim.faults.next(code)
    with pytest.raises(Misconfigured) as broken:
        await wechat.send("openid1", "您好")
    assert (broken.value.code, broken.value.trouble) == (str(code), trouble)


async def test_a_quota_of_the_day_closes_the_account_until_midnight_and_an_admin_hears_it(
    wechat: Bot, sim: Simulator
) -> None:
    sim.faults.next(45009)
    with pytest.raises(Closed) as closed:
        await wechat.send("openid1", "您好")
    assert closed.value.trouble == "quota"
    opens = (datetime.now(UTC) + closed.value.after).astimezone(BEIJING)
    assert (opens.hour, opens.minute) == (0, 0)


@pytest.mark.parametrize("code", [40003, 43004, 45002, 46004, 48002])
async def test_some_codes_are_final(wechat: Bot, sim: Simulator, code: int) -> None:
    sim.faults.next(code)
    with pytest.raises(Undeliverable) as never:
        await wechat.send("openid1", "您好")
    assert never.value.code == str(code)


@pytest.mark.parametrize(("code", "seconds"), [(-1, 5), (99999, 60)])
async def test_some_codes_say_when_to_come_again(wechat: Bot, sim: Simulator, code: int, seconds: int) -> None:
    sim.faults.next(code)
    with pytest.raises(TryLater) as later:
        await wechat.send("openid1", "您好")
    assert later.value.after == timedelta(seconds=seconds)
    assert not isinstance(later.value, WaitForUser)


async def test_a_quota_of_the_minute_closes_the_account_until_the_next_one(wechat: Bot, sim: Simulator) -> None:
    sim.faults.next(45011)
    with pytest.raises(Closed) as closed:
        await wechat.send("openid1", "您好")
    assert timedelta(0) < closed.value.after <= timedelta(seconds=61)
    assert not closed.value.trouble


@pytest.mark.parametrize("code", [40001, 40014, 42001, 41001])
async def test_a_refused_token_is_renewed_once(wechat: Bot, sim: Simulator, code: int) -> None:
    await sim.wechat.say(wechat.url, "openid1", "你好")
    sim.faults.next(code)
    await wechat.send("openid1", "您好")
    assert sim.seen("openid1") == ["您好"]


async def test_the_windows_are_those_of_the_platform(wechat: Bot) -> None:
    windows = wechat.adapter.limits.windows
    assert (windows[Kind.TEXT].count, windows[Kind.TEXT].lasts) == (5, timedelta(hours=48))
    assert {windows[kind].count for kind in (Kind.FOLLOW, Kind.PRESS, Kind.ENTER)} == {3}
    assert Kind.UNFOLLOW not in windows


async def test_an_answer_that_is_lost_is_not_certain(wechat: Bot, sim: Simulator) -> None:
    await sim.wechat.say(wechat.url, "openid1", "你好")
    sim.faults.next(Fault.LOST)
    with pytest.raises(TryLater) as later:
        await wechat.send("openid1", "您好")
    assert later.value.unsure
    assert sim.seen("openid1") == ["您好"]
