"""Letters typed twice or by sound."""

from __future__ import annotations

import pytest

from scrm_bot.nlp.lexicon import Lexicon
from scrm_bot.nlp.mend import mend, undoubled

LEXICON = Lexicon()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("加个客户户 佛山熠利五金", "加个客户 佛山熠利五金"),
        ("提提醒我下午报价", "提醒我下午报价"),
        ("打电话没人人接", "打电话没人接"),
        ("合同同签了", "合同签了"),
    ],
)
def test_a_letter_typed_twice_is_read_once(typed: str, meant: str) -> None:
    assert undoubled(typed, LEXICON.is_word) == meant


@pytest.mark.parametrize(
    "text", ["推进进度怎么样", "合同同意了", "做客户户外拓展", "报价价格太高", "工单单号", "配合合同"]
)
def test_a_letter_that_begins_or_ends_the_word_beside_stays(text: str) -> None:
    assert undoubled(text, LEXICON.is_word) == text


@pytest.mark.parametrize(
    ("typed", "meant"), [("提行我", "提醒我"), ("微信连系", "微信联系"), ("连系统都没有", "连系统都没有")]
)
def test_a_word_typed_by_sound_is_read_as_meant(typed: str, meant: str) -> None:
    assert mend(typed, LEXICON.is_word) == meant
