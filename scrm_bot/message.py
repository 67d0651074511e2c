"""The vocabulary every room shares: what came in, what goes out, and where to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a person did. Everything that carries words has them in `Message.text`."""

    TEXT = "text"
    VOICE = "voice"  # text = what the platform recognised, "" if it recognised nothing
    IMAGE = "image"
    LOCATION = "location"
    FILE = "file"
    LINK = "link"
    PRESS = "press"  # a button or menu item; text = what the press says
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    RECALL = "recall"  # took a message back; detail: its key
    ENTER = "enter"  # opened the chat, said nothing
    UNSUPPORTED = "unsupported"  # known to exist, nothing we can do with it


@dataclass(frozen=True, slots=True)
class Address:
    """One account in one conversation of one configured channel. `room` is "" in a private chat."""

    channel: str
    user: str
    room: str = ""

    @property
    def conversation(self) -> str:
        """The key under which order is kept and memory is stored."""
        return f"{self.channel}/{self.room}/{self.user}"


@dataclass(frozen=True, slots=True)
class Message:
    """One message as the middle sees it; `key` is the platform's own id, unique per channel and sender."""

    address: Address
    key: str
    kind: Kind
    text: str
    sent_at: datetime  # aware
    sender_name: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)  # media ids, coordinates, event keys: JSON only
    hints: Mapping[str, Any] = field(default_factory=dict)  # what the adapter needs to answer later: JSON only


@dataclass(frozen=True, slots=True)
class Earlier:
    """A message of before: its number, by whom of us, when (aware), what became of it, how it was understood; where."""

    number: int
    staff: int | None
    at: datetime
    text: str
    fate: str
    reason: str
    understood: Sequence[Mapping[str, Any]]
    kind: Kind = Kind.TEXT
    detail: Mapping[str, Any] = field(default_factory=dict)
    address: Address = Address("", "")


@dataclass(frozen=True, slots=True)
class Choice:
    """A quick reply: the button's label and what pressing it says.

    `asked` names the question that it answers; pressed when that one is settled, it answers no other.
    """

    label: str
    says: str
    asked: str = ""


@dataclass(frozen=True, slots=True)
class OutFile:
    """A file to hand out: the name that people see, the digest under which its bytes are kept."""

    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class Listing:
    """What a numbered list is of: (table, id) in the order of the numbers, from 1.

    `asked`: the words that asked for it, to be asked again for the pages to come; `page` counts from 0.
    """

    rows: tuple[tuple[str, int], ...]
    asked: str = ""
    page: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """What the bot says. `text` is complete by itself; `choices` are only faster to tap; `file` comes after it.

    `listing`: what the numbers in it mean, if it is a list that can be acted upon.
    """

    text: str
    choices: tuple[Choice, ...] = ()
    file: OutFile | None = None
    listing: Listing | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of something said, at one account: `state` waiting, sending, sent or given_up, since `at`."""

    to: Address
    state: str
    at: datetime
    reason: str = ""
    unreachable: bool = False
