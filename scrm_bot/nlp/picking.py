"""Which of several values is meant: the new one of two, not the one that is ruled out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from scrm_bot.nlp.values import Spanned, Values

RULED_OUT: Final = re.compile(r"(?:不是|并非|而不是|不要|不叫|别是|非)\s?$")
_NEW_VALUE: Final = re.compile(
    r"(?:改|变|调|换|更新|修改|涨|降|提|加|升|追加|推迟|提前|调整|变更|减|砍|谈)(?:回|成|为|到|至"
    r"|了)?[^,。;!? ]{0,3}$|(?:→|->|到|成|为)\s?$"
)
# told of a visit: 方案从30万改到25万, but 采购换人了
_MOVED: Final = re.compile(
    r"(?:改|变|调整?|涨|降|推迟|提前|延|挪|砍|谈)(?:回|成|为|到|至)[^,。;!? ]{0,3}$|(?:→|->)\s?$"
)


def before(values: Values, one: Spanned) -> str:
    """The few masked characters in front of a value."""
    start = one.at - values.at
    return values.masked[max(0, start - 10) : start]


def kept_of(values: Values, found: Iterable[Any]) -> list[Any]:
    """Without those that are ruled out: 不是20万是25万."""
    return [one for one in found if not RULED_OUT.search(before(values, one))]


def newest(label: str, values: Values, found: Iterable[Any]) -> list[Any]:
    """Of "40万改为38万" only the new one."""
    kept = kept_of(values, found)
    if len(kept) > 1 and label in ("update_deal", "correct_last", "log_visit"):
        changed = _MOVED if label == "log_visit" else _NEW_VALUE
        new = [one for one in kept if changed.search(before(values, one))]
        if new and new[-1] is kept[-1]:
            return new[-1:]
    return kept
