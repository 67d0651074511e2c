"""A message in, its meaning out. Rules decide what is meant; the examples of the skills decide which skill that is."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any, Final

from scrm_bot.nlp import judge
from scrm_bot.nlp.absence import present
from scrm_bot.nlp.acts import Reading, read_acts
from scrm_bot.nlp.card import CARD, read_card
from scrm_bot.nlp.lexicon import Lexicon
from scrm_bot.nlp.meaning import READING, WRITING, Act, Lesson, Meaning, Mention, Scene
from scrm_bot.nlp.mend import undoubled
from scrm_bot.nlp.nearness import Example, Examples, Lessons, shape
from scrm_bot.nlp.newcomers import unknown_customer
from scrm_bot.nlp.pasted import PASTED, conversation, is_called, is_endless, is_pasted
from scrm_bot.nlp.slots import fill
from scrm_bot.nlp.text import clauses, normalise, without_sounds
from scrm_bot.nlp.values import Values, read_values
from scrm_bot.workdays import worked

_SHORT: Final = 16  # characters: longer messages answer nothing that is open
_ANSWER: Final = 0.62  # likeness from which on a short message answers what is open
_CLOSE: Final = 0.85  # likeness from which an example of a question is taken at its word
_AGAIN: Final = 6  # a story names its customer so often at most; more is a text that repeats itself
_STRANGE: Final = 0.2  # less alike than this, and naming nobody: no skill is meant
_CUSTOMER: Final = "\ue000"
_WHO: Final = frozenset({"customer", "ambiguous_customer", "unknown_customer", "person"})
_BACK: Final = re.compile(r"[这那][家单个]|他|她|刚才|上次|该客户")
_EXACT: Final = 0.8  # likeness for meanings that only an example can reach


class Brain:
    """Understands messages with a lexicon and what the skills teach. Holds nothing of any conversation."""

    def __init__(self, lexicon: Lexicon, lessons: Sequence[Lesson] = ()) -> None:
        self.lexicon = lexicon
        self.lessons = Lessons(lessons)
        self._pastes = [lesson for lesson in lessons if lesson.label == PASTED]
        self._cards = [lesson for lesson in lessons if lesson.label == CARD]
        self._beyond = Examples(one for one in self.lessons.plain if one.lesson.label not in WRITING | READING)

    def warm(self) -> None:
        """Load what takes a second; call it at start, in a thread."""
        self.lexicon.warm()
        worked(date(2026, 1, 1))
        judge.warm()

    def understand(self, text: str, now: datetime, scene: Scene | None = None) -> Meaning:
        """What the message means, said at `now` (naive local time) in this scene. Never raises; time is bounded."""
        scene = scene or Scene()
        plain = without_sounds(undoubled(normalise(text), self.lexicon.is_word))
        if not plain:
            return Meaning("", (Act("none", "", {}, "", ("nothing said",)),))
        values = _nearby_first(self.read(plain, now, scene), scene)
        if scene.role != "customer" and self._is_of_others(values, now, scene):
            return Meaning(plain, (self._pasted(values, now, scene),), _everything(values))
        if scene.role != "customer" and read_card(plain):
            return Meaning(plain, (self._card(values, scene),), _everything(values))
        shapes = (shape(plain), shape(values.masked), shape(values.bare))
        acts = self._answer(values, shapes, now, scene) or self._outside(values, shapes, now, scene)
        if acts is None:
            acts = read_acts(Reading(values, scene.role, now, self.lexicon))
            acts = self._word_for_word(acts, values, shapes, now, scene) or [self._taught(act, scene) for act in acts]
        return Meaning(plain, tuple(acts), _everything(values))

    def read(self, plain: str, now: datetime, scene: Scene) -> Values:
        """A text's values, as if nobody had ever told us of the customers that are no names to the speaker."""
        hidden: set[int] = set()
        near = self.lexicon.customers.near(scene)
        while True:
            values = read_values(plain, now, self.lexicon, hidden, scene.learnt, near)
            named = {one.id for mention in values.customers for one in mention.candidates}
            more = set(scene.hidden(named)) - hidden if named and scene.hidden else set()
            if not more:
                return values
            hidden |= more

    def nearest(self, text: str, now: datetime, scene: Scene, most: int) -> list[str]:
        """The lessons that a text comes nearest to, by their names; what it means is another question."""
        values = self.read(normalise(text), now, scene)
        shapes = (shape(values.text), shape(values.masked), shape(values.bare))
        found: list[str] = []
        for _ in range(most):
            one, _ = self._nearest(shapes, self.lessons.plain, scene, 0.0, but=found)
            if one is None:
                break
            found.append(one.lesson.name)
        return found

    def _nearest(
        self, shapes: Sequence[str], among: Examples, scene: Scene, least: float, but: Collection[str] = ()
    ) -> tuple[Example | None, float]:
        return among.nearest(shapes, lambda one: one.lesson.name not in but and _may(one.lesson, scene), least)

    def _answer(self, values: Values, shapes: Sequence[str], now: datetime, scene: Scene) -> list[Act] | None:
        """A short answer to something open: 完成, 推迟一小时, 接, 5."""
        if len(shapes[2]) > _SHORT:
            return None
        example, score = self._nearest(shapes, self.lessons.about, scene, _ANSWER)
        if example is None or (score < 1 and _speaks_of_else(values, example)):
            return None
        return [self._by_example(values, example, score, now)]

    def _outside(self, values: Values, shapes: Sequence[str], now: datetime, scene: Scene) -> list[Act] | None:
        """Meanings beyond the scheme, and examples said word for word."""
        example, score = self._nearest(shapes, self._beyond, scene, _EXACT)
        if example is None:
            return None
        return [self._by_example(values, example, score, now)]

    def _word_for_word(
        self, acts: Sequence[Act], values: Values, shapes: Sequence[str], now: datetime, scene: Scene
    ) -> list[Act] | None:
        """An example said as it stands (推进商机) needs no cue; nearly as it stands, it may only ask, never write."""
        if any(act.label in WRITING for act in acts):
            return None
        example, score = self._nearest(shapes, self.lessons.plain, scene, _CLOSE)
        if example is None or (score < 1 and example.lesson.label in WRITING):
            return None
        if score < 1 and acts[0].label not in ("none", example.lesson.label):
            return None
        return [self._by_example(values, example, score, now)]

    def _is_of_others(self, values: Values, now: datetime, scene: Scene) -> bool:
        """A pasted conversation, or a long text; but not one's own long story of a visit to one customer."""
        if is_pasted(values.text) or not is_endless(values.text):
            return is_pasted(values.text)
        first = clauses(values.masked)[:1]
        reading = Reading(values, scene.role, now, self.lexicon)
        told = any(reading.judge(clause.at, clause.end).label == "log_visit" for clause in first)
        several = len({mention.candidates for mention in values.customers}) > 1
        return not told or several or len(values.customers) > _AGAIN

    def _pasted(self, values: Values, now: datetime, scene: Scene) -> Act:
        """Somebody else's words: with what they hold, for a skill that asks what is to become of them."""
        lesson = next((lesson.name for lesson in self._pastes if _may(lesson, scene)), "")
        slots = dict(fill("log_visit", values, now, {}))
        speakers = tuple(one.who for one in conversation(values.text) if one.who and not is_called(scene.me, one.who))
        if speakers:
            slots["person"] = tuple(dict.fromkeys((*speakers, *slots.get("person", ()))))
        return Act(PASTED, lesson, slots, values.text, ("pasted or forwarded",))

    def _card(self, values: Values, scene: Scene) -> Act:
        """A business card: what it holds is read by whoever offers it."""
        lesson = next((lesson.name for lesson in self._cards if _may(lesson, scene)), "")
        return Act(CARD, lesson, {}, values.text, ("a business card",))

    def _by_example(self, values: Values, example: Example, score: float, now: datetime) -> Act:
        label = example.lesson.label
        closing = {kind: stage.name for kind in ("won", "lost") if (stage := self.lexicon.closing(kind))}
        slots = fill(label if label in WRITING | READING else "beyond", values, now, closing)
        return Act(label, example.lesson.name, slots, values.text, (f"like the example {example.words} ({score:.2f})",))

    def _taught(self, act: Act, scene: Scene) -> Act:
        """The allowed lesson of the act's label whose examples come nearest."""
        examples = self.lessons.labels.get(act.label)
        if examples is None or act.label == "none":
            return act
        nobody = not act.slots.keys() & _WHO
        fits = partial(_fits, scene, nobody and not _BACK.search(act.text))
        first = next(filter(fits, examples), None)
        if first is None:  # nobody is meant, but all need a customer
            fits = partial(_fits, scene, False)
            first = next(filter(fits, examples), None)
        if first is None:
            return act
        example, score = examples.nearest(_masked_again(act), fits)
        if act.label in READING and score < _STRANGE and nobody:
            return act  # a question, but none that any skill answers
        chosen = example or first
        return replace(
            act, lesson=chosen.lesson.name, reasons=(*act.reasons, f"nearest example {chosen.words} ({score:.2f})")
        )


