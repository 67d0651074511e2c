"""The four jobs as an operator has them: a served bot in its own process, and `scrm-bot export` to see what came."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scrm_bot.simulator import Simulator
from tests import company
from tests.bot import configure, serving, until_ready
from tests.services import free_port


async def _exported(config: Path, entity: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "scrm_bot", "export", entity, "--config", str(config)]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def url(database_kind: str, fresh_database_url: Callable[..., str]) -> str:
    return fresh_database_url(database_kind, company.prepare)


async def test_the_four_jobs_through_a_served_bot_and_its_exports(url: str, redis_url: str, tmp_path: Path) -> None:
    port = free_port()
    redis, mode = (redis_url, "stream") if url.startswith("postgresql") else ("", "http")
    async with Simulator() as sim:
        config = configure(tmp_path, sim, url, redis, port, mode)
        sales, ding, service = (f"http://127.0.0.1:{port}/hooks/{name}" for name in ("sales", "ding", "service"))
        with serving(config, port) as process:
            await until_ready(port)
            await sim.dingtalk.gateway.until_open(2 if mode == "stream" else 0)
            assert await sim.wecom.handshake(sales)
            assert await sim.wechat.handshake(service)
            visit = await sim.wecom.say(sales, "zhouxm", "今天拜访了华星王总，对方案认可，下周三再报一版")
            await sim.wecom.say(sales, "zhouxm", "2秒后提醒我喝水")
            await sim.dingtalk.say(ding, "manager01", "漏斗")
            request = await sim.wechat.say(service, "openid-wang", "机器坏了，急，生产停了")
            await sim.until_seen("zhangjg", "新工单", 10)
            await sim.dingtalk.say(ding, "zhangjg", "接")
            await sim.until_seen("openid-wang", "接单", 10)
            await sim.until_seen("zhouxm", "⏰ 提醒：喝水", 10)
            await sim.until_seen("manager01", "合计 3 单 ¥78.65万", 10)
            followups, tickets = await _exported(config, "followups"), await _exported(config, "tickets")
            reminders, messages = await _exported(config, "reminders"), await _exported(config, "messages")
            process.terminate()
            assert await asyncio.to_thread(process.wait, 20) == 0
            assert sim.dingtalk.gateway.connections == []
    assert "✅ 华星科技(深圳)有限公司" in visit.reply
    assert "已受理" in request.reply
    assert followups[-1]["contacts"] == ["王建华"]
    assert [row["key"] for row in messages if row["id"] == followups[-1]["message"]] == [visit.msg_id]
    assert [(row["state"], row["assignee"], row["priority"]) for row in tickets] == [("accepted", "张建国", "P1")]
    assert {row["text"]: row["state"] for row in reminders}["喝水"] == "sent"
    assert all(row["fate"] for row in messages)
