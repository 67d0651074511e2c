"""What a conversation remembers, as one row: the open question, the customers talked about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from scrm_bot.db import Base, insert
from scrm_bot.prepared import Prepared

PATIENCE = timedelta(minutes=30)  # how long a question stays open
A_WEEK = timedelta(days=7)
JUST = timedelta(minutes=10)  # what was done within is what is spoken of
RECENT = timedelta(minutes=15)  # how long 他, 这家, 刚才那个 mean the last customer


def named_after(message: int | None) -> str:
    """How the names of the questions begin that come of this message."""
    return f"q{message or 0:x}"


class Conversation(Base):
    """One person in private, or one account in one room. The row is also what turns of one are put in order by."""

    __tablename__ = "conversations"

    key: Mapped[str] = mapped_column(primary_key=True)
    memory: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]


@dataclass
class Pending:
    """A question that waits for its answer: which skill goes on, with what it knows already (packed)."""

    skill: str
    slots: dict[str, Any]
    said: str  # the message that began it
    asking: str = ""  # the slot asked for
    options: list[list[Any]] = field(default_factory=list)  # [label, packed value]
    confirm: bool = False
    skippable: bool = False  # the record is written; this is only the question after it
    prompt: str = ""
    tries: int = 0
    label: str = ""
    words: str = ""  # that may mean each of the options
    name: str = ""  # by which a button says which question it answers


@dataclass(frozen=True, slots=True)
class Arrival:
    """A visit that began with a check-in: what is told of it later belongs to the same record."""

    customer: int
    followup: int
    said: str  # what stands in the record until then
    until: str  # as ISO 8601 tells it


@dataclass
class Manners:
    """How many questions after records were passed over on a day, in a row."""

    day: str = ""
    passed: int = 0


@dataclass(frozen=True)
class Record:
    """A follow-up just written: what is said next may go on with it."""

    followup: int
    at: datetime


@dataclass(frozen=True)
class Moved:
    """A reminder just put off: 办完了 and 再推一小时 are said of it, though it does not ring."""

    reminder: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Inquiry:
    """The question just answered: of which skill, with what it knew (packed)."""

    skill: str
    slots: dict[str, Any]


@dataclass
class Practice:
    """A practice since then: the messages heard in it, each with its time, and the exercises that are done."""

    since: str  # times as ISO 8601 tells them
    last: str
    heard: list[tuple[int, str]] = field(default_factory=list)
    done: list[str] = field(default_factory=list)


@dataclass
class Memory:
    """The row's content as objects."""

    pending: list[Pending] = field(default_factory=list)
    customers: list[int] = field(default_factory=list)  # latest first
    told: list[str] = field(default_factory=list)  # what is said only once
    updated_at: datetime | None = None
    undid: bool = False  # the last message took something back
    used: list[str] = field(default_factory=list)  # what this person knows how to say: skills
    helped: list[str] = field(default_factory=list)  # what was shown as an example, each time
    questions: Manners = field(default_factory=Manners)
    asked: dict[str, str] = field(default_factory=dict)  # customer, the day of the last question what comes next
    record: Record | None = None
    moved: Moved | None = None
    arrived: Arrival | None = None  # where the speaker is, as far as is known
    practice: Practice | None = None  # on: what is said is not real
    inquiry: Inquiry | None = None  # may be asked on: 小李呢

    def manners(self, today: date) -> Manners:
        """Of that day: each begins anew."""
        if self.questions.day != today.isoformat():
            self.questions = Manners(today.isoformat())
        return self.questions

    def name(self, message: int | None) -> str:
        """For one more question that comes of this message."""
        name = named_after(message)
        taken = sum(pending.name.startswith(name) for pending in self.pending)
        return f"{name}x{taken}" if taken else name

    def asked_lately(self, customer: int, today: date) -> bool:
        """Within a week: nobody wants to hear the same question again."""
        since = (today - A_WEEK).isoformat()
        self.asked = {number: day for number, day in self.asked.items() if day > since}
        return str(customer) in self.asked

    def recent(self, now: datetime) -> list[int]:
        """Customers that a pronoun may mean."""
        fresh = self.updated_at is not None and now - self.updated_at < RECENT
        return self.customers if fresh else []

    def forget_stale(self, now: datetime) -> None:
        """Questions that nobody will answer any more."""
        if self.updated_at is None or now - self.updated_at >= PATIENCE:
            self.pending, self.inquiry = [], None

    def just_moved(self, now: datetime) -> int | None:
        """The reminder that was put off a moment ago."""
        fresh = self.moved is not None and now - self.moved.at < JUST
        return self.moved.reminder if self.moved and fresh else None

    def has_used(self, skills: Iterable[str]) -> None:
        """This person knows by now how to say these."""
        self.used += [skill for skill in dict.fromkeys(skills) if skill not in self.used]

    def talked_about(self, customer: int) -> None:
        """This customer is now the one meant by 他."""
        self.customers = [customer, *(c for c in self.customers if c != customer)][:5]


