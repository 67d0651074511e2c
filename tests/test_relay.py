"""The relay against the simulated platforms: budgets, closed channels, other ways, and channels that hang."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession
from sqlalchemy import select
from sqlalchemy.orm import Session

from scrm_bot import circuits, outbox
from scrm_bot.adapters.base import Budget
from scrm_bot.adapters.dingtalk import Dingtalk
from scrm_bot.adapters.wechat import Wechat
from scrm_bot.adapters.wecom import Wecom
from scrm_bot.crm import people
from scrm_bot.crm.people import Staff
from scrm_bot.crm.shape import Shape
from scrm_bot.db import Database
from scrm_bot.message import Address, Reply
from scrm_bot.metrics import Metrics
from scrm_bot.outbox import Outgoing
from scrm_bot.relay import Relay
from scrm_bot.shared import Memory
from scrm_bot.simulator import Fault, Simulator
from tests import company

ZHOU = Address("sales", "zhouxm")
BOSS = Address("ding", "boss-on-ding")


class Post:
    """A database, the simulator's clock, and any number of relays."""

    def __init__(self, db: Database, sim: Simulator, http: ClientSession) -> None:
        self.db, self.sim, self.http = db, sim, http
        self.relays: list[Relay] = []
        self.shape = Shape(zone=company.ZONE, quiet_from=time(0), quiet_until=time(0))  # tests run at night too

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.sim.clock.now(), UTC)

    def relay(self) -> Relay:
        """One more process, as far as relays can tell."""
        shared, http = Memory(), self.http
        wecom, wechat, ding = (_settings(one.channel()) for one in (self.sim.wecom, self.sim.wechat, self.sim.dingtalk))
        adapters = {
            "sales": Wecom("sales", **wecom, http=http, tokens=shared.tokens, nonces=shared.nonces),
            "service": Wechat("service", **wechat, http=http, tokens=shared.tokens, nonces=shared.nonces),
            "ding": Dingtalk(
                "ding", **ding, http=http, tokens=shared.tokens, nonces=shared.nonces, budgets=shared.budgets
            ),
        }
        one = Relay(self.db, adapters, self.now, Metrics(), self.shape, shared)  # type: ignore[arg-type]
        self.relays.append(one)
        return one

    async def put(self, to: Address, *texts: str, **more: Any) -> None:
        def put(session: Session) -> None:
            person = people.who(session, to.channel, to.user)
            for text in texts:
                known = {"person": person.key} if isinstance(person, Staff) else {}
                outbox.put(session, to, Reply(text), self.now(), **{**known, **more})

        await self.db.within(put)

    async def rows(self) -> list[Outgoing]:
        return await self.db.within(lambda s: list(s.scalars(select(Outgoing).order_by(Outgoing.id))))

    async def carry(self, *relays: Relay) -> None:
        """Until nothing more can be sent now."""
        while sum(await asyncio.gather(*(relay.carry() for relay in relays or self.relays))):
            await asyncio.gather(*(relay.settled() for relay in relays or self.relays))

    async def also_on_ding(self, who: Address, user: str, at: datetime | None = None) -> None:
        def bind(session: Session) -> None:
            person = people.who(session, who.channel, who.user)
            assert isinstance(person, Staff)
            people.bind(session, "ding", user, person, self.now())

        await self.db.within(bind)


def _settings(channel: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in channel.items() if name not in {"kind", "mode"}}


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Post]:
    db = Database(url)
    async with Simulator() as sim, ClientSession() as http:
        yield Post(db, sim, http)
    db.close()


@pytest.fixture
async def post(database_kind: str, fresh_database_url: Callable[..., str]) -> AsyncIterator[Post]:
    async with opened(fresh_database_url(database_kind, company.prepare)) as post:
        yield post


@pytest.fixture
async def post_on_sqlite(fresh_database_url: Callable[..., str]) -> AsyncIterator[Post]:
    async with opened(fresh_database_url("sqlite", company.prepare)) as post:
        yield post


@pytest.fixture
async def post_on_postgresql(fresh_database_url: Callable[..., str]) -> AsyncIterator[Post]:
    async with opened(fresh_database_url("postgresql", company.prepare)) as post:
        yield post


async def test_two_relays_give_one_member_no_more_than_the_platform_lets_through(post_on_postgresql: Post) -> None:
    post = post_on_postgresql
    texts = [f"第{number}条" for number in range(200)]
    await post.put(ZHOU, *texts)
    post.relay(), post.relay()
    for _ in range(60):
        await post.carry()
        if len(post.sim.seen("zhouxm")) == len(texts):
            break
        post.sim.clock.advance(25)
    assert post.sim.wecom.dropped == []
    assert post.sim.seen("zhouxm") == texts
    assert {row.attempts for row in await post.rows()} == {1}


