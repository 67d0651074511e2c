"""A million names in one file: read where it lies, by all processes of a machine together, never loaded.

Written by registering.py. Its numbers are little-endian arrays; a name is found by hashes of its core, then told from
others with this core by its place, by how its trade begins and by its owner, and read only then.
"""

from __future__ import annotations

import json
import mmap
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Final
from zlib import crc32

from scrm_bot.nlp.company import dissect, trade_heads
from scrm_bot.nlp.meaning import Named
from scrm_bot.nlp.namebook import LONGEST_CORE, NONE, Asked, Entry, spoken
from scrm_bot.nlp.pinyin import sounds

MANY: Final = 40  # a core shared by more customers than this names none of them by itself
HEAD: Final = 16_384  # bytes before the columns
LAYOUT: Final = 1  # changes whenever what is written means something else
WIDE: Final = 1 << 22  # bits of a sieve
FEW: Final = 8  # so many half-right cores may be told apart by asking
_MOST_HALVES: Final = 600  # cores with one and the same second character
_MOST_ALIKE: Final = 48  # cores that sound the same
_ORDER: Final = sys.byteorder


def hashed(words: str) -> int:
    """30 bits, the same in every process; Python sorts such numbers fastest."""
    return crc32(words.encode("utf-16-le", "surrogatepass")) >> 2


@lru_cache(maxsize=50_000)
def code(two: str) -> int:
    """16 bits for two characters of a trade; what sounds the same is the same."""
    return (crc32(sounds(two).encode("utf-8", "surrogatepass")) & 0xFFFF) or 1


@lru_cache(maxsize=50_000)
def trade_codes(rest: str) -> int:
    """The beginnings of the words of a trade, and their first characters (国旅), as four codes in one."""
    heads = trade_heads(rest)
    brief = "".join(head[0] for head in heads[:2])
    asked = [*heads[:3], *([brief] if len(brief) == 2 else [])]
    return sum(code(two) << (16 * place) for place, two in enumerate(asked))


