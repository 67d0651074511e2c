"""The four jobs through real callbacks: encrypted, over HTTP, on each platform, on both databases."""

from __future__ import annotations

import asyncio
import io
import time
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession
from sqlalchemy import select

from scrm_bot import outbox
from scrm_bot.crm.contracts import Contract
from scrm_bot.message import Address, Reply
from scrm_bot.simulator import Fault, Pushed, Simulator
from tests.bot import Bot


async def _staff_says(sim: Simulator, bot: Bot, platform: str, text: str) -> tuple[Pushed, str]:
    """A rep on WeCom, or the manager on DingTalk; what the bot said to it."""
    if platform == "wecom":
        pushed = await sim.wecom.say(bot.hook("sales"), "zhouxm", text)
        return pushed, pushed.reply
    before = len(sim.seen("manager01"))
    pushed = await sim.dingtalk.say(bot.hook("ding"), "manager01", text)
    async with asyncio.timeout(5):
        while len(sim.seen("manager01")) == before:
            await asyncio.sleep(0.02)
    return pushed, sim.seen("manager01")[-1]


async def _row(bot: Bot, entity: str, **wanted: Any) -> dict[str, Any]:
    rows = await bot.rows(entity)
    found = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    assert len(found) == 1, rows
    return found[0]


@pytest.mark.parametrize("platform", ["wecom", "dingtalk"])
async def test_a_visit_in_one_sentence(platform: str, sim: Simulator, bot: Bot) -> None:
    text = "今天拜访了华星王总，对方案认可，下周三再报一版"
    pushed, said = await _staff_says(sim, bot, platform, text)
    assert pushed.status == 200
    assert "华星科技(深圳)有限公司" in said
    assert "王总" in said
    row = await _row(bot, "followups", text=text)
    assert row["contacts"] == ["王建华"]
    assert row["method"] == "拜访"
    message = await _row(bot, "messages", text=text)
    assert (message["fate"], message["id"]) == ("written", row["message"])
    reminder = await _row(bot, "reminders", message=message["id"])
    assert reminder["state"] == "waiting"


@pytest.mark.parametrize("platform", ["wecom", "dingtalk"])
async def test_deals_and_the_pipeline(platform: str, sim: Simulator, bot: Bot) -> None:
    _, said = await _staff_says(sim, bot, platform, "顺达建个商机 50万 九月底签")
    assert "¥50万" in said
    deal = await _row(bot, "deals", customer="佛山顺达五金有限公司", amount="500000.00")
    assert (deal["stage"], deal["kind"]) == ("初步接洽", "open")
    _, said = await _staff_says(sim, bot, platform, "本月漏斗")
    assert "合计 3 单 ¥108.65万" in said if platform == "wecom" else "合计 4 单 ¥128.65万" in said
    _, said = await _staff_says(sim, bot, platform, "华星到哪步了")
    assert "方案演示" in said


async def test_a_service_request_from_the_first_word_to_the_rating(sim: Simulator, bot: Bot) -> None:
    wang, zhang = "openid-wang", "zhangjg"
    pushed = await sim.wechat.say(bot.hook("service"), wang, "机器又坏了，急，生产停了")
    ticket = await _row(bot, "tickets", contact="王建华")
    assert ticket["number"] in pushed.reply
    assert ticket["number"] in await sim.until_seen(zhang, "新工单")
    await sim.dingtalk.say(bot.hook("ding"), zhang, "接")
    assert "接单" in await sim.until_seen(wang, "接单")
    await sim.dingtalk.say(bot.hook("ding"), zhang, "回复客户 明天上午10点到")
    await sim.until_seen(wang, "明天上午10点到")
    progress = await sim.wechat.say(bot.hook("service"), wang, "师傅什么时候到")
    assert "处理中" in progress.reply
    await sim.dingtalk.say(bot.hook("ding"), zhang, "修好了 换了主板")
    await sim.until_seen(wang, "打几分")
    rated = await sim.wechat.say(bot.hook("service"), wang, "5")
    assert "5 分" in rated.reply
    await sim.until_seen(zhang, "评价 5 分")
    done = await _row(bot, "tickets", number=ticket["number"])
    assert (done["state"], done["rating"], done["assignee"]) == ("closed", 5, "张建国")


@pytest.mark.parametrize("platform", ["wecom", "dingtalk"])
async def test_a_reminder_arrives_by_itself_once(platform: str, sim: Simulator, bot: Bot) -> None:
    user = "zhouxm" if platform == "wecom" else "manager01"
    _, said = await _staff_says(sim, bot, platform, "1秒后提醒我喝水")
    assert "喝水" in said
    await sim.until_seen(user, "⏰ 提醒：喝水")
    _, said = await _staff_says(sim, bot, platform, "完成")
    assert "已完成" in said
    assert (await _row(bot, "reminders", text="喝水"))["state"] == "done"
    assert len([text for text in sim.seen(user) if "提醒：喝水" in text]) == 1


