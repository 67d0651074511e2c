"""Thousands of broken callbacks on every way in: no 5xx, no row of what is not genuine, no turn that fails.

Small in every run; `make fuzz` takes 5,000 for each way in. What it began with is printed: SCRM_SEED=… does it again.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession

from scrm_bot.app import core
from scrm_bot.settings import Database as Where
from scrm_bot.settings import Secret, Settings
from scrm_bot.simulator import Request, Simulator
from scrm_bot.simulator.dingtalk_gateway import BOT_TOPIC
from tests import company
from tests.bot import configure, running, serving, until_ready
from tests.security.mutants import PAYLOADS, Breeder, breeders, changed
from tests.security.sizes import chance, size
from tests.services import free_port
from tests.stage import WORDS, exported

AT_ONCE = 8
FLAT = 60_000  # kB that the process may have grown by: the caches of the database and of understanding fill up


async def test_broken_callbacks_are_refused_or_taken_and_nothing_else(
    fresh_database_url: Callable[..., str], tmp_path: Path
) -> None:
    url, port, luck = fresh_database_url("sqlite", company.prepare), free_port(), chance()
    async with Simulator() as sim:
        config = configure(tmp_path, sim, url, port=port, more={"care": sim.kf.channel()})
        with (tmp_path / "log").open("wb") as log, serving(config, port, log) as process:
            await until_ready(port)
            base = f"http://127.0.0.1:{port}"
            waited: list[float] = []
            health = asyncio.create_task(_watch(base, waited))
            taken: Counter[str] = Counter()
            before = _memory(process.pid)
            for breeder in breeders(sim):
                taken += await _throw(luck, breeder, f"{base}/hooks/{breeder.channel}", size("FUZZ", 100))
            grown = _memory(process.pid) - before
            said = await sim.wecom.say(f"{base}/hooks/sales", "zhouxm", "本月漏斗")
            health.cancel()
    print(
        json.dumps(
            {
                "answers": dict(taken),
                "RSS before, kB": before,
                "grown, kB": grown,
                "health, ms: median, p99, slowest": _spread(waited),
            }
        )
    )
    assert "漏斗" in said.reply
    assert grown < FLAT
    _no_turn_failed(url, at_most=taken["taken"] + 1)


async def test_broken_callbacks_in_wechats_plain_mode_too(
    fresh_database_url: Callable[..., str], tmp_path: Path
) -> None:
    url, luck = fresh_database_url("sqlite", company.prepare), chance()
    async with Simulator() as sim:
        sim.wechat.aes_key = ""
        wechat = next(breeder for breeder in breeders(sim) if breeder.folder == "wechat")
        async with running(configure(tmp_path, sim, url)) as bot:
            taken = await _throw(luck, wechat, bot.hook("service"), size("FUZZ", 100))
    print(json.dumps(taken))
    _no_turn_failed(url, at_most=taken["taken"])


async def _throw(luck: random.Random, breeder: Breeder, hook: str, count: int) -> Counter[str]:
    """So many mutants, several at a time; how they were answered. A row is what only a genuine one may leave."""
    answers: Counter[str] = Counter()
    slots, wrong = asyncio.Semaphore(AT_ONCE), list[str]()

    async def throw(request: Request, genuine: bool) -> None:
        async with slots:
            status = await _status(http, request)
        answers[f"{breeder.channel} {status}"] += 1
        answers["taken"] += status == 200
        if not (200 if genuine else 400) <= status < 500:
            wrong.append(f"{status} for {request!r:.2000}")

    async with ClientSession() as http, asyncio.TaskGroup() as throwing:
        for _ in range(count):
            mutant = breeder.breed(luck, hook)
            throwing.create_task(throw(mutant.request, mutant.genuine))
    assert not wrong, wrong[:3]
    return answers


async def _status(http: ClientSession, request: Request) -> int:
    try:
        async with http.request(
            request.method, request.hook, params=request.query, data=request.body, headers=request.headers
        ) as answer:
            await answer.read()
            return answer.status
    except ClientError:
        return 0


async def _watch(base: str, waited: list[float]) -> None:
    """Ask for health all the time; how long it took is printed, and decides nothing."""
    async with ClientSession() as http:
        while True:
            began = time.monotonic()
            async with http.get(f"{base}/healthz") as answer:
                assert answer.status == 200
            waited.append(round((time.monotonic() - began) * 1000, 1))
            await asyncio.sleep(0.05)


def _spread(values: list[float]) -> tuple[float, float, float]:
    ordered = sorted(values)
    return ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)], ordered[-1]


def _memory(pid: int) -> int:
    """kB that the process holds."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def _no_turn_failed(url: str, at_most: int) -> None:
    middle = core(Settings(database=Where(url=Secret(url))), words=WORDS)
    rows = exported(middle, "messages")
    middle.db.close()
    assert len(rows) <= at_most
    assert not [row for row in rows if row["fate"] in (None, "failed")]
    assert all(row["sender"].isprintable() and row["key"].isprintable() for row in rows)


async def test_broken_items_in_a_mailbox_stop_nobody(fresh_database_url: Callable[..., str], tmp_path: Path) -> None:
    luck, items = chance(), json.loads((PAYLOADS / "wecom_kf" / "items.json").read_text(encoding="utf-8"))
    url = fresh_database_url("sqlite", company.prepare)
    async with Simulator() as sim:
        config = configure(tmp_path, sim, url, more={"care": sim.kf.channel()})
        async with running(config) as bot:
            for number in range(size("FUZZ", 100)):
                item: dict[str, Any] = changed(luck, json.loads(json.dumps(luck.choice(items))))
                sane = {"send_time": int(time.time())} | ({} if luck.random() < 0.2 else {"msgid": f"f{number}"})
                await sim.kf.keep("", "wk1", item | sane)
            await sim.kf.say(bot.hook("care"), "wm-last", "机器坏了")
            await sim.until_seen("wm-last", "工单", 60)
    _no_turn_failed(url, at_most=size("FUZZ", 100) + 1)


async def test_broken_frames_on_a_stream_stop_nobody(fresh_database_url: Callable[..., str], tmp_path: Path) -> None:
    luck = chance()
    bodies = [json.loads(file.read_text(encoding="utf-8")) for file in sorted((PAYLOADS / "dingtalk").iterdir())]
    url = fresh_database_url("sqlite", company.prepare)
    async with Simulator() as sim, running(configure(tmp_path, sim, url, mode="stream")):
        ours = {"chatbotCorpId": sim.dingtalk.corp_id, "robotCode": sim.dingtalk.robot_code}
        connections = await sim.dingtalk.gateway.until_open(2)
        sim.world.caller.patience = 2.0
        for number in range(size("FUZZ", 100)):
            body = changed(luck, luck.choice(bodies) | ours | {"msgId": f"f{number}"})
            body = json.loads(json.dumps(body).replace("\\ud800", ""))  # the simulator writes UTF-8
            if luck.random() < 0.2:
                rubbish = json.dumps(changed(luck, {"type": "CALLBACK", "headers": {"topic": BOT_TOPIC}, "data": "{}"}))
                await luck.choice(connections).socket.send_str(rubbish[: luck.randrange(1, len(rubbish) + 1)])
            answers = await sim.dingtalk.gateway.push(BOT_TOPIC, body, f"f{number}")
            assert answers[0].status in (200, 500), body
        await sim.dingtalk.say("", "manager01", "漏斗")
        await sim.until_seen("manager01", "漏斗", 30)
        assert len(sim.dingtalk.gateway.connections) == 2
    _no_turn_failed(url, at_most=size("FUZZ", 100) + 1)
