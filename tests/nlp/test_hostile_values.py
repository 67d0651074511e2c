"""Whatever is pasted: no finder raises, all say where they found what, and none takes longer than the text is long."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrm_bot.nlp.duration import find_durations
from scrm_bot.nlp.figures import find_numbers
from scrm_bot.nlp.frame import values_of
from scrm_bot.nlp.money import find_money
from scrm_bot.nlp.moving import due
from scrm_bot.nlp.percent import find_percents
from scrm_bot.nlp.phone import find_phones
from scrm_bot.nlp.quantity import find_quantities
from scrm_bot.nlp.refno import find_refnos
from scrm_bot.nlp.text import LONGEST, normalise
from scrm_bot.nlp.when import find_times

NOW = datetime(2026, 3, 18, 9, 40)
FINDERS = (find_durations, find_money, find_percents, find_phones, find_quantities, find_refnos)
WORDS = (
    "一", "点半", "2026-", "一万", "3k", "几十", "1,", "百分之", "一分之", "1/", "0.1", "¥", "元1", "三五百", "一百零",
    "9", "二毛", "上", "下下", "每周一", "三天", "一天半", "今年", "2026年", "3月5日到", "周一到", "初八", "农历",
    "8点到", "1-", "月底", "国庆", "半", "前", "每", "400个工作日后", "9999年", "2026年3月5日下午3点", "1.2.", "世纪",
    "90年代", "20260315", "第一个周", "13800138000", "A-1", "2^9", "9e9", "0-", "百八十", "块六", "角", "腊月",
)  # fmt: skip


def check(text: str) -> None:
    for finder in FINDERS:
        for found in finder(text):
            assert text[found.at : found.at + len(found.text)] == found.text
    for when in find_times(text, NOW):
        assert text[when.at : when.at + len(when.text)] == when.text
        due(when)
    find_numbers(text)
    for want in ("time", "amount", "number", "percent"):
        values_of(text, want, NOW)


@pytest.mark.parametrize("word", WORDS)
def test_endless_repetition_is_read_to_its_end(word):
    check((word * LONGEST)[:LONGEST])


@given(st.lists(st.sampled_from(WORDS), max_size=40).map("".join))
@settings(max_examples=150)
def test_any_pile_of_figures_is_read(text):
    check(normalise(text))


@given(st.text(max_size=LONGEST))
@settings(max_examples=60)
def test_any_text_is_read(text):
    check(normalise(text))