async def test_a_contract_near_its_end_is_pushed_to_its_owner(sim: Simulator, bot: Bot) -> None:
    def soon(session: Any) -> None:
        contract = session.scalars(select(Contract)).one()
        contract.expires_on = bot.app.now().date() + timedelta(days=20)

    await bot.app.core.db.within(soon)
    await bot.app.core.db.run(bot.app.clock.look)
    assert "年度维保" in await sim.until_seen("zhouxm", "合同快到期")


async def test_the_same_message_three_times_at_once_and_three_times_in_a_row_is_one(sim: Simulator, bot: Bot) -> None:
    """One message writes once (D15)."""
    hook = bot.hook("sales")
    first = await sim.wecom.say(hook, "zhouxm", "今天拜访了华星王总，下周三再报一版")
    again = [await sim.wecom.redeliver(first), await sim.wecom.reseal(first)]
    again += await asyncio.gather(*(sim.wecom.reseal(first) for _ in range(3)))
    assert [pushed.status for pushed in again] == [200] * 5
    assert {pushed.reply for pushed in again} == {first.reply}
    assert len(await bot.rows("followups")) == 3
    assert len(await bot.rows("messages")) == 1


async def test_the_first_delivery_three_times_at_once_is_answered_alike(sim: Simulator, bot: Bot) -> None:
    """One message writes once (D15)."""
    hook = bot.hook("sales")
    fresh = await asyncio.gather(
        *(sim.wecom.message(hook, "zhouxm", "text", msg_id="77001", Content="本月漏斗") for _ in range(3))
    )
    assert [one.status for one in fresh] == [200] * 3
    assert len({one.reply for one in fresh}) == 1
    assert "漏斗" in fresh[0].reply
    assert len([row for row in await bot.rows("messages") if row["key"] == "77001"]) == 1


async def test_in_a_group_the_bot_answers_into_the_group(sim: Simulator, bot: Bot) -> None:
    await sim.dingtalk.say(bot.hook("ding"), "manager01", "今天拜访了华星王总，聊得还行", room="cid-team")
    assert "王总" in await sim.until_seen("cid-team", "✅ 华星科技")


async def test_a_session_webhook_that_has_expired_is_replaced_by_the_api(sim: Simulator, bot: Bot) -> None:
    sim.dingtalk.session_life = -1
    await sim.dingtalk.say(bot.hook("ding"), "manager01", "漏斗")
    await sim.until_seen("manager01", "漏斗")
    assert sim.calls("batchSend")


async def test_a_push_outlives_a_platform_that_fails(sim: Simulator, bot: Bot) -> None:
    sim.faults.next(Fault.HTTP_500, path="batchSend", times=1)
    await sim.wechat.say(bot.hook("service"), "openid-wang", "机器坏了，急，生产停了")
    await sim.until_seen("zhangjg", "新工单", 15)


async def test_a_reply_too_long_for_the_platform_arrives_whole_in_parts(sim: Simulator, bot: Bot) -> None:
    words = "今天拜访了华星王总，" + "聊了设备改造的细节，" * 200 + "下周三再报一版"
    await sim.wecom.say(bot.hook("sales"), "zhouxm", words)
    row = (await bot.rows("followups"))[-1]
    assert row["text"] == words


@pytest.mark.parametrize("change", ["signature", "old", "foreign", "doctype", "huge", "deep"])
async def test_what_is_forged_or_malformed_leaves_no_row_and_nobody_dies(change: str, sim: Simulator, bot: Bot) -> None:
    pushed = await sim.wecom.say(bot.hook("sales"), "zhouxm", "你好")
    query, body = dict(pushed.request.query), pushed.request.body
    match change:
        case "signature":
            query["msg_signature"] = "é" * 40
        case "old":
            query["timestamp"] = str(int(time.time()) - 100_000)
        case "foreign":
            body = body.replace(b"Encrypt", b"Encrypts")
        case "doctype":
            body = b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + body
        case "huge":
            body = b"<xml>" + b"a" * 10_000_000 + b"</xml>"
        case "deep":
            body = b"<a>" * 10_000 + b"</a>" * 10_000
    async with ClientSession() as http:
        try:
            async with http.post(bot.hook("sales"), params=query, data=io.BytesIO(body)) as answer:
                assert 400 <= answer.status < 500
                assert await answer.read() == b""
        except OSError:
            assert change == "huge"  # the server hangs up on whoever goes on sending
        async with http.get(f"{bot.url}/healthz") as alive:
            assert alive.status == 200
    assert len(await bot.rows("messages")) == 1