async def test_three_relays_keep_each_conversation_in_order_with_one_send_on_its_way(post_on_postgresql: Post) -> None:
    post = post_on_postgresql
    users, texts = [f"user{number}" for number in range(8)], [f"第{number}条" for number in range(12)]
    on_their_way, most = Counter[str](), Counter[str]()
    for relay in [post.relay() for _ in range(3)]:
        real = relay.adapters["sales"].send

        async def watched(to: Address, *args: Any, real: Any = real, **more: Any) -> None:
            on_their_way[to.user] += 1
            most[to.user] = max(most[to.user], on_their_way[to.user])
            await real(to, *args, **more)
            on_their_way[to.user] -= 1

        relay.adapters["sales"].send = watched  # type: ignore[method-assign]
        relay.start()
    for text in texts:
        for user in users:
            await post.put(Address("sales", user), text)
    for user in users:
        await post.sim.until_seen(user, texts[-1], 60)
    for relay in post.relays:
        await relay.stop()
    assert [post.sim.seen(user) for user in users] == [texts] * len(users)
    assert set(most.values()) == {1}


async def test_a_wrong_secret_costs_two_token_calls_and_no_row_a_try_and_is_told_elsewhere(post: Post) -> None:
    relay, right = post.relay(), post.sim.wecom.secret
    post.sim.wecom.secret = "changed"
    await post.also_on_ding(Address("sales", "boss"), BOSS.user)
    await post.put(ZHOU, "一", "二")
    await post.put(Address("sales", "lisq"), "三")
    for _ in range(5):
        await post.carry()
    assert post.sim.wecom.tokens.calls == 2
    assert [(row.state, row.attempts) for row in (await post.rows())[:3]] == [("waiting", 0)] * 3
    (told,) = post.sim.seen(BOSS.user)
    assert "渠道「sales」" in told
    assert "密钥" in told
    post.sim.wecom.secret = right
    relay.shared.tokens._failing.clear()  # half a minute by another clock
    post.sim.clock.advance(46)
    await post.carry()
    assert (post.sim.seen("zhouxm"), post.sim.seen("lisq")) == (["一", "二"], ["三"])
    assert not await post.db.within(circuits.known)


async def test_a_closed_channel_is_tried_by_one_row_at_a_time(post_on_sqlite: Post) -> None:
    post = post_on_sqlite
    post.relay(), post.relay()
    for number in range(20):
        await post.put(Address("sales", f"user{number}"), "你好")
    post.sim.faults.always(60020)
    await post.carry()
    tried = len(post.sim.calls("message/send"))
    for _ in range(3):
        post.sim.clock.advance(601)
        before = len(post.sim.calls("message/send"))
        await post.carry()
        assert len(post.sim.calls("message/send")) - before <= 2  # one in each process, if they look at once
    assert tried <= 2 * post.relays[0].adapters["sales"].limits.at_once
    post.sim.faults.clear()
    post.sim.clock.advance(601)
    await post.carry()
    assert all(post.sim.seen(f"user{number}") == ["你好"] for number in range(20))


async def test_what_wecom_refuses_reaches_the_person_on_dingtalk(post: Post) -> None:
    post.relay()
    await post.also_on_ding(ZHOU, "zhou-on-ding")
    post.sim.wecom.strangers = {"zhouxm"}
    await post.put(ZHOU, "⏰ 提醒：给王总打电话")
    await post.carry()
    assert post.sim.seen("zhou-on-ding") == ["⏰ 提醒：给王总打电话"]
    assert [row.state for row in await post.rows()] == ["given_up", "sent"]


async def test_when_no_account_is_left_the_manager_hears_it(post: Post) -> None:
    post.relay()
    post.sim.wecom.strangers = {"zhouxm"}
    await post.put(ZHOU, "⏰ 提醒：给王总打电话")
    await post.carry()
    (told,) = post.sim.seen("manager01")
    assert "没能送到周晓明（账号收不到消息）" in told
    await post.carry()
    assert len(await post.rows()) == 2


async def test_at_night_the_manager_hears_it_when_the_quiet_hours_are_over(post_on_sqlite: Post) -> None:
    post = post_on_sqlite
    now, hour = post.now().astimezone(company.ZONE), timedelta(hours=1)
    begins, ends = now - hour, now + hour  # whatever the clock says, it is the middle of the night
    post.shape = Shape(zone=company.ZONE, quiet_from=begins.time(), quiet_until=ends.time())
    post.relay()
    post.sim.wecom.strangers = {"zhouxm"}
    await post.put(ZHOU, "⏰ 提醒：给王总打电话")
    await post.carry()
    assert post.sim.seen("manager01") == []
    assert [row.run_at for row in await post.rows()][1] == ends
    post.sim.clock.advance(hour.total_seconds() + 1)
    await post.carry()
    (told,) = post.sim.seen("manager01")
    assert "没能送到周晓明" in told


async def test_a_push_that_waits_too_long_for_its_channel_goes_another_way(post_on_sqlite: Post) -> None:
    post = post_on_sqlite
    relay = post.relay()
    await post.also_on_ding(ZHOU, "zhou-on-ding")
    await post.put(ZHOU, "⏰ 提醒：给王总打电话")
    post.sim.faults.always(60020)
    for _ in range(5):
        await post.carry()
        await post.db.within(relay.dispatch.sweep)
        post.sim.clock.advance(100)
    assert post.sim.seen("zhou-on-ding") == []
    post.sim.faults.clear()
    await post.db.within(relay.dispatch.sweep)
    await post.carry()
    assert post.sim.seen("zhou-on-ding") == ["⏰ 提醒：给王总打电话"]
    assert post.sim.seen("zhouxm") == []


