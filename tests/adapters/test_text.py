"""Text at the border: cleaned on the way in, split on the way out."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrm_bot.adapters.base import Limits, as_parts
from scrm_bot.adapters.text import clean, split
from scrm_bot.message import Choice, Reply

FAMILY = "👨‍👩‍👧‍👦"
_NUMBER = re.compile(r" \(\d+/\d+\)$")


@pytest.mark.parametrize(
    ("dirty", "tidy"),
    [
        ("你好", "你好"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\0b\x08c\x1bd\x7f\x9f", "abcd"),
        ("\ud83d拜访", "拜访"),
        ("\u202e反\u2066的\u200f", "反的"),
        (FAMILY + "\t❤️", FAMILY + "\t❤️"),
    ],
)
def test_cleaning_takes_out_what_nobody_wants_and_nothing_else(dirty: str, tidy: str) -> None:
    assert clean(dirty) == tidy


def test_a_short_text_is_one_part_without_a_number() -> None:
    assert split("你好", 2048) == ["你好"]
    assert split("好" * 682, 2048) == ["好" * 682]


def test_nothing_said_is_nothing_sent() -> None:
    assert split("", 2048) == split(" \n ", 2048) == []


def test_five_thousand_bytes_go_out_in_three_numbered_parts() -> None:
    parts = split("今天拜访了云帆机电的张总，聊了报价。" * 93, 2048)
    assert [part[-6:] for part in parts] == [" (1/3)", " (2/3)", " (3/3)"]
    assert all(len(part.encode()) <= 2048 for part in parts)
    assert all(_NUMBER.sub("", part).endswith("。") for part in parts)


def test_paragraphs_are_better_than_lines_better_than_sentences_better_than_spaces() -> None:
    assert split("一二三四\n五。六\n\n七 八。九十一二三四五六七", 44)[0].startswith("一二三四\n五。六 (")
    assert split("一二三四五。六\n七 八。九十一二三四五六七", 44)[0].startswith("一二三四五。六 (")
    assert split("一二三四五六。七 八九十一二三四五六七", 44)[0].startswith("一二三四五六。 (")
    assert split("one two three four five six", 20)[0].startswith("one two three")


def test_a_part_is_not_a_crumb() -> None:
    assert len(split("一。" + "二" * 100, 100)[0].encode()) > 80


@pytest.mark.parametrize("cluster", [FAMILY, "👍🏽", "🇨🇳", "❤️", "e\u0301", "🏴\U000e0067\U000e0062\U000e007f"])
def test_one_visible_character_is_not_cut_in_two(cluster: str) -> None:
    for limit in range(60, 90):
        for part in split(cluster * 60, limit):
            assert _NUMBER.sub("", part).replace(cluster, "") == ""


def test_a_character_longer_than_a_part_is_cut_rather_than_kept() -> None:
    assert all(len(part.encode()) <= 100 for part in split("a" + "\u200d" * 500, 100))


@given(st.text(max_size=2000), st.integers(24, 400))
@settings(max_examples=200, deadline=None)
def test_whatever_is_split_fits_and_nothing_is_lost(text: str, limit: int) -> None:
    text = clean(text)
    parts = split(text, limit)
    assert all(len(part.encode()) <= limit for part in parts)
    whole = "".join(_NUMBER.sub("", part) for part in parts) if len(parts) > 1 else "".join(parts)
    assert "".join(whole.split()) == "".join(text.split())


def test_hundreds_of_parts_are_numbered_too() -> None:
    parts = split("好" * 3000, 40)
    assert len(parts) >= 300
    assert parts[-1].endswith(f"({len(parts)}/{len(parts)})")
    assert all(len(part.encode()) <= 40 for part in parts)


def test_choices_need_no_words() -> None:
    (part,) = as_parts(Reply("哪一家？\n1. 云帆\n2. 云峰", (Choice("云帆", "1"),)), Limits(2048))
    assert part.text == "哪一家？\n1. 云帆\n2. 云峰"
