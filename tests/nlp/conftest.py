"""One brain for all tests of understanding: its dictionary takes a second to load."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scrm_bot.nlp.brain import Brain
from scrm_bot.nlp.lexicon import Lexicon

HERE = Path(__file__).parent / "corpus"


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    lexicon = Lexicon()
    lexicon.warm()
    for number, customer in enumerate(json.loads((HERE / "customers.json").read_text("utf-8")), 1):
        lexicon.customers.add(number, customer["name"])
    for name, aliases in (
        ("标准版", []),
        ("专业版", []),
        ("旗舰版", []),
        ("智能网关", ["网关"]),
        ("培训服务", ["培训"]),
    ):
        lexicon.add_product(name, aliases)
    for number, (name, kind) in enumerate(
        (
            ("初步接触", "open"),
            ("需求确认", "open"),
            ("方案报价", "open"),
            ("商务谈判", "open"),
            ("赢单", "won"),
            ("输单", "lost"),
        ),
        1,
    ):
        lexicon.add_stage(number, name, kind)
    return lexicon


@pytest.fixture(scope="session")
def brain(lexicon: Lexicon) -> Brain:
    return Brain(lexicon)
