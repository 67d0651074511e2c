"""How answers reach people through the platforms: as cards, as files, in groups; on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from scrm_bot import app, outbox
from scrm_bot.crm.people import find_account
from scrm_bot.db import Database
from scrm_bot.message import Address, OutFile, Reply
from scrm_bot.simulator import Simulator
from tests.bot import Bot

TEAM = "cid-team"
WIN = "华星二期赢单了 52万"


async def _deal(bot: Bot, title: str) -> dict[str, Any]:
    (found,) = [row for row in await bot.rows("deals") if row["title"] == title]
    return found


async def test_a_question_goes_out_as_a_card_and_not_as_a_passive_answer_too(sim: Simulator, bot: Bot) -> None:
    pushed = await sim.wecom.say(bot.hook("sales"), "zhouxm", WIN)
    assert (pushed.status, pushed.answers[-1].body) == (200, b"")
    await sim.until_seen("zhouxm", "赢单")
    again = await sim.wecom.redeliver(pushed)
    assert again.answers[-1].body == b""
    assert len(sim.seen("zhouxm")) == 1
    assert list(sim.world.screens.cards["zhouxm"][0].buttons) == ["确认", "算了"]


async def test_a_receipt_with_a_hint_is_still_the_fastest_answer(sim: Simulator, bot: Bot) -> None:
    pushed = await sim.wecom.say(bot.hook("sales"), "zhouxm", "今天拜访了华星王总，聊得还行")
    assert "回“撤销”可撤回" in pushed.reply
    assert sim.calls("message/send") == []


async def test_a_press_is_answered_at_once_and_the_card_shows_it(sim: Simulator, bot: Bot) -> None:
    await sim.wecom.say(bot.hook("sales"), "zhouxm", WIN)
    await sim.until_seen("zhouxm", "赢单")
    pressed = await sim.wecom.tap(bot.hook("sales"), "zhouxm", "确认")
    assert "华星二期" in pressed.reply
    async with asyncio.timeout(10):
        while not sim.world.screens.cards["zhouxm"][0].marked:
            await asyncio.sleep(0.02)
    assert sim.world.screens.cards["zhouxm"][0].marked == "☑ 确认"
    assert (await _deal(bot, "华星二期"))["kind"] == "won"
    again = await sim.wecom.redeliver(pressed)
    assert again.reply == pressed.reply
    assert len([row for row in await bot.rows("messages") if row["text"] == "确认"]) == 1


async def test_a_file_arrives_where_files_can_be_sent(sim: Simulator, bot: Bot) -> None:
    file = OutFile("本月客户.xlsx", app.store(bot.app.core.config).put(b"PK\x03\x04" + b"x" * 500).digest)
    places = [Address("sales", "zhouxm"), Address("ding", "manager01")]
    await bot.app.core.db.run(_say, bot.app.core.db, bot.app.now(), places, Reply("导好了，共 12 行", file=file))
    bot.app.relay.wake()
    for place in places:
        await sim.until_seen(place.user, "导好了")
        async with asyncio.timeout(10):
            while place.user not in sim.world.screens.files:
                await asyncio.sleep(0.02)
        assert [(one.name, len(one.content)) for one in sim.world.screens.files[place.user]] == [("本月客户.xlsx", 504)]


def _say(db: Database, now: Any, places: list[Address], reply: Reply) -> None:
    with db.transaction() as session:
        for place in places:
            outbox.put(session, place, reply, now)


async def test_a_file_that_is_gone_is_given_up_and_what_was_said_of_it_arrived(sim: Simulator, bot: Bot) -> None:
    reply = Reply("导好了", file=OutFile("客户.xlsx", "0" * 64))
    await bot.app.core.db.run(_say, bot.app.core.db, bot.app.now(), [Address("sales", "zhouxm")], reply)
    bot.app.relay.wake()
    await sim.until_seen("zhouxm", "导好了")
    async with asyncio.timeout(10):
        while (row := next(one for one in await bot.rows("outbox") if one["text"] == "导好了"))["state"] != "given_up":
            await asyncio.sleep(0.02)
    assert row["reason"] == "the file is gone"


@pytest.mark.parametrize("name", ["客户.csv", "客户.xlsx"])
async def test_where_no_such_file_can_be_sent_that_is_said(
    sim: Simulator, bot: Bot, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DingTalk takes no CSV, 公众号 no files at all."""
    told = bot.app.core.turns._hear
    file = OutFile(name, "0" * 64)

    def with_file(*args: Any, **more: Any) -> Any:
        heard = told(*args, **more)
        return replace(heard, reply=replace(heard.reply, file=file)) if heard.reply else heard

    monkeypatch.setattr(bot.app.core.turns, "_hear", with_file)
    pushed = await sim.wechat.say(bot.hook("service"), "openid-wang", "机器又坏了，生产停了")
    assert f"「{name}」在这里发不出去" in pushed.reply
    if name.endswith(".csv"):
        await sim.dingtalk.say(bot.hook("ding"), "manager01", "今天要干啥")
        await sim.until_seen("manager01", f"「{name}」在这里发不出去")


