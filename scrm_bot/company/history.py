"""What has happened with a client in the last ninety days, made up from its line in the books: always the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from random import Random

from scrm_bot.company.books import Client

WAY = ("contact", "need", "demo", "quote", "sign", "won")
LONGEST = 86  # days; a company that began to use us last quarter
TITLES = (
    ("总", ("总经理", "副总", "总监", "总裁", "CTO")),
    ("厂长", ("厂长",)),
    ("经理", ("经理",)),
    ("主管", ("主管",)),
)


@dataclass(frozen=True, slots=True)
class Contacted:
    """One visit, call or chat."""

    at: datetime
    method: str
    text: str


class Calendar:
    """Days counted back from now, in the company's zone; nothing happens on a weekend."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def at(self, days: int, clock: time) -> datetime:
        """So many days ago (or ahead, if negative) at that time of day."""
        return datetime.combine(self.now.date() - timedelta(days=days), clock, self.now.tzinfo)

    def worked(self, days: int, clock: time) -> datetime:
        """The same, but on the Friday before if that was a weekend."""
        moment = self.at(days, clock)
        return moment - timedelta(days=max(moment.weekday() - 4, 0))


def dice(client: Client) -> Random:
    """Chance that falls the same way every time."""
    return Random(client.name)


def called(name: str, title: str) -> str:
    """How one speaks of them: 王总, 刘经理, 李工."""
    if name.endswith("工"):
        return name
    surname = name[:2] if name.startswith("欧阳") else name[:1]
    return next((surname + short for short, long in TITLES if any(word in title for word in long)), name)


def way(client: Client) -> tuple[str, ...]:
    """The stages that the client has come through, the present one last."""
    if client.stage in WAY:
        return WAY[: WAY.index(client.stage) + 1]
    return ("contact", "need", "demo", "lost") if client.stage == "lost" else ("contact", "pool")


def contacts_with(client: Client, notes: Mapping[str, Sequence[Sequence[str]]], calendar: Calendar) -> list[Contacted]:
    """Every contact with the client, oldest first; the last one is as long ago as the books say."""
    chance = dice(client)
    stages = list(way(client))
    if client.grade == "A":
        stages.insert(len(stages) - 1, stages[-1])  # the great ones are seen more often
    found = []
    days = client.silent
    for stage in reversed(stages):
        if days > LONGEST and client.stage:
            break
        method, words = chance.choice(notes[stage])
        clock = time(chance.choice((9, 10, 11, 14, 15, 16)), chance.randrange(0, 60, 5))
        found.append(Contacted(calendar.worked(days, clock), method, _filled(client, words, chance)))
        days += chance.randint(5, 12)
    return found[::-1]


def amount(wan: str | float) -> Decimal:
    """万元 as yuan."""
    return Decimal(str(wan)) * 10_000


def earlier_win(client: Client) -> tuple[int, Decimal] | None:
    """Old customers have bought before: so many days ago, for so much."""
    if client.source != "老客户":
        return None
    chance = dice(client)
    return chance.randint(34, 80), amount(client.wan) * chance.choice((40, 60, 75)) / 100


def lifecycle(client: Client) -> str:
    """Where the client stands in its life with us."""
    if client.silent > 30:
        return "流失风险"
    if client.source == "老客户":
        return "成熟客户"
    return "新客户" if client.stage in ("contact", "need") else "成长客户"


def _filled(client: Client, words: str, chance: Random) -> str:
    name, title = chance.choice(client.people[:2])
    return words.format(who=called(name, title), product=client.product, wan=client.wan)


def phones() -> Iterator[str]:
    """Numbers that nobody has."""
    return (f"1380000{number:04d}" for number in range(1001, 9000))
