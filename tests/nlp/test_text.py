from hypothesis import given, settings
from hypothesis import strategies as st

from scrm_bot.nlp.text import LONGEST, clauses, normalise
from tests.nlp.simple import FILE, table


def test_the_table_of_simplified_characters_is_what_opencc_says():
    assert FILE.read_text(encoding="utf-8") == table(), "run python -m tests.nlp.simple"


def test_full_width_traditional_and_invisible_marks_become_plain():
    assert normalise("機器人ＷＷ\u200b１３５，下週三點～") == "机器人WW135,下周三点~"


def test_a_thousands_comma_does_not_divide_a_clause():
    assert [clause.text for clause in clauses("打款58,600,登记一下。好的")] == ["打款58,600", "登记一下", "好的"]


def test_an_endless_paste_is_capped():
    assert len(normalise("的" * 100_000)) == LONGEST


@given(st.text(max_size=300))
@settings(max_examples=150)
def test_normalising_twice_changes_nothing(text):
    assert normalise(normalise(text)) == normalise(text)
