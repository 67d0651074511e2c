"""The beats go on, whatever the system's clock does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from scrm_bot import beats
from scrm_bot.beats import Beats


class Drum:
    """Counts the beats; `slow`: seconds that one takes."""

    def __init__(self, *, slow: float = 0.0) -> None:
        self.beaten = self.at_once = 0
        self.slow = slow
        self._most = 0

    async def __call__(self) -> None:
        self.at_once += 1
        self._most = max(self._most, self.at_once)
        await asyncio.sleep(self.slow)
        self.at_once -= 1
        self.beaten += 1

    @property
    def most(self) -> int:
        """So many were in work at the same time."""
        return self._most

    async def beats(self, count: int) -> None:
        """Wait for so many more."""
        wanted = self.beaten + count
        async with asyncio.timeout(10):
            while self.beaten < wanted:
                await asyncio.sleep(0.01)


@asynccontextmanager
async def beating(*drums: Drum) -> AsyncIterator[None]:
    going = Beats(*drums)
    going.start()
    try:
        yield
    finally:
        going.stop()


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beats, "PAUSE", timedelta(seconds=0.05))


@pytest.mark.parametrize("jump", [timedelta(minutes=-4), timedelta(days=-400), timedelta(minutes=4)], ids=str)
async def test_the_beats_go_on_when_the_clock_is_set(jump: timedelta) -> None:
    drum = Drum()
    with time_machine.travel(datetime.now(UTC), tick=True) as traveller:
        async with beating(drum):
            await drum.beats(2)
            traveller.shift(jump)
            await drum.beats(3)


async def test_years_that_the_clock_jumps_over_are_not_beaten() -> None:
    drum = Drum()
    with time_machine.travel(datetime(1970, 1, 2, tzinfo=UTC), tick=True) as traveller:
        async with beating(drum):
            await drum.beats(1)
            traveller.move_to(datetime(2026, 11, 23, tzinfo=UTC))
            before = drum.beaten
            await drum.beats(3)
    assert drum.beaten < before + 20


async def test_a_beat_that_takes_long_is_never_beaten_beside_itself() -> None:
    slow, other = Drum(slow=0.3), Drum()
    async with beating(slow, other):
        await slow.beats(2)
    assert slow.most == 1
    assert other.beaten > 2


async def test_nothing_beats_after_the_end() -> None:
    drum = Drum()
    async with beating(drum):
        await drum.beats(1)
    before = drum.beaten
    await asyncio.sleep(0.2)
    assert drum.beaten == before
