"""What is heard once is kept until the database has it, in order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from scrm_bot.adapters import shelf
from scrm_bot.adapters.shelf import Shelf
from scrm_bot.message import Address, Kind, Message


class Door:
    """A database that is away `failures` times, and never takes what is `poisonous`."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.failures = 0
        self.poisonous = ""
        self.open = asyncio.Event()
        self.open.set()

    async def hand_in(self, messages: Sequence[Message], place: str = "", cursor: str = "", since: str = "") -> None:
        await self.open.wait()
        texts = [message.text for message in messages]
        if self.failures or self.poisonous in texts:
            self.failures = max(self.failures - 1, 0)
            raise OSError("away")
        self.batches.append(texts)

    @property
    def kept(self) -> list[str]:
        return [text for batch in self.batches for text in batch]

    async def cursor(self, place: str) -> str:
        raise NotImplementedError

    async def not_delivered(self, to: Address, send_id: str, reason: str) -> None:
        raise NotImplementedError


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Door:
    monkeypatch.setattr(shelf, "SHORTEST", 0.001)
    return Door()


def said(text: str, user: str = "u") -> Message:
    return Message(Address("ding", user), text, Kind.TEXT, text, datetime.now(UTC))


async def test_what_comes_while_the_database_works_is_handed_in_together_and_in_order(door: Door) -> None:
    keeping = Shelf(door, "ding")
    door.open.clear()
    kept = [keeping.put(said("0"))]
    await asyncio.sleep(0)
    kept += [keeping.put(said(str(number))) for number in range(1, 300)]
    door.open.set()
    async with asyncio.timeout(5):
        await asyncio.gather(*kept)
    assert door.kept == [str(number) for number in range(300)]
    assert len(door.batches) <= 5


async def test_while_the_database_is_away_everything_waits_and_stays_in_order(door: Door) -> None:
    door.failures = 5
    keeping = Shelf(door, "ding")
    kept = [keeping.put(said(str(number), user=f"u{number % 3}")) for number in range(12)]
    async with asyncio.timeout(5):
        await asyncio.gather(*kept)
    for user in range(3):
        assert [text for text in door.kept if int(text) % 3 == user] == [str(n) for n in range(12) if n % 3 == user]


async def test_one_message_that_cannot_be_stored_stops_only_its_own_conversation(door: Door) -> None:
    door.poisonous = "毒"
    keeping = Shelf(door, "ding")
    poison, after = keeping.put(said("毒", "a")), keeping.put(said("之后", "a"))
    others = [keeping.put(said(str(number), "b")) for number in range(5)]
    async with asyncio.timeout(5):
        await asyncio.gather(*others)
    assert door.kept == [str(number) for number in range(5)]
    assert not poison.done()
    door.poisonous = ""
    async with asyncio.timeout(5):
        await asyncio.gather(poison, after)
    assert door.kept[-2:] == ["毒", "之后"]


async def test_when_no_more_fits_the_oldest_is_given_up(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "ROOM", 3)
    door.open.clear()
    keeping = Shelf(door, "ding")
    first = keeping.put(said("在写"))
    await asyncio.sleep(0)
    others = [keeping.put(said(str(number))) for number in range(4)]
    door.open.set()
    async with asyncio.timeout(5):
        await asyncio.gather(first, *others[1:])
    assert others[0].cancelled()
    assert door.kept == ["在写", "1", "2", "3"]


async def test_closing_waits_for_the_database_but_not_for_ever(door: Door) -> None:
    keeping = Shelf(door, "ding")
    door.open.clear()
    writing = keeping.put(said("在写"))
    asyncio.get_running_loop().call_later(0.02, door.open.set)
    await keeping.close(5)
    assert (writing.done(), door.kept) == (True, ["在写"])
    door.open.clear()
    lost = keeping.put(said("写不进"))
    began = time.monotonic()
    await keeping.close(0.02)
    assert time.monotonic() - began < 4
    assert lost.cancelled()
