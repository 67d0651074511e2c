"""Whatever is typed or pasted, by whomever, wherever: it is understood as something, soon, and the same each time."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import hostile
from scrm_bot.app import skills
from scrm_bot.nlp.brain import Brain
from scrm_bot.nlp.frame import frame
from scrm_bot.nlp.lexicon import Lexicon
from scrm_bot.nlp.meaning import WRITING, Meaning, Scene
from scrm_bot.nlp.text import LONGEST, normalise

NOW = datetime(2026, 4, 15, 10, 20)
OWN = Path(__file__).parent / "corpus"
SAID = [json.loads(line)["text"] for line in (OWN / "own.jsonl").read_text("utf-8").splitlines()]
NAMES = [customer["name"] for customer in json.loads((OWN / "customers.json").read_text("utf-8"))]
LESSONS = [lesson for skill in skills().values() for lesson in skill.lessons()]
ABOUT = sorted({lesson.about for lesson in LESSONS})


@pytest.fixture(scope="module")
def taught(lexicon: Lexicon) -> Brain:
    return Brain(lexicon, LESSONS)


@st.composite
def scenes(draw) -> Scene:
    """Anybody, anywhere."""
    names = st.sampled_from([lesson.name for lesson in LESSONS])
    return Scene(
        role=draw(st.sampled_from(["rep", "manager", "customer", "?"])),
        allowed=draw(st.none() | st.frozensets(names)),
        about=draw(st.frozensets(st.sampled_from(ABOUT))),
        recent=draw(st.lists(st.integers(1, 300), max_size=3).map(tuple)),
        mine=draw(st.sets(st.integers(1, 300), max_size=5)),
        hidden=draw(st.sampled_from([None, set, lambda numbers: {n for n in numbers if n % 2}])),
    )


def torn(words: str) -> st.SearchStrategy[str]:
    return st.tuples(st.integers(0, len(words)), st.integers(0, len(words))).map(lambda cut: words[min(cut) : max(cut)])


PIECES = (
    st.sampled_from(SAID).flatmap(torn)
    | st.sampled_from(hostile.CUES)
    | st.sampled_from(NAMES)
    | st.text(hostile.MARKS + hostile.STRANGE, max_size=8)
    | st.text(max_size=8)
)
TEXTS = (
    st.lists(PIECES, max_size=40).map("".join)
    | st.tuples(PIECES, st.integers(2, 1000)).map(lambda one: (one[0] * one[1])[: LONGEST * 2])
    | st.text(max_size=200)
)


def sound(meaning: Meaning) -> None:
    """What every meaning is, whatever was said."""
    assert meaning.acts
    assert meaning.main in meaning.acts
    assert len(meaning.text) <= LONGEST
    for act in meaning.acts:
        assert act.reasons
        for mention in act.slots.get("customer", ()):
            assert meaning.text[mention.at : mention.at + len(mention.text)] == mention.text
    json.dumps(frame(meaning), ensure_ascii=False)


@given(TEXTS, scenes())
@settings(max_examples=250)
def test_no_text_in_any_scene_is_too_strange(taught: Brain, text: str, scene: Scene) -> None:
    sound(taught.understand(text, NOW, scene))


@pytest.mark.parametrize("seed", range(30))
def test_no_hostile_text_is_too_strange(taught: Brain, seed: int) -> None:
    for text in islice(hostile.texts(seed, NAMES, SAID), 2):
        sound(taught.understand(text, NOW, Scene(role=("rep", "customer", "manager")[seed % 3])))


@pytest.mark.parametrize("name", [*NAMES[:3], "浦江", "10:21", "王总", "提醒我", "不", "\u202e", "🧑‍🔧"])
def test_a_thousand_times_the_same_writes_nothing(taught: Brain, name: str) -> None:
    meaning = taught.understand(name * 1000, NOW, Scene())
    assert all(act.label not in WRITING for act in meaning.acts)


@given(st.sampled_from(SAID), st.text(hostile.INVISIBLE.strip("\n"), min_size=1, max_size=3), st.data())
@settings(max_examples=150)
def test_invisible_marks_within_the_words_change_nothing(taught: Brain, text: str, marks: str, data) -> None:
    marks = marks.replace("\u0301", "")  # an accent is no invisible mark: it makes another letter
    at = data.draw(st.integers(0, len(text)))
    assert taught.understand(text[:at] + marks + text[at:], NOW) == taught.understand(text, NOW)


@given(TEXTS)
@settings(max_examples=150)
def test_what_is_normal_stays_as_it_is(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
