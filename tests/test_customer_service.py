"""Customers who write through 微信客服: fetched page by page by the real bot, nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scrm_bot import delivery, inbox, outbox
from scrm_bot.adapters import wecom_kf_pull
from scrm_bot.crm import people
from scrm_bot.crm.people import Contact
from scrm_bot.db import Database
from scrm_bot.inbox import Cursor, Incoming
from scrm_bot.message import Address, Message, Reply
from scrm_bot.outbox import Outgoing
from scrm_bot.simulator import Simulator
from tests import company
from tests.bot import Bot, configure, running

WANG, PLACE = "wm-wang", "wecom_kf/ww1/wk1"


def prepare(url: str) -> None:
    """The company, and 王建华 of 华星 known by his account."""
    company.prepare(url)
    db = Database(url)
    with db.transaction() as session:
        wang = session.scalars(select(Contact).where(Contact.name == "王建华")).one()
        people.bind(session, "care", WANG, wang, company.NOW)
    db.close()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wecom_kf_pull, "PAUSES", (0.05,))


@pytest.fixture
def config(
    sim: Simulator, database_kind: str, fresh_database_url: Callable[..., str], tmp_path: Path, request: Any
) -> Path:
    redis = request.getfixturevalue("redis_url") if database_kind == "postgresql" else ""
    url = fresh_database_url(database_kind, prepare)
    return configure(tmp_path, sim, url, redis, more={"care": sim.kf.channel()})


@pytest.fixture
async def bot(config: Path) -> AsyncIterator[Bot]:
    async with running(config) as bot:
        yield bot


async def until(true: Callable[[], Any], timeout: float = 60.0) -> None:
    """Until it holds, asked again and again."""
    ends = time.monotonic() + timeout
    while not await true():
        assert time.monotonic() < ends, "it did not come to hold"
        await asyncio.sleep(0.05)


async def all_answered(bot: Bot, count: int) -> None:
    """Until so many messages of the channel met their fate and nothing waits to be sent."""

    def settled(session: Session) -> bool:
        done = select(func.count()).where(Incoming.channel == "care", Incoming.fate.is_not(None))
        waiting = select(func.count()).where(Outgoing.state.in_(outbox.OPEN))
        return session.scalar(done) == count and not session.scalar(waiting)

    await until(lambda: bot.app.core.db.within(settled))


async def kept_at(bot: Bot) -> str:
    return await bot.app.core.db.within(inbox.cursor, PLACE)


async def write(sim: Simulator, count: int, customers: int = 20) -> list[tuple[str, str]]:
    """So many messages in the mailbox, and nobody told. Who wrote, and what."""
    said = [(f"wm-{number % customers}", f"你好，第{number}句") for number in range(count)]
    for user, text in said:
        await sim.kf.say("", user, text)
    return said


class Deaf:
    """The house's door, for a listener that dies when it has handed in some pages."""

    def __init__(self, bot: Bot, pages: int) -> None:
        self.hooks, self.left = bot.app.hooks, pages
        self.cursor, self.not_delivered = self.hooks.cursor, self.hooks.not_delivered

    async def hand_in(self, messages: Sequence[Message], place: str = "", cursor: str = "", since: str = "") -> None:
        await self.hooks.hand_in(messages, place, cursor, since)
        self.left -= 1
        if not self.left:
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
            await asyncio.sleep(0)


async def stop_listening(bot: Bot) -> None:
    for ear in bot.app._ears:
        ear.cancel()
    await asyncio.gather(*bot.app._ears, return_exceptions=True)


