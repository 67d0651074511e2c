"""What is said in private instead of in a group."""

from __future__ import annotations

import pytest

from scrm_bot.dialogs.discretion import is_private
from scrm_bot.message import Choice, Listing, OutFile, Reply


@pytest.mark.parametrize(
    "words",
    [
        "合计 3 单 ¥108.65万",
        "预算大概 30万",
        "报价 3,600 元",
        "预算两档：20-30万",
        "差 500 块",
        "电话 13800001001",
        "王总 138****1001",
        "打 138 0000 1001",
        "座机 0755-26001234",
        "客服 400-820-8820",
    ],
)
def test_money_and_phones_are_nobody_elses_business(words: str) -> None:
    assert is_private(Reply(words))
    assert is_private(Reply("是哪一个？", (Choice(words, "1"),)))


@pytest.mark.parametrize(
    "words",
    [
        "✅ 华星科技｜拜访｜王总。要点：认可方案",
        "⏰ 好，明天（周四）15:00 提醒你：发报价",
        "工单 T260318-01 已派给张建国",
        "订单号 20260318000123456789",
        "进度 70%，已跑 3 万公里",
        "要 1 万件",
        "2026年3月18日",
    ],
)
def test_other_numbers_may_be_read_by_everybody(words: str) -> None:
    assert not is_private(Reply(words))


def test_lists_and_files_are_for_who_asked() -> None:
    assert is_private(Reply("今天 2 件事", listing=Listing((("reminders", 1),))))
    assert is_private(Reply("导好了", file=OutFile("客户.xlsx", "0" * 64)))
