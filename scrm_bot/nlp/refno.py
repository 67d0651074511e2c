"""Numbers of tickets and contracts: GD-0088, T20260315, HT2026-015."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class RefNo:
    """A reference number, upper case."""

    value: str
    text: str
    at: int


_PATTERN: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Za-z]{1,5}[-_#]?\d{3,}(?:[-_/]\d+)*|[A-Za-z]{1,5}-\d{1,}(?:-\d+)*)(?![A-Za-z0-9])"
    r"|(?<=#)\d{2,}"
    r"|(?<=单号)[::]?\s*\d{3,}(?!\d)|(?<=工单)[::# ]{0,2}\d{3,}(?!\d)|(?<=合同号)[::]?\s*\d{3,}(?!\d)"
)
_QUARTER_OR_MODEL: Final = re.compile(
    r"^(?:[QHVRX]\d?|USB|[A-Z]{1,3}\d{1,3})$|^(?:Q|H|V|RMB|CNY|USD|EUR|JPY|HKD|GBP|COVID|ISO|IP|FY)[-_]?\d",
    re.IGNORECASE,
)


def find_refnos(text: str) -> list[RefNo]:
    """Every reference number in text order; quarters (Q3), currencies (RMB5000) and model codes are none."""
    found = []
    for match in _PATTERN.finditer(text):
        words = match.group().lstrip(":# ")
        if not _QUARTER_OR_MODEL.match(words):
            found.append(RefNo(words.upper(), words, match.end() - len(words)))
    return found
