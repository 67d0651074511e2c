import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrm_bot.nlp.money import find_money


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("预算在15万上下", [150000]),
        ("打款 ¥58,600", [58600]),
        ("预付款两万三", [23000]),
        ("两百来万", [2_000_000]),
        ("30多万", [300000]),
        ("单价86元", [86]),
        ("壹拾贰万元", [120000]),
        ("价格能到42万8,但", [428000]),
        ("1.2M", [1_200_000]),
        ("三万五千六百元到了", [35600]),
        ("50万改成38万", [500000, 380000]),
        ("两万三千一套", [23000]),
        ("3k一套200套", [3000]),
        ("两百个传感器", []),
        ("电子价签3000片", []),
        ("3万台", []),
        ("1200美元", [1200]),
        ("15w", [150000]),
    ],
)
def test_amounts_are_found_as_chat_says_them(text, amounts):
    assert [money.value for money in find_money(text) if not money.bare and not money.vague] == amounts


@pytest.mark.parametrize(
    ("text", "bound"),
    [("超过五十万", "min"), ("20万以上", "min"), ("不超过3千块", "max"), ("30万以内", "max"), ("30万", "")],
)
def test_a_limit_is_told_from_an_amount(text, bound):
    assert find_money(text)[0].bound == bound


@pytest.mark.parametrize("text", ["10万到30万之间", "10-30万", "10万~30万"])
def test_a_range_has_two_ends(text):
    assert [(money.value, money.high) for money in find_money(text)] == [(100000, 300000)]


@pytest.mark.parametrize("text", ["百八十万", "几十万", "十几万", "六七十万吧"])
def test_a_vague_amount_is_something_to_ask_about(text):
    assert [money.vague for money in find_money(text)] == [True]


def test_a_foreign_currency_is_named():
    assert [money.currency for money in find_money("1200美元和¥300和50欧元")] == ["USD", "CNY", "EUR"]


@given(st.integers(min_value=1, max_value=9999))
def test_ten_thousands_are_the_same_in_every_spelling(number):
    for text in (f"{number}万", f"{number}w", f"{number * 10000}元", f"¥{number * 10000:,}"):
        assert [money.value for money in find_money(text)] == [number * 10000], text


@given(st.text(alphabet="一两三十百万亿千几多来到-¥$元块kwM0123456789.,成", max_size=60))
@settings(max_examples=200)
def test_finding_money_never_raises(text):
    for money in find_money(text):
        assert text[money.at : money.at + len(money.text)] == money.text
