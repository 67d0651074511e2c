"""Which customers a message names: a scan before any segmentation, so that names need not be words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from scrm_bot.nlp.company import PLACES, REGIONS, STRICT_TRADE, Anatomy, dissect
from scrm_bot.nlp.meaning import Mention, Named
from scrm_bot.nlp.people import SURNAME, TITLE
from scrm_bot.nlp.pinyin import heard, sounds
from scrm_bot.nlp.text import normalise

MANY: Final = 40  # a bare core shared by more customers than this names none of them
_LONGEST_CORE: Final = 12

_STRONG_AFTER: Final = re.compile(
    rf"那边|这边|那家|这家|那单|这单|那个(?:单|项目|客户|款|合同)|那里|那儿|那条|那批|这个(?:单|项目"
    rf"|客户)|(?:公司)?的(?:单|合同|款|回款|尾款|商机|项目|发票|工单|报价|联系人|老板|采购|人|钱|货"
    rf"|订单|客户|技术|财务|"
    rf"{SURNAME}{TITLE}|[老小]{SURNAME})|{SURNAME}{TITLE}|公司|集团"
)
_LED_BY: Final = re.compile(
    r"(?:拜访|拜访了|回访|回访了|走访|联系|联系了|约|约了|客户[:是叫]?|跟进|跟进了|打给|致电|见了|见到"
    r"|去了趟?|去趟|到了|给|跟|和|与|从|找|把|帮|替|去|到|见|催|问|查|查下|查一下|问下|看看|看下)\s?$"
)
_OPENS: Final = re.compile(r"(?:^|[\s,。;:!?、])$")
_FOLLOWED: Final = re.compile(
    r"$|[\s,。;:!?、]|的|签|输了|赢|丢单|黄|推进|推到|进入|改成|改为|到哪|到什么|回款|打款|付|欠|说"
    r"|有新|有个|要|谁|什么|报价|建|开|今天|昨天|明天|上|下|聊|谈|吃|过|做|拜|那|这"
)
_STATED: Final = re.compile(
    r"签|输了|输单|赢单|丢单|黄了|推进|推到|进入|到哪|到什么|回款|打款|付款|付了|尾款|欠|谁在|谁跟"
    r"|谁负责|没戏|中标|拿下|报修|要报|[,:\s](?=\S)"
)
_LINKING: Final = frozenset(
    "和跟给与到去见从在把向对是叫找约帮了的个催问查下趟访系:,。 ;!?、户为由被让请等看约跑约回当替"
)
_GREETINGS: Final = frozenset(("早上好", "上午好", "中午好", "下午好", "晚上好", "大家好", "你好", "您好"))
_LIKE_PERSON: Final = re.compile(rf"^(?:[老小阿]{SURNAME}|{SURNAME}{TITLE})$")


@dataclass(frozen=True, slots=True)
class _Entry:
    named: Named
    parts: Anatomy


@dataclass(frozen=True, slots=True)
class _Hit:
    """A core found at an offset, and how much of the name around it was said."""

    at: int
    end: int
    entries: tuple[_Entry, ...]
    tail: int  # characters of the trade said behind the core
    placed: bool  # the place was said before it
    sure: bool

    @property
    def weight(self) -> tuple[bool, int, int]:
        """What makes one reading better than another: sure ones, then longer ones."""
        return (self.sure, self.end - self.at, self.tail)


class NameIndex:
    """The customers' names, searchable by what people call them. Grows and shrinks one entry at a time.

    `ordinary` tells whether a word is common in everyday talk; such cores (东方, 朝阳) count as names only where
    the words around them speak of a customer.
    """

    def __init__(self, ordinary: Callable[[str], bool] | None = None) -> None:
        self._ordinary = ordinary or _nothing
        self._entries: dict[int, tuple[_Entry, ...]] = {}
        self._cores: dict[str, list[_Entry]] = {}
        self._sounds: dict[str, dict[str, int]] = {}  # sound -> cores that sound so -> how many entries
        self._holes: dict[str, dict[str, int]] = {}  # a long core with one character left out -> cores
        self._lengths: Counter[int] = Counter()
        # how any core begins, as written and as it sounds, and the characters of long ones: most places of a message
        # are ruled out by them. They never shrink: what is left of a name forgotten only costs a look.
        self._heads: set[str] = set()
        self._heard: set[str] = set()
        self._letters: set[str] = set()

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, id: int, name: str, aliases: Iterable[str] = ()) -> None:
        """Add a customer, or replace the one with this id."""
        self.remove(id)
        named = Named(id, name)
        spoken = dict.fromkeys(normalise(words).lower() for words in (name, *aliases))
        entries = tuple(_Entry(named, dissect(words)) for words in spoken if words)
        self._entries[id] = entries
        for entry in entries:
            self._index(entry)

    def remove(self, id: int) -> None:
        """Forget a customer; unknown ids are no error."""
        for entry in self._entries.pop(id, ()):
            core = entry.parts.core
            left = [other for other in self._cores[core] if other != entry]
            self._lengths[len(core)] -= 1
            if left:
                self._cores[core] = left
                continue
            del self._cores[core]
            self._drop(self._sounds, sounds(core), core)
            for hole in _holes(core):
                self._drop(self._holes, hole, core)

    def _index(self, entry: _Entry) -> None:
        core = entry.parts.core
        self._lengths[len(core)] += 1
        if core in self._cores:
            self._cores[core].append(entry)
            return
        self._cores[core] = [entry]
        self._heads.add(core[:2])
        self._heard.add(sounds(core[:2]))
        if holes := _holes(core):
            self._letters.update(core)
        self._sounds.setdefault(sounds(core), {})[core] = 1
        for hole in holes:
            self._holes.setdefault(hole, {})[core] = 1

    @staticmethod
    def _drop(index: dict[str, dict[str, int]], key: str, core: str) -> None:
        cores = index.get(key, {})
        cores.pop(core, None)
        if not cores:
            index.pop(key, None)

    def get(self, id: int) -> Named | None:
        """The entry of a customer."""
        entries = self._entries.get(id)
        return entries[0].named if entries else None

    def find(
        self, text: str, times: Sequence[tuple[int, int]] = (), but: Container[int] = frozenset()
    ) -> list[Mention]:
        """The mentions in a normalised text, in order. `times` are spans of times, which win over bare names.

        `but`: customers that are read over as if they were not there.
        """
        low = _lower(text)
        hits = self._best(list(self._exact(low, times, but)))
        free = [(hit.at, hit.end) for hit in hits]
        near = list(self._near(low, [*free, *times], but))
        hits = self._best([*hits, *near])
        mentions = [Mention(text[hit.at : hit.end], hit.at, _named(hit.entries), hit.sure) for hit in hits]
        return _narrowed(mentions)

    @staticmethod
    def _best(hits: list[_Hit]) -> list[_Hit]:
        chosen: list[_Hit] = []
        for hit in sorted(hits, key=lambda hit: hit.weight, reverse=True):
            if all(hit.end <= other.at or other.end <= hit.at for other in chosen):
                chosen.append(hit)
        return sorted(chosen, key=lambda hit: hit.at)

    def _exact(self, text: str, times: Sequence[tuple[int, int]], but: Container[int]) -> Iterator[_Hit]:
        lengths = [length for length, count in self._lengths.items() if count > 0 and length <= _LONGEST_CORE]
        for at, char in enumerate(text):
            if text[at : at + 2] not in self._heads and char not in self._heads:
                continue
            for length in lengths:
                entries = _among(self._cores.get(text[at : at + length]), but)
                if not entries or at + length > len(text):
                    continue
                hit = self._weigh(text, at, at + length, entries, sure=True)
                if hit is None or (hit.tail < 2 and not hit.placed and _inside(hit, times)):
                    continue
                yield hit

    def _near(self, text: str, taken: list[tuple[int, int]], but: Container[int]) -> Iterator[_Hit]:
        sound = heard(text)
        known = [char in self._letters for char in text]
        for at in range(len(text) - 1):
            alike = f"{sound[at]} {sound[at + 1]}" in self._heard
            if not alike and sum(known[at : at + 4]) < 2:
                continue
            for end in range(min(at + 4, len(text)), at + 1, -1):
                if any(at < stop and start < end for start, stop in taken):
                    continue
                word = text[at:end]
                cores = list(self._sounds.get(" ".join(sound[at:end]), ())) if alike else []
                if sum(known[at:end]) >= end - at - 1 >= 2:  # one character may be wrong
                    cores += [core for hole in _holes(word) for core in self._holes.get(hole, ()) if core not in cores]
                for core in cores:
                    entries = _among(self._cores[core], but) if core != word else ()
                    if entries and (hit := self._weigh(text, at, end, entries, sure=False)):
                        yield hit

    def _weigh(self, text: str, at: int, end: int, entries: Sequence[_Entry], *, sure: bool) -> _Hit | None:
        """The entries that the words around a core allow, or None."""
        word = text[at:end]
        if word.isascii() and not _stands_alone(text, at, end):
            return None
        start, placed = at, False
        place = _place_before(text, at)
        if place:
            local = [entry for entry in entries if entry.parts.place == place]
            if not local and not _merely_there(text, at - len(place)):
                return None
            if local:
                entries, start, placed = local, at - len(place), True
        tails = [(_tail(text, end, entry.parts), entry) for entry in entries]
        best = max(length for length, _ in tails)
        if best < 2 and STRICT_TRADE.match(text, end) and not _whole_body(tails):
            return None
        if best < 2 and not placed and len(entries) > MANY:
            return None
        fitting = tuple(entry for length, entry in tails if length == best)
        hit = _Hit(start, end + (best if best >= 2 else 0), fitting, best, placed, sure)
        strong = best >= 2 or placed or (sure and _whole_body(tails) and len(word) > 3)
        return hit if strong or self._bare(text, at, end, fitting, sure=sure) else None

    def _bare(self, text: str, at: int, end: int, entries: Sequence[_Entry], *, sure: bool) -> bool:
        """Whether a core with nothing of its name around it is meant as a name."""
        word = text[at:end]
        if word in _GREETINGS or word in PLACES or word in REGIONS or word.isdigit() or _LIKE_PERSON.match(word):
            return False
        spoken_of = bool(_STRONG_AFTER.match(text, end))
        led = bool(_LED_BY.search(text, max(0, at - 6), at)) and bool(_FOLLOWED.match(text, end))
        stated = bool(_OPENS.search(text[:at])) and bool(_STATED.match(text, end))
        if not all(entry.parts.firm for entry in entries):
            return (spoken_of or led) and sure and not self._ordinary(word)
        if not sure:
            return (spoken_of or led) and not self._ordinary(word) and not self._straddles(text, at, end)
        if self._ordinary(word):
            return spoken_of or led or stated
        return spoken_of or led or stated or not self._straddles(text, at, end)

    def _straddles(self, text: str, at: int, end: int) -> bool:
        """Whether an everyday word lies across an end of it: 能力|诺."""
        before, after = text[at - 1 : at], text[end : end + 1]
        if before and before not in _LINKING and self._ordinary(before + text[at]):
            return True
        return bool(after) and after not in _LINKING and self._ordinary(text[end - 1] + after)


def _nothing(word: str) -> bool:
    return not word


def _lower(text: str) -> str:
    """Lower case, character for character: offsets stay true."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _among(entries: Sequence[_Entry] | None, but: Container[int]) -> Sequence[_Entry]:
    return [entry for entry in entries if entry.named.id not in but] if entries and but else entries or ()