async def test_a_request_from_the_first_word_to_the_rating(sim: Simulator, bot: Bot) -> None:
    hook, zhang = bot.hook("care"), "zhangjg"
    assert await sim.kf.handshake(hook)
    pushed = await sim.kf.say(hook, WANG, "机器又坏了，急，生产停了")
    assert (pushed.status, pushed.answers[0].body) == (200, b"")
    (ticket,) = await _rows_when(bot, "tickets")
    assert ticket["contact"] == "王建华"
    await sim.until_seen(WANG, ticket["number"])
    await sim.until_seen(zhang, "新工单")
    await sim.dingtalk.say(bot.hook("ding"), zhang, "接")
    await sim.until_seen(WANG, "接单")
    await sim.kf.say(hook, WANG, "师傅什么时候到")
    await sim.until_seen(WANG, "处理中")
    await sim.dingtalk.say(bot.hook("ding"), zhang, "修好了 换了主板")
    await sim.until_seen(WANG, "打几分")
    await sim.kf.say(hook, WANG, "5")
    await sim.until_seen(WANG, "5 分")
    assert len({call.body["msgid"] for call in sim.calls("kf/send_msg")}) == len(sim.seen(WANG))


async def _rows_when(bot: Bot, entity: str) -> list[dict[str, Any]]:
    async def there() -> bool:
        return bool(await bot.rows(entity))

    await until(there)
    return await bot.rows(entity)


async def test_a_batch_over_many_pages_is_one_row_and_one_answer_each(sim: Simulator, config: Path) -> None:
    sim.kf.page_most, sim.kf.hollow = 70, 2
    sent = [await sim.kf.say("", f"wm-{number % 100}", "在吗") for number in range(300)]
    async with running(config) as bot:
        await all_answered(bot, 300)
        rows = [row for row in await bot.rows("messages") if row["channel"] == "care"]
        assert [row["key"] for row in sorted(rows, key=lambda row: row["id"])] == [one.msg_id for one in sent]
        assert Counter(seen.user for seen in sim.screens()) == {f"wm-{number}": 3 for number in range(100)}
        answers = Counter(row["answers"] for row in await bot.rows("outbox") if row["channel"] == "care")
        assert answers == {row["id"]: 1 for row in rows}


async def test_a_listener_that_dies_between_pages_loses_and_doubles_nothing(sim: Simulator, bot: Bot) -> None:
    await stop_listening(bot)
    sim.kf.page_most = 7
    await write(sim, 30)
    adapter: Any = bot.app.adapters["care"]
    for pages in (1, 2, 1):
        await adapter.listen(Deaf(bot, pages))
    last = asyncio.create_task(adapter.listen(bot.app.hooks))
    await all_answered(bot, 30)
    last.cancel()
    assert sorted(text for _, text in await _said(bot)) == sorted(f"你好，第{number}句" for number in range(30))
    assert len([seen for seen in sim.screens() if seen.platform == "kf"]) == 30


async def _said(bot: Bot) -> list[tuple[str, str]]:
    return [(row["sender"], row["text"]) for row in await bot.rows("messages") if row["channel"] == "care"]


async def test_what_came_while_the_bot_was_down_is_answered_when_it_is_back(sim: Simulator, config: Path) -> None:
    async with running(config) as bot:
        await sim.kf.say(bot.hook("care"), WANG, "你好")
        await all_answered(bot, 1)
        down = bot.hook("care")
    sim.patience = 0.5
    missed = await sim.kf.say(down, WANG, "有人吗")
    assert missed.status == 0
    async with running(config) as bot:
        await all_answered(bot, 2)
    assert len(sim.seen(WANG)) == 2


async def test_a_lost_callback_is_made_good_by_the_next(sim: Simulator, bot: Bot) -> None:
    await sim.kf.say("", WANG, "你好")
    await sim.kf.say("", WANG, "有人吗")
    await sim.kf.say(bot.hook("care"), WANG, "在吗")
    await all_answered(bot, 3)
    assert len(sim.seen(WANG)) == 3


async def test_two_bots_that_read_one_mailbox_answer_everything_once(sim: Simulator, config: Path) -> None:
    sim.kf.page_most = 5
    async with AsyncExitStack() as both:
        one, two = [await both.enter_async_context(running(config)) for _ in range(2)]
        for batch in range(4):
            await write(sim, 15)
            await asyncio.gather(sim.kf.ring(one.hook("care")), sim.kf.ring(two.hook("care")))
            await all_answered(one, 15 * (batch + 1))
        assert len([seen for seen in sim.screens() if seen.platform == "kf"]) == 60
        assert sim.kf.cursors[await kept_at(one)] == ("wk1", 60)


