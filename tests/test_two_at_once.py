"""Somebody goes on while the bot is still at work: each message has its turn, in order, and none is lost."""

from __future__ import annotations

import asyncio
from threading import Event
from typing import Any

import pytest

from scrm_bot.simulator import Simulator
from tests.bot import Bot


async def _fates(bot: Bot) -> dict[str, str]:
    """Fates by text, once all are known."""
    async with asyncio.timeout(20):
        while True:
            fates = {row["text"]: row["fate"] for row in await bot.rows("messages")}
            if all(fates.values()):
                return fates
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("platform", ["wecom", "dingtalk"])
async def test_visits_told_all_at_once_are_all_written(platform: str, sim: Simulator, bot: Bot) -> None:
    """Nothing is dropped because something else is in work (D16)."""
    visits = [
        "今天拜访了华星王总，对方案认可，下周三再报一版",
        "今天拜访了恒通电子，聊了年度计划，下周一再去",
        "今天去了顺达，样品没问题，周五再去",
    ]
    people = {"wecom": (sim.wecom, "sales", "zhouxm"), "dingtalk": (sim.dingtalk, "ding", "manager01")}
    account, channel, user = people[platform]
    pushed = await asyncio.gather(*(account.say(bot.hook(channel), user, text) for text in visits))
    assert [one.status for one in pushed] == [200] * 3
    assert await _fates(bot) == dict.fromkeys(visits, "written")
    assert sorted(row["text"] for row in (await bot.rows("followups"))[-3:]) == sorted(visits)
    for name in ("华星科技", "恒通电子", "佛山顺达"):
        await sim.until_seen(user, f"✅ {name}")


async def test_a_message_while_the_first_is_in_work_waits_its_turn(sim: Simulator, bot: Bot, monkeypatch: Any) -> None:
    """The second one goes on from what the first has written (D16)."""
    began, may_go_on, understand = Event(), Event(), bot.app.core.turns.brain.understand

    def slowly(text: str, *rest: Any) -> Any:
        if "顺达" in text:
            began.set()
            may_go_on.wait(10)
        return understand(text, *rest)

    monkeypatch.setattr(bot.app.core.turns.brain, "understand", slowly)
    first = asyncio.create_task(sim.wecom.say(bot.hook("sales"), "zhouxm", "今天去了顺达，样品没问题，周五再去"))
    await asyncio.to_thread(began.wait, 10)
    second = asyncio.create_task(sim.wecom.say(bot.hook("sales"), "zhouxm", "他们到哪步了"))
    await asyncio.sleep(0.1)
    may_go_on.set()
    assert "✅ 佛山顺达五金" in (await first).reply
    assert "顺达产线改造" in ((await second).reply or await sim.until_seen("zhouxm", "顺达产线改造"))


async def test_two_alike_with_numbers_of_their_own_are_two(sim: Simulator, bot: Bot) -> None:
    """People do say the same twice (D15)."""
    text = "今天拜访了恒通电子，聊了年度计划，下周一再去"
    for _ in range(2):
        assert (await sim.wecom.say(bot.hook("sales"), "zhouxm", text)).status == 200
    assert [row["text"] for row in await bot.rows("followups")].count(text) == 2
