"""How characters sound, so that names typed or dictated wrongly are still found."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from pypinyin.constants import PINYIN_DICT

_FOLDS: Final = [
    (re.compile(pattern), new) for pattern, new in ((r"^zh", "z"), (r"^ch", "c"), (r"^sh", "s"), (r"ng$", "n"))
]


def _plain(reading: str) -> str:
    """Toneless, southern ears allowed for: zh z, ch c, sh s, ng n."""
    letters = unicodedata.normalize("NFD", reading)
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    for pattern, new in _FOLDS:
        plain = pattern.sub(new, plain)
    return plain


def _readings() -> dict[str, str]:
    """The first reading of every common character; the few hundred different syllables are folded once each."""
    first = {chr(code): words.split(",")[0] for code, words in PINYIN_DICT.items() if 0x4E00 <= code < 0xA000}
    plain = {reading: _plain(reading) for reading in set(first.values())}
    return {char: plain[reading] for char, reading in first.items()}


_SOUNDS: Final = _readings()


def heard(text: str) -> list[str]:
    """How each character of a text sounds; what is no character stays as it is."""
    return [_SOUNDS.get(char, char) for char in text]


def sounds(words: str) -> str:
    """The sounds of several characters as one key."""
    return " ".join(heard(words))
