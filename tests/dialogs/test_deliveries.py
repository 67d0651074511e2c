"""What could not be delivered, in words that a person understands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from scrm_bot.dialogs import deliveries

REASONS = [
    ("no account", False, "还没有绑定任何账号"),
    ("wecom 81013", True, "账号收不到消息"),
    ("outside the platform's window after the user's last message", False, "微信只让在对方说话后的一段时间内回复"),
    ("never written: the platform forbids speaking first", False, "微信只让在对方说话后的一段时间内回复"),
    ("too many tries, the last one: HTTP 500", False, "平台一直没收下"),
    ("budget of the user", False, "平台限制发送频率，排队中"),
    ("the channel is out of order", False, "那个渠道当时发不出消息"),
    ("wecom 40058", False, "平台不收"),
]


@pytest.mark.parametrize(("reason", "unreachable", "words"), REASONS)
def test_a_reason_is_said_in_plain_words(reason: str, unreachable: bool, words: str) -> None:
    assert deliveries.why(reason, unreachable=unreachable) == words


def test_a_report_quotes_the_beginning_only() -> None:
    words = deliveries.not_delivered(
        "周晓明", "\n⏰ 提醒：" + "很长的事" * 20 + "\n第二行", "no account", unreachable=False
    )
    assert "第二行" not in words
    assert len(words) < 90


@pytest.mark.parametrize("trouble", ["secret", "address", "permission", "blocked", "quota"])
def test_an_admin_is_told_what_to_do(trouble: str) -> None:
    words = deliveries.out_of_order("sales", trouble, "203.0.113.9", "wecom 60020")
    assert "渠道「sales」" in words
    assert ("203.0.113.9" in words) is (trouble == "address")


@pytest.mark.parametrize(("minutes", "words"), [(0, ""), (5, "5 分钟"), (130, "2 小时"), (60 * 50, "2 天")])
def test_how_late_it_was(minutes: int, words: str) -> None:
    due = datetime(2026, 3, 18, tzinfo=UTC)
    assert deliveries.how_late(due + timedelta(minutes=minutes), due) == words
