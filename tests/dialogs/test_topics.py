"""A question's subject is found whatever it is dressed in; what is told or ordered has none."""

from __future__ import annotations

from datetime import datetime

import pytest

from scrm_bot.dialogs import topics
from scrm_bot.nlp.brain import Brain
from scrm_bot.nlp.lexicon import Lexicon
from tests.stage import WORDS

NOW = datetime(2026, 3, 18, 9, 40)


@pytest.fixture(scope="module")
def brain() -> Brain:
    lexicon = Lexicon(WORDS)
    lexicon.customers.add(1, "华星科技(深圳)有限公司", ["华星"])
    lexicon.add_colleague("周晓明")
    return Brain(lexicon)


@pytest.mark.parametrize(
    ("said", "subject"),
    [
        ("公海里现在还有多少家客户啊？", "公海客户"),
        ("帮我看下这个月的评分", "评分"),
        ("周晓明上周的评分怎么样", "评分"),
        ("评分 什么情况", "评分"),
        ("明天要交评分表", "要交评分表"),
    ],
)
def test_what_is_left_of_a_question_is_its_subject(brain: Brain, said: str, subject: str) -> None:
    assert topics.subject(said, brain.understand(said, NOW)) == subject


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("这周评分如何", True),
        ("评分", True),
        ("华星的评分", False),
        ("把评分改成5分", False),
        ("我觉得这次的评分实在是不太公平，想跟你们好好说一说这件事情行不行", False),
    ],
)
def test_only_a_question_about_nothing_else_is_about_it(brain: Brain, said: str, asked: bool) -> None:
    assert topics.about("评分")(said, brain.understand(said, NOW)) is asked
