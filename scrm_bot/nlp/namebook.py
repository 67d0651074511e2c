"""Names of customers in memory, one entry at a time: all of a small company's, the latest of a large one's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol

from scrm_bot.nlp.callings import readings, variants
from scrm_bot.nlp.company import Anatomy, trade_heads
from scrm_bot.nlp.meaning import Named
from scrm_bot.nlp.pinyin import sounds, spelling
from scrm_bot.nlp.text import normalise, plain_already

_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")  # MaxPower is said Max Power too
LONGEST_CORE: Final = 12
NONE: Final[frozenset[str]] = frozenset()


class Entry(NamedTuple):
    """One name of one customer, taken apart."""

    named: Named
    words: str  # normalised, lower case
    parts: Anatomy


@dataclass(frozen=True, slots=True)
class Near:
    """The customers that the speaker most likely means."""

    recent: tuple[int, ...] = ()  # of this conversation
    mine: Container[int] = ()  # of the speaker and the speaker's people; asked one by one
    owners: Collection[int] = ()  # who these people are

    def __contains__(self, id: object) -> bool:
        return id in self.recent or id in self.mine


NOBODY: Final = Near()


class Asked(NamedTuple):
    """What is said around a core, by which the many customers that share it are told apart."""

    place: str  # before it
    ahead: str  # the next characters
    cued: bool  # whether the words around it speak of a customer
    sure: bool  # whether it is written like that, not only alike
    near: Near


class Source(Protocol):
    """Whoever keeps names."""

    def cores_at(self, text: str, at: int) -> Iterable[str]:
        """The cores that stand in the text at this place."""

    def sounding(self, sound: str) -> Collection[str]:
        """The cores that sound so."""

    def lacking(self, letters: str) -> Collection[str]:
        """The cores of three characters and more that are left as this when one is taken out."""

    def before(self, char: str, trade: str, at: int, place: str) -> Collection[str]:
        """The cores of two characters with this one first or second, with a trade that begins so, of that place."""


def spoken(words: str) -> str:
    """A name as it is searched for."""
    return words if plain_already(words) else normalise(words).lower()


def gaps(core: str) -> set[str]:
    """A core of some length with one character left out."""
    if not 3 <= len(core) <= 6 or core.isascii():
        return set()
    return {core[:gap] + core[gap + 1 :] for gap in range(len(core))}


def pieces(parts: Anatomy) -> list[tuple[str, str, int]]:
    """Each character of a core of two, with how the trade behind it begins."""
    heads = trade_heads(parts.rest)
    if len(parts.core) != 2 or not heads:
        return []
    return [(char, heads[0], place) for place, char in enumerate(parts.core)]


class NameBook:
    """Entries by core, and cores by how they sound and by what is left of them when a character is wrong."""

    def __init__(self) -> None:
        self._entries: dict[int, tuple[Entry, ...]] = {}
        self._cores: dict[str, list[Entry]] = {}
        self._sounds: dict[str, Counter[str]] = {}
        self._spelt: dict[str, Counter[str]] = {}
        self._gaps: dict[str, Counter[str]] = {}
        self._pieces: dict[tuple[str, str, int], Counter[str]] = {}
        self._lengths: Counter[int] = Counter()
        # how any core begins, as written and as it sounds, and the characters of long ones: most places of a message
        # are ruled out by them. They never shrink: what is left of a name forgotten only costs a look.
        self.heads: set[str] = set()
        self.heard: set[str] = set()
        self.letters: set[str] = set()

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, id: object) -> bool:
        return id in self._entries

    def put(self, id: int, name: str, aliases: Iterable[str]) -> None:
        """Add a customer, or replace the one with this id."""
        self.drop(id)
        named = Named(id, name)
        words = dict.fromkeys(spoken(one) for one in (name, _HUMP.sub(" ", name), *aliases))
        words |= dict.fromkeys(other for one in tuple(words) for other in variants(one))
        entries = tuple(Entry(named, one, parts) for one in words if one for parts in readings(one))
        self._entries[id] = entries
        for entry in entries:
            self._index(entry)

    def drop(self, id: int) -> None:
        """Forget a customer; unknown ids are no error."""
        for entry in self._entries.pop(id, ()):
            core = entry.parts.core
            self._lengths[len(core)] -= 1
            self._cores[core] = [other for other in self._cores[core] if other != entry]
            if not self._cores[core]:
                del self._cores[core]
            _less(self._sounds, sounds(core), core)
            _less(self._spelt, sounds(core).replace(" ", ""), core)
            for gap in gaps(core):
                _less(self._gaps, gap, core)
            for piece in pieces(entry.parts):
                _less(self._pieces, piece, core)

    def called(self, id: int) -> tuple[Entry, ...]:
        """Every name of a customer, its own first."""
        return self._entries.get(id, ())

    def of_core(self, core: str) -> Sequence[Entry]:
        """Who has this core."""
        return self._cores.get(core, ())

    def cores_at(self, text: str, at: int) -> Iterable[str]:
        """The cores that stand in the text at this place."""
        left = len(text) - at
        words = [text[at : at + length] for length, count in list(self._lengths.items()) if count and length <= left]
        return [word for word in words if word in self._cores and len(word) <= LONGEST_CORE]

    def sounding(self, sound: str) -> Collection[str]:
        """The cores that sound so."""
        return self._sounds.get(sound, NONE)

    def spelt(self, letters: str) -> Collection[str]:
        """The cores that are written so in pinyin."""
        return self._spelt.get(spelling(letters), NONE)

    def lacking(self, letters: str) -> Collection[str]:
        """The cores of three characters and more that are left as this when one is taken out."""
        return self._gaps.get(letters, NONE)

    def before(self, char: str, trade: str, at: int, place: str) -> Collection[str]:
        """The cores of two characters with this one first or second, with a trade that begins so, of that place."""
        del place
        return self._pieces.get((char, trade, at), NONE)

    def _index(self, entry: Entry) -> None:
        core = entry.parts.core
        self._lengths[len(core)] += 1
        self._cores.setdefault(core, []).append(entry)
        self.heads.add(core[:2])
        self.heard.add(sounds(core[:2]))
        _more(self._sounds, sounds(core), core)
        _more(self._spelt, sounds(core).replace(" ", ""), core)
        for gap in gaps(core):
            self.letters.update(gap)
            _more(self._gaps, gap, core)
        for piece in pieces(entry.parts):
            _more(self._pieces, piece, core)


def _more(index: dict[Any, Counter[str]], key: object, core: str) -> None:
    index.setdefault(key, Counter())[core] += 1


def _less(index: dict[Any, Counter[str]], key: object, core: str) -> None:
    cores = index[key]
    cores[core] -= 1
    if not cores[core]:
        del cores[core]
    if not cores:
        del index[key]
