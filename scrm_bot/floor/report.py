"""What a day on the floor comes to: a table for people, the same figures for machines."""

from __future__ import annotations

import os
from typing import Any

from rich.console import Console
from rich.table import Table

from scrm_bot.floor.day import Outcome
from scrm_bot.floor.latency import share

SHOWN = 10  # sentences of each kind in the table; all of them are in the JSON
LISTS = {
    "lost": "丢了的消息", "unsent": "没送到的话", "rings_missed": "没响的提醒", "doubled": "写了两次", "wrong": "写错",
    "missing": "没写上", "unanswered": "没人理的消息",
}  # fmt: skip
TROUBLES = {
    "killed": "进程被杀", "killed for longer": "进程被杀，过一会才起来", "restarted": "重启",
    "API answers 500": "接口报 500", "API hangs": "接口不回", "rate limits": "接口限流",
    "database restarted": "数据库重启", "Redis restarted": "Redis 重启",
    "tokens die": "令牌失效", "connections break": "连接断开",
}  # fmt: skip


def figures(outcome: Outcome) -> dict[str, Any]:
    """Everything, by name; times in seconds."""
    plan, verdict = outcome.plan, outcome.verdict
    return {
        "plan": {
            "people": plan.people, "hours": plan.hours, "speed": plan.speed, "seed": plan.seed,
            "database": plan.database.split(":")[0] or "sqlite", "processes": plan.processes,
            "stream": plan.stream, "messages": plan.typed,
        },
        "messages": verdict.messages,
        "acknowledged": verdict.acknowledged,
        "written": verdict.written,
        "questions": verdict.questions,
        "rephrased": verdict.rephrased,
        "refused": verdict.refused,
        **{name: len(getattr(verdict, name)) for name in LISTS},
        "sent_twice": verdict.sent_twice,
        "given_up": verdict.given_up,
        "rings": verdict.rings,
        "ring_late_p99": verdict.slowest_ring(),
        **times(outcome),
        "turns": outcome.turns,
        "called_twice": outcome.doubled_calls,
        "resealed": outcome.counts.resealed,
        "redelivered": outcome.counts.redelivered,
        "outages": [{"kind": one.kind, "seconds": one.seconds} for one in outcome.outages],
        "process_starts": outcome.lives,
        "seconds": round(outcome.seconds, 1),
        "load": [round(one, 2) for one in os.getloadavg()],
        "cores": os.cpu_count(),
        "sentences": {name: getattr(verdict, name) for name in LISTS},
    }  # fmt: skip


def times(outcome: Outcome) -> dict[str, float]:
    """Medians and the slowest hundredth: a turn, a message from its coming in to its end, an acknowledgement."""
    handling = outcome.verdict.handling
    return {
        "turn_p50": outcome.turn_p50,
        "turn_p99": outcome.turn_p99,
        "handling_p50": share(handling, 0.5),
        "handling_p99": share(handling, 0.99),
        "ack_p50": share(outcome.acks, 0.5),
        "ack_p99": share(outcome.acks, 0.99),
    }


def show(outcome: Outcome, console: Console) -> None:
    """The table, and the sentences in which something went wrong."""
    plan, verdict = outcome.plan, outcome.verdict
    title = (
        f"{plan.people} 人 {plan.hours:g} 小时，速度 {plan.speed:g}，种子 {plan.seed}：用了 {outcome.seconds:.0f} 秒"
    )
    table = Table(title=title, show_header=False, title_justify="left")
    for name, value in _lines(outcome):
        table.add_row(name, value)
    console.print(table)
    for name, called in LISTS.items():
        found = getattr(verdict, name)
        if found:
            console.print(f"{called} {len(found)}：", style="bold" if name != "missing" else None)
            for sentence in found[:SHOWN]:
                console.print(f"  · {sentence}", highlight=False, markup=False)
            if len(found) > SHOWN:
                console.print(f"  ……还有 {len(found) - SHOWN} 条，看 --json")
    good = not verdict.broken
    console.print(
        "没有丢，没有写错" if good else f"不对的有 {len(verdict.broken)} 处", style="green" if good else "red"
    )


def _lines(outcome: Outcome) -> list[tuple[str, str]]:
    verdict, took = outcome.verdict, times(outcome)
    troubles = "、".join(f"{TROUBLES.get(one.kind, one.kind)} {one.seconds:g} 秒" for one in outcome.outages)
    again = f"一次发两遍 {outcome.doubled_calls}，重新封装 {outcome.counts.resealed}，重投 {outcome.counts.redelivered}"
    return [
        ("消息", f"{verdict.messages} 条，收妥 {verdict.acknowledged}，丢了 {len(verdict.lost)}"),
        ("写下", f"对 {verdict.written}，写错 {len(verdict.wrong)}，写了两次 {len(verdict.doubled)}"),
        ("没办成", f"没写上 {len(verdict.missing)}，没人理 {len(verdict.unanswered)}"),
        ("反问", f"{verdict.questions} 句，没听懂换句话再说 {verdict.rephrased} 次，没法更正 {verdict.refused} 次"),
        ("送出", f"没送到 {len(verdict.unsent)}，送了两次 {verdict.sent_twice}，放弃 {verdict.given_up}"),
        ("提醒", f"该响 {verdict.rings}，没响 {len(verdict.rings_missed)}，晚到（p99）{verdict.slowest_ring():.1f} 秒"),
        ("处理一条（turn）", f"p50 {_ms(took['turn_p50'])}，p99 {_ms(took['turn_p99'])}（{outcome.turns} 次）"),
        ("从收到到办完", f"p50 {_ms(took['handling_p50'])}，p99 {_ms(took['handling_p99'])}（含停机、启动）"),
        ("应答平台", f"p50 {_ms(took['ack_p50'])}，p99 {_ms(took['ack_p99'])}"),
        ("平台重发", again),
        ("故障", f"{len(outcome.outages)} 次，都挺过来了：{troubles}" if troubles else "没有"),
        ("机器", f"{os.cpu_count()} 核，负载 {' '.join(f'{one:.1f}' for one in os.getloadavg())}"),
    ]  # fmt: skip


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} 毫秒" if seconds < 10 else f"{seconds:.1f} 秒"
