"""Shares: 30%, 百分之八, 千分之三, 8个点, 五成, and discounts as the share that is paid (九五折 is 95)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from scrm_bot.nlp.number import ARABIC, DECIMAL, DIGITS, HAN, NUMERAL, TENS, approximate, read_number, tidy


@dataclass(frozen=True, slots=True)
class Percent:
    """A share in hundredths."""

    value: int | float
    text: str
    at: int


_DIGIT: Final = rf"[{HAN}]"
_LETTER: Final = r"(?:[kKwWmM](?![A-Za-z]))?"
_PER: Final = {"百": 1.0, "佰": 1.0, "千": 0.1, "万": 0.01}
_SIGNS: Final = re.compile(r"[%‰分点折成]")
_PATTERN: Final = re.compile(
    rf"(?P<minus>(?<![\w\-%])-)?(?P<sign>{ARABIC})\s*[%‰](?![0-9A-F]{{2}})"
    rf"|(?<![{HAN}{TENS}\d])(?P<per>[百佰千万])分之(?P<of>{NUMERAL}{_LETTER})"
    rf"|(?P<points>{NUMERAL}{_LETTER})个(?:百分)?点(?!位|评|子)"
    rf"|(?P<fold>{ARABIC}|{_DIGIT}点[{DECIMAL}]|{_DIGIT}{{1,2}}|对|半)折(?!腾|旧|叠|合|算|返|中|磨)"
    rf"|(?<![{HAN}十\d.])(?P<tenths>10|\d(?:\.\d)?|{_DIGIT}(?:点[{DECIMAL}])?|十|半)成(?P<half>{_DIGIT}(?!成)|半)?(?!交|功|立|本|员"
    rf"|了|为|不变|熟|都|果|长|品)"
)


def find_percents(text: str) -> list[Percent]:
    """Every share in text order."""
    found: list[Percent] = []
    if not _SIGNS.search(text):
        return found
    for match in _PATTERN.finditer(text):
        value = _value(match)
        if value is not None:
            found.append(Percent(tidy(round(value, 6)), match.group(), match.start()))
    return found


def _value(match: re.Match[str]) -> float | None:
    if match["sign"]:
        value = read_number(match["sign"])
        if value is None:
            return None
        value = value / 10 if match.group().endswith("‰") else value
        return -value if match["minus"] else value
    if match["fold"]:
        return _fold(match["fold"])
    if match["tenths"]:
        return _tenths(match["tenths"], match["half"])
    words = match["of"] or match["points"]
    value = None if approximate(words) else read_number(words)  # 百分之二三十: which of them?
    return value * _PER[match["per"]] if value is not None and match["per"] else value


def _tenths(words: str, half: str | None) -> float:
    head = 0.5 if words == "半" else read_number(words) or 0.0
    return head * 10 + (5 if half == "半" else DIGITS[half] if half else 0)


def _fold(words: str) -> float | None:
    """九折 90, 95折 95, 八五折 85, 9.5折 95, 对折 50."""
    if words in ("对", "半"):
        return 50.0
    value = read_number(words)
    if value is None or value <= 0 or value >= 100:
        return None
    return value * 10 if value < 10 else value
