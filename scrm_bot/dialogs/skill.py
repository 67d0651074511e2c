"""What a skill is: a function. Its signature is the form, its docstring the help, its examples teach and test."""

from __future__ import annotations

import functools
import inspect
import operator
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from scrm_bot.crm.people import Contact, Role, Staff
from scrm_bot.dialogs.texts import Text
from scrm_bot.nlp.meaning import Lesson, Meaning


class Guest(StrEnum):
    """Those who are not staff."""

    CONTACT = "contact"
    STRANGER = "stranger"


Says = Callable[[str, Meaning | None], bool]  # whether a message says by itself that a skill is meant
STAFF = frozenset(Role)
CUSTOMERS = frozenset(Guest)
SELLERS = frozenset({Role.SALES, Role.SALES_MANAGER, Role.DIRECTOR, Role.ADMIN})
LEADERS = frozenset({Role.SALES_MANAGER, Role.DIRECTOR, Role.EXECUTIVE, Role.ADMIN})
VALUES = frozenset(  # what understanding can find in a sentence, whether a skill asks for it or not
    "customer person owner amount percent quantity product stage phone ref_no region time next_time duration".split()
)
FIXERS = frozenset({Role.ENGINEER, Role.SERVICE, Role.ADMIN})


def role_of(actor: object) -> str:
    """Under what name skills allow this person."""
    if isinstance(actor, Staff):
        return actor.role
    return Guest.CONTACT if isinstance(actor, Contact) else Guest.STRANGER


@dataclass(frozen=True, slots=True)
class Ask:
    """Default of a required parameter: the words to ask for it with."""

    prompt: Text


def ask(prompt: Text) -> Any:
    """`customer: Customer = ask(Say.which_customer)`: required, and how to ask."""
    return Ask(prompt)


@dataclass(frozen=True, slots=True)
class Need:
    """A handler's answer: it writes nothing before it knows this slot. `options` are offered by number."""

    slot: str
    prompt: str
    options: tuple[tuple[str, Any], ...] = ()  # label, value
    words: str = ""  # that may mean each of the options


@dataclass(frozen=True, slots=True)
class Confirm:
    """A handler's answer: costly, so it wants a yes first."""

    prompt: str


@dataclass(frozen=True, slots=True)
class Then:
    """One skippable question after the record: run `skill` with these slots once `slot` is answered.

    Without a slot it is one of yes or no.
    """

    skill: str
    slot: str
    prompt: str
    slots: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """A handler's answer with more than words: quick replies, a question after the record, another fate."""

    text: str
    choices: tuple[Text | str, ...] = ()  # buttons; what is no Text reads the same in every language
    then: Then | None = None
    fate: str = ""


@dataclass(frozen=True, slots=True)
class Saying:
    """Words to be taken as said. `given`: the rows that they are about; `kept`: what was really said, if other words.

    `about`: what is open besides, for short words to be understood. `at`: when they were said, if not now.
    """

    text: str
    given: tuple[Any, ...] = ()
    kept: str = ""
    about: frozenset[str] = frozenset()
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """A handler's answer: the turn goes on as if this had been said instead. `head` comes before what is told then."""

    said: tuple[Saying, ...]
    head: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A handler's answer: rows, each with what is told of it, that can be spoken of by number afterwards.

    They are shown a page at a time; `head` stands above, `total` is how many there are in all.
    """

    head: str
    rows: Sequence[tuple[Any, str]]
    total: int = 0


Answer = str | Told | Need | Confirm | Again | Listed


@dataclass(frozen=True, slots=True)
class Slot:
    """One parameter of a skill."""

    name: str
    kind: Any
    prompt: Text | None  # None: optional
    default: Any

    @property
    def required(self) -> bool:
        """Has to be known before the handler runs."""
        return self.prompt is not None


@dataclass(frozen=True, slots=True)
class Skill:
    """One thing that can be said."""

    name: str
    labels: tuple[str, ...]
    examples: tuple[str, ...]
    allow: frozenset[str]
    about: str
    opens: tuple[str, ...]
    slots: tuple[Slot, ...]
    help: str
    run: Callable[..., Answer]
    says: Says | None = None
    aside: bool = False  # about the talk itself: an open question stays open
    private: bool = False  # its answers are nobody else's business
    outright: bool = False  # no likeness to its examples is enough: only words that say so by themselves
    as_they_stand: frozenset[str] = frozenset()  # the examples, for whoever says one word for word

    def lessons(self) -> list[Lesson]:
        """What it teaches the brain."""
        return [] if self.outright else [Lesson(self.name, label, self.examples, self.about) for label in self.labels]

    def slot(self, name: str) -> Slot:
        """By parameter name."""
        return next(slot for slot in self.slots if slot.name == name)


def skill(
    *,
    label: str | tuple[str, ...],
    examples: Iterable[str],
    allow: Iterable[str],
    about: str = "",
    opens: Iterable[str] = (),
    says: Says | None = None,
    aside: bool = False,
    private: bool = False,
    outright: bool = False,
) -> Callable[[Callable[..., Answer]], Skill]:
    """Describe a handler.

    `label`: what it means in the scheme of understanding. `about`: what must be open in the conversation for its short
    answers to be meant. `opens`: beginnings that say by themselves that this is meant (回复客户…). `aside`: an open
    question stays open meanwhile. `private`: in a group, it is answered in private. `outright`: it is meant only where
    `says` or `opens` say so, however like its examples the words are.
    """

    def describe(run: Callable[..., Answer]) -> Skill:
        slots = tuple(_slots(run))
        given = tuple(examples)
        _check_examples(run.__name__, given, VALUES | {slot.name for slot in slots})
        labels = (label,) if isinstance(label, str) else label
        text = inspect.getdoc(run) or ""
        return Skill(
            run.__name__, labels, given, frozenset(allow), about, tuple(opens), slots, text, run, says, aside, private,
            outright, frozenset(given),
        )  # fmt: skip

    return describe


def collect(*modules: types.ModuleType) -> list[Skill]:
    """The skills of these modules, the way pytest finds tests: by looking."""
    return [value for module in modules for value in vars(module).values() if isinstance(value, Skill)]


def offered(skills: Sequence[Skill]) -> dict[str, Skill]:
    """By name; two skills of one name would hide each other."""
    named = {skill.name: skill for skill in skills}
    if len(named) != len(skills):
        raise ValueError("two skills have the same name")
    return named


def allowed_to(actor: object, skills: Mapping[str, Skill]) -> dict[str, Skill]:
    """Those that this person may mean at all."""
    role = role_of(actor)
    return {name: skill for name, skill in skills.items() if role in skill.allow}


def _slots(run: Callable[..., Answer]) -> Iterable[Slot]:
    hints = typing.get_type_hints(run)
    for name, parameter in list(inspect.signature(run).parameters.items())[1:]:
        kind = _without_none(hints[name])
        match parameter.default:
            case Ask(prompt):
                yield Slot(name, kind, prompt, None)
            case default:
                yield Slot(name, kind, None, default)


def _without_none(hint: Any) -> Any:
    if typing.get_origin(hint) not in (typing.Union, types.UnionType):
        return hint
    parts = [part for part in typing.get_args(hint) if part is not type(None)]
    return functools.reduce(operator.or_, parts)


def _check_examples(name: str, examples: tuple[str, ...], known: frozenset[str]) -> None:
    for example in examples:
        for hole in re.findall(r"\{(\w+)\}", example):
            if hole not in known:
                raise ValueError(
                    f"skill {name}: the example 「{example}」 names a slot {{{hole}}} that it does not have"
                )
