"""Decides from the rows and the screens whether anything was lost, done twice, said twice or said out of order."""

from __future__ import annotations

import asyncio
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from scrm_bot.simulator import Seen, Simulator
from tests.chaos.crowd import Said
from tests.chaos.ground import Rows

PLATFORMS = {"sales": "wecom", "ding": "dingtalk", "service": "wechat"}
Row = Mapping[str, Any]
Caused = dict[str, defaultdict[int, list[int]]]  # table -> message -> the rows that it caused


@dataclass
class Findings:
    """What the audit found. Everything but the counts should be nothing, `double_sends` nearly so."""

    messages: int = 0
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    double_effects: list[str] = field(default_factory=list)
    lost_effects: list[str] = field(default_factory=list)
    lost_sends: list[str] = field(default_factory=list)
    double_sends: list[str] = field(default_factory=list)
    unwritten: list[str] = field(default_factory=list)  # seen, but no row says so
    disorder: list[str] = field(default_factory=list)
    sends: int = 0
    given_up: int = 0

    def wrongs(self) -> list[str]:
        """What breaks the promise: effects exactly once, sends at least once, in order."""
        named = ("lost", "double_effects", "lost_effects", "lost_sends", "unwritten", "disorder")
        return [f"{name}: {what}" for name in named for what in getattr(self, name)]

    def figures(self) -> dict[str, Any]:
        """For the table."""
        lists = ("lost", "double_effects", "lost_effects", "lost_sends", "double_sends", "unwritten", "disorder")
        counts = {name: len(getattr(self, name)) for name in lists}
        return {"messages": self.messages, "acked": self.acknowledged, "sends": self.sends} | counts | {
            "given_up": self.given_up, "doubled": len(self.double_sends) / max(self.sends, 1)
        }  # fmt: skip


async def settled(rows: Rows, patience: float) -> float:
    """Until every message has its fate and every row of the outbox its end, or patience is over. Seconds it took."""
    began = time.monotonic()
    while await asyncio.to_thread(rows.open) and time.monotonic() - began < patience:
        await asyncio.sleep(0.1)
    return time.monotonic() - began


def audit(rows: Rows, sim: Simulator, said: Sequence[Said]) -> Findings:
    """Compare what was said and seen with what is written."""
    messages = {(PLATFORMS.get(row["channel"], ""), row["sender"], row["key"]): row for row in rows.all("messages")}
    outbox, screens = rows.all("outbox"), [seen for seen in sim.screens() if seen.via != "platform"]
    found = Findings(len(said), sum(one.acknowledged for one in said))
    pairs = [(one, messages.get(_key(one))) for one in said]
    _fates(found, pairs)
    caused = _caused(said, rows)
    _effects(found, pairs, caused)
    _sends(found, outbox, screens)
    _order(found, pairs, caused, outbox, screens)
    return found


def _key(said: Said) -> tuple[str, str, str]:
    assert said.pushed is not None, "the message is still on its way"
    return PLATFORMS[said.channel], said.user, said.pushed.msg_id


def _fates(found: Findings, pairs: Iterable[tuple[Said, Row | None]]) -> None:
    for said, row in pairs:
        if said.acknowledged and (row is None or row["fate"] in (None, "failed")):
            found.lost.append(f"{said.text} ({row['fate'] if row else 'no row'})")


def _caused(said: Iterable[Said], rows: Rows) -> Caused:
    caused: Caused = {table: defaultdict(list) for one in said for table in one.effect}
    for table, numbers in caused.items():
        for row in rows.all(table):
            numbers[row["message_id"]].append(row["id"])
    return caused


def _effects(found: Findings, pairs: Iterable[tuple[Said, Row | None]], caused: Caused) -> None:
    for said, row in pairs:
        count = sum(len(caused[table][row["id"]]) for table in said.effect) if row else 0
        if said.effect and row and count > 1:
            found.double_effects.append(f"{said.text}: {count}")
        if said.effect and row and row["fate"] and not count:
            found.lost_effects.append(f"{said.text} ({row['fate']}: {row['reason']})")


def _sends(found: Findings, outbox: Iterable[Row], screens: Iterable[Seen]) -> None:
    seen = Counter((screen.platform, screen.user, _plain(screen.text)) for screen in screens)
    states: defaultdict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for row in outbox:
        states[_line(row)][row["state"]] += 1
    for line, count in states.items():
        all_of_them, given_up = count.total(), count["given_up"]
        found.sends += all_of_them
        found.given_up += given_up
        missing, surplus = all_of_them - given_up - seen[line], seen[line] - all_of_them
        found.lost_sends += [f"{line} {dict(count)}"] * max(missing, 0)
        found.double_sends += [str(line)] * max(surplus, 0)
    found.unwritten += [str(line) for line in seen.keys() - states.keys()]


def _order(
    found: Findings,
    pairs: Iterable[tuple[Said, Row | None]],
    caused: Caused,
    outbox: Sequence[Row],
    screens: Sequence[Seen],
) -> None:
    """Only what was acknowledged before the next was typed has an order that anybody could know of."""
    first_seen: dict[tuple[str, str, str], int] = {}
    for place, screen in enumerate(screens):
        first_seen.setdefault((screen.platform, screen.user, _plain(screen.text)), place)
    answered = {row["answers"]: first_seen.get(_line(row)) for row in reversed(outbox) if row["answers"]}
    persons: defaultdict[tuple[str, str], list[tuple[Said, int]]] = defaultdict(list)
    for said, row in pairs:
        if said.acknowledged and row:
            persons[said.channel, said.user].append((said, row["id"]))
    for person in persons.values():
        for (one, before), (other, after) in pairwise(sorted(person, key=lambda pair: pair[0].typed)):
            places: list[tuple[int | None, int | None]] = [(before, after), (answered.get(before), answered.get(after))]
            places += [(min(caused[table][before], default=None), min(caused[table][after], default=None))
                       for table in one.effect if table in other.effect]  # fmt: skip
            if one.done <= other.typed and any(None not in pair and pair[0] > pair[1] for pair in places):  # type: ignore[operator]
                found.disorder.append(f"{one.text} | {other.text}")


def _line(row: Row) -> tuple[str, str, str]:
    return PLATFORMS.get(row["channel"], ""), row["room"] or row["to_user"], _plain(row["text"])


def _plain(text: str) -> str:
    """As it was written: cards have other brackets and stars, which markdown makes nothing of."""
    return "".join(unicodedata.normalize("NFKC", text).split())
