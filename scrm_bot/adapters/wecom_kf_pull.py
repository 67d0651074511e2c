"""Reading the mailboxes of 微信客服: a callback only says that something is there, it is fetched page by page.

Nothing is lost: where a page ends is stored with its messages, in one transaction, and every page begins where the
database says. Two processes may read one mailbox at once: messages are kept once, and the mark only moves on from
the place where its page began. What came while nobody listened is read at the start; the platform keeps it three days.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from scrm_bot.adapters import wecom_kf_said
from scrm_bot.adapters.api import Outcome, Verdicts
from scrm_bot.adapters.base import Closed, Door, Malformed, Misconfigured, TryLater, Undeliverable
from scrm_bot.adapters.wecom_kf_said import NotDelivered
from scrm_bot.message import Message

log = logging.getLogger(__name__)
PAGE = 200  # messages in one transaction; the platform would give a thousand
TOKEN_LIVES = 570.0  # seconds; the platform says ten minutes
LOOK = 600.0  # seconds after which we look by ourselves: a callback may have been lost. Without a token this is dear
PAUSES = (1.0, 2.0, 5.0, 15.0, 60.0)  # seconds, by failure
PATIENT = timedelta(minutes=1)  # who says so long a wait means it

_BAD_TOKEN = 95007  # the callback's, not the access token
VERDICTS = Verdicts(
    later={-1: timedelta(seconds=5), 6000: timedelta(seconds=2), 45033: timedelta(seconds=5)},
    closed={45009: lambda: Closed("wecom_kf 45009", timedelta(minutes=1), "45009")},
    never=frozenset({95000, 95004}),  # no such account
    broken={
        40001: "secret",
        40013: "secret",
        48002: "permission",
        48004: "blocked",
        60011: "permission",
        60020: "address",
        95011: "permission",  # the account belongs to WeCom's own console
        95012: "permission",  # ... or to the other one
        95017: "permission",
    },
)
_KNOWN = VERDICTS.later.keys() | VERDICTS.closed.keys() | VERDICTS.broken.keys() | VERDICTS.never
Ask = Callable[[Mapping[str, Any]], Awaitable[Outcome]]  # one call of kf/sync_msg; raises TryLater, Undeliverable


@dataclass(frozen=True, slots=True)
class Page:
    """What one call gave. `cursor`: where it ends; "" if it does not say."""

    items: tuple[Mapping[str, Any], ...]
    cursor: str
    more: bool


class Mailbox:
    """One customer service account. Whoever hears of news rings; one reader at a time empties it."""

    def __init__(self, channel: str, place: str, open_kfid: str, ask: Ask) -> None:
        self._channel, self._place, self._open_kfid, self._ask = channel, place, open_kfid, ask
        self._bell = asyncio.Event()
        self._token, self._token_ends = "", 0.0

    def ring(self, token: str) -> None:
        """There is something; the token makes fetching cheap for a while."""
        self._token, self._token_ends = token, time.monotonic() + TOKEN_LIVES
        self._bell.set()

    async def watch(self, door: Door) -> None:
        """Until cancelled: fetch what is there, now and whenever it rings. Comes back from whatever fails."""
        failures = 0
        while True:
            self._bell.clear()
            pause = await self._try(door, PAUSES[min(failures, len(PAUSES) - 1)])
            if pause:
                failures += 1
                await asyncio.sleep(pause * random.uniform(0.8, 1.2))
            else:
                failures = 0
                await self._rung()

    async def _try(self, door: Door, pause: float) -> float:
        """Empty the mailbox; how long to wait if that failed, 0 if it is empty."""
        where = {"place": self._place}
        try:
            await self._empty(door)
        except (Misconfigured, Undeliverable) as wrong:
            log.error("customer service refuses us: look at its settings", extra=where | {"why": wrong.reason})
            return PAUSES[-1]
        except TryLater as later:
            log.warning("cannot read customer service now", extra=where | {"why": later.reason})
            return later.after.total_seconds() if later.after >= PATIENT else pause
        except Exception:
            log.exception("reading customer service failed", extra=where)
            return pause
        return 0.0

    async def _rung(self) -> None:
        try:
            async with asyncio.timeout(LOOK * random.uniform(0.8, 1.2)):
                await self._bell.wait()
        except TimeoutError:
            pass

    async def _empty(self, door: Door) -> None:
        while True:
            since = await door.cursor(self._place)
            page = await self._page(since)
            await self._hand_in(door, page, since)
            if not page.more:
                return
            if page.cursor in ("", since):
                raise TryLater("a page that leads nowhere")

    async def _page(self, since: str) -> Page:
        outcome = await self._fetch(since)
        if since and outcome.errcode and outcome.errcode not in _KNOWN:
            log.warning(
                "customer service does not take the cursor: reading all that it still has",
                extra={"place": self._place, "code": outcome.errcode},
            )
            outcome = await self._fetch("")
        VERDICTS.check(outcome, "wecom_kf sync_msg")
        return _read_page(outcome.body)

    async def _fetch(self, since: str) -> Outcome:
        token = self._token if time.monotonic() < self._token_ends else ""
        body = {"cursor": since, "token": token, "open_kfid": self._open_kfid}
        outcome = await self._ask({name: text for name, text in body.items() if text} | {"limit": PAGE})
        if outcome.errcode == _BAD_TOKEN and token:
            log.warning("customer service does not take the callback's token", extra={"place": self._place})
            if token == self._token:
                self._token_ends = 0.0
            return await self._fetch(since)
        return outcome

    async def _hand_in(self, door: Door, page: Page, since: str) -> None:
        now = datetime.now(UTC)
        said = [found for item in page.items if (found := self._read(item, now))]
        for failure in said:
            if isinstance(failure, NotDelivered):
                await door.not_delivered(failure.to, failure.send_id, failure.reason)
        messages = [message for message in said if isinstance(message, Message)]
        if messages or page.cursor not in ("", since):
            await door.hand_in(messages, self._place, page.cursor, since)

    def _read(self, item: Mapping[str, Any], now: datetime) -> Message | NotDelivered | None:
        """What cannot be read must not hold up what comes after it."""
        try:
            said = wecom_kf_said.read(self._channel, item, now)
        except Malformed as wrong:
            log.error("customer service: an item cannot be read", extra={"place": self._place, "why": str(wrong)})
            return None
        except Exception:
            log.exception("customer service: an item cannot be read", extra={"place": self._place})
            return None
        if said is None:
            what = wecom_kf_said.event_type(item) or f"origin {item.get('origin')}"
            log.info("customer service: noted", extra={"place": self._place, "what": what})
        return said


def _read_page(body: Mapping[str, Any]) -> Page:
    items, cursor = body.get("msg_list") or [], body.get("next_cursor") or ""
    if not isinstance(items, list) or not isinstance(cursor, str):
        raise TryLater("a strange page")
    return Page(tuple(item for item in items if isinstance(item, dict)), cursor, body.get("has_more") in (1, True))
