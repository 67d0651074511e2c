"""Messages of several acts are cut where another begins, and nowhere else."""

from __future__ import annotations

from datetime import datetime

import pytest

from scrm_bot.nlp.acts import units
from scrm_bot.nlp.meaning import Scene
from scrm_bot.nlp.values import read_values

NOW = datetime(2026, 4, 15, 10, 20)  # a Wednesday


def acts(brain, text, role="rep"):
    return [act.label for act in brain.understand(text, NOW, Scene(role=role)).acts]


def cut(lexicon, text):
    return [text[unit.start : unit.end].strip() for unit in units(read_values(text, NOW, lexicon))]


def test_a_unit_ends_at_punctuation_at_a_blank_and_before_a_turn(lexicon):
    assert cut(lexicon, "浦江见过了 对方认可,然后帮我建个商机再提醒我周五打电话") == [
        "浦江见过了", "对方认可", "然后帮我建个商机", "再提醒我周五打电话",
    ]  # fmt: skip


def test_no_unit_ends_within_a_time(lexicon):
    assert cut(lexicon, "浦江见过,约了12月15日再报一版价") == ["浦江见过", "约了12月15日再报一版价"]
    assert cut(lexicon, "浦江打了没人接12月15日提醒我再拨") == ["浦江打了没人接", "12月15日提醒我再拨"]


def test_values_alone_are_no_unit(lexicon):
    assert cut(lexicon, "周五上午提醒我给浦江打电话") == ["周五上午提醒我给浦江打电话"]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("昨天拜访了浦江精密,提醒我明天发报价", ["log_visit", "set_reminder"]),
        ("浦江精密到款六万 开张专票", ["record_payment", "create_invoice"]),
        ("今天跟浦江精密的王总碰了,他对方案认可,下周三再报一版", ["log_visit"]),
        ("刚从浦江出来他们嫌贵让我们周五之前给个新的报价", ["log_visit"]),
        ("提醒我周五上午给浦江精密发报价单,别忘了带样品", ["set_reminder"]),
        ("浦江精密报修,网关离线了,联系人小何", ["create_ticket"]),
    ],
)
def test_each_act_stands_for_itself(brain, text, labels):
    assert acts(brain, text) == labels


def test_slots_belong_to_the_act_that_names_them(brain):
    visit, reminder = brain.understand("昨天拜访了浦江精密,提醒我周五发报价", NOW, Scene()).acts
    assert [when.notation for when in visit.slots["time"]] == ["2026-04-14"]
    assert [when.notation for when in reminder.slots["time"]] == ["2026-04-17"]


@pytest.mark.parametrize("text", ["浦江精密签了,30万", "昨天拜访了浦江精密", "给浦江精密建个商机50万", "本月漏斗"])
def test_customers_mean_nothing_that_only_staff_can(brain, text):
    assert not {"log_visit", "create_deal", "update_deal", "query_deals"} & set(acts(brain, text, role="customer"))
