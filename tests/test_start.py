"""The first second of `serve`: callbacks are kept and acknowledged before there is anybody to take their turns."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import ClientSession, web
from sqlalchemy import select

from scrm_bot import app, edge, settings
from scrm_bot.edge import Edge
from scrm_bot.inbox import Incoming
from scrm_bot.simulator import Simulator
from tests import company
from tests.bot import configure
from tests.stage import WORDS

HEAVY = """alembic apscheduler jieba opencc pypinyin rapidfuzz redis xlsxwriter python_calamine
rich wechatpy typer pydantic""".split()
MIDDLE = "scrm_bot.nlp scrm_bot.crm scrm_bot.dialogs scrm_bot.turn scrm_bot.app scrm_bot.schema scrm_bot.sheets".split()
LIST = "import sys, scrm_bot.cli; from scrm_bot import late; late.load('cli.serving'); print(*sys.modules)"


def test_the_edge_opens_without_the_middle() -> None:
    done = subprocess.run([sys.executable, "-c", LIST], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "scrm_bot.web.hooks" in loaded
    assert not loaded & {*HEAVY, *MIDDLE}


@asynccontextmanager
async def opened(outside: Edge) -> AsyncIterator[str]:
    """An edge that takes callbacks, and its address."""
    runner = web.AppRunner(outside.application())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_what_comes_before_the_words_is_acknowledged_at_once_and_answered_when_they_are_there(
    fresh_database_url: Callable[..., str], tmp_path: Path
) -> None:
    async with Simulator() as sim:
        config = configure(tmp_path, sim, fresh_database_url("sqlite", company.prepare))
        outside = edge.build(settings.load(config, os.environ))
        async with opened(outside) as address:
            first = await sim.wecom.say(f"{address}/hooks/sales", "zhouxm", "今天拜访了华星王总，对方案认可")
            second = await sim.wecom.say(f"{address}/hooks/sales", "zhouxm", "漏斗")
            assert (first.status, first.reply, second.status, second.reply) == (200, "", 200, "")
            async with ClientSession() as http, http.get(f"{address}/readyz") as answer:
                assert (answer.status, "words are being loaded" in await answer.text()) == (200, True)
            bot = app.complete(outside, WORDS)
            await bot.start()
            await sim.until_seen("zhouxm", "华星科技", 10)
            await sim.until_seen("zhouxm", "漏斗", 10)
            third = await sim.wecom.say(f"{address}/hooks/sales", "zhouxm", "撤销")
            assert "已撤回" in third.reply  # within the callback, from now on
        await bot.stop()
        seen = sim.seen("zhouxm")
        assert ["华星科技" in seen[0], "漏斗" in seen[1]] == [True, True]


async def test_whoever_is_stopped_before_the_words_leaves_messages_to_the_next_start(
    fresh_database_url: Callable[..., str], tmp_path: Path
) -> None:
    async with Simulator() as sim:
        config = configure(tmp_path, sim, fresh_database_url("sqlite", company.prepare))
        outside = edge.build(settings.load(config, os.environ))
        async with opened(outside) as address:
            assert (await sim.wecom.say(f"{address}/hooks/sales", "zhouxm", "漏斗")).status == 200
        await outside.stop()
        core = app.core(settings.load(config, os.environ), words=WORDS)
        with core.db.transaction() as session:
            assert session.scalars(select(Incoming.fate)).all() == [None]
        core.db.close()