async def test_following_is_welcomed_and_makes_no_lead(sim: Simulator, bot: Bot) -> None:
    pushed = await sim.wechat.follow(bot.hook("service"), "openid-new")
    assert "示例机电服务助手" in pushed.reply
    staff = await sim.wecom.follow(bot.hook("sales"), "zhouxm")
    assert "周晓明" in staff.reply
    assert await bot.rows("leads") == []


async def test_a_spoken_visit_is_taken_by_its_recognition(sim: Simulator, bot: Bot) -> None:
    await sim.dingtalk.voice(bot.hook("ding"), "manager01", "今天拜访了华星王总，下周三再报一版")
    await sim.until_seen("manager01", "✅ 华星科技")
    assert (await bot.rows("messages"))[-1]["fate"] == "written"


async def test_a_picture_is_added_to_the_open_request_and_asked_about_without_one(sim: Simulator, bot: Bot) -> None:
    first = await sim.wechat.image(bot.hook("service"), "openid-wang")
    assert "说明是哪台设备" in first.reply
    await sim.wechat.say(bot.hook("service"), "openid-wang", "机器坏了")
    second = await sim.wechat.image(bot.hook("service"), "openid-wang")
    assert "已补充到工单" in second.reply
    await sim.until_seen("zhangjg", "[图片]")


async def test_a_card_button_says_what_it_is_worth(sim: Simulator, bot: Bot) -> None:
    await sim.wecom.say(bot.hook("sales"), "zhouxm", "1秒后提醒我喝水")
    await sim.until_seen("zhouxm", "⏰ 提醒：喝水")
    pressed = await sim.wecom.press_card(bot.hook("sales"), "zhouxm", "完成")
    assert "已完成" in (pressed.reply or await sim.until_seen("zhouxm", "已完成"))


async def test_a_place_is_the_beginning_of_a_check_in(sim: Simulator, bot: Bot) -> None:
    pushed = await sim.wecom.location(bot.hook("sales"), "zhouxm", "深圳市南山区科技园", (22.543096, 113.952912))
    assert "到哪家了" in pushed.reply
    pushed = await sim.wecom.say(bot.hook("sales"), "zhouxm", "华星")
    assert "已签到 华星科技(深圳)有限公司" in await sim.until_seen("zhouxm", "已签到")
    found = await _row(bot, "checkins", address="深圳市南山区科技园")
    assert (found["latitude"], found["longitude"]) == (22.543096, 113.952912)


async def test_customers_reach_nothing_of_staff(sim: Simulator, bot: Bot) -> None:
    for text in ("本月漏斗", "华星到哪步了", "今天拜访了华星王总", "撤销", "我的商机", "给华星一个绑定码"):
        pushed = await sim.wechat.say(bot.hook("service"), "openid-wang", text)
        assert "¥" not in pushed.reply
        assert "绑定码：" not in pushed.reply
    assert len(await bot.rows("followups")) == 2
    assert len(await bot.rows("deals")) == 4


async def test_health_and_metrics_are_served(bot: Bot) -> None:
    async with ClientSession() as http:
        for path, words in (("/healthz", "ok"), ("/readyz", "ok"), ("/metrics", "scrm_outbox_depth")):
            async with http.get(bot.url + path) as answer:
                assert answer.status == 200
                assert words in await answer.text()


async def test_what_exceeds_wechats_quota_waits_until_the_customer_speaks_again(sim: Simulator, bot: Bot) -> None:
    wang, zhang = "openid-wang", "zhangjg"
    await sim.wechat.say(bot.hook("service"), wang, "机器坏了")
    await sim.until_seen(zhang, "新工单")
    await sim.dingtalk.say(bot.hook("ding"), zhang, "接")
    await sim.until_seen(wang, "接单")
    for number in range(2, 7):  # with the notice of acceptance: six pushes, five are allowed
        await sim.dingtalk.say(bot.hook("ding"), zhang, f"回复客户 第{number}句话")
    await sim.until_seen(wang, "第5句话")
    await asyncio.sleep(1)
    assert not [text for text in sim.seen(wang) if "第6句话" in text]
    await sim.wechat.say(bot.hook("service"), wang, "进度")
    await sim.until_seen(wang, "第6句话")


async def test_the_terminals_pushes_are_left_to_the_terminal(bot: Bot) -> None:
    def push(session: Any) -> None:
        outbox.put(session, Address("console", "staff:1"), Reply("在终端里看"), bot.app.now())

    await bot.app.core.db.within(push)
    await asyncio.sleep(1.5)
    assert (await _row(bot, "outbox", text="在终端里看"))["state"] == "waiting"
