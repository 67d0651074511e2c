"""How characters sound."""

from __future__ import annotations

from scrm_bot.nlp.pinyin import heard, sounds
from tests.nlp.sounds import FILE, table


def test_the_table_is_what_pypinyin_says() -> None:
    assert FILE.read_text(encoding="utf-8") == table(), "run python -m tests.nlp.sounds"


def test_names_that_are_heard_alike_have_one_sound() -> None:
    assert sounds("云凡") == sounds("云帆") != sounds("云峰")
    assert heard("张脏") == ["zan", "zan"]  # southern ears
    assert heard("A") == ["A"]
