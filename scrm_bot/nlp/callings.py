"""What people make of a long name: they leave out its county, say 律所 and 二院, and know no trade from a core."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Final

from scrm_bot.nlp.company import TRADES, Anatomy, dissect, first_place

COUNTIES: Final = frozenset((files("scrm_bot.nlp") / "counties.txt").read_text("utf-8").split())  # GB/T 2260, and towns


def begins_with_place(name: str) -> bool:
    """Whether a city or a county stands first."""
    return first_place(name) > 0 or any(name[:length] in COUNTIES for length in (2, 3, 4))


_SHORTER: Final = (
    (re.compile(r"(?:会计师|税务师)事务所"), "会所"),
    (re.compile(r"律师事务所"), "律所"),
    (re.compile(r"(?:省|市|县|区)?第?([一二三四五六七八九])(?:人民|中心)?医院"), r"\1院"),
    (re.compile(r"(?:省|市|县|区)?第?([一二三四五六七八九])(?:人民|中心)?医院"), r"\1医"),
    (re.compile(r"职业技术学校|职业技术学院"), "学校"),
)


def readings(name: str) -> Iterator[Anatomy]:
    """A name taken apart; where the trade is none that we know, its core may be longer than two characters."""
    parts = dissect(name)
    yield parts
    for length in (3, 4) if not parts.firm and len(parts.core) == 2 else ():
        if len(parts.body) > length:
            yield parts._replace(core=parts.body[:length], rest=parts.body[length:], firm=length == 4)
    if parts.firm and len(parts.core) == 4 and not parts.core.isascii():  # 皖江|船用|设备: half of it may be a trade
        yield parts._replace(core=parts.core[:2], rest=parts.core[2:] + parts.rest, firm=False)


def variants(name: str) -> Iterator[str]:
    """Other ways to say a name: without its county (台州椒江金鱼水泵厂), 律所 for 律师事务所, 二院."""
    place = first_place(name)
    for length in (4, 3, 2):
        rest = name[place + length :].lstrip("省市县区镇")
        if name[place : place + length] in COUNTIES and len(rest) > 2 and dissect(rest).core not in TRADES:
            yield name[:place] + rest
            break
    for pattern, short in _SHORTER:
        if pattern.search(name):
            yield pattern.sub(short, name)
    if "-" in name:
        yield from (name.replace("-", " "), name.replace("-", ""))
