"""What people really type: the messages of the tests' corpus, understood as the bot does, and where the time goes."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import mean
from typing import Any
from unittest.mock import patch

from bench import meter, stages
from bench.companies import companies
from scrm_bot import app
from scrm_bot.nlp.brain import Brain
from scrm_bot.nlp.frame import lexicon_of
from scrm_bot.nlp.meaning import Scene
from scrm_bot.nlp.words import Words

CORPUS = Path(__file__).parents[1] / "tests" / "nlp" / "corpus"
FOLDERS = ("workshops", "spoken", "software", "dealers")
_NLP = "scrm_bot.nlp."
STAGES: Mapping[str, tuple[str, ...]] = {
    "normalise": ("brain:normalise",),
    "values: times": ("values:find_times",),
    "values: names": ("names:NameIndex.find",),
    "values: people": ("values:find_people",),
    "values: money": ("values:find_money",),
    "values: products, stages": ("values:_terms",),
    "values: all other kinds": (
        *(f"values:find_{kind}" for kind in ("percents", "durations", "phones", "refnos", "quantities")),
        "values:mend",
    ),
    "values: masks, order, regions": ("brain:read_values",),
    "borders": ("acts:_stretches",),
    "judging": ("acts:judge",),
    "slots": ("acts:fill", "brain:fill"),
    "examples of the skills": ("nearness:Examples.nearest", "brain:shape"),
    "all else": ("brain:Brain.understand",),
}
LAYERS: Mapping[str, tuple[str, ...]] = {
    "rules": ("judge:decide",),
    "model": ("acts:border_features", "acts:glance", "judge:features", "linear:Linear.chances"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A message, when it was said and by whom."""

    text: str
    now: datetime
    scene: Scene


@dataclass(frozen=True, slots=True)
class Company:
    """Whoever understands there, and what was said."""

    brain: Brain
    said: list[Said]


@dataclass(frozen=True, slots=True)
class Chat:
    """Microseconds a message."""

    name: str
    messages: int
    mean: float
    p50: float
    p99: float


def settled(words: Words, more: int = 0) -> Iterator[Company]:
    """The companies of the corpus with their own customers, and so many made-up ones beside them."""
    lessons = [lesson for skill in app.skills().values() for lesson in skill.lessons()]
    others = [{"name": one.name, "aliases": [one.core + one.trade]} for one in companies(more)]
    for folder in FOLDERS:
        customers, catalog = (_json(folder, name) for name in ("customers.json", "catalog.json"))
        brain = Brain(lexicon_of([*customers, *others], catalog, words), lessons)
        brain.warm()
        yield Company(brain, messages(folder))


def messages(folder: str) -> list[Said]:
    """What was said in one company of the corpus."""
    lines = (CORPUS / folder / "messages.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [Said(row["text"], datetime.fromisoformat(row["ref"]), Scene(role=row["role"])) for row in rows]


def measured(words: Words, more: int, rounds: int) -> list[Chat]:
    """Every message for the first time, so many times again, and the best of these: what other work did not slow."""
    first: list[float] = []
    again: list[float] = []
    best: list[float] = []
    for company in settled(words, more):
        first += _round(company)
        later = [_round(company) for _ in range(rounds)]
        again += [us for some in later for us in some]
        best += [min(one) for one in zip(*later, strict=True)]
    name = f"own customers and {more} more" if more else "own customers (120 each)"
    return [_chat(f"{name}, first round", first), _chat(name, again), _chat(f"{name}, best of {rounds}", best)]


def by_stage(words: Words, rounds: int) -> dict[str, float]:
    """Microseconds a message by stage, after a round that does not count. The watch takes time too."""
    watch, count = stages.Watch(), 0
    for company in settled(words):
        _round(company)
        with watching(watch):
            for _ in range(rounds):
                _round(company)
                count += len(company.said)
    return {_row(*key): seconds / count * 1e6 for key, seconds in sorted(watch.spent.items()) if key[0] in STAGES}


@contextmanager
def watching(watch: stages.Watch) -> Iterator[None]:
    """Every function named above on the watch, for a while."""
    with ExitStack() as stack:
        for name, stage, layer in named():
            place = stages.found(name)
            if place is None:
                raise LookupError(f"{name} is no longer there")
            owner, last, function = place
            stack.enter_context(patch.object(owner, last, stages.watched(watch, function, stage, layer)))
        yield


def named() -> Iterator[tuple[str, str | None, str | None]]:
    """Every function to watch, with its stage or its layer."""
    yield from ((_NLP + name, stage, None) for stage, names in STAGES.items() for name in names)
    yield from ((_NLP + name, None, layer) for layer, names in LAYERS.items() for name in names)


def table(figures: list[Chat]) -> str:
    """One line for each."""
    lines = [f"{'real messages, CPU us a message':44}{'messages':>9}{'mean':>9}{'p50':>9}{'p99':>9}"]
    lines += [f"{one.name:44}{one.messages:9}{one.mean:9.0f}{one.p50:9.0f}{one.p99:9.0f}" for one in figures]
    return "\n".join(lines)


def stage_table(spent: Mapping[str, float]) -> str:
    """Microseconds and shares, in the order in which a message passes through."""
    whole = sum(spent.values())
    rows = [_row(stage, layer) for stage in STAGES for layer in (stages.OURS, *LAYERS)]
    lines = [f"{'where it goes (the watch included)':44}{'CPU us':>9}{'share':>8}"]
    lines += [f"{row:44}{spent[row]:9.0f}{spent[row] / whole:8.0%}" for row in rows if row in spent]
    return "\n".join([*lines, f"{'together':44}{whole:9.0f}{1:8.0%}"])


def _row(stage: str, layer: str) -> str:
    return stage if layer == stages.OURS else f"{stage}: {layer}"


def _round(company: Company) -> list[float]:
    """Microseconds of each message."""
    took = []
    for one in company.said:
        began = time.thread_time()
        company.brain.understand(one.text, one.now, one.scene)
        took.append((time.thread_time() - began) * 1e6)
    return took


def _chat(name: str, took: list[float]) -> Chat:
    return Chat(name, len(took), mean(took), meter.percentile(took, 0.5), meter.percentile(took, 0.99))


def _json(folder: str, name: str) -> Any:
    return json.loads((CORPUS / folder / name).read_text("utf-8"))
