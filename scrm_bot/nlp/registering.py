"""Writes a register of names: reads each name once and keeps numbers of it, not objects, so that a million are few."""

from __future__ import annotations

import json
import os
import sys
from array import array
from collections.abc import Iterable
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

from scrm_bot.nlp.company import cut
from scrm_bot.nlp.namebook import gaps, spoken
from scrm_bot.nlp.pinyin import sounds
from scrm_bot.nlp.register import HEAD, LAYOUT, WIDE, hashed, trade_codes

Row = tuple[int, str, str, int | None]  # customer, what it is called now, one of its names, owner
_LONGEST: Final = 200  # characters of a name that are kept


class Draft:
    """Names, as they come in: all of one customer together, customers by their numbers."""

    def __init__(self) -> None:
        self._cores: dict[str, list[int]] = {}  # the names that have it
        self._places: dict[str, int] = {"": 0}
        self._ids, self._owner, self._place, self._trades = array("q"), array("I"), array("H"), array("Q")
        self._text, self._text_at = bytearray(), array("I", [0])

    def take(self, rows: Iterable[Row]) -> None:
        """Add these names. Of each customer, what it is called now comes first."""
        last = None
        for id, name, called, owner in rows:
            if id != last:
                last = id
                self._add(id, name, owner or 0)
            if called != name:
                self._add(id, called, owner or 0)

    def _add(self, id: int, called: str, owner: int) -> None:
        called = called[:_LONGEST]
        place, core, rest, _, _ = cut(spoken(called) or " ")
        try:
            self._cores[core].append(len(self._ids))
        except KeyError:
            self._cores[core] = [len(self._ids)]
        self._ids.append(id)
        self._owner.append(owner)
        self._place.append(self._places.setdefault(place, len(self._places)))
        self._trades.append(trade_codes(rest))
        self._text += called.encode("utf-16-le", "surrogatepass")
        self._text_at.append(len(self._text) >> 1)

    def write(self, file: Path, mark: int) -> None:
        """Put the file in its place at once; nobody sees half of it. `mark`: the last row that is in it."""
        columns = self._columns()
        head: dict[str, Any] = {"layout": LAYOUT, "order": sys.byteorder, "mark": mark}
        head |= {"customers": len(set(self._ids)), "places": list(self._places), "columns": {}}
        at = HEAD
        for name, column in columns.items():
            kind, size = (column.typecode, column.itemsize) if isinstance(column, array) else ("B", 1)
            head["columns"][name] = (at, len(column) * size, kind)
            at += -(-len(column) * size // 8) * 8
        head["size"] = at
        said = json.dumps(head).encode()
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write((len(said).to_bytes(8, "little") + said).ljust(HEAD, b"\0"))
            for column in columns.values():
                out.write(column)
                out.write(b"\0" * (-out.tell() % 8))
        draft.replace(file)

    def _columns(self) -> dict[str, Any]:
        """Everything: cores as a dictionary has them, names by core, then by place."""
        cores = sorted(self._cores)
        lengths = (len(core.encode("utf-16-le", "surrogatepass")) >> 1 for core in cores)
        columns: dict[str, Any] = {
            "core_at": array("I", [0, *accumulate(lengths)]),
            "core_text": "".join(cores).encode("utf-16-le", "surrogatepass"),
            "first": array("I", [0, *accumulate(len(self._cores[core]) for core in cores)]),
            "ids": self._ids,
            "text": self._text,
            "text_at": self._text_at,
        }
        return columns | self._by_core(cores) | _sieves(cores) | _likenesses(cores)

    def _by_core(self, cores: list[str]) -> dict[str, Any]:
        """The columns that are searched, and which name each line is of."""
        order = array("I")
        for core in cores:
            names = self._cores[core]
            if len(names) > 1:
                names.sort(key=self._place.__getitem__)
            order.extend(names)
        columns: dict[str, array[int]] = {"place": self._place, "owner": self._owner, "trades": self._trades}
        found = {name: array(column.typecode, map(column.__getitem__, order)) for name, column in columns.items()}
        return {**found, "trades": array("H", found["trades"].tobytes()), "names": order}


def _likenesses(cores: list[str]) -> dict[str, Any]:
    """Cores by themselves, by how they sound, by their second half, and by what is left of long ones."""
    seconds = sorted((core[1], number) for number, core in enumerate(cores) if len(core) == 2)
    return {
        **_index("cores", ((hashed(core), number) for number, core in enumerate(cores))),
        **_index("sounds", ((hashed(sounds(core)), number) for number, core in enumerate(cores))),
        **_index("gaps", ((hashed(gap), number) for number, core in enumerate(cores) for gap in gaps(core))),
        "seconds_hash": array("I", [ord(char) for char, _ in seconds]),
        "seconds_core": array("I", [number for _, number in seconds]),
    }


def _sieves(words: list[str]) -> dict[str, Any]:
    """Which two, and which three characters cores begin with."""
    pairs, triples = bytearray(WIDE >> 3), bytearray(WIDE >> 3)
    for core in words:
        _put(pairs, core[:2])
        if len(core) > 2:
            _put(triples, core[:3])
    return {"pairs": pairs, "triples": triples}


def _put(sieve: bytearray, words: str) -> None:
    bit = hashed(words) % WIDE
    sieve[bit >> 3] |= 1 << (bit & 7)


def _index(name: str, pairs: Iterable[tuple[int, int]]) -> dict[str, Any]:
    """Hashes in order, and beside them the cores."""
    found = list(pairs)
    hashes = [number for number, _ in found]
    order = sorted(range(len(hashes)), key=hashes.__getitem__)
    cores = array("I", [found[one][1] for one in order])
    return {f"{name}_hash": array("I", map(hashes.__getitem__, order)), f"{name}_core": cores}
