"""The same message arrives ten times at once, on two processes: it is one row, one effect and one answer."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterator
from itertools import islice
from typing import Any

from scrm_bot.simulator import Pushed, Simulator
from tests.chaos.auditor import settled
from tests.chaos.crowd import HOME
from tests.chaos.fleet import stage
from tests.chaos.ground import REPS, Ground, firms
from tests.chaos.processes import Start
from tests.chaos.report import Report

AT_ONCE = 10
Delivery = Coroutine[Any, Any, Pushed]


async def redeliveries(ground: Ground, begin: Start, *, messages: int) -> Report:
    """So many messages on each platform, each sealed anew for every delivery."""
    wrongs: list[str] = []
    async with stage(ground, begin, 2) as (sim, _bots, _crowd):
        for number in range(messages):
            for channel, deliveries in _everybody(sim, number):
                pushed = await asyncio.gather(*deliveries)
                answers = {(one.status, one.reply) for one in pushed}
                if len(answers) != 1 or pushed[0].status != 200:
                    wrongs.append(f"{channel}, message {number}: answered {answers}")
        await settled(ground.rows, 90)
        screens = [seen for seen in sim.screens() if seen.platform == "dingtalk" and seen.user.startswith("rep")]
    rows = ground.rows
    keys = Counter((row["channel"], row["key"]) for row in rows.all("messages"))
    effects = Counter(row["message_id"] for table in ("followups", "tickets") for row in rows.all(table))
    answered = Counter(row["answers"] for row in rows.all("outbox"))
    wrongs += [f"{key}: {count} rows" for key, count in keys.items() if count != 1]
    for row in rows.all("messages"):
        if (effects[row["id"]], answered[row["id"]]) != (1, 1):
            wrongs.append(f"{row['text']}: {effects[row['id']]} effects, {answered[row['id']]} answers")
    wrongs += [f"said {n} times: {text}" for text, n in Counter(seen.text for seen in screens).items() if n != 1]
    figures = {"messages": 3 * messages, "deliveries": 3 * messages * AT_ONCE, "rows": keys.total()}
    return Report(ground.name, ground.seed, figures, wrongs)


def _everybody(sim: Simulator, number: int) -> Iterator[tuple[str, list[Delivery]]]:
    """One message on each platform, delivered many times: sealed anew, or (DingTalk) signed anew."""
    ours, theirs = islice(firms(), number, None, REPS)
    key, hook = str(sim.world.new_id()), f"{HOME}/hooks/sales"
    visit = f"今天去了趟{ours}，聊了第{number}件事，下周三再去"
    yield "sales", [sim.wecom.say(hook, f"rep{number}", visit, msg_id=key) for _ in range(AT_ONCE)]
    key, hook = str(sim.world.new_id()), f"{HOME}/hooks/service"
    request = f"机器坏了，报警第{number}号"
    yield "service", [sim.wechat.say(hook, f"openid-{number}", request, msg_id=key) for _ in range(AT_ONCE)]
    key, hook = str(sim.world.new_id()), f"{HOME}/hooks/ding"
    visit = f"今天去了趟{theirs}，聊了第{number}件事，下周三再去"
    user = f"rep{REPS + number}"
    body = sim.dingtalk.body(user, "", key) | {"msgtype": "text", "text": {"content": visit}}
    pushed = Pushed(user, key, sim.dingtalk.sealed(hook, body), body)
    yield "ding", [sim.dingtalk.reseal(pushed) for _ in range(AT_ONCE)]
