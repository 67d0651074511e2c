"""How characters sound, so that names typed or dictated wrongly are still found."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from pypinyin.constants import PINYIN_DICT

_FOLDS: Final = [
    (re.compile(pattern), new) for pattern, new in ((r"^zh", "z"), (r"^ch", "c"), (r"^sh", "s"), (r"ng$", "n"))
]


@lru_cache(maxsize=20_000)
def sound(char: str) -> str:
    """The toneless first reading, southern ears allowed for (zh z, ch c, sh s, ng n); other characters as they are."""
    reading = PINYIN_DICT.get(ord(char), "")
    if not reading:
        return char
    plain = unicodedata.normalize("NFD", reading.split(",")[0])
    plain = "".join(mark for mark in plain if not unicodedata.combining(mark))
    for pattern, new in _FOLDS:
        plain = pattern.sub(new, plain)
    return plain


def sounds(words: str) -> str:
    """The sounds of several characters as one key."""
    return " ".join(sound(char) for char in words)
