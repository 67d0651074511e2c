"""Phone numbers however they are typed or dictated: 186 0000 2222, 一三五八八..., 幺三八..., 025-84440000."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from scrm_bot.nlp.number import DIGITS


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone number, digits only."""

    value: str
    text: str
    at: int


_SPOKEN: Final = "零〇一幺二三四五六七八九"
_DIGIT: Final = rf"[\d{_SPOKEN}洞拐勾]"
_GAP: Final = r"[ \-.]{0,2}"
_PATTERN: Final = re.compile(
    rf"(?<![\d{_SPOKEN}.])(?:(?:\+|00)86{_GAP})?"
    rf"(?P<mobile>[1一幺]{_GAP}[3-9三四五六七八九]{_GAP}(?:{_DIGIT}{_GAP}){{8}}{_DIGIT})(?![\d{_SPOKEN}])"
    r"|(?<![\d.\-])(?P<land>\(?0(?:10|2\d|[3-9]\d{2})\)?[ \-]{0,2}[2-9]\d{2,3}[ \-]?\d{4})(?!\d)"
    r"(?:\s?(?:转|-|#)\s?\d{1,5}(?!\d))?"
    r"|(?<![\d.\-])(?P<service>[48]00[ \-]?\d{3}[ \-]?\d{4}|[48]00[ \-]?\d{4}[ \-]?\d{3})(?!\d)"
)
_SLANG: Final = {"洞": "0", "拐": "7", "勾": "9"}
_TALK: Final = {char: str(value) for char, value in DIGITS.items()} | _SLANG


def find_phones(text: str) -> list[Phone]:
    """Mobiles, landlines with area code, and 400 numbers."""
    found = []
    for match in _PATTERN.finditer(text):
        words = match["mobile"] or match["land"] or match["service"]
        digits = "".join(_TALK.get(char, char) for char in words if char.isdigit() or char in _TALK)
        found.append(Phone(digits, match.group(), match.start()))
    return found
