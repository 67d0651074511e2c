"""The measurements themselves: which servers, which loads, which figure is compared with which."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from bench import chat, fetched, hostile, names, readers, rivals, rounds, servers, stages, start, understanding
from bench.ground import Ground, fates
from bench.load import Load
from bench.rounds import Figures, middle
from scrm_bot.nlp.words import Words

SMALL, LARGE = 60, 2000  # customers
MANY = 20_000  # as many as one process keeps in memory
CROWD = 100_000  # more than that: they are in a register
SHARE = 0.5  # of a core for each process: two of them, the database and the generator need less than two cores


@dataclass(frozen=True, slots=True)
class Size:
    """How much of it."""

    rounds: int = 6
    count: int = 4000  # letters a round for those who only answer; whole turns get a fifth


@dataclass(frozen=True, slots=True)
class Report:
    """What to print, what to keep, and how many answers were wrong."""

    text: str
    data: Any
    failed: int = 0


@dataclass
class Parts:
    """Several tables as one report."""

    texts: list[str] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    failed: int = 0

    def add(self, title: str, figures: Figures, unit: str) -> None:
        """One more table."""
        self.texts.append(f"{title}\n{rounds.table(figures, unit)}")
        self.data[title] = {name: [asdict(result) for result in results] for name, results in figures.items()}
        self.failed += sum(result.failed for results in figures.values() for result in results)

    def note(self, line: str) -> None:
        """A line below."""
        self.texts.append(line)

    @property
    def report(self) -> Report:
        """All of it."""
        return Report("\n\n".join(self.texts), self.data, self.failed)


def cost(size: Size) -> Report:
    """Bare, floor, acknowledgement and whole turn on SQLite, in processor time a message."""
    parts = Parts()
    with Ground() as ground:
        urls = [ground.database("sqlite", customers) for customers in (SMALL, SMALL, LARGE)]
        loads = {
            "bare": _many(ground.load("wecom", ground.open(servers.bare(ground.folder))), size),
            "floor": _many(ground.load("wecom", ground.open(servers.floor(ground.folder))), size),
            "acknowledged": _many(ground.load("wecom", ground.serve(urls[0], "bench.acking")), size),
        }
        for customers, url in zip((SMALL, LARGE), urls[1:], strict=True):
            load = _few(ground.load("wecom", ground.serve(url)), size)
            loads[f"turn, {customers} customers"] = replace(load, customers=customers)
        figures = rounds.interleaved(loads, size.rounds)
        parts.add("cost of a WeCom message, SQLite", figures, "bare")
        for name in list(loads)[3:]:
            parts.note(f"{name}: {_times(figures, name, 'floor'):.1f} x the processor time of the floor")
        parts.note(f"acknowledged: {1 / _times(figures, 'bare', 'acknowledged', 'rate'):.0%} of the bare server's rate")
        parts.note(f"visits: {fates(urls[1])}")
    return parts.report


def latency(size: Size) -> Report:
    """Answers at half of saturation, and one at a time."""
    parts = Parts()
    with Ground() as ground:
        acking, turning = (
            ground.serve(ground.database("sqlite", SMALL), launcher) for launcher in ("bench.acking", "")
        )
        loads = {
            "bare": _many(ground.load("wecom", ground.open(servers.bare(ground.folder))), size),
            "acknowledged": _many(ground.load("wecom", acking), size),
            "answered (WeCom)": _few(ground.load("wecom", turning), size),
            "acknowledged (DingTalk)": _few(ground.load("dingtalk", turning), size),
        }
        full = rounds.interleaved(loads, max(size.rounds // 2, 1))
        half = {name: replace(load, rate=middle(full[name], "rate") / 2) for name, load in loads.items()}
        idle = {f"{name}, one at a time": replace(load, connections=1) for name, load in loads.items()}
        parts.add("at saturation, SQLite", full, "bare")
        parts.add("at half of saturation", rounds.interleaved(half, size.rounds), "bare")
        alone = {name: replace(load, count=max(load.count // 4, 20)) for name, load in idle.items()}
        parts.add("one at a time", rounds.interleaved(alone, size.rounds), "bare, one at a time")
    return parts.report


def platforms(size: Size) -> Report:
    """A whole turn on each platform, on SQLite and PostgreSQL, one process and two."""
    parts = Parts()
    with Ground() as ground:
        bare = _many(ground.load("wecom", ground.open(servers.bare(ground.folder))), size)
        urls = [ground.database("sqlite", SMALL), *(ground.database("postgresql", SMALL) for _ in range(2))]
        bots = {
            "SQLite": [ground.serve(urls[0])],
            "PostgreSQL": [ground.serve(urls[1])],
            "PostgreSQL, two": [ground.serve(urls[2]), ground.serve(urls[2])],
        }
        loads = {"bare": bare}
        for platform in ("wecom", "wechat", "dingtalk"):
            for name, served in bots.items():
                load = _few(ground.load(platform, *served), size)
                database = 0 if name == "SQLite" else ground.postgres.pid
                loads[f"{platform}, {name}"] = replace(load, database=database)
        figures = rounds.interleaved(loads, size.rounds)
        parts.add("a whole turn on each platform", figures, "bare")
        for platform in ("wecom", "wechat", "dingtalk"):
            parts.note(_two_for_one(figures, f"{platform}, PostgreSQL", f"{platform}, PostgreSQL, two"))
        parts.note(f"visits: {fates(urls[2])}")
    return parts.report


def scaling(size: Size) -> Report:
    """Two processes on PostgreSQL against one, each with the same share of a core, so that there is room for both."""
    parts = Parts()
    with Ground() as ground:
        url = ground.database("postgresql", SMALL)
        bots = [ground.serve(url) for _ in range(2)]
        for bot in bots:
            ground.cap(bot, SHARE)
        loads: dict[str, Load] = {}
        for platform in ("wecom", "wechat", "dingtalk"):
            for name, served in (("one", bots[:1]), ("two", bots)):
                load = _few(ground.load(platform, *served), size)
                loads[f"{platform}, {name}"] = replace(load, database=ground.postgres.pid)
        figures = rounds.interleaved(loads, size.rounds)
        parts.add(f"a whole turn on PostgreSQL, {SHARE:.0%} of a core for each process", figures, "wecom, one")
        for platform in ("wecom", "wechat", "dingtalk"):
            parts.note(
                f"{platform}: two are {_times(figures, f'{platform}, two', f'{platform}, one', 'rate'):.2f} x one"
            )
        parts.note(f"visits: {fates(url)}")
    return parts.report


def listening(size: Size) -> Report:
    """DingTalk's Stream gateway and 微信客服, where the bot fetches the messages; the simulator is the platform."""
    parts = Parts()
    with Ground() as ground:
        bare = _many(ground.load("wecom", ground.open(servers.bare(ground.folder))), size)
        figures = fetched.measured(ground, bare, size.rounds, max(size.count // 10, 20))
        parts.add("fetched messages, SQLite", figures, "bare")
    return parts.report


def against(size: Size) -> Report:
    """WeRoBot and NoneBot2 answering the same plain WeChat messages with a fixed text; ours writes a visit."""
    parts = Parts()
    with Ground() as ground:
        python = rivals.installed()
        ours = _few(ground.load("plain", ground.serve(ground.database("sqlite", SMALL))), size)
        loads = {"scrm-bot, a visit": ours}
        for name in rivals.BOTS:
            load = _few(ground.load("plain", ground.open(rivals.running_bot(python, name, ground.folder))), size)
            loads[name] = replace(load, path=rivals.BOTS[name])
        figures = rounds.interleaved(loads, size.rounds)
        parts.add("the same messages, WeChat plain mode", figures, "scrm-bot, a visit")
        for name in rivals.BOTS:
            ratio = _times(figures, "scrm-bot, a visit", name, "rate")
            less = _times(figures, name, "scrm-bot, a visit")
            parts.note(f"against {name}: {ratio:.2f} x its turns a second, processor time 1/{less:.2f}")
    return parts.report


def where(size: Size) -> Report:
    """Where one message's processor time goes."""
    with Ground() as ground:
        file = ground.folder / "stages.json"
        with Ground() as inner:
            bot = inner.serve(inner.database("sqlite", SMALL), "bench.stages", (file,))
            load = _few(inner.load("wecom", bot), size)
            rounds.measured(replace(load, count=max(load.count // 2, 20)))
            os.kill(bot.pid, signal.SIGUSR1)
            result = rounds.measured(replace(load, warm=0, seed=2))
        report = json.loads(file.read_text())
    return Report(stages.table(report, load.count, result.cpu_us), report, result.failed)


def starting(size: Size) -> Report:
    """From exec to the first acknowledged callback and the first visit understood; memory after fifty messages."""
    figures = {f"{start.FEW} customers": [start.measured() for _ in range(size.rounds)]}
    figures |= start.among(CROWD, max(size.rounds // 2, 1))
    text = "\n\n".join(start.table(title, some) for title, some in figures.items())
    return Report(text, {title: [asdict(one) for one in some] for title, some in figures.items()})


def reading(size: Size) -> Report:
    """Understanding alone: made-up visits, real messages, where the time goes, and others who read times and money."""
    words = Words()
    made_up = [understanding.measured(customers, size.count // 4, words) for customers in (SMALL, LARGE)]
    real = [one for more in (0, MANY) for one in chat.measured(words, more, size.rounds)]
    spent = chat.by_stage(words, size.rounds)
    read, absent = readers.measured()
    tables = (understanding.table(made_up), chat.table(real), chat.stage_table(spent), readers.table(read, absent))
    figures = [*map(asdict, made_up), *map(asdict, real), *map(asdict, read)]
    return Report("\n\n".join(tables), {"figures": figures, "stages": spent})


def naming(size: Size) -> Report:
    """Names of 200, 10,000 and `--count` customers: the register, how fast, how often right, how often wrong."""
    words = Words()
    sample = 2000 if size.rounds > 1 else 200
    figures = {count: names.measured(count, sample, words) for count in (200, 10_000, size.count)}
    text = "\n\n".join(f"{count} customers, {sample} sampled\n{one.table()}" for count, one in figures.items())
    return Report(text, {count: names.plain(one) for count, one in figures.items()})


def pasting(size: Size) -> Report:
    """Understanding at worst: texts of two thousand characters that nobody would type."""
    worst = understanding.at_worst(SMALL, size.count)
    return Report(hostile.table(worst), [asdict(one) for one in worst])


ALL: dict[str, Callable[[Size], Report]] = {
    "cost": cost,
    "latency": latency,
    "platforms": platforms,
    "scaling": scaling,
    "fetched": listening,
    "rivals": against,
    "stages": where,
    "start": starting,
    "understanding": reading,
    "names": naming,
    "hostile": pasting,
}


def _many(load: Load, size: Size) -> Load:
    return replace(load, count=size.count, warm=max(size.count // 5, 40))


def _few(load: Load, size: Size) -> Load:
    count = max(size.count // 5, 20)
    return replace(load, count=count, warm=max(count // 5, 40))


def _times(figures: Figures, one: str, other: str, what: str = "cpu_us") -> float:
    return middle(figures[one], what) / middle(figures[other], what)


def _two_for_one(figures: Figures, one: str, two: str) -> str:
    rate = _times(figures, two, one, "rate")
    alone = 2 * _times(figures, one, two)
    return (
        f"{two}: {rate:.2f} x the rate of one; {alone:.2f} x if neither database nor generator took processor from it"
    )
