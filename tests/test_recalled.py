"""Messages that a customer takes back on the platform: what they had asked for is taken back, too."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from scrm_bot.simulator import Simulator
from tests.bot import Bot, configure, running
from tests.test_customer_service import WANG, prepare


@pytest.fixture
async def bot(
    sim: Simulator, database_kind: str, fresh_database_url: Callable[..., str], tmp_path: Path
) -> AsyncIterator[Bot]:
    url = fresh_database_url(database_kind, prepare)
    async with running(configure(tmp_path, sim, url, more={"care": sim.kf.channel()})) as bot:
        yield bot


async def test_a_request_that_is_taken_back_is_cancelled_and_the_engineer_hears_so(sim: Simulator, bot: Bot) -> None:
    hook = bot.hook("care")
    await sim.kf.say(hook, WANG, "机器又坏了，急，生产停了", msg_id="broken-1")
    await sim.until_seen("zhangjg", "新工单")
    await sim.kf.take_back(hook, WANG, "broken-1")
    await sim.until_seen(WANG, "也取消了")
    await sim.until_seen("zhangjg", "撤回了工单")
    assert await bot.rows("tickets") == []


async def test_words_taken_back_from_a_request_are_gone_and_the_request_stays(sim: Simulator, bot: Bot) -> None:
    hook = bot.hook("care")
    await sim.kf.say(hook, WANG, "机器又坏了，急，生产停了")
    await sim.until_seen("zhangjg", "新工单")
    await sim.dingtalk.say(bot.hook("ding"), "zhangjg", "接")
    await sim.until_seen(WANG, "接单")
    await sim.kf.say(hook, WANG, "是三号线的那台机器，显示 E07", msg_id="more-1")
    await sim.until_seen("zhangjg", "客户补充")
    await sim.kf.take_back(hook, WANG, "more-1")
    await sim.until_seen("zhangjg", "客户撤回了刚才补充的")
    await sim.kf.take_back(hook, WANG, "nothing-of-that-name")
    assert [row["state"] for row in await bot.rows("tickets")] == ["accepted"]
