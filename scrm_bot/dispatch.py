"""The relay's part in the database: what may go now, and what became of it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from scrm_bot import circuits, delivery, inbox, outbox, posting
from scrm_bot.adapters.base import Budget, Closed, Limits, TryLater, Undeliverable, Unreachable, WaitForUser
from scrm_bot.circuits import Circuit
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import System
from scrm_bot.crm.shape import Shape
from scrm_bot.db import one_by_one
from scrm_bot.delivery import Pushed
from scrm_bot.message import Address, Kind
from scrm_bot.outbox import Outgoing

log = logging.getLogger(__name__)
BACKOFF = (2, 5, 15, 60, 300, 900, 3600, 3600)  # seconds, by attempt
SLACK = timedelta(seconds=5)  # by which the clocks of two machines may differ, and ours from the platform's
MISSED = timedelta(minutes=10)  # a push that waited longer comes with others of its kind: one after the other
PACE = timedelta(seconds=1)  # between two of those
DETOUR = timedelta(minutes=5)  # so long a push waits for a channel that is out of order, if there is another way


class Dispatch:
    """`claim`, then for each row `sent` or `failed`; `sweep` now and then. Every process has its own."""

    def __init__(self, limits: Mapping[str, Limits], shape: Shape, now: Callable[[], datetime]) -> None:
        self.limits, self.shape, self.now = limits, shape, now
        self._swept_to = 0
        self._broken: set[str] = set()

    def claim(self, session: Session, free: Mapping[str, int]) -> list[Outgoing]:
        """What is to be sent now, leased to us: of each channel at most as many rows as there is room for."""
        one_by_one(session, delivery.CLAIMS)
        now = self.now()
        broken = {circuit.channel: circuit for circuit in circuits.known(session)}
        self._broken = set(broken)
        claimed: list[Outgoing] = []
        for channel, room in free.items():
            claimed += self._claim_of(session, channel, room, broken.get(channel), now)
        return claimed

    def sent(self, session: Session, row: Outgoing, parts: int, began: datetime) -> bool:
        """One more part of it got through. False: it is no longer ours."""
        if row.channel in self._broken:
            circuits.close(session, row.channel, began)
        return outbox.part_sent(session, row, parts, self.now())

    def failed(self, session: Session, row: Outgoing, why: Exception, began: datetime) -> str:
        """It did not get through. What that means, in a word for the metrics."""
        now = self.now()
        match why:
            case WaitForUser():
                given_up, word = delivery.hold(session, row, why.reason, now), "held"
            case Closed():
                given_up, word = False, "closed"
                self._trip(session, row, why, began)
                delivery.postpone(session, row, now, why.reason, now)
            case TryLater():
                after = max(why.after, timedelta(seconds=BACKOFF[min(row.attempts, len(BACKOFF)) - 1]))
                given_up, word = delivery.retry(session, row, after, why.reason, now, unsure=why.unsure), "later"
            case Undeliverable():
                given_up = delivery.give_up(session, row, why.reason, now, unreachable=isinstance(why, Unreachable))
                word = "given_up"
            case _:
                word = "error"
                given_up = delivery.retry(session, row, timedelta(minutes=1), type(why).__name__, now, unsure=True)
        if given_up:
            self._find_another_way(session, row)
        return "given_up" if given_up else word

    def bounced(self, session: Session, to: Address, send_id: str, reason: str) -> bool:
        """A platform takes back what it said about a send. False if that was not one of ours."""
        row = delivery.bounced(session, to, send_id, reason, self.now())
        if row is not None:
            session.flush()
            self._find_another_way(session, row)
        return row is not None

    def sweep(self, session: Session) -> int:
        """Give up what has waited for too long, and lead pushes round channels that stay out of order."""
        now = self.now()
        old = delivery.too_old(session, now)
        for row in old:
            if delivery.give_up(session, row, f"too old; it waited: {row.reason or 'nobody serves this channel'}", now):
                self._find_another_way(session, row)
        return len(old) + self._lead_round(session, now)

    def handed_back(self, session: Session, row: Outgoing) -> None:
        """Nothing was sent: whoever is awake may have it at once, unless somebody has it already."""
        outbox.change(session, row, state="waiting", lease=None, run_at=self.now(), attempts=row.attempts - 1)

    def postponed(self, session: Session, row: Outgoing, wait: timedelta) -> None:
        """The budget of the whole account is used up for that long."""
        now = self.now()
        delivery.postpone(session, row, now + wait, "budget of the account", now)

    def _claim_of(
        self, session: Session, channel: str, room: int, broken: Circuit | None, now: datetime
    ) -> list[Outgoing]:
        if broken is not None and broken.shut_until > now:
            return []
        rows = delivery.claim(session, now, channel, 1 if broken else room)
        going = [row for row in rows if self._may_go(session, row, now)]
        if broken is not None and going:
            circuits.probe(broken, now)
        return going

    def _may_go(self, session: Session, row: Outgoing, now: datetime) -> bool:
        """Within the windows that the platform opens, within the budgets of its user, and not in a flood."""
        if not self._in_window(session, row, now):
            return False
        used = self._used(session, row, now)
        waits = [self._when(budget, row, used) for budget in self._budgets(row.channel)]
        if row.answers is None and now - row.created_at > MISSED:
            waits.append(self._in_its_turn(session, row, now))
        until = max(waits, default=now)
        if until <= now:
            return True
        delivery.postpone(session, row, until, "budget of the user", now)
        return False

    def _budgets(self, channel: str) -> Iterable[Budget]:
        return (budget for budget in self.limits[channel].budgets if budget.of == "user")

    def _used(self, session: Session, row: Outgoing, now: datetime) -> list[Pushed]:
        longest = max((budget.per for budget in self._budgets(row.channel)), default=None)
        if longest is None:
            return []
        return delivery.pushed_since(session, row.channel, row.to_user, now - longest - SLACK)

    def _when(self, budget: Budget, row: Outgoing, used: list[Pushed]) -> datetime:
        """From when on the budget has room for one more: one row's send is marked before the next one is claimed."""
        left = budget.count - row.parts_sent
        for push in used:
            left -= push.count
            if left <= 0:
                return push.at + budget.per + SLACK
        return row.created_at

    def _in_its_turn(self, session: Session, row: Outgoing, now: datetime) -> datetime:
        last = delivery.pushed_since(session, row.channel, row.to_user, now - PACE)
        return last[0].at + PACE if last else now

    def _in_window(self, session: Session, row: Outgoing, now: datetime) -> bool:
        """Some platforms let us speak only so often, and so long, after the user did something."""
        windows = self.limits[row.channel].windows
        if not windows:
            return True
        last = inbox.last_from(session, row.address)
        if last is None:
            return self._outside(session, row, "never written: the platform forbids speaking first", now)
        moment, kind = last
        window = windows.get(kind) or windows[Kind.TEXT]
        if now - moment > window.lasts:
            return self._outside(session, row, "outside the platform's window after the user's last message", now)
        used = delivery.pushed_since(session, row.channel, row.to_user, moment)
        if sum(push.count for push in used) < window.count:
            return True
        if delivery.hold(session, row, "the platform's quota until the user writes again", now):
            self._find_another_way(session, row)
        return False

    def _outside(self, session: Session, row: Outgoing, reason: str, now: datetime) -> bool:
        if delivery.give_up(session, row, reason, now):
            self._find_another_way(session, row)
        return False

    def _trip(self, session: Session, row: Outgoing, why: Closed, began: datetime) -> None:
        news = circuits.trip(
            session, row.channel, began, self.now(),
            reason=why.reason, trouble=why.trouble, detail=why.detail, after=why.after,
        )  # fmt: skip
        if news:
            log.warning("channel out of order", extra={"channel": row.channel, "why": why.reason})
            if why.trouble:
                session.flush()
                posting.out_of_order(self._desk(session), session.get_one(Circuit, row.channel))

    def _lead_round(self, session: Session, now: datetime) -> int:
        """Page by page over what waits on shut channels; those without another way go on waiting."""
        shut = [c.channel for c in circuits.known(session) if c.shut_until > now and c.since < now - DETOUR]
        if not shut:
            return 0
        waiting = delivery.stuck(session, shut, now, now - DETOUR, self._swept_to)
        self._swept_to = waiting[-1].id if waiting else 0
        results = Counter(posting.detour(self._desk(session), row, set(self.limits) - set(shut)) for row in waiting)
        return results[True]

    def _find_another_way(self, session: Session, row: Outgoing) -> None:
        now_is = session.get_one(Outgoing, row.id, populate_existing=True)
        posting.other_way(self._desk(session), now_is, self.limits.keys())

    def _desk(self, session: Session) -> Desk:
        return Desk(session, System(), self.now().astimezone(self.shape.zone), self.shape)
