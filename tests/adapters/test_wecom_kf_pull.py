"""Reading 微信客服's mailboxes: page by page, from where one stopped, through whatever goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientTimeout

from scrm_bot.adapters import api, wecom_kf_pull
from scrm_bot.adapters.base import Part
from scrm_bot.message import Address, Message
from scrm_bot.simulator import Fault, Simulator
from tests.adapters.support import Bot


class Shelf:
    """A door without a house: keeps what is handed in, and cursors as a database would."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.cursors: dict[str, str] = {}
        self.failed: list[tuple[Address, str, str]] = []
        self.trouble: list[Exception] = []
        self.handed_in = 0
        self._news = asyncio.Condition()

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages]

    async def cursor(self, place: str) -> str:
        return self.cursors.get(place, "")

    async def hand_in(self, messages: Sequence[Message], place: str = "", cursor: str = "", since: str = "") -> None:
        if self.trouble:
            raise self.trouble.pop()
        async with self._news:
            self.handed_in += 1
            self.messages += messages
            if self.cursors.get(place, "") == since:
                self.cursors[place] = cursor
            self._news.notify_all()

    async def not_delivered(self, to: Address, send_id: str, reason: str) -> None:
        self.failed.append((to, send_id, reason))

    async def until(self, true: Callable[[], bool]) -> None:
        async with self._news, asyncio.timeout(10):
            await self._news.wait_for(true)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wecom_kf_pull, "PAUSES", (0.01,))


@asynccontextmanager
async def listening(bot: Bot, shelf: Shelf) -> AsyncIterator[None]:
    adapter: Any = bot.adapter
    ear = asyncio.create_task(adapter.listen(shelf))
    try:
        yield
    finally:
        ear.cancel()
        await asyncio.gather(ear, return_exceptions=True)


async def keep(sim: Simulator, *numbers: int) -> list[str]:
    """These messages come in, and nobody is told."""
    texts = [f"第{number}条" for number in numbers]
    for text in texts:
        await sim.kf.say("", "wm-wang", text)
    return texts


async def test_what_came_while_nobody_listened_is_fetched_at_the_start(kf: Bot, sim: Simulator, shelf: Shelf) -> None:
    texts = await keep(sim, 1, 2, 3)
    async with listening(kf, shelf):
        await shelf.until(lambda: shelf.texts == texts)
    assert "token" not in sim.calls("sync_msg")[0].body


async def test_a_callbacks_token_fetches_what_is_new(kf: Bot, sim: Simulator, shelf: Shelf) -> None:
    async with listening(kf, shelf):
        await shelf.until(lambda: shelf.handed_in == 1)  # the cursor of an empty mailbox
        pushed = await sim.kf.say(kf.url, "wm-wang", "你好")
        await shelf.until(lambda: shelf.texts == ["你好"])
        await sim.kf.redeliver(pushed)
        await sim.kf.say(kf.url, "wm-wang", "在吗")
        await shelf.until(lambda: len(shelf.messages) > 1)
    assert shelf.texts == ["你好", "在吗"]
    assert sim.calls("sync_msg")[-1].body["token"]


async def test_every_message_of_every_page_is_handed_in_empty_pages_or_not(
    kf: Bot, sim: Simulator, shelf: Shelf
) -> None:
    sim.kf.page_most, sim.kf.hollow = 4, 2
    texts = await keep(sim, *range(10))
    async with listening(kf, shelf):
        await shelf.until(lambda: len(shelf.messages) == 10)
    assert shelf.texts == texts
    assert len(sim.calls("sync_msg")) == 5


