"""The company's own shape: its deal stages and its rules, as the CRM sees them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the funnel. `kind` is ours (open, won, lost), `name` is the company's."""

    key: str
    name: str
    kind: Literal["open", "won", "lost"]
    probability: int

    @property
    def closes(self) -> bool:
        """A deal that enters it is over."""
        return self.kind != "open"


DEFAULT_STAGES = (
    Stage("contact", "初步接洽", "open", 10),
    Stage("need", "需求确认", "open", 30),
    Stage("demo", "方案演示", "open", 50),
    Stage("quote", "报价谈判", "open", 70),
    Stage("sign", "合同签署", "open", 90),
    Stage("won", "赢单", "won", 100),
    Stage("lost", "输单", "lost", 0),
)


@dataclass(frozen=True, slots=True)
class Shape:
    """Stages in funnel order, and the numbers that rules go by."""

    company: str = "示例机电"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    stages: tuple[Stage, ...] = DEFAULT_STAGES
    confirm_amount: Decimal = Decimal(1_000_000)
    undo_minutes: int = 10
    uncontacted_days: int = 3
    count_low_value: bool = False  # whether 已联系 and the like are contacts with a customer
    renewal_days: tuple[int, ...] = (90, 60, 30, 7)
    morning: time = time(8, 30)
    quiet_from: time = time(21, 0)
    quiet_until: time = time(8, 0)
    public_url: str = ""  # where people's browsers reach the bot; "" where they do not
    language: str = "zh"  # of whoever has not chosen another
    wordings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # by language: texts by their names

    def __iter__(self) -> Iterator[Stage]:
        return iter(self.stages)

    def awake(self, now: datetime) -> datetime:
        """Now, or the end of the quiet hours if it is night."""
        local = now.astimezone(self.zone)
        clock = local.time()
        over_midnight = self.quiet_from > self.quiet_until
        late, early = clock >= self.quiet_from, clock < self.quiet_until
        if not (late or early if over_midnight else late and early):
            return now
        day = local.date() + timedelta(days=1) if late and over_midnight else local.date()
        return datetime.combine(day, self.quiet_until, self.zone)

    def stage(self, key: str) -> Stage:
        """By key; a stage that was taken out of the configuration still shows its key."""
        return next((s for s in self.stages if s.key == key), Stage(key, key, "open", 0))

    def named(self, words: str) -> Stage | None:
        """By name or key."""
        return next((s for s in self.stages if words in (s.name, s.key)), None)

    def first(self, kind: str) -> Stage:
        """The first stage of a kind."""
        return next(s for s in self.stages if s.kind == kind)