def _holes(core: str) -> list[str]:
    if len(core) < 3 or core.isascii():
        return []
    return [f"{core[:gap]}_{core[gap + 1 :]}" for gap in range(len(core))]


def _named(entries: Iterable[_Entry]) -> tuple[Named, ...]:
    return tuple(dict.fromkeys(entry.named for entry in entries))


def _inside(hit: _Hit, times: Sequence[tuple[int, int]]) -> bool:
    return any(start < hit.end and hit.at < stop for start, stop in times)


def _stands_alone(text: str, at: int, end: int) -> bool:
    before, after = text[at - 1 : at], text[end : end + 1]
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())


def _place_before(text: str, at: int) -> str:
    for length in range(min(4, at), 1, -1):
        words = text[at - length : at]
        if words in PLACES or (words[-1] in "省市县区" and words[:-1] in PLACES):
            return words.rstrip("市省") if length > 2 else words
    return ""


def _merely_there(text: str, at: int) -> bool:
    """在上海绿源: a place where one was, not a part of the name."""
    return text[max(0, at - 1) : at] in ("在", "到", "飞")


def _whole_body(tails: Sequence[tuple[int, _Entry]]) -> bool:
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
    form = _FORM.match(text, at + length) if length != 1 else None
    return length + len(form.group()) if form and parts.form else length


def _narrowed(mentions: list[Mention]) -> list[Mention]:
    """东方 beside 东方家具 in one message means that one."""
    single = [mention.candidates[0] for mention in mentions if len(mention.candidates) == 1]
    result = []
    for mention in mentions:
        among = [named for named in dict.fromkeys(single) if named in mention.candidates]
        result.append(replace(mention, candidates=(among[0],)) if len(among) == 1 else mention)
    return result