async def test_a_lost_callback_is_made_good_by_the_next_one_and_by_a_look_now_and_then(
    kf: Bot, sim: Simulator, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with listening(kf, shelf):
        await shelf.until(lambda: shelf.handed_in == 1)
        await keep(sim, 1, 2)
        await sim.kf.say(kf.url, "wm-wang", "第3条")
        await shelf.until(lambda: len(shelf.messages) == 3)
    monkeypatch.setattr(wecom_kf_pull, "LOOK", 0.05)
    async with listening(kf, shelf):
        await keep(sim, 4)
        await shelf.until(lambda: len(shelf.messages) == 4)
    assert shelf.texts == ["第1条", "第2条", "第3条", "第4条"]


async def test_a_token_that_is_refused_is_done_without(kf: Bot, sim: Simulator, shelf: Shelf) -> None:
    await sim.kf.say(kf.url, "wm-wang", "你好")
    sim.kf.forget_tokens()
    async with listening(kf, shelf):
        await shelf.until(lambda: shelf.texts == ["你好"])
    assert ["token" in call.body for call in sim.calls("sync_msg")] == [True, False]


async def test_a_cursor_that_is_refused_means_reading_all_that_is_still_there(
    kf: Bot, sim: Simulator, shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    sim.kf.page_most = 2
    texts = await keep(sim, 1, 2, 3)
    async with listening(kf, shelf):
        await shelf.until(lambda: len(shelf.messages) == 3)
    sim.kf.forget_cursors()
    texts += await keep(sim, 4)
    async with listening(kf, shelf):
        await shelf.until(lambda: len(shelf.messages) == 7)
    assert shelf.texts[3:] == texts
    assert "does not take the cursor" in caplog.text


async def test_what_is_older_than_three_days_is_gone(kf: Bot, sim: Simulator, shelf: Shelf) -> None:
    await keep(sim, 1)
    sim.clock.advance(3 * 86_400 + 1)
    texts = await keep(sim, 2)
    async with listening(kf, shelf):
        await shelf.until(lambda: shelf.texts == texts)


@pytest.mark.parametrize(
    "fault", [Fault.HTTP_500, Fault.RESET, Fault.LOST, Fault.TRUNCATED, Fault.HTML, Fault.HANG, -1, 6000, 42001]
)
async def test_it_comes_back_from_whatever_fails(
    kf: Bot, sim: Simulator, shelf: Shelf, fault: Fault | int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "TIMEOUT", ClientTimeout(total=0.3))
    sim.kf.page_most = 2
    texts = await keep(sim, 1, 2, 3)
    sim.faults.next(fault, "sync_msg")
    async with listening(kf, shelf):
        await shelf.until(lambda: len(shelf.messages) == 3)
    assert shelf.texts == texts


async def test_a_token_that_dies_between_pages_is_renewed(kf: Bot, sim: Simulator, shelf: Shelf) -> None:
    async with listening(kf, shelf):
        await shelf.until(lambda: shelf.handed_in == 1)
        sim.kf.tokens.expire()
        await sim.kf.say(kf.url, "wm-wang", "你好")
        await shelf.until(lambda: shelf.texts == ["你好"])
    assert sim.kf.tokens.calls == 2


async def test_who_asks_too_often_waits_a_minute(kf: Bot, sim: Simulator, shelf: Shelf) -> None:
    sim.faults.next(45009, "sync_msg")
    async with listening(kf, shelf):
        await keep(sim, 1)
        await asyncio.sleep(0.2)
    assert len(sim.calls("sync_msg")) == 1


async def test_a_house_that_cannot_store_a_page_gets_it_again(kf: Bot, sim: Simulator, shelf: Shelf) -> None:
    shelf.trouble = [OSError("disk full")]
    texts = await keep(sim, 1, 2)
    async with listening(kf, shelf):
        await shelf.until(lambda: shelf.texts == texts)


async def test_an_item_that_cannot_be_read_does_not_hold_up_the_others(kf: Bot, sim: Simulator, shelf: Shelf) -> None:
    await keep(sim, 1)
    await sim.kf.keep("", "wk1", {"origin": 3, "msgtype": "text"})
    await sim.kf.keep("", "wk1", {"origin": "?", "msgtype": []})
    await sim.kf.human("", "wm-wang", "我来")
    await keep(sim, 2)
    async with listening(kf, shelf):
        await shelf.until(lambda: len(shelf.messages) == 2)
    assert shelf.texts == ["第1条", "第2条"]


async def test_pages_that_lead_nowhere_are_not_turned_for_ever(
    kf: Bot, sim: Simulator, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wecom_kf_pull, "PAUSES", (60.0,))
    body = {"errcode": 0, "msg_list": [], "next_cursor": "", "has_more": 1}
    adapter: Any = kf.adapter
    asked = []

    async def ask(_: object) -> api.Outcome:
        asked.append(1)
        return api.Outcome(200, body)

    monkeypatch.setattr(adapter._mailboxes["wk1"], "_ask", ask)
    async with listening(kf, shelf):
        await asyncio.sleep(0.1)
    assert asked == [1]


async def test_what_did_not_arrive_is_told_to_the_house(kf: Bot, sim: Simulator, shelf: Shelf) -> None:
    sim.kf.tells_late = True
    await kf.adapter.send(Address("care", "wm-wang"), Part("提醒"), {"send_id": "7-abc-0"})
    async with listening(kf, shelf):
        await shelf.until(lambda: shelf.handed_in == 1)
    assert shelf.failed == [
        (Address("care", "wm-wang"), "7-abc-0", "more than 48 hours after the customer's last message")
    ]
    assert sim.seen("wm-wang") == []


async def test_every_account_is_read_by_itself(sim: Simulator, kf: Bot, shelf: Shelf) -> None:
    adapter: Any = kf.adapter
    boxes = adapter._mailboxes
    boxes["wk2"] = wecom_kf_pull.Mailbox("care", "wecom_kf/ww1/wk2", "wk2", adapter._sync)
    sim.kf.accounts = ["wk2"]  # wk1 is gone: 95000
    await sim.kf.say("", "wm-wang", "你好")
    async with listening(kf, shelf):
        await shelf.until(lambda: shelf.texts == ["你好"])
    assert shelf.messages[0].hints == {"open_kfid": "wk2"}
