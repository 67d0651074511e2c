"""The words for a day or a calendar period at one place of a text: every grammar is asked, the longest reading wins."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Final

from scrm_bot.nlp import days, periods, recurring
from scrm_bot.nlp.spots import Reader, Rule, Spot

Compiled = tuple[tuple[re.Pattern[str], Reader], ...]


def _by_first(rules: Iterable[Rule]) -> dict[str, Compiled]:
    """The rules that may begin with each character: most places ask few of them."""
    found: dict[str, list[tuple[re.Pattern[str], Reader]]] = {}
    for starts, words, reader in rules:
        pattern = re.compile(words)
        for char in set(starts):
            found.setdefault(char, []).append((pattern, reader))
    return {char: tuple(some) for char, some in found.items()}


_ALL: Final = (*days.RULES, *periods.RULES, *recurring.RULES)
_RULES: Final = _by_first(_ALL)
# whether any of them matches: most places hold no date, and one search tells where many would be asked
_MANY: Final = 3
_ANY: Final = re.compile("|".join(re.sub(r"\?P<\w+>", "?:", words) for _, words, _ in _ALL))
STARTS: Final = "".join(sorted(_RULES))
_COUNTED: Final = frozenset("0123456789零〇一二两三四五六七八九十几半每")


def _inside_a_word(text: str, at: int) -> bool:
    """两周三次, 马上一年: the word before takes the first character."""
    if text[at] in "周星礼":
        return text[at - 1] in _COUNTED and text[at - 2 : at - 1] not in ("周", "期", "拜")
    return text[at] in "上下" and text[at - 1] in "马早晚地楼线身"


def read_date(text: str, at: int, today: date) -> Spot | None:
    """The words for a day or a calendar period that begin at this offset: the longest reading."""
    best: Spot | None = None
    if at and _inside_a_word(text, at):
        return None
    rules = _RULES.get(text[at], ())
    if len(rules) > _MANY and not _ANY.match(text, at):
        return None
    for pattern, reader in rules:
        match = pattern.match(text, at)
        if match is None or (best is not None and match.end() <= best.end):
            continue
        spot = reader(match, today)
        if spot is not None and (best is None or spot.end > best.end):
            best = spot
    return best
