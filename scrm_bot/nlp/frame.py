"""Understanding for a line of JSON: frames in the scheme's notation, and values alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

from scrm_bot.nlp.brain import Brain
from scrm_bot.nlp.duration import find_durations
from scrm_bot.nlp.figures import find_numbers
from scrm_bot.nlp.lexicon import Lexicon
from scrm_bot.nlp.marks import cover
from scrm_bot.nlp.meaning import READING, WRITING, Act, Lesson, Meaning, Mention, Scene, When
from scrm_bot.nlp.money import find_money
from scrm_bot.nlp.percent import find_percents
from scrm_bot.nlp.text import closed, normalise, unlinked
from scrm_bot.nlp.when import find_times
from scrm_bot.nlp.words import Words

Reasons = Callable[[Brain, str, datetime, Scene], list[dict[str, Any]]]  # why a message means what it means


class BadLine(ValueError):
    """A line of input that cannot be read; its message is a sentence with the line's number."""


class Out(Protocol):
    """Something to write lines to."""

    def write(self, text: str, /) -> object:
        """Take a text."""


_BEYOND: Final = frozenset(("unknown_customer", "every"))
_KINDS: Final = {"赢单": "won", "输单": "lost", "won": "won", "lost": "lost"}


def frame(meaning: Meaning) -> dict[str, Any]:
    """The scheme's frame of a meaning: intent and slots of the main act, `acts` when there are several."""
    main = _frame(meaning.main)
    if len(meaning.acts) > 1:
        main["acts"] = [_frame(act) for act in meaning.acts]
    return main


def _frame(act: Act) -> dict[str, Any]:
    if act.label not in WRITING | READING:  # ours alone (help, a paste): the scheme knows no such intent
        return {"intent": "none", "slots": {}}
    slots: dict[str, list[Any]] = {}
    for name, found in act.slots.items():
        if name in _BEYOND:
            continue
        for value in found:
            for slot, plain in _plain(name, value):
                if plain not in slots.setdefault(slot, []):
                    slots[slot].append(plain)
    return {"intent": act.label, "slots": slots}


def _plain(name: str, value: Any) -> list[tuple[str, Any]]:
    match value:
        case Mention(candidates=(only,)):
            return [(name, only.name)]
        case Mention(candidates=several):
            return [("ambiguous_customer", named.name) for named in several]
        case When():
            return [(name, value.notation)]
        case float() if name.startswith("amount"):
            return [(name, round(value))]  # the scheme counts whole yuan
        case _:
            return [(name, value)]


def lexicon_of(
    customers: Iterable[Mapping[str, Any]], catalog: Mapping[str, Any] | None = None, words: Words | None = None
) -> Lexicon:
    """A lexicon from the files of the scheme: customers with `name`, products and stages with `aliases`."""
    lexicon = Lexicon(words)
    for number, customer in enumerate(customers, 1):
        lexicon.customers.add(number, str(customer["name"]), [str(alias) for alias in customer.get("aliases", ())])
    for product in (catalog or {}).get("products", ()):
        lexicon.add_product(str(product["name"]), product.get("aliases", ()))
    for number, stage in enumerate((catalog or {}).get("stages", ()), 1):
        kind = _KINDS.get(str(stage.get("kind") or stage["name"]), "open")
        lexicon.add_stage(
            number,
            str(stage["name"]),
            "won" if kind == "won" else "lost" if kind == "lost" else "open",
            stage.get("aliases", ()),
        )
    return lexicon


def understand_lines(
    lines: Iterable[str],
    out: Out,
    customers: Iterable[Mapping[str, Any]],
    catalog: Mapping[str, Any] | None = None,
    lessons: Sequence[Lesson] = (),
    words: Words | None = None,
    reasons: Reasons | None = None,
) -> None:
    """One JSON object a line in (id, text, ref, role), one frame a line out, with its reasons. Raises `BadLine`."""
    brain = Brain(lexicon_of(customers, catalog, words), lessons)
    for number, data in _objects(lines):
        text, ref = _field(data, "text", number), _moment(data, number)
        scene = Scene(role=str(data.get("role") or "rep"))
        line = {"id": data.get("id"), **frame(brain.understand(text, ref, scene))}
        _write(out, line | {"reasons": reasons(brain, text, ref, scene)} if reasons else line)


def value_lines(lines: Iterable[str], out: Out) -> None:
    """One JSON object a line in (id, text, ref, want), the values of the wanted kind out. Raises `BadLine`."""
    for number, data in _objects(lines):
        want = _field(data, "want", number)
        if want not in ("time", "amount", "number", "percent"):
            raise BadLine(f'line {number}: "want" is {want!r}; it may be time, amount, number or percent')
        text = normalise(_field(data, "text", number))
        ref = _moment(data, number) if want == "time" or data.get("ref") else datetime(2000, 1, 1)
        _write(out, {"id": data.get("id"), "values": values_of(text, want, ref)})


def values_of(text: str, want: str, ref: datetime) -> list[str]:
    """The values of one kind in a normalised text, in text order, as the contract writes them."""
    text = unlinked(text)
    if want == "time":
        return _times(closed(text), ref)
    if want == "amount":
        text = closed(text)
        # a number without a unit is an amount only where nothing else was said
        return [money.notation for money in find_money(text) if not money.bare or money.text == text]
    if want == "percent":
        return [f"{percent.value}%" for percent in find_percents(closed(text, shares=True))]
    return [number.notation for number in find_numbers(closed(text))]


def _times(text: str, ref: datetime) -> list[str]:
    times = find_times(text, ref)
    rest = text
    for when in times:
        rest = cover(rest, when.at, len(when.text), "\ue001")
    lengths = [(length.at, length.value) for length in find_durations(rest)]
    return [value for _, value in sorted([*((when.at, when.notation) for when in times), *lengths])]


def _objects(lines: Iterable[str]) -> Iterable[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
        except json.JSONDecodeError as error:
            raise BadLine(f"line {number} is not JSON: {error.msg} at column {error.colno}") from None
        if not isinstance(data, dict):
            raise BadLine(f"line {number} is not a JSON object")
        yield number, data


def _field(data: Mapping[str, Any], name: str, number: int) -> str:
    value = data.get(name)
    if not isinstance(value, str):
        raise BadLine(f'line {number}: "{name}" is missing or no text')
    return value


def _moment(data: Mapping[str, Any], number: int) -> datetime:
    value = _field(data, "ref", number)
    try:
        return datetime.fromisoformat(value).replace(tzinfo=None)
    except ValueError:
        raise BadLine(f'line {number}: "ref" is {value!r}; expected a time such as 2026-03-18T09:40') from None


def _write(out: Out, data: Mapping[str, Any]) -> None:
    out.write(json.dumps(data, ensure_ascii=False) + "\n")