@pytest.mark.parametrize("session", [5400.0, -60.0], ids=["session", "api"])
async def test_in_a_group_money_goes_to_who_asked_and_nobody_else(sim: Simulator, bot: Bot, session: float) -> None:
    sim.dingtalk.session_life = session
    await sim.dingtalk.say(bot.hook("ding"), "manager01", "本月漏斗", room=TEAM)
    assert "¥" in await sim.until_seen("manager01", "合计")
    assert (await sim.until_seen(TEAM, "已私聊发你")).endswith("已私聊发你 👌")
    assert not [text for text in sim.seen(TEAM) if "¥" in text]
    assert sim.world.screens.called == (["manager01"] if session > 0 else [])
    await sim.dingtalk.say(bot.hook("ding"), "manager01", WIN, room=TEAM)
    await sim.until_seen("manager01", "确认「华星二期」赢单")
    await sim.dingtalk.tap(bot.hook("ding"), "manager01", "确认")
    async with asyncio.timeout(10):
        while (await _deal(bot, "华星二期"))["kind"] != "won":
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("session", [5400.0, -60.0], ids=["session", "api"])
async def test_a_group_bound_to_the_team_hears_what_the_team_may_see(sim: Simulator, bot: Bot, session: float) -> None:
    sim.dingtalk.session_life = session
    hook = bot.hook("ding")
    await sim.dingtalk.say(hook, "manager01", "绑定本群", room=TEAM)
    await sim.until_seen(TEAM, "确认吗")
    await sim.dingtalk.tap(hook, "manager01", "确认", room=TEAM)
    await sim.until_seen(TEAM, "✅ 本群已绑定")
    await sim.dingtalk.say(hook, "manager01", "本月漏斗", room=TEAM)
    assert "¥" in await sim.until_seen(TEAM, "合计")
    assert sim.seen("manager01") == []
    await sim.dingtalk.say(hook, "manager01", "本月漏斗", room="cid-other")
    await sim.until_seen("cid-other", "已私聊发你")


async def test_a_button_in_a_group_works_for_who_was_asked_only(sim: Simulator, bot: Bot) -> None:
    hook = bot.hook("ding")
    await sim.dingtalk.say(hook, "manager01", "绑定本群", room=TEAM)
    await sim.until_seen(TEAM, "确认吗")
    await sim.dingtalk.tap(hook, "zhangjg", "确认", room=TEAM)
    await sim.until_seen(TEAM, "问的不是你")
    await sim.dingtalk.tap(hook, "manager01", "确认", room=TEAM)
    await sim.until_seen(TEAM, "✅ 本群已绑定")


async def test_a_guest_in_a_group_hears_nothing_of_ours(sim: Simulator, bot: Bot) -> None:
    sim.dingtalk.guests = {"outsider"}
    await sim.dingtalk.say(bot.hook("ding"), "outsider", "本月漏斗", room=TEAM)
    await sim.until_seen(TEAM, "我还不认识这个账号")
    assert not [text for text in sim.seen(TEAM) if "¥" in text]


async def test_what_is_private_and_can_be_said_to_nobody_alone_is_not_said(
    sim: Simulator, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody of ours under an account that cannot be addressed, and without another one."""
    sim.dingtalk.guests = {"manager01"}
    await bot.app.core.db.run(_move_account, bot.app.core.db, "manager01", "$:LWCP_v1:$manager01")
    await sim.dingtalk.say(bot.hook("ding"), "manager01", "本月漏斗", room=TEAM)
    await sim.until_seen(TEAM, "我在这里还私聊不到你")
    assert not [text for text in sim.seen(TEAM) if "¥" in text]


def _move_account(db: Database, old: str, new: str) -> None:
    with db.transaction() as session:
        account = find_account(session, "ding", old)
        assert account is not None
        account.user = new


async def test_what_a_customer_says_reaches_no_group_and_no_staff_talk_reaches_a_customer(
    sim: Simulator, bot: Bot
) -> None:
    hook = bot.hook("ding")
    await sim.dingtalk.say(hook, "zhangjg", "你好", room=TEAM)
    asked = await sim.wechat.say(bot.hook("service"), "openid-wang", "机器又坏了，急，生产停了，打我电话 13800001001")
    await sim.until_seen("zhangjg", "新工单")
    await sim.dingtalk.say(hook, "zhangjg", "接", room=TEAM)
    await sim.until_seen("zhangjg", "✅ 已接")
    await sim.until_seen(TEAM, "已私聊发你")
    await sim.until_seen("openid-wang", "接单")
    progress = await sim.wechat.say(bot.hook("service"), "openid-wang", "本月漏斗")
    assert "¥" not in progress.reply
    assert not [text for text in sim.seen(TEAM) if "生产停了" in text or "13800001001" in text]
    assert not [text for text in [asked.reply, *sim.seen("openid-wang")] if "华星二期" in text or "¥" in text]


@pytest.mark.parametrize("platform", ["wecom", "dingtalk"])
async def test_the_list_shown_last_comes_as_a_table(sim: Simulator, bot: Bot, platform: str) -> None:
    where, hook = (sim.wecom, bot.hook("sales")) if platform == "wecom" else (sim.dingtalk, bot.hook("ding"))
    user = "zhouxm" if platform == "wecom" else "manager01"
    await where.say(hook, user, "好久没联系的客户")
    await where.say(hook, user, "导出")
    async with asyncio.timeout(10):
        while user not in sim.world.screens.files:
            await asyncio.sleep(0.02)
    (file,) = sim.world.screens.files[user]
    assert file.name.endswith(".xlsx")
    assert file.content.startswith(b"PK")
