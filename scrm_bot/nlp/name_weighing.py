"""What the words around a core make of it: whose name, how much of it was said, and whether it is a name at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from typing import Final

from scrm_bot.nlp.company import PLACES, STRICT_TRADE, TRADE, Anatomy
from scrm_bot.nlp.name_cues import (
    LINKING,
    TRADE_HEADS,
    followed,
    led,
    led_up_to,
    merely_there,
    no_name,
    place_before,
    spoken_of,
    stands_alone,
    stated,
)
from scrm_bot.nlp.namebook import Asked, Entry, NameBook, Near
from scrm_bot.nlp.register import MANY, Register

_AHEAD: Final = 8  # characters behind a core that tell its holders apart


@dataclass(frozen=True, slots=True)
class Hit:
    """A core found at an offset, and how much of the name around it was said."""

    at: int
    end: int
    entries: tuple[Entry, ...]
    tail: int  # characters of the trade said behind the core
    placed: bool  # the place was said before it
    sure: bool

    @property
    def weight(self) -> tuple[bool, int, int]:
        """What makes one reading better than another: sure ones, then longer ones."""
        return (self.sure, self.end - self.at, self.tail)


@dataclass(slots=True)
class Weighing:
    """One text, and the names that may stand in it."""

    text: str
    book: NameBook
    register: Register | None
    gone: Container[int]
    ordinary: Callable[[str], bool]
    but: Container[int]
    near: Near

    def weigh(self, at: int, end: int, core: str, *, sure: bool) -> Hit | None:
        """The entries that the words around a core allow, or None."""
        text = self.text
        word = text[at:end]
        if word.isascii() and not stands_alone(text, at, end):
            return None
        place = place_before(text, at)
        entries = self._entries(at, end, core, place, sure=sure)
        if not entries:
            return None
        start, placed = at, False
        if place:
            local = [entry for entry in entries if entry.parts.place == place]
            if not local and not merely_there(text, at - len(place)):
                return None
            if local:
                entries, start, placed = local, at - len(place), True
        tails = [(_tail(text, end, entry.parts), entry) for entry in entries]
        best = max(length for length, _ in tails)
        if best < 2 and self._is_another(start, end, placed=placed, whole=_whole_body(tails)):
            return self._mistaken(start, end, entries, placed=placed) if sure else None
        if best < 2 and not placed and len(entries) > MANY:
            return None
        fitting = [entry for length, entry in tails if length == best]
        if self.register is not None and best < 2 and not placed:
            fitting = [entry for entry in fitting if entry.named.id in self.near.recent] or fitting
        stop = end + (best if best >= 2 else 0)
        if len(fitting) > 1:
            if best < 2 and sure and (mistaken := self._mistaken(start, end, fitting, placed=placed)):
                return mistaken
            full = [entry for entry in fitting if entry.words == text[start:stop]]
            fitting = full or fitting
        other = placed and best < 2 and text[end : end + 2] in TRADE_HEADS
        hit = Hit(start, stop, tuple(fitting), best, placed, sure and not other)
        return hit if self._meant(hit, at, end, _whole_body(tails)) else None

    def _entries(self, at: int, end: int, core: str, place: str, *, sure: bool) -> Sequence[Entry]:
        found = self.book.of_core(core)
        if self.register is not None:
            text = self.text
            cued = not no_name(text[at:end]) and (spoken_of(text, end) or led(text, at, end) or stated(text, at, end))
            asked = Asked(place, text[end : end + _AHEAD], cued, sure, self.near)
            known = [entry for entry in found if _fits(entry, asked)]
            listed = self.register.entries(core, asked)
            found = [*known, *(e for e in listed if e.named.id not in self.gone and e.named.id not in self.book)]
            found = _nearest(found, self.near) if len(found) > 1 else found
        return [entry for entry in found if entry.named.id not in self.but] if self.but else found

    def _meant(self, hit: Hit, at: int, end: int, whole: bool) -> bool:
        """Whether it is a name at all, and not other words that happen to read so."""
        word, large = self.text[at:end], self.register is not None
        if hit.tail >= 2 or hit.placed:
            return not large or self._meant_among_many(hit, word, end)
        if hit.sure and whole and len(word) > 3 and not self.ordinary(word):
            return True
        told = self._cued(at, end) or stated(self.text, at, end) or self._recent(hit)
        if large and not (told and self.begins(at)):
            return False
        return self._bare(at, end, hit.entries, sure=hit.sure)

    def _meant_among_many(self, hit: Hit, word: str, end: int) -> bool:
        """There is a company for nearly every two words that may stand side by side."""
        if not self.begins(hit.at):
            return False
        if hit.sure and (not self.ordinary(word) or hit.tail > 2 or (hit.placed and hit.tail)):
            return True
        if hit.sure and (STRICT_TRADE.match(self.text, end) or stated(self.text, hit.at, hit.end)):
            return True
        return self._cued(hit.at, hit.end) or (hit.tail >= 2 and led_up_to(self.text, hit.at))

    def _recent(self, hit: Hit) -> bool:
        return any(entry.named.id in self.near.recent for entry in hit.entries)

    def begins(self, at: int) -> bool:
        """Whether something new may begin here: nobody's name lies across it."""
        before = self.text[at - 1 : at]
        if not before or before in LINKING or not "一" <= before <= "龥":
            return True
        word = self.text[max(0, at - 2) : at]
        return len(word) == 2 and self.ordinary(word) and word not in PLACES

    def _ends(self, end: int) -> bool:
        """Whether something new may begin behind it."""
        text, after = self.text, self.text[end : end + 1]
        if not "一" <= after <= "龥" or after in LINKING or followed(text, end) or spoken_of(text, end):
            return True
        return self.ordinary(text[end : end + 2])

    def _is_another(self, start: int, end: int, *, placed: bool, whole: bool) -> bool:
        """Whether it is only a piece of a name that is none of theirs: 绿源|重工, 凯瑞|野电梯, 华|盛瑞|阀门."""
        text = self.text
        if STRICT_TRADE.match(text, end) and not whole:
            return True
        if placed:
            return self.register is not None and (self._runs_on(end, STRICT_TRADE) or not self._ends(end))
        within = not self.begins(start)
        follows = within and text[end : end + 2] in TRADE_HEADS
        return follows or ((within or not self._ends(end)) and self._runs_on(end, TRADE))

    def _runs_on(self, end: int, trade: re.Pattern[str]) -> bool:
        for at in range(end, min(end + 2, len(self.text))):
            if self.text[at] in LINKING:
                return False
            if trade.match(self.text, at + 1):
                return True
        return False

    def _cued(self, at: int, end: int) -> bool:
        return (spoken_of(self.text, end) or led(self.text, at, end)) and not self._straddles(at, end)

    def _bare(self, at: int, end: int, entries: Sequence[Entry], *, sure: bool) -> bool:
        """Whether a core with nothing of its name around it is meant as a name."""
        text, word = self.text, self.text[at:end]
        if no_name(word):
            return False
        close = spoken_of(text, end) or led(text, at, end)
        if not any(entry.parts.firm for entry in entries) and (self.ordinary(word) or not sure):
            return False
        if not all(entry.parts.firm for entry in entries) and (self.register is not None or not sure):
            return close and sure and not self.ordinary(word)
        if not sure:
            return close and not self.ordinary(word) and not self._straddles(at, end)
        if self.ordinary(word):
            return close or stated(text, at, end)
        return close or stated(text, at, end) or not self._straddles(at, end)

    def _straddles(self, at: int, end: int) -> bool:
        """Whether an everyday word lies across an end of it: 能力|诺."""
        text = self.text
        before, after = text[at - 1 : at], text[end : end + 1]
        if before and before not in LINKING and self.ordinary(before + text[at]):
            return True
        return bool(after) and after not in LINKING and self.ordinary(text[end - 1] + after)

    def _mistaken(self, start: int, end: int, entries: Sequence[Entry], *, placed: bool) -> Hit | None:
        """Those whose trade is what follows but for one character: 华东精X机械."""
        tails = [(_slipped(self.text, end, entry.parts), entry) for entry in entries]
        best = max(length for length, _ in tails)
        if not best:
            return self._resembling(start, end, entries) if placed else None
        fitting = tuple(entry for length, entry in tails if length == best)
        hit = Hit(start, end + best, fitting, best, placed, sure=False)
        return hit if self._meant(hit, start, end, whole=False) else None

    def _resembling(self, start: int, end: int, entries: Sequence[Entry]) -> Hit | None:
        """Those of this place whose trade has most in common with what follows, at least half of it."""
        common = [(_in_common(self.text, end, entry.parts), entry) for entry in entries]
        most = max(share for share, _ in common)
        if most < 0.5:
            return None
        return Hit(start, end, tuple(entry for share, entry in common if share == most), 0, placed=True, sure=False)


