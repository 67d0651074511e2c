"""What a message did, in words for people."""

from __future__ import annotations

from datetime import date

import pytest

from scrm_bot.lens.words import reason, value

TODAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("it happened: 拜访了", "说的是已经发生的事：「拜访了」"),
        ("nearest example 今天拜访了\ue000\ue001 (0.29)", "最像例句「今天拜访了……」（相似度 0.29）"),
        ("a customer tells of a fault", "客户在说故障"),
        ("something that nobody has thought of yet", "something that nobody has thought of yet"),
    ],
)
def test_a_reason_is_told_in_chinese_where_we_know_it(said: str, shown: str) -> None:
    assert reason(said) == shown


@pytest.mark.parametrize(
    ("slot", "text", "shown"),
    [
        ("amount", "300000", "¥30万"),
        ("time", "2026-03-11", "明天（周三）"),
        ("time", "2026-03-10T15:04:05", "今天15:04:05"),
        ("time", "2026-03-01/2026-03-31", "3月1日（周日） 到 3月31日（周二）"),
        ("time", "../2026-03-12", "后天（周四）之前"),
        ("duration", "P7D", "7 天"),
        ("sentiment", "pos", "积极"),
        ("time", "no time at all", "no time at all"),
        ("person", "王总", "王总"),
    ],
)
def test_a_value_is_shown_as_one_reads_it(slot: str, text: str, shown: str) -> None:
    assert value(slot, text, TODAY) == shown
