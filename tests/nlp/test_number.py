import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrm_bot.nlp.figures import find_numbers
from scrm_bot.nlp.number import approximate, read_number
from scrm_bot.nlp.quantity import find_quantities
from tests.nlp.spoken import formal, han


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("三十五万六", 356000),
        ("23万5", 235000),
        ("1.2w", 12000),
        ("5k", 5000),
        ("1.2M", 1_200_000),
        ("八万六千五", 86500),
        ("十二万八", 128000),
        ("两百", 200),
        ("一千二", 1200),
        ("壹拾贰万", 120000),
        ("三万零五", 30005),
        ("二〇二六", 2026),
        ("三亿五千万", 350_000_000),
        ("58,600", 58600),
        ("七点五", 7.5),
        ("十五", 15),
        ("3百万", 3_000_000),
        ("两千零五十", 2050),
    ],
)
def test_a_numeral_is_read_as_chat_writes_it(words, value):
    assert read_number(words) == value


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("先要两百个传感器", [200]),
        ("标准版30用户", [30]),
        ("3000片", [3000]),
        ("一个商机", []),
        ("三个月", []),
        ("坏了三把", [3]),
        ("出一份报价", []),
        ("8个点", []),
        ("5块钱", []),
        ("50台网关20把扫码枪", [50, 20]),
    ],
)
def test_only_counts_of_things_are_quantities(text, counts):
    assert [quantity.value for quantity in find_quantities(text)] == counts


@given(st.integers(min_value=1, max_value=99_999_999))
def test_a_plain_figure_is_itself(number):
    assert read_number(str(number)) == number
    assert read_number(f"{number:,}") == number


@given(st.text(alphabet="零一二两三十百千万亿0123456789.,半点kwM个台", max_size=40))
@settings(max_examples=200)
def test_no_numeral_is_too_strange_to_read(text):
    read_number(text)
    find_numbers(text)
    find_quantities(text)


@given(st.integers(min_value=1, max_value=10**12 - 1))
def test_a_numeral_reads_back(number):
    assert read_number(han(number)) == number
    assert read_number(formal(number)) == number


@pytest.mark.parametrize(
    ("words", "ends"),
    [
        ("三五百", (300, 500)),
        ("七八万", (70000, 80000)),
        ("十五六万", (150000, 160000)),
        ("几十万", (100000, 1000000)),
        ("二十几", (20, 30)),
        ("三七万", None),
        ("八百", None),
    ],
)
def test_a_number_said_roughly_has_two_ends(words, ends):
    assert approximate(words) == ends
