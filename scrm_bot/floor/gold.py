"""Holds the rows against what was wanted: written as meant, written wrongly, twice, or not at all."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from scrm_bot.floor import reading
from scrm_bot.floor.cast import Person
from scrm_bot.floor.latency import share
from scrm_bot.floor.matters import After, Changed, Journal, Matter, Ring, Said, Wanted
from scrm_bot.floor.rows import Made, Row, Rows, Turned, by_key
from scrm_bot.simulator import Seen


@dataclass(slots=True)
class Verdict:
    """What became of the day. Lists hold sentences for people to read."""

    messages: int = 0
    acknowledged: int = 0
    written: int = 0  # rows and changes that are as they were wanted
    questions: int = 0
    rephrased: int = 0
    refused: int = 0  # corrections that the bot said it cannot make
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    unsent: list[str] = field(default_factory=list)
    sent_twice: int = 0
    given_up: int = 0
    rings: int = 0
    rings_missed: list[str] = field(default_factory=list)
    ring_lateness: list[float] = field(default_factory=list)
    handling: list[float] = field(default_factory=list)  # seconds from a message's coming in to its end

    @property
    def broken(self) -> list[str]:
        """What breaks the promise: nothing may be lost, done twice or written wrongly."""
        lists = (self.lost, self.doubled, self.wrong, self.unsent, self.rings_missed)
        return [one for found in lists for one in found]

    def slowest_ring(self) -> float:
        """Seconds; p99."""
        return share(self.ring_lateness, 0.99)


class Judge:
    """Knows the database of the day that is over."""

    def __init__(self, rows: Rows, people: Sequence[Person]) -> None:
        self._people = {one.name: one for one in people}
        self._messages = by_key(rows.all("messages"))
        self._made, self._turned = rows.made(), rows.turned()
        self._outbox = rows.all("outbox")

    def judge(self, journal: Journal, screens: Iterable[Seen]) -> Verdict:
        """Everything."""
        found, shown = Verdict(), [seen for seen in screens if seen.via != "platform"]
        known: set[int | None] = {None}
        for matter in journal.matters:
            rows = self._rows_of(matter)
            self._count(found, matter, rows)
            known |= {row["id"] for row in rows}
            self._judge(found, matter, rows)
        found.wrong += [f"nobody asked for {_told(one)}" for one in self._strays(known)]
        self._deliveries(found, shown)
        for ring in journal.rings:
            self._ring(found, ring, shown)
        return found

    def _rows_of(self, matter: Matter) -> list[Row]:
        """The matter's messages, as far as the bot has them."""
        rows = (self._messages.get(self._key(matter, said)) for said in matter.said)
        return [row for row in rows if row is not None]

    def _key(self, matter: Matter, said: Said) -> tuple[str, str, str]:
        person = self._people[matter.who]
        return person.channel, person.user, said.pushed.msg_id if said.pushed else ""

    def _count(self, found: Verdict, matter: Matter, rows: list[Row]) -> None:
        found.messages += len(matter.said)
        found.refused += matter.refused
        found.rephrased += sum(said.begins for said in matter.said) > 1
        for said in matter.said:
            found.acknowledged += said.acknowledged
            found.questions += said.asked not in ("", "lost")
            row = self._messages.get(self._key(matter, said))
            if said.acknowledged and (row is None or row["fate"] in (None, "failed")):
                found.lost.append(f"{matter.who}：{said.text}（{row['fate'] if row else 'no row'}）")
            if said.acknowledged and not said.silent and not said.answer:
                found.unanswered.append(f"{matter.who}：{said.text}")
        found.handling += [(row["done_at"] - row["received_at"]).total_seconds() for row in rows if row["done_at"]]

    def _judge(self, found: Verdict, matter: Matter, rows: list[Row]) -> None:
        numbers = [row["id"] for row in rows]
        made = [one for number in numbers for one in self._made.get(number, ())]
        turned = [one for number in numbers for one in self._turned.get(number, ())]
        twice = self._typed_again(matter)
        came = {row["id"]: (row["received_at"], row["done_at"] or row["received_at"]) for row in rows}
        left = list(made)
        for wanted in matter.wanted:
            fitting = [one for one in left if _fits(wanted, one, came)]
            for one in fitting[: 1 + twice]:
                left.remove(one)
            found.written += bool(fitting)
            if not fitting and not wanted.perhaps:
                found.missing.append(f"{_heard(matter)} → {_asked(wanted)}")
        self._left(found, matter, left, came)
        self._changes(found, matter, turned, came)

    def _typed_again(self, matter: Matter) -> int:
        """How often people typed a message again that had come in after all, only nobody had told them."""
        unsure = [said for said in matter.said if not said.acknowledged]
        return sum(self._key(matter, said) in self._messages for said in unsure)

    def _left(self, found: Verdict, matter: Matter, left: list[Made], came: Mapping[int, Any]) -> None:
        for one in left:
            again = any(_fits(wanted, one, came) for wanted in matter.wanted)
            (found.doubled if again else found.wrong).append(f"{_heard(matter)} → {_told(one)}")

    def _changes(self, found: Verdict, matter: Matter, turned: list[Turned], came: Mapping[int, Any]) -> None:
        left = list(turned)
        for wanted in matter.changed:
            fitting = [one for one in left if _is(wanted, one, came)]
            left = [one for one in left if one not in fitting]
            found.written += bool(fitting)
            if not fitting and not wanted.perhaps:
                new = f"{wanted.table} {wanted.row}.{wanted.field}={wanted.value}"
                found.missing.append(f"{_heard(matter)} → {new}")
        found.wrong += [f"{_heard(matter)} → {one.table} {one.row}.{one.field}={one.value}" for one in left]

    def _strays(self, known: set[int | None]) -> list[Made]:
        return [one for number, made in self._made.items() if number not in known for one in made]

    def _deliveries(self, found: Verdict, screens: Iterable[Seen]) -> None:
        """Whatever the bot believes it has said, and has not given up, was on somebody's screen."""
        seen: defaultdict[str, list[str]] = defaultdict(list)
        for screen in screens:
            seen[screen.user].append(_plain(screen.text))
        owed: Counter[tuple[str, str]] = Counter()
        for row in self._outbox:
            if row["state"] == "given_up":
                found.given_up += 1
            elif row["text"]:
                owed[row["to_user"], _plain(row["text"])] += 1
        for (user, text), count in owed.items():
            shown = sum(text in one for one in seen[user])  # what can be tapped may stand below it
            found.unsent += [f"{user}：{text[:60]}"] * max(0, count - shown)
            found.sent_twice += max(0, seen[user].count(text) - count)

    def _ring(self, found: Verdict, ring: Ring, screens: Iterable[Seen]) -> None:
        """Each reminder of the day was heard, and when."""
        rows = [one for row in self._rows_of(ring.matter) for one in self._made.get(row["id"], ())]
        due = [one.values["due_at"] for one in rows if one.table == "reminders" and one.values["rings"] == 0]
        user = self._people[ring.who].user
        for moment in due:
            found.rings += 1
            told = [s.at for s in screens if s.user == user and ring.words in s.text and reading.reminds(s.text)]
            late = [at - moment.timestamp() for at in told if at >= moment.timestamp() - 1]
            if late:
                found.ring_lateness.append(max(0.0, min(late)))
            else:
                found.rings_missed.append(f"{ring.who}：{ring.words}（{moment:%H:%M:%S}）")


