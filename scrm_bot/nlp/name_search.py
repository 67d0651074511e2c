"""Looks for names in one text: as they are written, and where nothing is found so, as they may have been meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from scrm_bot.nlp.company import PLACES
from scrm_bot.nlp.name_cues import LINKING, TRADE_HEADS, place_before
from scrm_bot.nlp.name_weighing import Hit, Weighing
from scrm_bot.nlp.namebook import Source
from scrm_bot.nlp.pinyin import heard
from scrm_bot.nlp.register import MANY

_LETTERS: Final = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{4,20}(?![A-Za-z0-9])")
_NO_CORES: Final = frozenset(("有限", "公司", "集团", "股份", "责任")) | TRADE_HEADS
_AND: Final = frozenset("和跟与给到去从找把问帮约")


class Search(Weighing):
    """Finds cores and has them weighed."""

    def exact(self, times: Sequence[tuple[int, int]]) -> Iterator[Hit]:
        """Cores as they are written."""
        book, register, text, heads = self.book, self.register, self.text, self.book.heads
        for at, char in enumerate(text):
            cores = book.cores_at(text, at) if text[at : at + 2] in heads or char in heads else ()
            if register is not None:
                cores = {*cores, *register.cores_at(text, at)}
            for core in cores:
                hit = self.weigh(at, at + len(core), core, sure=True)
                if hit and (hit.tail >= 2 or hit.placed or not _inside(hit, times)):
                    yield hit

    def apart(self, hits: Iterable[Hit]) -> Iterator[Hit]:
        """和恒兴 may be a company, or 恒兴 with an 和 before it: then it is both."""
        listed = list(hits)
        found = {(hit.at, hit.end): hit for hit in listed if hit.sure}
        reach = dict(sorted(found))
        for hit in listed:
            if self.text[hit.at] in _AND and reach.get(hit.at + 1, 0) > hit.end:
                continue  # 和|信新, not 和信|新
            word = self.text[hit.at + 1 : hit.at + len(hit.entries[0].parts.core)]
            if self.register and self.text[hit.at] in _AND and len(word) > 1 and self._is_core(word):
                other = found.get((hit.at + 1, hit.end))
                yield replace(hit, entries=(*hit.entries, *(other.entries if other else ())), sure=other is not None)
            else:
                yield hit

    def alike(self, taken: Iterable[tuple[int, int]]) -> Iterator[Hit]:
        """Cores that are nearly right, where nothing is found yet: never sure."""
        free = bytearray(len(self.text))
        for start, end in taken:
            free[start:end] = b"\1" * (end - start)
        found: dict[tuple[int, int, int, bool], list[tuple[int, Hit]]] = {}
        for at, end, core, strict in dict.fromkeys(self._alike(free)):
            word = self.text[at:end]
            if core == word or free.count(1, at, end) or word[:2] in PLACES or word[:2] in _NO_CORES:
                continue
            hit = self.weigh(at, end, core, sure=False)
            if hit and (hit.tail >= 2 or hit.placed or not (strict or self._is_core(word))):
                same = found.setdefault((hit.at, hit.end, hit.tail, hit.placed), [])
                same.append((len(set(core) & set(word)), hit))
        for hits in found.values():
            most = max(common for common, _ in hits)
            alike = [entry for common, hit in hits if common == most for entry in hit.entries]
            yield replace(hits[0][1], entries=tuple(alike[:MANY]))

    def in_pinyin(self) -> Iterator[Hit]:
        """Huaxing, typed by whoever writes no Chinese: never sure."""
        for word in _LETTERS.finditer(self.text):
            meant = [entry for core in self.book.spelt(word.group()) for entry in self.book.of_core(core)]
            entries = tuple(entry for entry in meant if entry.named.id not in self.but)[:MANY]
            if entries and not entries[0].parts.core.isascii():
                yield Hit(word.start(), word.end(), entries, 0, placed=False, sure=False)

    def _is_core(self, word: str) -> bool:
        return any(word in source.cores_at(word, 0) for source in self._sources())

    def _alike(self, taken: bytearray) -> Iterator[tuple[int, int, str, bool]]:
        """Where a core may be meant: from, to, which, and whether more of its name must be said beside it."""
        text, sound = self.text, heard(self.text)
        if not self.register:
            yield from self._slips(sound)
        for trade in [at for at in range(1, len(text) - 1) if text[at : at + 2] in TRADE_HEADS]:
            if not taken[trade - 1] and not taken[trade]:
                yield from self._before_trade(trade, text[trade : trade + 2], sound)
        for at in range(2, len(text) - 1) if self.register else ():
            if not taken[at] and (place_before(text, at) or text[at - 1] in LINKING):
                for end in range(min(at + 4, len(text)), at + 1, -1):
                    yield from self._heard_so(at, end, sound)

    def _slips(self, sound: list[str]) -> Iterator[tuple[int, int, str, bool]]:
        """Anywhere, as long as there are few names: what sounds the same, and long cores with a wrong character."""
        text, book = self.text, self.book
        known = bytes(map(book.letters.__contains__, text))
        for at, pair in enumerate(map("{} {}".format, sound, sound[1:])):
            same = pair in book.heard
            if not same and known.count(1, at, at + 4) < 2:
                continue
            for end in range(min(at + 4, len(text)), at + 1, -1):
                if same:
                    yield from self._heard_so(at, end, sound)
                if end - at > 2 and known.count(1, at, end) >= end - at - 1:
                    yield from self._one_wrong(at, end)

    def _heard_so(self, at: int, end: int, sound: list[str]) -> Iterator[tuple[int, int, str, bool]]:
        for source in self._sources():
            for core in source.sounding(" ".join(sound[at:end])):
                yield at, end, core, False

    def _one_wrong(self, at: int, end: int) -> Iterator[tuple[int, int, str, bool]]:
        word = self.text[at:end]
        for gap in range(len(word)):
            left = word[:gap] + word[gap + 1 :]
            for source in self._sources():
                for core in source.lacking(left):
                    if len(core) == len(word):
                        yield at, end, core, core[:gap] + core[gap + 1 :] != left

    def _before_trade(self, trade: int, head: str, sound: list[str]) -> Iterator[tuple[int, int, str, bool]]:
        """讯X通信, 讯通信, 讯X驰通信, 驰讯通信: what stands before a trade, for a core that is followed by it."""
        text, first, second = self.text, self.text[trade - 1], self.text[max(0, trade - 2) : trade - 1]
        for at in range(max(0, trade - 4), trade - 1):
            if not self._may_begin(at):
                continue
            if self.register:
                yield from self._heard_so(at, trade, sound)
                yield from self._one_wrong(at, trade)
            word = text[at:trade]
            added = {word[:gap] + word[gap + 1 :] for gap in range(1, len(word) - 1)} if len(word) > 2 else set()
            lost = {core for source in self._sources() for core in source.lacking(word)}
            for core in {*added, *lost, *((word[::-1],) if len(word) == 2 else ())}:
                yield at, trade, core, True
        for at, half in ((trade - 1, first), (trade - 2, second)):
            if half and self._may_begin(at):
                place = place_before(text, at)
                for source in self._sources():
                    for core in {*source.before(half, head, 0, place), *source.before(first, head, 1, place)}:
                        yield at, trade, core, True

    def _may_begin(self, at: int) -> bool:
        return self.begins(at - len(place_before(self.text, at)))

    def _sources(self) -> Sequence[Source]:
        return (self.book,) if self.register is None else (self.book, self.register)


def best(hits: Iterable[Hit]) -> list[Hit]:
    """The best readings that do not overlap, in text order."""
    ranked = sorted(hits, key=lambda hit: hit.weight, reverse=True)
    taken = bytearray(max((hit.end for hit in ranked), default=0))
    chosen = []
    for hit in ranked:
        if not taken.count(1, hit.at, hit.end):
            taken[hit.at : hit.end] = b"\1" * (hit.end - hit.at)
            chosen.append(hit)
    return sorted(chosen, key=lambda hit: hit.at)


def _inside(hit: Hit, times: Sequence[tuple[int, int]]) -> bool:
    """Whether a time takes its words away: not one that is only a piece of it, as in 九月火锅."""
    return any(
        start < hit.end
        and hit.at < stop
        and not (hit.at <= start and stop <= hit.end and hit.end - hit.at > stop - start)
        for start, stop in times
    )