class Register:
    """The customers' names as they were when the file was written. For any number of threads."""

    def __init__(self, file: Path) -> None:
        """Raises OSError or ValueError if there is no such file of this layout."""
        with file.open("rb") as opened:
            self._map = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
        data = memoryview(self._map)
        size = int.from_bytes(data[:8], "little")
        if size > HEAD:
            raise ValueError("no register of names")
        head = json.loads(bytes(data[8 : 8 + size]))
        if head.get("layout") != LAYOUT or head.get("order") != _ORDER or head.get("size") != len(data):
            raise ValueError("a register of another layout")
        self.mark: int = head["mark"]  # the last row that went into it
        column = {name: data[at : at + length].cast(kind) for name, (at, length, kind) in head["columns"].items()}
        self._pairs, self._triples = column["pairs"], column["triples"]
        self._core_at, self._core_text, self._first = column["core_at"], column["core_text"], column["first"]
        self._place, self._trades, self._owner = column["place"], column["trades"], column["owner"]
        self._names, self._ids = column["names"], column["ids"]
        self._text, self._text_at = column["text"], column["text_at"]
        kinds = ("cores", "sounds", "gaps", "seconds")
        self._index = {kind: (column[f"{kind}_hash"], column[f"{kind}_core"]) for kind in kinds}
        self._places = {place: number for number, place in enumerate(head["places"])}
        self._customers: int = head["customers"]
        self._entry = lru_cache(maxsize=4096)(self._read)
        self._half = lru_cache(maxsize=4096)(self._half_right)

    def __len__(self) -> int:
        return self._customers

    def __contains__(self, id: object) -> bool:
        return isinstance(id, int) and bool(self._of_customer(id))

    def called(self, id: int) -> tuple[Entry, ...]:
        """Every name of a customer, its own first."""
        return tuple(self._entry(name) for name in self._of_customer(id))

    def cores_at(self, text: str, at: int) -> Iterable[str]:
        """The cores that stand in the text at this place."""
        if not _sieved(self._pairs, text[at : at + 2]):
            return ()
        longest = LONGEST_CORE if _sieved(self._triples, text[at : at + 3]) else 2
        words = [text[at : at + length] for length in range(2, min(longest, len(text) - at) + 1)]
        return [word for word in words if self._core(word) >= 0]

    def sounding(self, sound: str) -> Collection[str]:
        """The cores that sound so."""
        found = self._listed("sounds", hashed(sound), _MOST_ALIKE)
        return [core for core in found if sounds(core) == sound]

    def lacking(self, letters: str) -> Collection[str]:
        """The cores of three characters and more that are left as this when one is taken out."""
        return self._listed("gaps", hashed(letters), MANY)

    def before(self, char: str, trade: str, at: int, place: str) -> Collection[str]:
        """The cores of two characters with this one first or second, with a trade that begins so, of that place."""
        return self._half(char, trade, at, place)

    def _half_right(self, char: str, trade: str, at: int, place: str) -> Collection[str]:
        wanted, number = code(trade), self._places.get(place, 0)
        if at:
            hashes, cores = self._index["seconds"]
            among = cores[bisect_left(hashes, ord(char)) : bisect_left(hashes, ord(char) + 1)].tolist()
            spans = [(self._first[core] * 4, self._first[core + 1] * 4) for core in among[:_MOST_HALVES]]
        else:
            spans = [(self._first[self._from(char)] * 4, self._first[self._from(chr(ord(char) + 1))] * 4)]
        needle = wanted.to_bytes(2, _ORDER)
        some = (span for span in spans if needle in bytes(self._trades[span[0] : span[1]]))
        lines = (line // 4 for first, last in some for line in self._where(self._trades, wanted, first, last))
        here = (line for line in lines if not number or self._place[line] == number)
        found = {bisect_right(self._first, line) - 1 for line in islice(here, FEW * 4)}
        words = [core for core in map(self._core_words, sorted(found)) if len(core) == 2]
        return words if len(words) <= FEW else NONE

    def entries(self, core: str, asked: Asked) -> list[Entry]:
        """Who has this core, as far as what is said around it tells of them."""
        number = self._core(core)
        if number < 0:
            return []
        first, last = self._first[number], self._first[number + 1]
        found = self._told(first, last, asked)
        if asked.cued:
            found |= {one for owner in asked.near.owners for one in self._where(self._owner, owner, first, last)}
        if len(core) > 3 or (asked.cued and asked.sure and not found and last - first <= MANY):
            found |= set(range(first, min(last, first + MANY)))
        entries = [self._entry(self._names[line]) for line in sorted(found)]
        recent = (entry for id in asked.near.recent for entry in self.called(id) if entry.parts.core == core)
        return list(dict.fromkeys((*entries, *recent)))

    def _told(self, first: int, last: int, asked: Asked) -> set[int]:
        """By place and trade; both tell more than one of them."""
        placed = set()
        number = self._places.get(asked.place, 0)
        if number:
            low = bisect_left(self._place, number, first, last)
            high = bisect_left(self._place, number + 1, low, last)
            if low < high:
                first, last, placed = low, high, set(range(low, min(high, low + 2 * MANY)))
        ahead = asked.ahead
        for at in range(min(4, len(ahead) - 1)):
            traded = {one // 4 for one in self._trade(code(ahead[at : at + 2]), first * 4, last * 4)}
            if traded:
                return set(sorted(traded)[: 2 * MANY])
        return placed

    def _trade(self, wanted: int, first: int, last: int) -> Iterator[int]:
        return self._where(self._trades, wanted, first, last)

    def _where(self, column: memoryview, wanted: int, first: int, last: int) -> Iterator[int]:
        """The places of a value between two others, searched for as bytes."""
        size = column.itemsize
        hay, needle = bytes(column[first:last]), wanted.to_bytes(size, _ORDER)
        at, found = hay.find(needle), 0
        while at >= 0 and found < 4 * MANY:
            if at % size == 0:
                found += 1
                yield first + at // size
                at += size - 1
            at = hay.find(needle, at + 1)

    def _core(self, core: str) -> int:
        hashes, cores = self._index["cores"]
        wanted = hashed(core)
        at = bisect_left(hashes, wanted)
        while at < len(hashes) and hashes[at] == wanted:
            if self._core_words(cores[at]) == core:
                return int(cores[at])
            at += 1
        return -1

    def _from(self, words: str) -> int:
        """The number of the first core that does not stand before these words."""
        return bisect_left(range(len(self._first) - 1), words, key=self._core_words)

    def _lines(self, core: int) -> tuple[int, int]:
        """Where the trades of those who have a core are."""
        return self._first[core] * 4, self._first[core + 1] * 4

    def _core_words(self, number: int) -> str:
        return _decoded(self._core_text[self._core_at[number] * 2 : self._core_at[number + 1] * 2])

    def _listed(self, kind: str, wanted: int, most: int) -> Collection[str]:
        """The cores under a hash; none if there are more than anybody could tell apart."""
        hashes, cores = self._index[kind]
        at = bisect_left(hashes, wanted)
        end = bisect_left(hashes, wanted + 1, at, min(at + most + 1, len(hashes)))
        return NONE if end - at > most else [self._core_words(cores[one]) for one in range(at, end)]

    def _of_customer(self, id: int) -> range:
        at = bisect_left(self._ids, id)
        return range(at, bisect_left(self._ids, id + 1, at))

    def _words(self, name: int) -> str:
        return _decoded(self._text[self._text_at[name] * 2 : self._text_at[name + 1] * 2])

    def _read(self, name: int) -> Entry:
        words, id = self._words(name), self._ids[name]
        own = bisect_left(self._ids, id)
        said = spoken(words)
        return Entry(Named(id, words if own == name else self._words(own)), said, dissect(said))


def _decoded(data: Any) -> str:
    return str(data, "utf-16-le", "surrogatepass")


def _sieved(sieve: memoryview, words: str) -> bool:
    bit = hashed(words) % WIDE
    return bool(sieve[bit >> 3] >> (bit & 7) & 1)
