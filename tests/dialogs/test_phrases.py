from datetime import date
from decimal import Decimal

import pytest

from scrm_bot.dialogs import phrases


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("500000", "¥50万"),
        ("86500", "¥8.65万"),
        ("3000", "¥3,000"),
        ("10000", "¥1万"),
        ("123456.78", "¥123,456.78"),
        ("120000000", "¥1.2亿"),
        ("0", "¥0"),
    ],
)
def test_money_reads_as_people_say_it_and_is_never_rounded(amount: str, words: str) -> None:
    assert phrases.money(Decimal(amount)) == words


def test_days_carry_their_weekday_so_that_a_mistake_is_seen() -> None:
    today = date(2026, 3, 18)
    assert phrases.day(date(2026, 3, 18), today) == "今天"
    assert phrases.day(date(2026, 3, 19), today) == "明天（周四）"
    assert phrases.day(date(2026, 3, 25), today) == "3月25日（周三）"
    assert phrases.day(date(2027, 1, 1), today) == "2027年1月1日（周五）"


def test_phones_and_names_are_masked() -> None:
    assert phrases.phone("13800001234") == "138****1234"
    assert phrases.masked("李思琪") == "李*"
