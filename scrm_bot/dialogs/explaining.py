"""Why a message was understood so, in words: short sentences for people, plain data for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from scrm_bot.crm.desk import Desk
from scrm_bot.dialogs import meanings, scene
from scrm_bot.dialogs.phrases import names
from scrm_bot.dialogs.skill import Skill, allowed_to
from scrm_bot.dialogs.texts import Text
from scrm_bot.dialogs.wordbook import Wordbook
from scrm_bot.nlp.brain import Brain
from scrm_bot.nlp.meaning import WRITING, Meaning, Mention, Scene
from scrm_bot.nlp.reasons import Origin, Reason, explain


class Say:
    """How reasons are told."""

    act = Text("当成「{act}」{because}")
    because = Text("：{reasons}")
    origin = Text("「{words}」→ {slot}：{value}{why}")
    known = Text("{slot}：{value}")
    same = Text("「{words}」→ {slot}{why}")
    why = Text("（{why}）")
    not_for = Text("没当成「{other}」：有「{words}」（{kinds}）")
    less = Text("也有点像「{other}」（{reasons}），不过前面那个更直接")
    seen = Text("「{words}」是{kind}")
    whole = Text("从整句看出的{slot}")
    and_words, then = Text("」「"), Text("；")


def shown(value: Any) -> str:
    """A slot's value in one line."""
    if isinstance(value, Mention):
        return " / ".join(named.name for named in value.candidates) or value.text
    return str(getattr(value, "notation", value))


def written_down(meaning: Meaning) -> list[dict[str, Any]]:
    """What is kept of a meaning with its message, for whoever asks later."""
    return [
        {
            "label": act.label,
            "skill": act.lesson,
            "slots": {name: [shown(value) for value in values] for name, values in act.slots.items()},
            "reasons": list(act.reasons),
            "writes": act.label in WRITING,
        }
        for act in meaning.acts
    ]


def told(
    desk: Desk,
    brain: Brain,
    skills: Mapping[str, Skill],
    text: str,
    understood: Sequence[Mapping[str, Any]],
    wordbook: Wordbook | None = None,
) -> list[list[str]]:
    """Why a message of the desk's actor, said at the desk's time, was understood so: lines for each of its acts.

    `understood`: what was written down then. Where the same words would be taken otherwise by now, that is told.
    """
    then = frozenset(skills[name].about for act in understood if (name := str(act.get("skill"))) in skills)
    heard = scene.of(desk, allowed_to(desk.actor, skills), then - {""}, (), wordbook)
    _, reasons = explain(brain, text, desk.now.replace(tzinfo=None), heard)
    if [reason.act.label for reason in reasons] == [act.get("label") for act in understood]:
        return [sentences(reason, desk.today) for reason in reasons]
    return [_as_written(act, desk.today) for act in understood]


def _as_written(act: Mapping[str, Any], today: date) -> list[str]:
    lines = [_act(str(act.get("label", "")), [str(reason) for reason in act.get("reasons") or ()])]
    for slot, values in (act.get("slots") or {}).items():
        known = names(meanings.value(slot, str(value), today) for value in values)
        lines.append(Say.known(slot=meanings.slot(slot), value=known))
    return lines


def data(brain: Brain, text: str, now: datetime, scene: Scene) -> list[dict[str, Any]]:
    """Why the message means what it means, as plain data: for each act, then its values, then what was seen in it."""
    _, reasons = explain(brain, text, now, scene)
    return [one for reason in reasons for one in _data(reason)]


def _data(reason: Reason) -> Iterator[dict[str, Any]]:
    yield {"act": reason.act.label, "why": Say.then().join(_known(reason.act.reasons))} | (
        {"instead_of": reason.instead_of, "against": _against(reason)} if reason.instead_of else {}
    )
    for origin in reason.origins:
        words = {"words": origin.words, "at": origin.at} if origin.words else {}
        yield {"slot": origin.slot, "value": shown(origin.value)} | words | {"why": _why_value(origin)}
    for seen in reason.seen:
        yield {"clause": seen.clause, "seen": seen.kind, "words": seen.words}


def _why_value(origin: Origin) -> str:
    slot = meanings.slot(origin.slot)
    if origin.why in meanings.WHY:
        return meanings.why(origin.why)
    return Say.seen(words=origin.words, kind=slot) if origin.words else Say.whole(slot=slot)


def sentences(reason: Reason, today: date) -> list[str]:
    """Why one act, for people: what it was taken for, where its values come from, what it was not taken for."""
    lines: list[str] = [_act(reason.act.label, reason.act.reasons)]
    lines += dict.fromkeys(_origin(origin, today) for origin in reason.origins if origin.words)
    if reason.instead_of:
        lines.append(_against(reason))
    elif reason.act.label == "none":
        lines += dict.fromkeys(Say.seen(words=one.words, kind=meanings.seen(one.kind)) for one in reason.seen)
    return lines


def _act(label: str, reasons: Sequence[str]) -> str:
    because = Say.because(reasons=known[0]) if (known := _known(reasons)) else ""
    return Say.act(act=meanings.act(label), because=because)


def _origin(origin: Origin, today: date) -> str:
    slot, value = meanings.slot(origin.slot), meanings.value(origin.slot, shown(origin.value), today)
    why = Say.why(why=meanings.why(origin.why)) if origin.why in meanings.WHY else ""
    if value == origin.words:
        return Say.same(words=origin.words, slot=slot, why=why)
    return Say.origin(words=origin.words, slot=slot, value=value, why=why)


def _against(reason: Reason) -> str:
    other = meanings.act(reason.instead_of)
    if reason.against:
        kinds = dict.fromkeys(meanings.seen(seen.kind) for seen in reason.against)
        words = dict.fromkeys(seen.words for seen in reason.against)
        return Say.not_for(other=other, words=Say.and_words().join(words), kinds=names(kinds))
    return Say.less(other=other, reasons=Say.then().join(_known(reason.because)) or other)


def _known(reasons: Sequence[str]) -> list[str]:
    return [words for reason in reasons if (words := meanings.known_reason(reason))]
