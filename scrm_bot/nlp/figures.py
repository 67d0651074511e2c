"""Plain numbers in a text: -32, 1/3, 三百五又三分之一, 2e5, 十余万, 两打. Money and shares are none."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from scrm_bot.nlp.marks import AMOUNT, PERCENT, cover
from scrm_bot.nlp.money import find_money
from scrm_bot.nlp.number import ARABIC, BIG, FIGURES, HAN, NUMERAL, TENS, read_number
from scrm_bot.nlp.percent import find_percents


@dataclass(frozen=True, slots=True)
class Number:
    """A plain number and where it stands."""

    value: int | float
    text: str
    at: int

    @property
    def notation(self) -> str:
        """In decimal, as exact as it is."""
        return str(self.value) if isinstance(self.value, int) else f"{self.value:.15g}"


_SIGN: Final = r"(?:负|零下|(?<![\w\-])-)"
_LETTER: Final = r"\s?(?:[kKwW]|[mM](?!m))(?![A-Za-z])"
_GROUPS: Final = {"双": 2, "对": 2, "打": 12}
_ROUGH: Final = re.compile(r"[多余几]|零(?=[几多余])")
# words with a numeral in them that count nothing: 一切, 统一, 四川, 陆地
_WORDS: Final = re.compile(
    rf"一(?:[切共下般样起定直些旦边面律致看听想说问试会向贯]|点(?![{HAN}\d]))|[统唯专单]一|(?<![{HAN}{TENS}])万一|四[川处季周]|三[星亚]|五金"
    r"|百[度货姓]|千万(?=[别不要记])|陆[地上军路运续陆家总]|七夕|十分(?![之钟\d])"
)
_POWER: Final = rf"(?P<base>{ARABIC})\^(?P<power>[+\-]{{0,2}}\d{{1,3}}(?!\d))"
_FRACTION: Final = rf"(?:(?P<whole>{NUMERAL})又)?(?P<parts>{NUMERAL})分之(?P<less>负)?(?P<over>{NUMERAL})"
_SLASH: Final = r"(?:(?P<plus>\d{1,9}) )?(?P<n>\d{1,9})/(?P<d>\d{1,9})(?![\d/])"
_CHAIN: Final = r"\d+(?:\.\d+){2,}"  # 1.2.3: a version, an address; each part by itself
_ANY: Final = re.compile(
    rf"(?P<chain>{_CHAIN})|(?P<sign>{_SIGN})?(?:(?P<pow>{_POWER})|(?P<e>(?:{ARABIC})[eE][+\-]?\d{{1,3}}(?![\d.]))"
    rf"|(?P<slash>{_SLASH})|(?P<fraction>{_FRACTION})|(?P<small>(?<![\d.])\.\d++)|(?P<letter>(?:{ARABIC}){_LETTER})"
    rf"|(?P<half>半百|一半)|(?P<plain>{NUMERAL}(?:[多余几]?[{TENS}]?[万亿兆]++)?)(?P<group>双|对(?![话比应手方面])|打(?!折|电|招))?)"
)


def find_numbers(text: str) -> list[Number]:
    """Every number in text order."""
    found: list[Number] = []
    if not FIGURES.search(text):
        return found
    for match in _ANY.finditer(_without_values(text)):
        if match["chain"]:
            at = match.start()
            found += [
                Number(_exact(float(m.group())), m.group(), at + m.start()) for m in _PART.finditer(match.group())
            ]
            continue
        value = _value(match)
        if value is not None:
            found.append(Number(_exact(-value if match["sign"] else value), match.group(), match.start()))
    return found


_PART: Final = re.compile(r"\d{1,15}")


def _without_values(text: str) -> str:
    """Shares, amounts of a currency and words like 一切 are no plain numbers."""
    for percent in find_percents(text):
        text = cover(text, percent.at, len(percent.text), PERCENT)
    for money in find_money(text):
        if money.unit:
            text = cover(text, money.at, len(money.text), AMOUNT)
    for word in _WORDS.finditer(text):
        text = cover(text, word.start(), len(word.group()), " ")
    return text


def _exact(value: float) -> int | float:
    return int(value) if abs(value) < 10**24 and value == int(value) else value


def _value(match: re.Match[str]) -> float | None:
    kind = next(name for name in _READERS if match[name])
    try:
        return _READERS[kind](match)
    except (ArithmeticError, ValueError):
        return None


def _power(match: re.Match[str]) -> float | None:
    base = read_number(match["base"])
    sign = -1 if match["power"].startswith("-") and not match["power"].startswith("--") else 1
    exponent = sign * int(match["power"].lstrip("+-"))
    return None if base is None else float(base**exponent)


def _slash(match: re.Match[str]) -> float | None:
    return int(match["plus"] or 0) + int(match["n"]) / int(match["d"])


def _fraction(match: re.Match[str]) -> float | None:
    over, parts = read_number(match["over"]), read_number(match["parts"])
    whole = read_number(match["whole"]) if match["whole"] else 0.0
    if over is None or not parts or whole is None:
        return None
    return whole + over / (-parts if match["less"] else parts)


def _plain(match: re.Match[str]) -> float | None:
    words = _ROUGH.sub("", match["plain"])
    value = read_number(words if words[-1] not in BIG or len(words) > 1 else "")
    return None if value is None else value * _GROUPS.get(match["group"], 1)


_READERS: Final[dict[str, Callable[[re.Match[str]], float | None]]] = {
    "pow": _power,
    "e": lambda match: float(match["e"].replace(",", "")),
    "slash": _slash,
    "fraction": _fraction,
    "small": lambda match: float(match["small"]),
    "letter": lambda match: read_number(match["letter"].replace(" ", "")),
    "half": lambda match: 50.0 if match["half"] == "半百" else 0.5,
    "plain": _plain,
}