async def test_who_reads_late_does_not_move_the_cursor_back(bot: Bot) -> None:
    def read(session: Session, *moves: tuple[str, str]) -> None:
        for since, to in moves:
            inbox.read_to(session, "place", since, to, bot.app.now())

    async def stands() -> str:
        return await bot.app.core.db.within(inbox.cursor, "place")

    db = bot.app.core.db
    await db.within(read, ("", "a"), ("a", "b"))
    assert await stands() == "b"
    await db.within(read, ("a", "a2"), ("", "a0"), ("nowhere", "c"))
    assert await stands() == "b"


async def test_a_page_whose_mark_cannot_be_stored_is_not_stored_either(
    sim: Simulator, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = ["the first time", "and again"]
    read_to, rows = inbox.read_to, []

    def unlucky(session: Session, *args: Any) -> None:
        if failures:
            failures.pop()
            rows.append(len(list(session.scalars(select(Incoming.id)))))
            raise OSError("disk full")
        read_to(session, *args)

    await until(lambda: kept_at(bot))
    monkeypatch.setattr(inbox, "read_to", unlucky)
    await sim.kf.say("", WANG, "你好")
    await sim.kf.say(bot.hook("care"), WANG, "在吗")
    await all_answered(bot, 2)
    assert rows == [2, 2]  # both were in the transaction that failed, twice
    assert len(sim.seen(WANG)) == 2


async def test_a_backlog_does_not_hold_up_whoever_writes_now(sim: Simulator, config: Path) -> None:
    await write(sim, 100, customers=100)
    async with running(config) as bot:
        turns = bot.app.hooks._working

        async def begun() -> bool:
            return len(turns) > 60

        await until(begun)
        pushed = await sim.wecom.say(bot.hook("sales"), "zhouxm", "本月漏斗")
        assert "漏斗" in pushed.reply
        assert len(turns) > 20
        await all_answered(bot, 100)


async def test_what_exceeds_the_quota_waits_until_the_customer_writes_again(sim: Simulator, bot: Bot) -> None:
    hook, zhang = bot.hook("care"), "zhangjg"
    await sim.kf.say(hook, WANG, "机器坏了")
    await sim.until_seen(zhang, "新工单")
    await sim.dingtalk.say(bot.hook("ding"), zhang, "接")
    await sim.until_seen(WANG, "接单")
    for number in range(3, 7):  # after the receipt and the notice of acceptance: six, and five are allowed
        await sim.dingtalk.say(bot.hook("ding"), zhang, f"回复客户 第{number}句话")
    await sim.until_seen(WANG, "第5句话")

    async def held() -> bool:
        return any("第6句话" in row["text"] and row["state"] == "waiting" for row in await bot.rows("outbox"))

    await until(held)
    assert not [text for text in sim.seen(WANG) if "第6句话" in text]
    await sim.kf.say(hook, WANG, "进度")
    await sim.until_seen(WANG, "第6句话")


async def test_what_the_platform_took_and_could_not_deliver_is_known(sim: Simulator, bot: Bot) -> None:
    hook, zhang = bot.hook("care"), "zhangjg"
    await sim.kf.say(hook, WANG, "机器坏了")
    await sim.until_seen(zhang, "新工单")
    await all_answered(bot, 1)
    sim.kf.session(WANG).left, sim.kf.tells_late = 0, True
    await sim.dingtalk.say(bot.hook("ding"), zhang, "接")

    async def taken() -> bool:
        return "event" in sim.kf.mail["wk1"][-1]

    await until(taken)
    await sim.kf.ring(hook)

    async def known() -> bool:
        return any("more than five" in (row["reason"] or "") for row in await _given_up(bot))

    await until(known)
    await sim.until_seen("zhouxm", "没能送到华星科技(深圳)有限公司 王建华")


async def test_after_two_days_the_customers_salesperson_hears_what_could_not_be_said(
    sim: Simulator, config: Path
) -> None:
    sim.clock.shared = True
    async with running(config, lambda: datetime.fromtimestamp(sim.clock.now(), UTC)) as bot:
        await sim.kf.say(bot.hook("care"), WANG, "机器坏了")
        await sim.until_seen("zhangjg", "新工单")
        await all_answered(bot, 1)
        sim.clock.advance(48 * 3600 + 60)

        def say(session: Session) -> None:
            wang = session.scalars(select(Contact).where(Contact.name == "王建华")).one()
            words = Reply("师傅已经在路上了")
            outbox.put(session, Address("care", WANG), words, bot.app.now(), person=wang.key)

        await bot.app.core.db.within(say)
        assert "师傅已经在路上了" in await sim.until_seen("zhouxm", "没能送到")
    assert not [text for text in sim.seen(WANG) if "在路上" in text]


async def _given_up(bot: Bot) -> list[dict[str, Any]]:
    def given_up(session: Session) -> list[dict[str, Any]]:
        rows = session.scalars(select(Outgoing).where(Outgoing.state == "given_up"))
        return [{"reason": row.reason, "to": row.to_user} for row in rows]

    return await bot.app.core.db.within(given_up)


async def test_what_a_human_agent_has_taken_over_is_left_to_them(sim: Simulator, bot: Bot) -> None:
    sim.kf.take_over(WANG)
    await sim.kf.say(bot.hook("care"), WANG, "机器坏了")

    async def known() -> bool:
        return any("human agent" in (row["reason"] or "") for row in await _given_up(bot))

    await until(known)
    assert sim.seen(WANG) == []


async def test_who_opens_the_chat_is_welcomed_by_the_code_and_makes_no_lead(sim: Simulator, bot: Bot) -> None:
    await sim.kf.enter(bot.hook("care"), "wm-new", scene="hall")
    await sim.until_seen("wm-new", "示例机电服务助手")
    assert len(sim.calls("send_msg_on_event")) == 1
    assert not [call for call in sim.calls("kf/send_msg") if not call.path.endswith("on_event")]
    await sim.kf.enter(bot.hook("care"), "wm-new")
    await all_answered(bot, 2)
    assert len(sim.seen("wm-new")) == 1
    assert await bot.rows("leads") == []


async def test_a_callback_three_times_is_one_message_and_a_forged_one_none(sim: Simulator, bot: Bot) -> None:
    pushed = await sim.kf.say(bot.hook("care"), WANG, "你好")
    again = await asyncio.gather(*(sim.kf.redeliver(pushed) for _ in range(3)))
    assert [one.status for one in again] == [200] * 3
    forged = replace(pushed.request, query=pushed.request.query | {"msg_signature": "é" * 40})
    assert (await sim.world.caller.once(forged)).status == 403
    await all_answered(bot, 1)
    assert len(sim.seen(WANG)) == 1


async def test_pictures_voices_and_places_are_kept(sim: Simulator, bot: Bot) -> None:
    hook = bot.hook("care")
    await sim.kf.message(hook, WANG, "image", media_id="m1")
    await sim.kf.message(hook, WANG, "voice", media_id="m2")
    await sim.kf.message(hook, WANG, "location", latitude=22.5, longitude=113.9, name="科技园", address="南山")
    await sim.kf.message(hook, WANG, "business_card", userid="x")
    await all_answered(bot, 4)
    assert "图片已收到" in sim.seen(WANG)[0]
    assert "请打字" in sim.seen(WANG)[1]


def test_a_name_of_what_was_sent_is_short_and_names_one_row_only(database_url: str) -> None:
    db = Database(database_url)
    company.migrate(db)
    with db.transaction() as session:
        row = Outgoing(id=123456789012, created_at=company.NOW, channel="care", to_user=WANG, room="")
        assert len(row.send_id(12)) <= 32
        assert row.send_id(12) != Outgoing(id=row.id, created_at=company.NOW.replace(year=2027)).send_id(12)
        assert session.scalars(select(Cursor)).all() == []
        for name in ("", "x", "7-zz-0", "9" * 30, "1-1-1-1", "²-1-0"):
            assert not delivery.bounced(session, Address("care", WANG), name, "x", company.NOW)
    db.close()