def _fits(wanted: Wanted, one: Made, came: Mapping[int, tuple[datetime, datetime]]) -> bool:
    if wanted.table != one.table:
        return False
    return all(_same(value, one.values.get(name), came.get(one.message or 0)) for name, value in wanted.values.items())


def _is(wanted: Changed, one: Turned, came: Mapping[int, tuple[datetime, datetime]]) -> bool:
    if (wanted.table, wanted.field) != (one.table, one.field) or wanted.row not in one.row:
        return False
    return _same(wanted.value, one.value, came.get(one.message or 0))


def _same(wanted: Any, value: Any, came: tuple[datetime, datetime] | None) -> bool:
    if isinstance(wanted, After):
        return came is not None and wanted.fits((value, *came))
    if hasattr(wanted, "fits"):
        return value is not None and bool(wanted.fits(value))
    return bool(wanted == value)


def _heard(matter: Matter) -> str:
    return f"{matter.who}：" + " / ".join(said.text for said in matter.said)


def _asked(wanted: Wanted) -> str:
    return f"{wanted.table} " + " ".join(f"{name}={value}" for name, value in wanted.values.items())


def _told(one: Made) -> str:
    kept = ("customer", "author", "for", "name", "amount", "stage", "due_at", "happened_at", "method", "text", "state")
    return f"{one.table} " + " ".join(f"{name}={one.values[name]}" for name in kept if one.values.get(name))


def _plain(text: str) -> str:
    return "".join(text.split())
