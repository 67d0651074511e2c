"""The examples that the skills give, as messages to learn from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from scrm_bot.app import skills
from scrm_bot.crm.people import Role
from scrm_bot.dialogs.skill import Guest, Skill
from scrm_bot.nlp.acts import Reading
from scrm_bot.nlp.frame import lexicon_of
from scrm_bot.nlp.meaning import READING, WRITING
from scrm_bot.nlp.text import normalise
from scrm_bot.nlp.values import read_values
from scrm_bot.nlp.words import Words
from training.said import Said

NOW: Final = datetime(2026, 3, 18, 9, 40)
FILLED: Final = {
    "customer": "华星科技", "person": "王总", "time": "下周三下午三点", "next_time": "下周三", "owner": "周晓明",
    "amount": "50万", "stage": "商务谈判", "phone": "13812345678", "ticket": "T260318-01", "said": "网关断线",
    "name": "珠海蓝海电器有限公司", "duration": "90天",
}  # fmt: skip
SPEAKERS: Final = {"rep": {Role.SALES, Role.ENGINEER}, "manager": {Role.SALES_MANAGER}, "customer": {Guest.CONTACT}}
TIMES: Final = 3  # as often as they count: they are what the skills promise


def taught(words: Words) -> Iterator[Said]:
    """Every example of a skill that can be said at any time, by each kind of person who may say it."""
    lexicon = lexicon_of(
        [{"name": "深圳华星科技有限公司"}], {"products": [{"name": "智能网关", "aliases": ["网关"]}],
                                            "stages": [{"name": name} for name in ("商务谈判", "赢单", "输单")]}, words
    )  # fmt: skip
    lexicon.add_colleague("周晓明")
    for skill, example, label in _plain():
        text = normalise(re.sub(r"\{(\w+)[^}]*\}", lambda hole: FILLED.get(hole[1], "这个"), example))
        for role, people in SPEAKERS.items():
            if people & skill.allow:
                reading = Reading(read_values(text, NOW, lexicon), role, NOW, lexicon)
                yield from [Said(skill.name, reading, ((0, len(text), label),), label, True, True)] * TIMES


def _plain() -> Iterator[tuple[Skill, str, str]]:
    for skill in skills().values():
        for label in skill.labels:
            if label in WRITING | READING and not skill.about:
                yield from ((skill, example, label) for example in skill.examples)