_ROWS: Table = Conversation.__table__  # type: ignore[assignment]
_LOCK = Prepared(
    select(_ROWS.c.memory, _ROWS.c.updated_at).where(_ROWS.c.key == bindparam("its_key")).with_for_update()
)
_SAVE = Prepared(
    update(_ROWS)
    .where(_ROWS.c.key == bindparam("its_key"))
    .values(memory=bindparam("its_memory"), updated_at=bindparam("now")),
    changes=True,
)


@dataclass
class State:
    """A conversation's row, ours until the end of the transaction: turns of one person come one after another."""

    key: str
    data: dict[str, Any]
    updated_at: datetime

    def memory(self) -> Memory:
        """Objects from the row."""
        pending = [Pending(**one) for one in self.data.get("pending", [])]
        kept = self.data
        lists = {name: list(kept.get(name, ())) for name in ("customers", "told", "used", "helped")}
        return Memory(
            pending=pending,
            updated_at=self.updated_at,
            undid=bool(kept.get("undid")),
            questions=Manners(**kept.get("manners", {})),
            asked=dict(kept.get("asked", {})),
            record=_record(kept.get("record")),
            moved=_moved(kept.get("moved")),
            arrived=Arrival(**kept["arrived"]) if "arrived" in kept else None,
            practice=Practice(**kept["practice"]) if "practice" in kept else None,
            inquiry=Inquiry(**kept["inquiry"]) if "inquiry" in kept else None,
            **lists,
        )

    def save(self, session: Session, memory: Memory, now: datetime) -> None:
        """Back into the row."""
        pending = [asdict(one) for one in memory.pending]
        self.data = {"pending": pending, "customers": memory.customers, "told": memory.told}
        self.data |= {name: kept for name in ("used", "helped") if (kept := getattr(memory, name))}
        if memory.undid:
            self.data["undid"] = True
        if memory.questions.day:
            self.data["manners"] = asdict(memory.questions)
        if memory.asked:
            self.data["asked"] = memory.asked
        if memory.record is not None:
            self.data["record"] = [memory.record.followup, memory.record.at.isoformat()]
        if memory.moved is not None:
            self.data["moved"] = [memory.moved.reminder, memory.moved.at.isoformat()]
        if memory.arrived:
            self.data["arrived"] = asdict(memory.arrived)
        if memory.practice is not None:
            self.data["practice"] = asdict(memory.practice)
        if memory.inquiry is not None:
            self.data["inquiry"] = asdict(memory.inquiry)
        self.updated_at = now
        _SAVE.do(session, its_key=self.key, its_memory=self.data, now=now)


def _record(data: list[Any] | None) -> Record | None:
    return Record(data[0], datetime.fromisoformat(data[1])) if data else None


def _moved(data: list[Any] | None) -> Moved | None:
    return Moved(data[0], datetime.fromisoformat(data[1])) if data else None


def lock(session: Session, key: str, now: datetime) -> State:
    """The conversation's row; made if it is the first time."""
    row = _LOCK.first(session, its_key=key)
    if row is None:
        first = insert(session, Conversation).values(key=key, memory={}, updated_at=now)
        session.execute(first.on_conflict_do_nothing())
        (row,) = _LOCK.all(session, its_key=key)
    return State(key, *row)


def take_along(session: Session, here: Memory, name: str, key: str, now: datetime) -> None:
    """The questions that were put just now will be answered at another place: under this key."""
    moved = [pending for pending in here.pending if pending.name.startswith(name)]
    if not moved:
        return
    state = lock(session, key, now)
    there = state.memory()
    there.forget_stale(now)
    there.pending = moved + there.pending
    there.customers = list(dict.fromkeys([*here.recent(now), *here.customers[:1], *there.recent(now)]))[:5]
    here.pending = [pending for pending in here.pending if pending not in moved]
    state.save(session, there, now)
