"""jieba's dictionary, read only where messages touch it: as a dict, half a million entries weigh 60 MB and a second.

The file is sorted by first character from 一 on. For every two characters that stand together in a text, the words that
begin with them are looked up in the file (microseconds) and kept. jieba then finds all that it would have found.
"""

from __future__ import annotations

import mmap
from importlib.resources import as_file, files
from typing import Final

TOTAL: Final = 60101967  # the sum of all frequencies, which jieba's likelihoods are measured by
KEPT: Final = 30_000  # pairs of characters that are remembered, found or not; then it begins anew


class Dictionary:
    """Frequencies by word, and 0 for what only begins words: jieba's FREQ, as far as texts have asked for it."""

    def __init__(self) -> None:
        with as_file(files("jieba") / "dict.txt") as path, path.open("rb") as opened:
            self._file = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)  # one copy for all processes
        self._sorted = self._file.find("\n一".encode()) + 1
        self.frequencies: dict[str, int] = {}
        self._known: set[str] = set()
        self._groups: dict[str, tuple[int, int]] = {}
        self._own: tuple[dict[str, int], set[str]] = ({}, set())
        self._take(self._file[: self._sorted])

    def keep(self) -> None:
        """What is known now, words of our own among it, is never forgotten."""
        self._own = (dict(self.frequencies), set(self._known))

    def look_up(self, text: str) -> None:
        """From now on all words that stand in this text are known."""
        if len(self._known) > KEPT:
            self._begin_anew()
        for at, char in enumerate(text):
            for beginning in (char, text[at : at + 2]):
                if beginning not in self._known:
                    self._known.add(beginning)
                    self._find(beginning)

    def _find(self, beginning: str) -> None:
        group = self._group(beginning[0])
        self._take_like(f"\n{beginning}" if len(beginning) > 1 else f"\n{beginning} ", *group)

    def _take_like(self, beginning: str, start: int, end: int) -> None:
        """The lines from the first to the last that begin so."""
        words, lines = beginning.encode(errors="replace"), self._file[start - 1 : end]
        first = lines.find(words)
        if first >= 0:
            self._take(lines[first + 1 : lines.find(b"\n", lines.rfind(words) + 1)])

    def _take(self, lines: bytes) -> None:
        frequencies = self.frequencies
        for line in lines.decode().splitlines():
            word, frequency, _ = line.split(" ", 2)
            frequencies[word] = int(frequency)
            for length in range(1, len(word)):
                frequencies.setdefault(word[:length], 0)

    def _group(self, char: str) -> tuple[int, int]:
        """Where the lines are that begin with this character."""
        found = self._groups.get(char)
        if found is None:
            first = char.encode(errors="replace")
            found = self._groups[char] = self._from(first), self._from(first[:-1] + bytes([first[-1] + 1]))
        return found

    def _from(self, first: bytes) -> int:
        """The start of the first line that does not sort before these bytes."""
        low, high = self._sorted, len(self._file)
        while low < high:
            start = self._file.rfind(b"\n", self._sorted - 1, (low + high) // 2) + 1
            if self._file[start : start + len(first)] < first:
                low = self._file.find(b"\n", start) + 1
            else:
                high = start
        return low

    def _begin_anew(self) -> None:
        frequencies, known = self._own
        self.frequencies.clear()
        self.frequencies.update(frequencies)
        self._known = set(known)
