"""Plain numbers: what `--values` answers to `number`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrm_bot.nlp.figures import find_numbers
from scrm_bot.nlp.text import closed, normalise
from tests.nlp.spoken import formal, han, wide


def numbers(text):
    return [number.notation for number in find_numbers(closed(normalise(text)))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("两百五十台", ["250"]),
        ("六千七", ["6700"]),
        ("负十八", ["-18"]),
        ("零下12度", ["-12"]),
        ("三又五分之二", ["3.4"]),
        ("四分之三", ["0.75"]),
        ("7/8", ["0.875"]),
        ("2 1/4", ["2.25"]),
        ("3e4", ["30000"]),
        ("2^10", ["1024"]),
        (".25", ["0.25"]),
        ("八十余万", ["800000"]),
        ("三十几亿", ["3000000000"]),
        ("两打半价", ["24"]),
        ("五双", ["10"]),
        ("一半", ["0.5"]),
        ("6万万", ["600000000"]),
        ("三兆零五亿", ["3000500000000"]),
        ("9 万8 千", ["98000"]),
        ("八 百 六 十 四", ["864"]),
        ("版本1.10.3", ["1", "10", "3"]),
        ("九点七", ["9.7"]),
        ("1.25亿", ["125000000"]),
        ("60k", ["60000"]),
        ("统一安排，一切照旧，一共三家", ["3"]),
        ("四川的三十家", ["30"]),
        ("百分之十二", []),
        ("打七折", []),
        ("五十美元", []),
    ],
)
def test_a_plain_number_is_read_however_it_is_written(text, found):
    assert numbers(text) == found


@given(st.integers(min_value=0, max_value=10**12 - 1))
def test_any_whole_number_reads_back_from_every_spelling(number):
    for words in (str(number), f"{number:,}", wide(str(number)), han(number)):
        assert numbers(words) == [str(number)], words
    if number:
        assert numbers(formal(number)) == [str(number)], formal(number)
        assert numbers(f"负{han(number)}") == [f"-{number}"]


@given(st.integers(0, 99999), st.text("0123456789", min_size=1, max_size=6))
def test_any_decimal_reads_back(whole, part):
    said = "".join("零一二三四五六七八九"[int(digit)] for digit in part)
    wanted = f"{float(f'{whole}.{part}'):.15g}"
    assert numbers(f"{whole}.{part}") == [wanted]
    assert numbers(f"{han(whole)}点{said}") == [wanted]


@given(st.integers(1, 999), st.integers(1, 999))
def test_any_fraction_reads_back(over, under):
    found = numbers(f"{han(under)}分之{han(over)}")
    assert [float(value) for value in found] == [pytest.approx(over / under)]
