"""Undo restores the database exactly, row by row: over all skills that write, once or several times, whoever writes
in between. What others have built on since stays as it is, nothing is left hanging in the air, and the answer says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Table, select

from scrm_bot import app
from scrm_bot.crm.customers import Customer
from scrm_bot.db import Base
from scrm_bot.nlp.meaning import WRITING
from tests import company
from tests.dialogs.writings import CONTESTED, ELSEWHERE, OTHERS, WRITES
from tests.security.sizes import chance, size
from tests.stage import CoreStage
from tests.story import PEOPLE

LEFT_ALONE = {"messages", "outbox", "conversations", "audit"}  # what was said stays said, and the log of undo itself
Rows = dict[tuple[str, int], dict[str, Any]]


@pytest.fixture(params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, fresh_database_url: Callable[..., str]) -> Iterator[CoreStage]:
    stage = CoreStage(fresh_database_url(request.param, company.prepare))
    yield stage
    stage.close()


def test_every_skill_that_writes_is_in_the_table() -> None:
    said_by_staff = {
        name
        for name, skill in app.skills().items()
        if WRITING & set(skill.labels) and skill.allow - {"contact", "stranger"}
    }
    assert said_by_staff <= WRITES.keys() | ELSEWHERE | {"not_yet"}


SCENES = [(skill, scene) for skill, scenes in WRITES.items() for scene in scenes]


@pytest.mark.parametrize(("skill", "scene"), SCENES, ids=[f"{skill}: {scene[2][-1]}" for skill, scene in SCENES])
def test_each_write_changes_what_the_table_says_and_undo_nothing_less(
    skill: str, scene: tuple[str, str, tuple[str, ...]], stage: CoreStage
) -> None:
    who, tables, messages = scene
    _prepare(stage, skill)
    for text in messages[:-1]:
        stage.say(PEOPLE[who], text)
    before = now(stage)
    stage.say(PEOPLE[who], messages[-1])
    if messages[-1] == "跳过":  # what is taken back then is the message before
        stage.say(PEOPLE[who], "撤销")
        assert not [row for row in now(stage).items() if row[0][0] == "followups" and row[1]["message_id"]]
        return
    assert stage.fate() == "written", stage.said
    assert {table for table, _ in _differ(before, now(stage))} <= set(tables.split())
    said = stage.say(PEOPLE[who], "撤销")
    assert "已撤回" in said
    expected = _without_the_first(before) if skill == "correct" else before
    assert _differ(expected, now(stage)) == {}
    stage.say(PEOPLE[who], "哈哈好的")
    assert _differ(expected, now(stage)) == {}


@pytest.mark.parametrize(
    "messages",
    [
        ("完成",),
        ("推迟一小时",),
        ("今天要干啥", "1推到周五"),
        ("我的商机", "第一个推进到合同签署"),
        ("王总 10:21\n华星那个报价下周三前给我吧\n我 10:22\n好的王总", "确认"),
    ],
    ids=lambda messages: messages[-1],
)
def test_undo_of_what_answers_something_else(messages: tuple[str, ...], stage: CoreStage) -> None:
    stage.say(PEOPLE["小周"], "10秒后提醒我喝水")
    stage.wait(timedelta(seconds=11))
    for text in messages[:-1]:
        stage.say(PEOPLE["小周"], text)
    before = now(stage)
    stage.say(PEOPLE["小周"], messages[-1])
    assert stage.fate() == "written", stage.said
    stage.say(PEOPLE["小周"], "撤销")
    assert _differ(before, now(stage)) == {}, stage.said


def test_undo_goes_back_step_by_step(stage: CoreStage) -> None:
    dice = chance()
    mine = [messages for skill, scenes in WRITES.items() for who, _, messages in scenes if who == "小周"]
    for _ in range(size("UNDO_WALKS", 4)):
        before: list[Rows] = []
        for text in (text for messages in dice.sample(mine, 5) for text in messages):
            state = now(stage)
            stage.say(PEOPLE["小周"], text)
            if stage.fate() == "written" and "改好了" not in stage.said:
                before.append(state)
            elif "改好了" in stage.said:
                pass  # it stands in the place of the one before
            stage.now += timedelta(seconds=2)
        for state in reversed(before):
            stage.say(PEOPLE["小周"], "撤销")
            assert _differ(state, now(stage)) == {}, stage.said
        stage.now += timedelta(minutes=11)


def test_whoever_writes_in_between_loses_nothing_and_nothing_hangs_in_the_air(stage: CoreStage) -> None:
    dice = chance()
    scenes = [(who, text) for scenes in WRITES.values() for who, _, messages in scenes for text in messages]
    marks: dict[str, list[tuple[Rows, Rows]]] = defaultdict(list)  # of each person: before and after each write
    for _ in range(size("UNDO_STEPS", 60)):
        who, text = dice.choice(dice.choice([scenes, OTHERS, CONTESTED, CONTESTED, CONTESTED]))
        if marks and dice.random() < 0.2:
            who, text = dice.choice(list(marks)), "撤销"
        before = now(stage)
        said = stage.say(PEOPLE[who], text)
        after = now(stage)
        if text == "撤销" and marks[who]:
            _check_undo(*marks[who].pop(), before, after, said)
        elif "改好了" in said:
            marks[who].clear()  # its first saying is gone: what comes before the two is not remembered here
            stage.now += timedelta(minutes=11)
            marks.clear()
        elif stage.fate() == "written" and text != "撤销" and who != "王建华":
            marks[who].append((before, after))
        _check_nothing_hangs(after)
        _check_last_contacts(after)
        if dice.random() < 0.05:
            stage.now += timedelta(minutes=11)
            marks.clear()
        else:
            stage.now += timedelta(seconds=2)


# -- what others have built on


def test_a_customer_that_others_have_visited_since_stays(stage: CoreStage) -> None:
    stage.say(PEOPLE["小周"], "今天拜访了中山凯宇塑胶，见了黄总，对网关有兴趣，周五再去")
    stage.say(PEOPLE["陈经理"], "今天去了中山凯宇塑胶见了黄总，谈了价格，下周一再谈")
    said = stage.say(PEOPLE["小周"], "撤销")
    assert "客户「中山凯宇塑胶」后来陈志远又往上记了别的" in said
    assert [row["name"] for row in stage.rows("customers")][-1] == "中山凯宇塑胶"
    assert [row["author"] for row in stage.rows("followups")][-1] == "陈志远"
    assert [row["name"] for row in stage.rows("contacts")][-1] == "黄总"
    _check_nothing_hangs(now(stage))


def test_a_ticket_in_work_and_a_reminder_that_rang_stay_and_the_answer_says_why(stage: CoreStage) -> None:
    stage.say(PEOPLE["小周"], "给华星建个售后单，网关一直断线，尽快")
    stage.say(PEOPLE["张建国"], "接")
    assert "张建国已经在处理" in stage.say(PEOPLE["小周"], "撤销")
    assert stage.rows("tickets")[0]["state"] == "accepted"
    stage.say(PEOPLE["小周"], "10秒后提醒我喝水")
    stage.wait(timedelta(seconds=11))
    assert "已经响过了" in stage.say(PEOPLE["小周"], "撤销")
    assert stage.rows("reminders")[0]["state"] == "sent"


def test_an_untouched_ticket_goes_and_the_engineer_hears_it(stage: CoreStage) -> None:
    stage.say(PEOPLE["小周"], "给华星建个售后单，网关一直断线，尽快")
    stage.say(PEOPLE["小周"], "撤销")
    assert "撤回了工单" in stage.heard[PEOPLE["张建国"]][0]
    assert stage.rows("tickets") == []


def test_a_deal_moved_on_by_somebody_keeps_its_stage_but_not_my_amount(stage: CoreStage) -> None:
    stage.say(PEOPLE["小周"], "华星推进到谈判，金额48万")
    stage.say(PEOPLE["陈经理"], "把华星推进到合同签署")
    said = stage.say(PEOPLE["小周"], "撤销")
    assert "商机「华星二期」的阶段后来陈志远改过" in said
    deal = stage.rows("deals")[0]
    assert (deal["stage"], deal["amount"]) == ("合同签署", "500000.00")


def test_there_and_back_by_somebody_else_is_a_change_too(stage: CoreStage) -> None:
    stage.say(PEOPLE["小周"], "华星推进到谈判")
    moved = stage.rows("deals")[0]["stage"]
    stage.now += timedelta(seconds=5)
    stage.say(PEOPLE["陈经理"], "把华星推进到合同签署")
    stage.say(PEOPLE["陈经理"], "华星推进到谈判")
    assert stage.rows("deals")[0]["stage"] == moved
    assert "撤不回来了" in stage.say(PEOPLE["小周"], "撤销")
    assert stage.rows("deals")[0]["stage"] == moved


def test_what_somebody_else_took_back_again_is_no_change(stage: CoreStage) -> None:
    before = now(stage)
    stage.say(PEOPLE["小周"], "华星推进到谈判")
    stage.say(PEOPLE["陈经理"], "把华星推进到合同签署")
    stage.say(PEOPLE["陈经理"], "撤销")
    assert "已撤回" in stage.say(PEOPLE["小周"], "撤销")
    assert _differ(before, now(stage)) == {}


def test_a_code_that_was_used_stays(stage: CoreStage) -> None:
    said = stage.say(PEOPLE["小周"], "给顺达一个绑定码")
    code = said.split("绑定码：")[1][:8]
    stage.say(PEOPLE["路人"], f"绑定 {code}")
    assert "已经有人用掉了" in stage.say(PEOPLE["小周"], "撤销")


def test_a_code_that_was_taken_back_opens_nothing(stage: CoreStage) -> None:
    code = stage.say(PEOPLE["小周"], "给顺达一个绑定码").split("绑定码：")[1][:8]
    stage.say(PEOPLE["小周"], "撤销")
    assert "不对" in stage.say(PEOPLE["路人"], f"绑定 {code}")


def test_what_others_have_changed_is_not_said_again_by_a_correction(stage: CoreStage) -> None:
    stage.say(PEOPLE["小周"], "给恒通电子建个商机 50万")
    stage.say(PEOPLE["陈经理"], "恒通电子推进到报价")
    before = now(stage)
    assert "改不了了" in stage.say(PEOPLE["小周"], "不是50万是15万")
    assert _differ(before, now(stage)) == {}


def test_after_an_undo_in_vain_the_next_goes_on_to_the_write_before(stage: CoreStage) -> None:
    stage.say(PEOPLE["小周"], "今天拜访了恒通电子，聊了年度计划，下周一再去")
    stage.say(PEOPLE["小周"], "给华星建个售后单，网关一直断线，尽快")
    stage.say(PEOPLE["张建国"], "接")
    assert "撤不回来了" in stage.say(PEOPLE["小周"], "撤销")
    assert "恒通电子" in stage.say(PEOPLE["小周"], "撤销")


# -- the two oracles: what undo may have done to the rows, and what holds of them always


def _check_undo(before: Rows, wrote: Rows, between: Rows, after: Rows, said: str) -> None:
    """`before` and `wrote`: around the message that is taken back; `between` and `after`: around the undo."""
    made = wrote.keys() - before.keys()
    kept = _built_on({key for key in made if key in between}, wrote, between)
    lost = False
    for key in before.keys() | wrote.keys() | between.keys():
        if key in made:
            assert after.get(key) == (between.get(key) if key in kept else None), (key, said)
            lost |= key in kept
        else:
            lost |= _check_columns(key, before, wrote, between, after, said)
    assert after.keys() <= between.keys(), said
    assert not lost or "没有动" in said or "用掉" in said or "响过" in said, said


def _built_on(made: set[tuple[str, int]], wrote: Rows, between: Rows) -> set[tuple[str, int]]:
    """Which of the rows that were made must stay: changed since, or something that stays hangs on them."""
    kept = {key for key in made if wrote[key] != between[key]}
    while True:
        kept |= {key for key in made if key[0] == "customer_names" and ("customers", wrote[key]["customer_id"]) in kept}
        holders = {key for key in between if key not in made or key in kept}
        more = {target for key in holders for target in _hangs_on(key, between[key])} & made - kept
        if not more:
            return kept
        kept |= more


def _check_columns(key: tuple[str, int], before: Rows, wrote: Rows, between: Rows, after: Rows, said: str) -> bool:
    """Of a row that was there before the message. True: something of it could not be taken back."""
    if key not in before or key not in wrote or key not in between:
        assert after.get(key) == between.get(key), (key, said)
        return False
    lost = False
    for name in before[key]:
        together = _linked(key[0]) if name in _linked(key[0]) else {name}
        changed = before[key][name] != wrote[key][name]
        later = any(wrote[key][one] != between[key][one] for one in together)
        expected = (before if changed and not later else between)[key][name]
        assert after[key][name] == expected, (key, name, said)
        lost |= changed and later
    return lost


def _check_nothing_hangs(rows: Rows) -> None:
    for key, row in rows.items():
        gone = [target for target in _hangs_on(key, row) if target not in rows]
        assert not gone, f"{key} hangs on {gone}"


def _check_last_contacts(rows: Rows) -> None:
    """The customers' last contact is that of their follow-ups."""
    latest: dict[int, Any] = {}
    for (table, _), row in rows.items():
        if table == "followups" and not row.get("low_value"):
            latest[row["customer_id"]] = max(latest.get(row["customer_id"], row["happened_at"]), row["happened_at"])
    for (table, number), row in rows.items():
        if table == "customers":
            assert row["last_followed_at"] == latest.get(number), row["name"]


