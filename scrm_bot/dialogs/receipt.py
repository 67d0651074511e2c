"""What a turn comes to say: lines, quick replies, one question at the end, and the fate of the message."""

from __future__ import annotations

from dataclasses import dataclass, field

from scrm_bot.dialogs.taps import taps
from scrm_bot.dialogs.texts import Text
from scrm_bot.message import Choice, Listing, OutFile, Reply

BEST_FIRST = ("written", "asked", "answered", "parked", "ignored")


@dataclass
class Receipt:
    """Filled while the acts of a message are done; one combined answer at the end."""

    lines: list[str] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    question: str = ""  # the skippable one after the record
    fates: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    listing: Listing | None = None  # what the numbers in it mean
    file: OutFile | None = None

    def tell(self, words: str, fate: str, reason: str) -> None:
        """One act came to this."""
        self.add(words)
        self.fates.append(fate)
        self.reasons.append(reason)

    def add(self, words: str) -> None:
        """One more line, if it says anything."""
        if words:
            self.lines.append(words)

    def offer(self, *labels: Text | str, asked: str = "") -> None:
        """Words to tap instead of typing them."""
        self.choices += taps(*labels, asked=asked)

    @property
    def wrote(self) -> bool:
        """Something was written."""
        return "written" in self.fates

    @property
    def asks(self) -> bool:
        """The last act ended in a question that must be answered."""
        return bool(self.fates) and self.fates[-1] == "asked"

    @property
    def fate(self) -> str:
        """Of the message."""
        return next((fate for fate in BEST_FIRST if fate in self.fates), "ignored")

    @property
    def reason(self) -> str:
        """Why, for whoever looks at the message's row."""
        return "; ".join(dict.fromkeys(self.reasons))

    @property
    def reply(self) -> Reply | None:
        """All of it; None if there is nothing to say."""
        lines = [*self.lines, self.question] if self.question else self.lines
        return Reply("\n".join(lines), tuple(self.choices), self.file, self.listing) if lines else None