def _may(lesson: Lesson, scene: Scene) -> bool:
    allowed = scene.allowed is None or lesson.name in scene.allowed
    return allowed and (not lesson.about or lesson.about in scene.about)


def _fits(scene: Scene, nobody: bool, example: Example) -> bool:
    """Whether it may be meant; `nobody` is: not what needs a customer."""
    return _may(example.lesson, scene) and not (nobody and _CUSTOMER in example.words)


def _masked_again(act: Act) -> tuple[str, ...]:
    return (shape(act.text), shape(act.masked), shape(act.bare)) if act.masked else (shape(act.text),)


def _speaks_of_else(values: Values, example: Example) -> bool:
    """Whether the message names a customer or money that the example has no room for."""
    return any(
        bool(found) and mark not in example.words
        for found, mark in ((values.customers, "\ue000"), (values.amounts, "\ue003"))
    )


def _nearby_first(values: Values, scene: Scene) -> Values:
    """Candidates in the order of this conversation and of the speaker's own customers."""
    if not any(len(mention.candidates) > 1 for mention in values.customers):
        return values
    recent = {id: place for place, id in enumerate(scene.recent)}

    def rank(mention: Mention) -> Mention:
        order = sorted(
            mention.candidates, key=lambda named: (recent.get(named.id, len(recent)), named.id not in scene.mine)
        )
        return replace(mention, candidates=tuple(order))

    return replace(values, customers=tuple(rank(mention) for mention in values.customers))


def _everything(values: Values) -> dict[str, tuple[Any, ...]]:
    """Every value, whatever the act: for a dialog that waits for one."""
    found: dict[str, tuple[Any, ...]] = {
        "customer": values.customers,
        "time": tuple(present(values, values.times)),
        "person": tuple(person.name for person in values.people if not person.own),
        "owner": tuple(person.name for person in values.people if person.own),
        "amount": tuple(money.value for money in values.amounts if not money.vague),
        "percent": tuple(percent.value for percent in values.percents),
        "quantity": tuple(quantity.value for quantity in values.quantities),
        "product": tuple(dict.fromkeys(product.name for product in values.products)),
        "stage": tuple(dict.fromkeys(stage.name for stage in values.stages)),
        "phone": tuple(phone.value for phone in values.phones),
        "ref_no": tuple(ref.value for ref in values.refs),
        "duration": tuple(length.value for length in values.durations),
        "region": tuple(region.name for region in values.regions),
    }
    if not values.customers and (name := unknown_customer(values)):
        found["unknown_customer"] = (name,)
    return {name: one for name, one in found.items() if one}