def _hangs_on(key: tuple[str, int], row: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    table = Base.metadata.tables[key[0]]
    for column in table.columns:
        for foreign in column.foreign_keys:
            if row.get(column.name) is not None and foreign.column.table.name not in LEFT_ALONE:
                yield foreign.column.table.name, row[column.name]


def _linked(table: str) -> frozenset[str]:
    return frozenset(getattr(_models()[table], "linked", frozenset()))


def _models() -> dict[str, Any]:
    return {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}


# -- pictures of the database


def now(stage: CoreStage) -> Rows:
    """Every row that is visible, but what `LEFT_ALONE` names."""
    with stage.core.db.transaction() as session:
        return {
            (table.name, values["id"]): values
            for table in Base.metadata.sorted_tables
            if table.name not in LEFT_ALONE and "id" in table.c
            for values in map(dict, session.execute(select(*_columns(table)).where(_visible(table))).mappings())
        }


def _columns(table: Table) -> Iterable[Any]:
    return (column for column in table.c if column.name != "seen_at")  # everybody who speaks is seen


def _visible(table: Table) -> Any:
    if "undone_at" in table.c:
        return table.c.undone_at.is_(None)
    if table.name == "customer_names":  # names are never taken out; those of nobody are nobody's
        return table.c.customer_id.in_(select(Customer.__table__.c.id).where(Customer.__table__.c.undone_at.is_(None)))
    return table.c.id.is_not(None)


def _differ(one: Rows, other: Rows) -> dict[tuple[str, int], Any]:
    changed = (key for key in one.keys() | other.keys() if one.get(key) != other.get(key))
    return {key: (one.get(key), other.get(key)) for key in changed}


def _without_the_first(rows: Rows) -> Rows:
    """A correction stands for the message that it corrects: both are gone with it."""
    last = max(row.get("message_id") or 0 for row in rows.values())
    return {key: row for key, row in rows.items() if row.get("message_id") != last}


def _prepare(stage: CoreStage, skill: str) -> None:
    """What has to be there before."""
    if skill in ("accept", "reply_to_customer", "pass_on", "resolve", "report_from_site"):
        stage.say(PEOPLE["王建华"], "机器坏了")
    if skill in ("reply_to_customer", "resolve", "report_from_site"):
        stage.say(PEOPLE["张建国"], "接")
    if skill in ("agree_word", "decline_word"):
        stage.say(PEOPLE["小周"], "以后“老黑”就是华星")
        stage.say(PEOPLE["陈经理"], "以后“老黑”就是华星")
