"""Shares: 30%, 百分之八, 8个点, 五成, and discounts as the share that is paid (九五折 is 95)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from scrm_bot.nlp.number import ARABIC, DIGITS, HAN, NUMERAL, read_number, tidy


@dataclass(frozen=True, slots=True)
class Percent:
    """A share in hundredths."""

    value: int | float
    text: str
    at: int


_DIGIT: Final = rf"[{HAN}]"
_SIGNS: Final = re.compile(r"[%‰分点折成]")
_PATTERN: Final = re.compile(
    rf"(?P<sign>{ARABIC})\s*[%‰]"
    rf"|百分之(?P<of>{NUMERAL})"
    rf"|(?P<points>{NUMERAL})个(?:百分)?点(?!位|评|子)"
    rf"|(?P<fold>{ARABIC}|{_DIGIT}{{1,2}}|对|半)折(?!腾|旧|叠|合|算|返|中|磨)"
    rf"|(?<![{HAN}十\d.])(?P<tenths>\d(?:\.\d)?|{_DIGIT}|十)成(?P<half>{_DIGIT}|半)?(?!交|功|立|本|员"
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
        return value / 10 if value is not None and match.group().endswith("‰") else value
    if match["fold"]:
        return _fold(match["fold"])
    if match["tenths"]:
        head = read_number(match["tenths"]) or 0.0
        half = match["half"]
        return head * 10 + (5 if half == "半" else DIGITS[half] if half else 0)
    return read_number(match["of"] or match["points"])


def _fold(words: str) -> float | None:
    """九折 90, 95折 95, 八五折 85, 9.5折 95, 对折 50."""
    if words in ("对", "半"):
        return 50.0
    value = read_number(words)
    if value is None or value <= 0 or value >= 100:
        return None
    return value * 10 if value < 10 else value
