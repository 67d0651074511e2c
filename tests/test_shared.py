"""What processes share and may lose, with a real Redis and with none."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from redis.asyncio import Redis as Client

from scrm_bot.meeting import Redis
from scrm_bot.shared import Memory
from scrm_bot.tokens import InVain
from tests import services


class Mint:
    """A platform's token call: counts, and can be told to fail."""

    def __init__(self, *, slow: float = 0.01, lives: float = 7200, fails: Exception | None = None) -> None:
        self.calls, self.slow, self.lives, self.fails = 0, slow, lives, fails

    async def __call__(self) -> tuple[str, float]:
        self.calls += 1
        number = self.calls
        await asyncio.sleep(self.slow)
        if self.fails:
            raise self.fails
        return f"token-{number}", self.lives


class NotNow(Exception):
    after = timedelta(milliseconds=50)


async def _until(claim: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not claim():
            await asyncio.sleep(0.01)


@pytest.fixture
def prefix(worker_id: str) -> str:
    """Redis tells every database what is published in one, so each test keeps to its own prefix."""
    return f"test-{worker_id}-{time.monotonic_ns()}:"


@pytest.fixture(params=["memory", "redis"])
async def shared(request: pytest.FixtureRequest, prefix: str) -> AsyncIterator[Memory]:
    made = Memory() if request.param == "memory" else Redis(request.getfixturevalue("redis_url"), prefix)
    yield made
    await made.close()


@pytest.fixture
async def pair(redis_url: str, prefix: str) -> AsyncIterator[tuple[Redis, Redis]]:
    """Two processes that share a Redis."""
    pair = Redis(redis_url, prefix), Redis(redis_url, prefix)
    yield pair
    for one in pair:
        await one.close()


async def test_fifty_who_need_a_token_fetch_it_once(shared: Memory) -> None:
    mint = Mint()
    got = await asyncio.gather(*(shared.tokens.get("a", mint) for _ in range(50)))
    assert set(got) == {"token-1"}
    assert mint.calls == 1


async def test_accounts_do_not_share_tokens(shared: Memory) -> None:
    one, other = Mint(), Mint()
    await shared.tokens.get("a", one)
    await shared.tokens.get("b", other)
    assert (one.calls, other.calls) == (1, 1)


async def test_a_refused_token_is_forgotten_once_however_many_were_refused(shared: Memory) -> None:
    mint = Mint()
    token = await shared.tokens.get("a", mint)

    async def refused() -> str:
        await shared.tokens.forget("a", token)
        return await shared.tokens.get("a", mint)

    assert set(await asyncio.gather(*(refused() for _ in range(50)))) == {"token-2"}
    assert mint.calls == 2


async def test_a_token_is_renewed_before_it_ends_and_nobody_waits_for_it(shared: Memory) -> None:
    mint = Mint(lives=2)
    await shared.tokens.get("a", mint)
    await shared.tokens.get("a", mint)
    assert mint.calls == 1
    await asyncio.sleep(0.8)  # more than half of a life shorter than the usual margin
    mint.slow = 0.3
    assert set(await asyncio.gather(*(shared.tokens.get("a", mint) for _ in range(50)))) == {"token-1"}
    await _until(lambda: mint.calls == 2)
    await asyncio.sleep(0.4)
    assert await shared.tokens.get("a", mint) == "token-2"
    assert mint.calls == 2


async def test_a_renewal_that_fails_leaves_the_token_that_still_lives(shared: Memory) -> None:
    mint = Mint(lives=60)
    await shared.tokens.get("a", mint)
    shared.tokens._known["a"] = replace(shared.tokens._known["a"], renew_at=0.0)
    mint.fails = PermissionError("the platform has a bad day")
    for _ in range(5):
        assert await shared.tokens.get("a", mint) == "token-1"
        await asyncio.sleep(0.02)
    assert mint.calls == 2


async def test_a_budget_is_never_overdrawn(shared: Memory) -> None:
    waits = await asyncio.gather(*(shared.budgets.take("sales", 5, 1.0) for _ in range(20)))
    assert len([wait for wait in waits if wait == 0]) == 5
    assert all(0 < wait <= 1 for wait in waits if wait)
    assert await shared.budgets.take("ding", 5, 1.0) == 0
    await asyncio.sleep(max(waits) + 0.05)
    assert await shared.budgets.take("sales", 5, 1.0) == 0


async def test_two_processes_share_a_budget(pair: tuple[Redis, Redis]) -> None:
    waits = await asyncio.gather(*(one.budgets.take("sales", 5, 60) for one in pair * 10))
    assert len([wait for wait in waits if wait == 0]) == 5


async def test_fifty_senders_in_two_processes_whose_token_died_renew_it_once(pair: tuple[Redis, Redis]) -> None:
    mint = Mint(slow=0.1)
    old = await asyncio.gather(*(one.tokens.get("a", mint) for one in pair))
    assert mint.calls == 1

    async def refused(one: Redis) -> str:
        await one.tokens.forget("a", old[0])
        return await one.tokens.get("a", mint)

    assert set(await asyncio.gather(*(refused(one) for one in pair * 25))) == {"token-2"}
    assert mint.calls == 2


async def test_a_redis_that_is_emptied_costs_no_token(redis_url: str, prefix: str) -> None:
    shared, mint = Redis(redis_url, prefix), Mint()
    await shared.tokens.get("a", mint)
    client = Client.from_url(redis_url)
    await client.flushdb()
    await client.aclose()
    assert await shared.tokens.get("a", mint) == "token-1"
    assert await shared.budgets.take("sales", 1, 60) == 0
    assert mint.calls == 1
    await shared.close()


async def test_a_budget_goes_on_in_this_process_when_redis_dies(private_redis: services.Redis, prefix: str) -> None:
    shared = Redis(private_redis.url(), prefix)
    for _ in range(3):
        assert await shared.budgets.take("sales", 5, 60) == 0
    private_redis.stop(signal.SIGKILL)
    waits = [await shared.budgets.take("sales", 5, 60) for _ in range(3)]
    assert [wait == 0 for wait in waits] == [True, True, False]
    await shared.close()


async def test_a_wrong_secret_is_not_tried_again_at_once(shared: Memory) -> None:
    mint = Mint(fails=PermissionError("wrong secret"))

    async def tried() -> None:
        with pytest.raises(PermissionError):
            await shared.tokens.get("a", mint)

    await asyncio.gather(*(tried() for _ in range(50)))
    assert mint.calls == 1


async def test_a_failure_that_says_when_it_ends_is_believed(shared: Memory) -> None:
    mint = Mint(fails=NotNow())
    with pytest.raises(NotNow):
        await shared.tokens.get("a", mint)
    mint.fails = None
    await asyncio.sleep(0.06)
    assert await shared.tokens.get("a", mint) == "token-2"


async def test_a_nonce_belongs_to_the_body_that_brought_it(shared: Memory) -> None:
    assert await shared.nonces.fresh("n", "one")
    assert await shared.nonces.fresh("n", "one")
    assert not await shared.nonces.fresh("n", "another")
    assert await shared.nonces.fresh("m", "another")


async def test_a_wake_up_is_not_lost_between_two_waits(shared: Memory) -> None:
    await shared.woken("outbox", 0.2)  # beginning to listen rings once: something may have been said before
    await shared.wake("outbox")
    assert await shared.woken("outbox", 1)
    assert not await shared.woken("outbox", 0.01)
    assert not await shared.woken("clock", 0.01)


async def test_two_processes_fetch_one_token_between_them(pair: tuple[Redis, Redis]) -> None:
    mint = Mint(slow=0.15)
    got = await asyncio.gather(*(one.tokens.get("a", mint) for one in pair * 10))
    assert set(got) == {"token-1"}
    assert mint.calls == 1


async def test_who_waited_for_another_process_in_vain_does_not_try_the_same_secret_again(
    pair: tuple[Redis, Redis],
) -> None:
    mint = Mint(slow=0.3, fails=RuntimeError("wrong secret"))
    asked = (one.tokens.get("a", mint) for one in pair for _ in range(10))
    told = await asyncio.gather(*asked, return_exceptions=True)
    assert mint.calls == 1
    assert {type(one) for one in told} == {RuntimeError, InVain}


async def test_a_process_with_an_old_token_takes_the_new_one_of_another(pair: tuple[Redis, Redis]) -> None:
    one, other = pair
    mint = Mint()
    old = await one.tokens.get("a", mint)
    await other.tokens.get("a", mint)
    await one.tokens.forget("a", old)
    new = await one.tokens.get("a", mint)
    await other.tokens.forget("a", old)  # refused there only now: the new one must survive it
    assert await other.tokens.get("a", mint) == new == "token-2"
    assert mint.calls == 2


async def test_a_nonce_seen_by_one_process_is_known_to_the_other(pair: tuple[Redis, Redis]) -> None:
    one, other = pair
    assert await one.nonces.fresh("n", "body")
    assert not await other.nonces.fresh("n", "forged")


async def test_one_process_wakes_another(pair: tuple[Redis, Redis]) -> None:
    one, other = pair
    await one.woken("outbox", 0.2)
    waiting = asyncio.create_task(one.woken("outbox", 3))
    await asyncio.sleep(0.05)
    await other.wake("outbox")
    assert await waiting


async def test_a_dead_redis_costs_one_short_wait_and_then_nothing(private_redis: services.Redis, prefix: str) -> None:
    shared = Redis(private_redis.url(), prefix)
    mint = Mint()
    await shared.tokens.get("a", mint)
    private_redis.stop(signal.SIGKILL)
    began = time.monotonic()
    for number in range(200):
        assert await shared.nonces.fresh(f"n{number}", "body")
        await shared.wake("outbox")
    assert not await shared.nonces.fresh("n7", "forged")  # remembered here
    assert await shared.tokens.get("b", mint)
    assert await shared.woken("outbox", 0.01)
    assert time.monotonic() - began < 3
    await shared.close()


async def test_a_frozen_redis_stops_nobody(private_redis: services.Redis, prefix: str) -> None:
    shared = Redis(private_redis.url(), prefix)
    assert await shared.nonces.fresh("n", "body")
    os.kill(private_redis.pid, signal.SIGSTOP)
    began = time.monotonic()
    assert all(await asyncio.gather(*(shared.nonces.fresh(f"m{number}", "body") for number in range(50))))
    assert time.monotonic() - began < 4
    os.kill(private_redis.pid, signal.SIGCONT)
    await shared.close()


async def test_redis_is_used_again_when_it_is_back(
    private_redis: services.Redis, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scrm_bot.meeting.AWAY_SECONDS", 0.1)
    one, other = Redis(private_redis.url(), prefix), Redis(private_redis.url(), prefix)
    await one.woken("outbox", 0.2)
    private_redis.stop(signal.SIGKILL)
    await one.nonces.fresh("lost", "body")
    private_redis.start()
    await asyncio.sleep(0.3)
    assert await one.woken("outbox", 1)  # deaf for a while: anything may have been said
    assert await one.nonces.fresh("kept", "body")
    assert not await other.nonces.fresh("kept", "forged")
    await other.wake("outbox")
    assert await one.woken("outbox", 1)
    await one.close()
    await other.close()
