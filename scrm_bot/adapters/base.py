"""What every platform adapter is: a reader of callbacks and a sender of text, with known limits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from scrm_bot.adapters.text import clean, inert, split
from scrm_bot.message import Address, Choice, Kind, Message, OutFile, Reply


class BadSignature(Exception):
    """The callback is not what it claims to be (forged, stale, foreign): 403, silence."""


class Malformed(Exception):
    """The callback cannot be read: 400, silence."""


class TryLater(Exception):
    """The platform did not take it now; `after` says when to try again. `unsure`: it may have taken it."""

    def __init__(self, reason: str, after: timedelta = timedelta(seconds=5), *, unsure: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.after, self.unsure = reason, after, unsure


class WaitForUser(TryLater):
    """The platform's quota for this person is used up: it takes nothing until the person does something again."""

    def __init__(self, reason: str, after: timedelta = timedelta(hours=1)) -> None:
        super().__init__(reason, after)


class Closed(TryLater):
    """The platform takes nothing of the whole account until `after` is over: no message's fault, no try used up.

    `trouble`: what an admin should hear of it (secret, address, permission, blocked, quota), "" if it passes by itself;
    `detail` belongs to it: the IP address that the platform saw.
    """

    def __init__(
        self, reason: str, after: timedelta = timedelta(seconds=30), code: str = "", trouble: str = "", detail: str = ""
    ) -> None:
        super().__init__(reason, after)
        self.code, self.trouble, self.detail = code, trouble, detail


class Misconfigured(Closed):
    """The account itself is refused until somebody puts it right: a wrong secret, an IP that is not trusted."""

    def __init__(self, reason: str, code: str = "", trouble: str = "permission", detail: str = "") -> None:
        super().__init__(reason, timedelta(seconds=30), code, trouble, detail)


class Undeliverable(Exception):
    """The platform will never take it; trying again is useless."""

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(reason)
        self.reason, self.code = reason, code


class Unreachable(Undeliverable):
    """Nothing at all will arrive at this account until the person does something there again."""


class NotThere(Exception):
    """The platform does not give this content out, and will not do so later: expired, unknown, not its own."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Callback:
    """One HTTP request of a platform, already read within the size cap. Headers are asked for in lower case."""

    method: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime  # aware


@dataclass(frozen=True, slots=True)
class Answer:
    """The HTTP answer to a callback."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain"


@dataclass(frozen=True, slots=True)
class Received:
    """A verified callback: its messages (none: nothing to do), and what `answer` needs to reply within it."""

    messages: tuple[Message, ...] = ()
    seal: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Window:
    """How many messages may follow a user's act, and for how long."""

    count: int
    lasts: timedelta


@dataclass(frozen=True, slots=True)
class Budget:
    """At most so many messages in any stretch of so much time: of one user, in one room, or of the whole account."""

    of: Literal["user", "room", "account"]
    count: int
    per: timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    """What the platform allows. Sizes are UTF-8 bytes."""

    text_bytes: int
    passive: bool = False  # can reply inside the callback's HTTP answer
    answer_within: float = 4.5  # seconds from the callback's arrival to its answer
    windows: Mapping[Kind, Window] = field(default_factory=dict)  # empty: may speak at any time
    budgets: tuple[Budget, ...] = ()
    files: frozenset[str] = frozenset()  # endings of those that can be handed out
    at_once: int = 8  # sends on their way at the same time; so many are late if a process dies


@dataclass(frozen=True, slots=True)
class Part:
    """What goes out at once: words, with buttons below them or without; a file; or a mark on the card just pressed."""

    text: str
    choices: tuple[Choice, ...] = ()
    file: OutFile | None = None
    content: bytes = field(default=b"", repr=False)  # of the file: whoever sends it puts it in
    pressed: str = ""  # the card shows this from now on, and can be pressed no more

    @property
    def is_plain(self) -> bool:
        """Only words: what the answer to a callback can hold."""
        return not (self.choices or self.file or self.pressed)


