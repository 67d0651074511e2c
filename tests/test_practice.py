"""Whatever is said in practice, nothing is written and nobody hears of it; and it is taken as it would be for real."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select

from scrm_bot.db import Base
from scrm_bot.dialogs.practice import MOST
from scrm_bot.inbox import Incoming
from scrm_bot.outbox import Outgoing
from tests import company
from tests.stage import CoreStage
from tests.story import PEOPLE

OWN = frozenset({"messages", "outbox", "conversations"})
SAID = (
    "今天拜访了华星王总，对方案认可，下周三再报价",
    "今天拜访了恒通，他们想试用网关",
    "2",
    "顺达 跟进正常",
    "她嫌贵 下周五再报一版",
    "今天拜访了中山凯宇塑胶，见了黄总，对网关有兴趣",
    "新增客户 珠海蓝海电器有限公司",
    "给华星建个商机 20万",
    "把顺达推进到合同签署",
    "华星赢单了，50万",
    "确认",
    "顺达丢单了 价格太高",
    "给顺达加个联系人 赵敏 采购主管 13812340000",
    "明天下午三点提醒我给华星打电话",
    "每周一早上九点提醒我交周报",
    "后天下午两点去顺达见刘芳",
    "给华星建个售后单，网关掉线了",
    "不是下周三是下周四",
    "撤销",
    "撤销",
    "以后说老华就是华星",
    "老华上次聊到哪了",
    "今天要干啥",
    "1推到周五",
    "本月漏斗",
    "跳过",
    "算了",
    "全部",
    "蓝色的大象在天上飞",
    "怎么用",
    "刘芳 10:21\n顺达这边预算就9万 月底前定",
    "李建国 总经理\n珠海蓝海电器有限公司\n13900001234",
    "把恒通电子转给小李",
    "好的",
    "给华星一个绑定码",
)


@pytest.fixture
def stage(fresh_database_url: Callable[..., str], database_kind: str) -> Iterator[CoreStage]:
    stage = CoreStage(fresh_database_url(database_kind, company.prepare))
    yield stage
    stage.close()


def everything(stage: CoreStage) -> dict[str, list[Any]]:
    """Every row of every table, but for what was said, and when an account was last seen."""
    found = {}
    with stage.core.db.transaction() as session:
        for table in Base.metadata.sorted_tables:
            columns = [column for column in table.columns if column.name != "seen_at"]
            rows = session.execute(select(*columns)).all()
            found[table.name] = sorted(map(repr, rows)) if table.name not in OWN else []
    return found


def heard_by_others(stage: CoreStage, who: str) -> int:
    with stage.core.db.transaction() as session:
        rows = session.scalars(select(Outgoing).where(Outgoing.answers.is_(None))).all()
    return sum(row.address != PEOPLE[who] for row in rows)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("who", ["小周", "陈经理"])
def test_the_database_is_as_it_was(stage, who, seed):
    stage.say(PEOPLE[who], "演练模式")
    before, told = everything(stage), heard_by_others(stage, who)
    for text in random.Random(f"{who}{seed}").sample(SAID, 12):
        stage.say(PEOPLE[who], text)
        assert stage.said.startswith("🎓 演练｜"), (text, stage.said)
        assert stage.fate() == "answered"
    stage.say(PEOPLE[who], "退出演练")
    assert everything(stage) == before
    assert heard_by_others(stage, who) == told


def test_practice_is_taken_as_it_would_be_for_real(fresh_database_url, database_kind):
    said = (
        "今天拜访了恒通，他们想试用网关",
        "2",
        "下周一",
        "他们上次聊到哪了",
        "给顺达建个商机 20万",
        "撤销",
        "今天要干啥",
    )
    stages = [CoreStage(fresh_database_url(database_kind, company.prepare)) for _ in range(2)]
    for stage in stages:
        stage.say(PEOPLE["小周"], "本月漏斗")  # the first answer welcomes
    stages[0].say(PEOPLE["小周"], "演练模式")
    for text in said:
        practised, real = (stage.say(PEOPLE["小周"], text) for stage in stages)
        assert practised.removeprefix("🎓 演练｜").startswith(real), text
    for stage in stages:
        stage.close()


def test_a_practice_has_an_end(stage):
    stage.say(PEOPLE["小周"], "演练模式")
    for _ in range(MOST):
        stage.say(PEOPLE["小周"], "本月漏斗")
        assert "🎓 演练｜" in stage.said
    stage.say(PEOPLE["小周"], "本月漏斗")
    assert f"练了 {MOST} 句" in stage.said
    stage.say(PEOPLE["小周"], "本月漏斗")
    assert "演练" not in stage.said


def test_what_is_learnt_in_practice_is_not_known_outside(stage):
    stage.say(PEOPLE["小周"], "本月漏斗")
    customers = stage.core.turns.brain.lexicon.customers.kept
    stage.say(PEOPLE["小周"], "演练模式")
    for text in ("新增客户 珠海蓝海电器有限公司", "珠海蓝海电器有限公司上次聊到哪了", "本月漏斗"):
        stage.say(PEOPLE["小周"], text)
    assert stage.core.turns.brain.lexicon.customers.kept == customers


def test_the_message_is_marked_as_practised(stage):
    stage.say(PEOPLE["小周"], "演练模式")
    stage.say(PEOPLE["小周"], "本月漏斗")
    with stage.core.db.transaction() as session:
        row = session.get_one(Incoming, stage.last)
    assert (row.fate, row.reason) == ("answered", "practice")
