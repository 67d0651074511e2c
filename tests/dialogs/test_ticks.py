"""What people say to tick things off an offer."""

from __future__ import annotations

import pytest

from scrm_bot.dialogs.ticks import only_the_text, ticks

OFFER = [
    "预算 ¥20万",
    "期限 月底前定·3月31日 提醒你",
    "异议：价格（“太贵”）",
    "商机「华星二期」金额 ¥50万 → ¥20万",
    "联系人 王总",
]


def chosen(text: str) -> list[int] | None:
    said = ticks(text)
    return None if said is None else [place + 1 for place in said.of(OFFER) or []]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1", [1]), ("1和3", [1, 3]), ("1、3", [1, 3]), ("1 3", [1, 3]), ("1,3,5", [1, 3, 5]), ("13", [1, 3]),
        ("第一个和第三个", [1, 3]), ("要1和3", [1, 3]), ("只要2", [2]), ("1到3", [1, 2, 3]), ("1-3", [1, 2, 3]),
        ("前两个", [1, 2]), ("最后一个", [5]), ("一三五", [1, 3, 5]), ("1跟2就行", [1, 2]),
        ("全部", [1, 2, 3, 4, 5]), ("都要", [1, 2, 3, 4, 5]), ("全都要", [1, 2, 3, 4, 5]), ("all", [1, 2, 3, 4, 5]),
        ("好的", [1, 2, 3, 5]), ("确认", [1, 2, 3, 5]),
        ("除了2", [1, 3, 4, 5]), ("除了2都要", [1, 3, 4, 5]), ("除2以外都要", [1, 3, 4, 5]), ("2不要", [1, 3, 4, 5]),
        ("不要2和4", [1, 3, 5]), 
        ("2不要其他都要", [1, 3, 4, 5]), ("全部除了4", [1, 2, 3, 5]), ("都要 除了1", [2, 3, 4, 5]),
        ("预算", [1]), ("预算和联系人", [1, 5]),
        ("只要预算", [1]), ("除了商机都要", [1, 2, 3, 5]), ("价格记一下", [3]),
        ("都不要", []), ("不用", []), ("一个都不要", []), ("只留原文", []), ("9", []),
    ],
)  # fmt: skip
def test_an_offer_is_answered_in_numbers_and_words(text, numbers):
    assert chosen(text) == numbers


@pytest.mark.parametrize(
    "text", ["明天上午九点提醒我开会", "华星谁在跟", "今天拜访了恒通", "王总什么时候来", "撤销", "50万"]
)
def test_what_is_no_answer_ticks_nothing(text):
    said = ticks(text)
    assert said is None or said.of(OFFER) is None


def test_who_wants_the_text_alone_says_so():
    assert only_the_text("只留原文")
    assert not only_the_text("都不要")
