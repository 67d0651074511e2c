"""Which customers a message names: a scan before any segmentation, so that names need not be words."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import replace

from scrm_bot.nlp.meaning import Mention, Named, Scene
from scrm_bot.nlp.name_search import Search, best
from scrm_bot.nlp.namebook import NOBODY, Entry, NameBook, Near
from scrm_bot.nlp.register import Register


class NameIndex:
    """The customers' names, searchable by what people call them. Grows and shrinks one entry at a time.

    `ordinary` tells whether a word is common in everyday talk; such cores (东方, 朝阳) count as names only where
    the words around them speak of a customer. A large company's names are in a register; what is newer is kept here.
    """

    def __init__(self, ordinary: Callable[[str], bool] | None = None) -> None:
        self._ordinary = ordinary or _nothing
        self._book = NameBook()
        self._register: Register | None = None
        self._gone: set[int] = set()  # in the register, and not to be found there

    def __len__(self) -> int:
        return len(self._book) + (len(self._register) - len(self._gone) if self._register else 0)

    @property
    def kept(self) -> int:
        """How many customers are kept here, beside the register."""
        return len(self._book)

    def near(self, scene: Scene) -> Near:
        """Whom the speaker most likely means; it matters only where there are very many."""
        if self._register is None:
            return NOBODY
        return Near(scene.recent, scene.mine, tuple(scene.owners()) if scene.owners else ())

    def rest_on(self, register: Register | None) -> None:
        """From now on find what this register holds too; what was added here before is forgotten."""
        self._book, self._register, self._gone = NameBook(), register, set()

    def add(self, id: int, name: str, aliases: Iterable[str] = ()) -> None:
        """Add a customer, or replace the one with this id."""
        self._leave_register(id)
        self._book.put(id, name, aliases)

    def call(self, id: int, name: str, aliases: Iterable[str]) -> None:
        """A customer goes by this name now, and by these too; what it was called before still finds it."""
        before = [entry.words for entry in self._called(id)]
        self.add(id, name, [*before, *aliases])

    def remove(self, id: int) -> None:
        """Forget a customer; unknown ids are no error."""
        self._leave_register(id)
        self._book.drop(id)

    def get(self, id: int) -> Named | None:
        """The entry of a customer."""
        entries = self._called(id)
        return entries[0].named if entries else None

    def find(
        self,
        text: str,
        times: Sequence[tuple[int, int]] = (),
        but: Container[int] = frozenset(),
        near: Near = NOBODY,
    ) -> list[Mention]:
        """The mentions in a normalised text, in order. `times` are spans of times, which win over bare names.

        `but`: customers that are read over as if they were not there. `near`: whom the speaker most likely means.
        """
        search = Search(_lower(text), self._book, self._register, self._gone, self._ordinary, but, near)
        hits = best(search.apart(search.exact(times)))
        hits = best([*hits, *search.alike([*((hit.at, hit.end) for hit in hits), *times])])
        hits = best([*hits, *search.in_pinyin()])
        mentions = [Mention(text[hit.at : hit.end], hit.at, _named(hit.entries), hit.sure) for hit in hits]
        return _narrowed(mentions)

    def _called(self, id: int) -> Sequence[Entry]:
        if self._register is None or id in self._book or id in self._gone:
            return self._book.called(id)
        return self._register.called(id)

    def _leave_register(self, id: int) -> None:
        if self._register is not None and id in self._register:
            self._gone.add(id)


def _nothing(word: str) -> bool:
    return not word


def _lower(text: str) -> str:
    """Lower case, character for character: offsets stay true."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _named(entries: Iterable[Entry]) -> tuple[Named, ...]:
    return tuple(dict.fromkeys(entry.named for entry in entries))


def _narrowed(mentions: list[Mention]) -> list[Mention]:
    """东方 beside 东方家具 in one message means that one."""
    single = {mention.candidates[0] for mention in mentions if len(mention.candidates) == 1}
    result = []
    for mention in mentions:
        several = mention.candidates if len(mention.candidates) > 1 else ()
        among = [named for named in several if named in single]
        result.append(replace(mention, candidates=tuple(among)) if len(among) == 1 else mention)
    return result
