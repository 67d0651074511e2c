"""Text at the border: what a platform hands us is cleaned, what we say is split into what it takes."""

from __future__ import annotations

import re
import unicodedata

_LINE_ENDS = re.compile(r"\r\n|[\r\x85\u2028\u2029]")
# Control characters but tab and newline, lone surrogates, direction controls, what takes no room, non-characters:
# PostgreSQL, XML and readers of logs choke on the first two, people are fooled by the others. A joiner is wanted only
# between symbols: there it makes one emoji of several.
_UNWANTED = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\ud800-\udfff\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e"
    r"\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e001f]"
    r"|(?<![\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d|\u200d(?![\u2190-\u2bff\U0001f000-\U0001faff])"
)
_MARKUP = re.compile(r"<(?=\s*/?\s*a(?:[\s>/]|$)|@)", re.IGNORECASE)
_BREAKS = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"[。！？…]+[”’」』）)]*|[!?]+(?=\s)"),
    re.compile(r"[ \t\u3000]+"),
)
_ZWJ = "\u200d"


def clean(text: str) -> str:
    """The text without what no storage, no XML and no honest reader wants."""
    return _UNWANTED.sub("", _LINE_ENDS.sub("\n", text))


def inert(text: str) -> str:
    """The text without what WeChat and WeCom would make links and mentions of: what people wrote may have it in it."""
    return _MARKUP.sub("＜", text)


def split(text: str, limit: int) -> list[str]:
    """Parts of at most `limit` UTF-8 bytes, cut at natural places, numbered " (1/3)" if there are several."""
    text = text.strip()
    if len(text.encode()) <= limit:
        return [text] if text else []
    for digits in range(1, 6):
        room = limit - len(" (/)") - 2 * digits
        if room < 8:
            break
        parts = _cut_all(text, room)
        if len(str(len(parts))) <= digits:
            return [f"{part} ({number}/{len(parts)})" for number, part in enumerate(parts, 1)]
    raise ValueError(f"{limit} bytes are too few to say anything")


def _cut_all(text: str, room: int) -> list[str]:
    parts = []
    while text:
        at = _cut(text, room)
        parts.append(text[:at].rstrip())
        text = text[at:].lstrip()
    return [part for part in parts if part]


def _cut(text: str, room: int) -> int:
    """How many characters make the first part."""
    fits = len(text[:room].encode()[:room].decode(errors="ignore"))
    if fits == len(text):
        return fits
    for place in _BREAKS:  # a natural place counts only in the second half: no crumbs
        ends = [found.end() for found in place.finditer(text, fits // 2, fits)]
        if ends:
            return ends[-1]
    return _whole_character(text, fits)


def _whole_character(text: str, at: int) -> int:
    """The nearest place before `at` that is not inside one visible character; `at` itself if there is none."""
    for place in range(at, 0, -1):
        if not _inside(text, place):
            return place
    return at


def _inside(text: str, at: int) -> bool:
    if at >= len(text):
        return False
    before, after = text[at - 1], text[at]
    if before == _ZWJ or after == _ZWJ or _joins(after):
        return True
    return _is_flag(before) and _is_flag(after) and _flags_before(text, at) % 2 == 1


def _joins(char: str) -> bool:
    """Variation selectors, accents, skin tones and tags belong to the character before them."""
    return (
        unicodedata.category(char) in {"Mn", "Me"}
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
    )


def _is_flag(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flags_before(text: str, at: int) -> int:
    count = 0
    while count < at and _is_flag(text[at - 1 - count]):
        count += 1
    return count