def as_parts(reply: Reply, limits: Limits) -> list[Part]:
    """The default of `Adapter.parts`: the text alone, split, then the file; choices need no words of their own."""
    texts = split(inert(clean(reply.text)), limits.text_bytes)
    fits = reply.file is not None and takes(limits, reply.file)
    return [Part(text) for text in texts] + ([Part("", file=reply.file)] if fits else [])


def takes(limits: Limits, file: OutFile) -> bool:
    """Files of this kind can be handed out."""
    return file.name.rpartition(".")[2].lower() in limits.files


class Nonces(Protocol):
    """Memory of (account, timestamp, nonce) -> digest of the body, longer than the signature window."""

    async def fresh(self, key: str, digest: str) -> bool:
        """True if the key is new or was seen with this very digest; False if it came with another body."""
        ...


class Tokens(Protocol):
    """Access tokens shared by everybody who speaks for one account."""

    async def get(self, account: str, fetch: Callable[[], Awaitable[tuple[str, float]]]) -> str:
        """The token; `fetch` (one flight at a time) returns a new one and the seconds that it lives.

        Raises what `fetch` raises, and TimeoutError where another process has just tried in vain.
        """
        ...

    async def forget(self, account: str, token: str) -> None:
        """This token was refused; forget it unless somebody has replaced it already."""
        ...


class Budgets(Protocol):
    """How often something was done lately, by everybody who speaks for one account."""

    async def take(self, key: str, count: int, seconds: float) -> float:
        """0 if there was room for one more within `seconds`, which is taken now; else the seconds to wait for it."""
        ...


class Adapter(Protocol):
    """One platform, one file. `read` and `answer` touch no network, `send` touches nothing else."""

    name: str
    audience: str  # staff | customers
    limits: Limits

    async def read(self, callback: Callback) -> Received | Answer:
        """Verify, decrypt, parse. An `Answer` ends it here (handshake, ignored). Raises BadSignature, Malformed."""
        ...

    def answer(self, received: Received, part: Part | None) -> Answer:
        """The HTTP answer that carries this part of a reply, a plain one, or nothing."""
        ...

    def parts(self, reply: Reply, hints: Mapping[str, Any]) -> list[Part]:
        """The reply as what the platform takes, always the same: degraded, and split at natural places."""
        ...

    async def send(self, to: Address, part: Part, hints: Mapping[str, Any], *, again: bool = False) -> None:
        """Deliver one part. `again`: an earlier try may have got through.

        `hints`: those of the message that this answers; and "send_id", the same whenever this part is tried.
        Raises TryLater (Closed, Misconfigured where it is the account's matter) or Undeliverable (Unreachable).
        """
        ...


class Door(Protocol):
    """Where an adapter hands in what it fetched itself, and remembers how far it has read."""

    async def cursor(self, place: str) -> str:
        """How far this place (an account of the platform) was read; "" before the first time."""
        ...

    async def hand_in(self, messages: Sequence[Message], place: str = "", cursor: str = "", since: str = "") -> None:
        """Durable, together with the cursor, when this returns; their turns follow. Doubles are harmless.

        `since`: where the cursor stood when this was fetched. If it has moved meanwhile, it stays where it is.
        """
        ...

    async def not_delivered(self, to: Address, send_id: str, reason: str) -> None:
        """The platform tells now that what `send` gave it as `hints["send_id"]` did not arrive."""
        ...


class Listener(Protocol):
    """What an adapter also is that fetches its messages itself: over a socket, or by asking for them."""

    async def listen(self, door: Door) -> None:
        """Until cancelled. Comes back by itself from whatever the network does."""
        ...


class Downloader(Protocol):
    """What an adapter also is whose platform gives out what people sent, for a while."""

    async def download(
        self, source: Mapping[str, Any], pour: Callable[[AsyncIterator[bytes]], Awaitable[None]]
    ) -> None:
        """Pour the content of what a message told of. Raises TryLater, NotThere, Undeliverable, what `pour` raises."""
        ...
