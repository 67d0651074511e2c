"""Examples are training data, help and tests at once: each must lead to the skill that gives it."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from scrm_bot.app import skills
from scrm_bot.crm.people import Role
from scrm_bot.crm.shape import Shape
from scrm_bot.dialogs import openings
from scrm_bot.dialogs.skill import Guest, Skill
from scrm_bot.nlp.brain import Brain
from scrm_bot.nlp.lexicon import Lexicon
from scrm_bot.nlp.meaning import Scene
from tests import company
from tests.stage import WORDS

VALUES = {
    "customer": "华星科技",
    "person": "王总",
    "time": "下周三下午三点",
    "next_time": "下周三",
    "owner": "周晓明",
    "amount": "50万",
    "stage": "报价谈判",
    "phone": "13812345678",
    "product": "智能网关",
    "ticket": "T260318-01",
    "said": "网关断线",
    "name": "珠海蓝海电器有限公司",
    "duration": "90天",
}
KNOWN = skills()
CASES = [(one, example) for one in KNOWN.values() for example in one.examples]


def _brain() -> Brain:
    lexicon = Lexicon(WORDS)
    for number, (name, short, _) in enumerate(company.CUSTOMERS, 1):
        lexicon.customers.add(number, name, short)
    for number, stage in enumerate(Shape()):
        lexicon.add_stage(number, stage.name, stage.kind)
    lexicon.add_product("智能网关")
    for name, *_ in company.STAFF:
        lexicon.add_colleague(name)
    return Brain(lexicon, [lesson for one in KNOWN.values() for lesson in one.lessons()])


BRAIN = _brain()


@pytest.mark.parametrize(("skill", "example"), CASES, ids=[f"{s.name}-{i}" for i, (s, _) in enumerate(CASES)])
def test_an_example_leads_to_its_skill(skill: Skill, example: str) -> None:
    role = next(r for r in (Role.SALES, Role.ENGINEER, Role.SALES_MANAGER, Guest.CONTACT) if r in skill.allow)
    text = re.sub(r"\{(\w+)\}", lambda hole: VALUES[hole[1]], example)
    allowed = {one.name: one for one in KNOWN.values() if role in one.allow}
    about = frozenset({skill.about} - {""})
    kind = {Guest.CONTACT: "customer", Role.SALES_MANAGER: "manager"}.get(role, "rep")
    scene = Scene(kind, frozenset(allowed), about)
    meaning = BRAIN.understand(text, datetime(2026, 3, 18, 9, 40), scene)
    opened = openings.skill(text, allowed, about, meaning)
    found = opened.name if opened else meaning.main.lesson
    if "none" in skill.labels:
        assert meaning.main.label == "none"
    else:
        assert found == skill.name, [(act.label, act.lesson, act.reasons) for act in meaning.acts]
