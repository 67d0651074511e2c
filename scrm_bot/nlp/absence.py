"""When somebody is away (王总下周出差, 我明天休假): a time that tells why not, and no time for anything with them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from scrm_bot.nlp.marks import CUSTOMER, PERSON, TIME
from scrm_bot.nlp.meaning import When
from scrm_bot.nlp.values import Values

_THEIRS: Final = (
    rf"(?<![和跟与陪约带同{PERSON}])(?:{PERSON}+|他们?|她们?|对方|人家|老板|{CUSTOMER}+(?:那边|的)?[^\W\d_]{{0,3}})"
)
_OWN: Final = r"(?:休|请|年|产|病)假|体检|住院|搬家"
_AWAY: Final = rf"{_OWN}|休息|放假|出差|出国|度假|不在|没空|没时间|没档期|排满|忙(?!完)|有事|有安排|回老家"
_ABSENT: Final = re.compile(
    rf"{_THEIRS}[^,。;!? ]{{0,4}}{TIME}+[^,。;!? ]{{0,4}}?(?:{_AWAY})|{TIME}+{_THEIRS}[^,。;!? ]{{0,4}}?(?:{_AWAY})"
    rf"|我(?!们)[^,。;!? ]{{0,2}}{TIME}+[^,。;!? ]{{0,4}}?(?:{_OWN})|{TIME}+我(?!们)[^,。;!? ]{{0,2}}(?:{_OWN})"
)


_ALL: Final = re.compile(rf"[{CUSTOMER}的\s]*(?:{_ABSENT.pattern})了?[\s,。!~]*")


def only_absent(text: str) -> bool:
    """Whether a masked text tells nothing else: 华星王总下周出差."""
    return _ALL.fullmatch(text) is not None


@lru_cache(maxsize=64)  # asked ten times of each message
def _away(text: str) -> tuple[tuple[int, int], ...]:
    return tuple(match.span() for match in _ABSENT.finditer(text))


def present(values: Values, times: Sequence[When]) -> Sequence[When]:
    """Those of the times that are no reason why not."""
    if not times or not (away := _away(values.masked)):
        return times
    return [when for when in times if not any(start <= when.at - values.at < end for start, end in away)]