async def test_what_has_waited_for_a_day_is_given_up_whatever_it_waited_for(post_on_sqlite: Post) -> None:
    post = post_on_sqlite
    relay = post.relay()
    await post.put(Address("nowhere", "x"), "没人管的渠道")
    await post.put(ZHOU, "后天的", run_at=post.now() + timedelta(hours=23))
    await post.db.within(relay.dispatch.sweep)
    assert {row.state for row in await post.rows()} == {"waiting"}
    post.sim.clock.advance(24 * 3600 + 1)
    await post.db.within(relay.dispatch.sweep)
    first, second = (await post.rows())[:2]
    assert first.state == second.state == "given_up"
    assert "nobody serves this channel" in (first.reason or "")


async def test_a_channel_that_hangs_holds_up_no_other(post_on_sqlite: Post) -> None:
    post = post_on_sqlite
    relay = post.relay()
    relay.start()
    post.sim.faults.always(Fault.HANG, "message/send")
    for number in range(40):
        await post.put(Address("sales", f"user{number}"), "你好")
    relay.wake()
    room = relay.adapters["sales"].limits.at_once
    while len(post.sim.calls("message/send")) < room:
        await asyncio.sleep(0.01)
    await post.put(Address("ding", "manager01"), "你好")
    relay.wake()
    await post.sim.until_seen("manager01", "你好")
    assert len(post.sim.calls("message/send")) == room
    post.sim.faults.end()
    post.sim.faults.clear()
    await relay.stop()


async def test_whoever_lost_the_lease_marks_nothing_and_sends_nothing_more(post: Post) -> None:
    slow, quick = post.relay(), post.relay()
    adapter = slow.adapters["sales"]
    real, went_by = adapter.send, asyncio.Event()

    async def late(*args: Any, **more: Any) -> None:
        await real(*args, **more)
        went_by.set()
        post.sim.clock.advance(61)
        await post.carry(quick)

    adapter.send = late  # type: ignore[method-assign]
    await post.put(ZHOU, "今天的事。" * 300)  # three parts
    await slow.carry()
    await went_by.wait()
    await slow.settled()
    (row,) = await post.rows()
    assert (row.state, row.parts_sent) == ("sent", 3)
    assert slow.metrics.lease_losses._value.get() == 1
    assert len(post.sim.seen("zhouxm")) + len(post.sim.wecom.dropped) == 4  # its first part twice, dropped if it can be


async def test_whoever_was_away_sends_nothing_and_hands_the_row_back(
    post_on_sqlite: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = post_on_sqlite
    relay = post.relay()
    await post.put(ZHOU, "你好")
    with monkeypatch.context() as away:
        away.setattr("scrm_bot.relay.SEND", 61.0)
        await relay.carry()
        await relay.settled()
    (row,) = await post.rows()
    assert (row.state, row.attempts, post.sim.seen("zhouxm")) == ("waiting", 0, [])
    await post.carry()
    assert post.sim.seen("zhouxm") == ["你好"]


async def test_an_account_says_no_more_than_its_budget(post_on_sqlite: Post) -> None:
    post = post_on_sqlite
    relay = post.relay()
    adapter = relay.adapters["ding"]
    adapter.limits = replace(adapter.limits, budgets=(Budget("account", 5, timedelta(seconds=0.5)),))
    for number in range(12):
        await post.put(Address("ding", f"user{number}"), "你好")
    await post.carry()
    times = sorted(seen.at for seen in post.sim.screens())
    assert len(times) == 12
    assert all(later - earlier >= 0.45 for earlier, later in zip(times, times[5:], strict=False))


async def test_pushes_that_were_missed_come_one_after_the_other_but_answers_do_not_wait(
    post_on_sqlite: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scrm_bot.dispatch.PACE", timedelta(minutes=1))
    post = post_on_sqlite
    post.relay()
    await post.put(ZHOU, *(f"推送{number}" for number in range(5)))
    await post.put(Address("sales", "lisq"), *(f"回答{number}" for number in range(5)), answers=1)
    post.sim.clock.advance(3600)
    await post.carry()
    assert len(post.sim.seen("zhouxm")) == 1
    assert len(post.sim.seen("lisq")) == 5
    for _ in range(4):
        post.sim.clock.advance(61)
        await post.carry()
    assert len(post.sim.seen("zhouxm")) == 5


async def test_one_relay_calls_the_others(post_on_sqlite: Post, redis_url: str) -> None:
    post = post_on_sqlite
    relay = post.relay()
    relay.start()
    await asyncio.sleep(0.05)
    rang = asyncio.create_task(relay.shared.woken("outbox", 5))
    relay.wake_all()
    assert await rang
    await relay.stop()
