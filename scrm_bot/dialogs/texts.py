"""Words with holes: each sentence of the bot is a Text beside whoever says it, in the language of whoever hears it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any, Never

from scrm_bot.crm.shape import Shape

Wording = Mapping[str, str]  # what is said instead of the Chinese, by the names of texts
_NONE: Wording = MappingProxyType({})
_IN_FORCE: ContextVar[Wording] = ContextVar("the wording of whoever is spoken to", default=_NONE)


class Text:
    """A sentence. Calling it says it, its holes filled: `Say.moved(deal=deal)` for "「{deal.title}」…".

    It is no string, so that nobody says it without calling it, in Chinese whoever hears it.
    """

    __slots__ = ("chinese", "name")

    def __init__(self, chinese: str) -> None:
        self.chinese, self.name = chinese, ""

    def __set_name__(self, owner: type, attribute: str) -> None:
        """skills.followups.logged; a class that is not called Say has its own name in between."""
        module = owner.__module__.removeprefix("scrm_bot.").removeprefix("dialogs.")
        inner = "" if owner.__name__ == "Say" else f"{owner.__name__.lower()}."
        self.name = f"{module}.{inner}{attribute}"

    def __call__(self, **values: Any) -> str:
        """The sentence with its holes filled, in the words of whoever is spoken to."""
        return self.template.format(**values)

    @property
    def template(self) -> str:
        """The words of whoever is spoken to, holes and all."""
        return _IN_FORCE.get().get(self.name, self.chinese)

    def __repr__(self) -> str:
        return f"Text({self.chinese!r})"

    def __str__(self) -> Never:
        raise TypeError(f"{self.name or self.chinese} is to be called")

    def __format__(self, _spec: str) -> str:
        return str(self)


def named(words: type, name: str) -> str:
    """What the class has for this name, said; the name itself where it has nothing."""
    text = vars(words).get(name.replace(" ", "_"))
    return text() if isinstance(text, Text) else name


def translated(words: type, chinese: str) -> str:
    """A word that is kept in Chinese, said; itself where the class has no such word."""
    for text in vars(words).values():
        if isinstance(text, Text) and text.chinese == chinese:
            return text()
    return chinese


def language_of(shape: Shape, person: object) -> str:
    """What this person chose to be spoken to in, else what the company speaks."""
    return getattr(person, "language", "") or shape.language


@contextmanager
def speaking_to(shape: Shape, person: object) -> Iterator[None]:
    """Until the end of the block everything is said in this person's words."""
    before = _IN_FORCE.set(shape.wordings.get(language_of(shape, person), _NONE))
    try:
        yield
    finally:
        _IN_FORCE.reset(before)