def _in_common(text: str, at: int, parts: Anatomy) -> float:
    near = set(text[at : at + len(parts.rest) + 1])
    return len(near & set(parts.rest)) / len(parts.rest) if parts.rest else 0.0


def _fits(entry: Entry, asked: Asked) -> bool:
    """Whether what is said around a core tells of this one among very many."""
    parts = entry.parts
    if (asked.place and parts.place == asked.place) or len(parts.core) > 3 or _tail(asked.ahead, 0, parts) >= 2:
        return True
    return entry.named.id in asked.near.recent or (asked.cued and entry.named.id in asked.near)


def _nearest(entries: list[Entry], near: Near) -> list[Entry]:
    """This conversation's customers come before all others."""
    recent = [entry for entry in entries if entry.named.id in near.recent]
    return [*recent, *(entry for entry in entries if entry.named.id not in near.recent)]


def _whole_body(tails: Sequence[tuple[int, Entry]]) -> bool:
    return any(not entry.parts.rest for _, entry in tails)


_FORM: Final = re.compile(r"(?:集团|股份|控股|有限|责任)*公司|集团|厂")


def _tail(text: str, at: int, parts: Anatomy) -> int:
    """How many of the next characters follow one another in the rest of the name: 机械有限公司 in 精密机械有限公司."""
    length = place = 0
    while at + length < len(text):
        place = parts.rest.find(text[at + length], place) + 1
        if not place:
            break
        length += 1
    return length + _form(text, at + length, parts) if length != 1 else 0


def _slipped(text: str, at: int, parts: Anatomy) -> int:
    """The same, where one character of them is wrong or too many; 0 if less than three are right."""
    length = right = place = last = 0
    slips = 1
    while at + length < len(text):
        found = parts.rest.find(text[at + length], place) + 1
        if not found and not slips:
            break
        place, right, slips, length = found or place, right + bool(found), slips - (not found), length + 1
        last = length if found else last
    for stop in dict.fromkeys((length, last)):
        if right and (form := _form(text, at + stop, parts)):
            return stop + form
    return last if right >= 3 or right == len(parts.rest) > 1 else 0


def _form(text: str, at: int, parts: Anatomy) -> int:
    form = _FORM.match(text, at) if parts.form else None
    return len(form.group()) if form else 0
