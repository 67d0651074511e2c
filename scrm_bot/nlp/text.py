"""One spelling for what is written in many: full width, traditional characters, invisible marks, endless pastes."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from opencc import OpenCC

LONGEST: Final = 2000  # characters that are read; segmentation and regexes are bounded by it


def _simple_forms() -> dict[int, str]:
    """Every traditional character with its simplified one: one for one, so offsets stay true."""
    han = [chr(code) for code in range(0x4E00, 0xA000)]
    simple = OpenCC("t2s").convert("\n".join(han)).split("\n")
    forms = {ord(old): new for old, new in zip(han, simple, strict=True) if old != new and len(new) == 1}
    return forms | {ord("麽"): "么", ord("甚"): "什"} if len(simple) == len(han) else forms


def _invisible() -> dict[int, None]:
    """Zero-width, bidirectional and other format marks, and control characters except the line break."""
    codes = [
        *range(0x2000, 0x2070),
        *range(0xFE00, 0xFE10),
        0x00AD,
        0x061C,
        0x180E,
        0xFEFF,
        *range(0x20),
        *range(0x7F, 0xA0),
    ]
    return {
        code: None for code in codes if unicodedata.category(chr(code)) in ("Cf", "Cc", "Mn") and code not in (9, 10)
    }


_SIMPLE: Final = _simple_forms()
_INVISIBLE: Final = _invisible()
_MARKS: Final = str.maketrans({"～": "~", "〜": "~", "—": "-", "–": "-", "−": "-", "\t": " ", "\r": "\n", "​": None})
_SPACES: Final = re.compile(r" {2,}")
_BREAK: Final = re.compile(r"[。;!?\n…]+|,(?!\d{3}(?!\d))|(?<!\d)\.(?!\w)|、(?=.{6})")


def normalise(text: str) -> str:
    """NFKC, simplified characters, nothing invisible, at most `LONGEST` characters. Idempotent."""
    plain = unicodedata.normalize("NFKC", text[: LONGEST * 2])
    plain = plain.translate(_INVISIBLE).translate(_SIMPLE).translate(_MARKS)
    plain = unicodedata.normalize("NFKC", plain)  # a mark taken away may let its neighbours combine
    return _SPACES.sub(" ", plain).strip()[:LONGEST].strip()


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch between two breaks; `mark` is the punctuation that ends it."""

    text: str
    at: int
    mark: str

    @property
    def end(self) -> int:
        """The offset just behind its words."""
        return self.at + len(self.text)


def clauses(text: str) -> list[Clause]:
    """The stretches between punctuation, blank ones left out; a thousands comma does not divide."""
    found: list[Clause] = []
    start = 0
    for mark in _BREAK.finditer(text):
        _keep(found, text, start, mark.start(), mark.group())
        start = mark.end()
    _keep(found, text, start, len(text), "")
    return found


def _keep(found: list[Clause], text: str, start: int, end: int, mark: str) -> None:
    if text[start:end].strip():
        found.append(Clause(text[start:end], start, mark))
