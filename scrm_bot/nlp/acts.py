"""From a message to its acts: units join into stretches, each stretch does one thing, and carries its values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from scrm_bot.nlp import marks
from scrm_bot.nlp.english import WANTED, is_english, said_in_english
from scrm_bot.nlp.evidence import Evidence, asks_itself
from scrm_bot.nlp.features import outline
from scrm_bot.nlp.judge import Glance, Judgement, borders, glance, judge
from scrm_bot.nlp.labels import NO_CUE
from scrm_bot.nlp.lexicon import Lexicon
from scrm_bot.nlp.meaning import WRITING, Act
from scrm_bot.nlp.rounds import stops
from scrm_bot.nlp.slots import fill
from scrm_bot.nlp.tellings import touring
from scrm_bot.nlp.text import clauses
from scrm_bot.nlp.told import as_told
from scrm_bot.nlp.values import Values

NEW_FROM: Final = 0.5  # how likely a new act must be
MOST_UNITS: Final = 40  # beyond that a paste is one stretch
_SHORTEST: Final = 3  # characters of a unit that is cut off without punctuation
# Where a sentence without punctuation may turn to something else; whether it does, the model of borders decides.
_TURN: Final = re.compile(
    r" |然后|另外(?![一两几的])|还有(?!谁|什么|多少|几|没)|顺便|同时|对了|哦对|此外"
    r"|(?<!\ue001)再(?=帮|给|提醒|建|跟|安排|约|开|加|记|录|报|出)"
    r"|帮我|帮忙|麻烦|提醒我|记得|别忘|到时候?|你(?=再|帮|给|直接)|给.{0,6}?(?=开|建|出|报|做)|[把将](?=\ue000)"
    r"|(?<!\ue001)\ue001(?=\ue001*.{0,2}(?:提醒|叫我|喊我|再))|再提醒|开个|建个|登记|记(?:到|进|个|一)"
)
# What says whether a unit goes on with the act before it.
_PUT_DOWN: Final = re.compile(
    r"约|日程|日历|行程|排|定了|安排|记[到进上入]|[帮给]我"
)  # asked for, so an act of its own
_CARD: Final = re.compile(r"[ ,]*(?:联系人|对接人|联系电话|联系方式|电话|手机|座机|是|为|[:\ue002\ue006 ])+[ ,]*")
_ADDED: Final = re.compile(r"也|加|存|录|记")  # whom to ask for is to be kept
_WANTED: Final = re.compile(r"(?:让|要|叫|催|希望|要求|请)我们?[^,。;!? ]{0,10}$")  # 让我们下周三之前|给个报价
_ERRAND: Final = re.compile(r"(?:提醒|叫|喊)(?:一下|下)?我(?:一下|下)?$|(?:提醒|待办)(?:一下|下)?$")  # ...|给华星发报价
_EARLY: Final = re.compile(
    r"(?:记得|到时候?)?(?:提前|提早)[^,。;]{1,8}?(?:提醒|叫|喊|通知)(?:一下|一声)?我?[\s。!吧]*$"
)  # of that meeting
_SO_EARLY: Final = re.compile(r"(?:提前|提早)[^,。;]{1,8}$")
_NEXT: Final = re.compile(
    r" ?(?:约了?|说好|定了?)?\ue001+(?:再|在(?=[打去报来发约送做跟谈聊])|给他|过去|送|发|报)"  # 在, typed for 再
    r"(?![^,。;]*(?:[吗么?]|多少|啥|什么))"
)
_ASKED_OF_US: Final = frozenset(("schedule_meeting", "create_ticket"))  # 下午去了…, 想让我们派人: told of a visit
_TOLD: Final = re.compile(r"让我们?|要我们?|要求|希望|说|问|想|等|叫我们?|催")
_NUMBER: Final = re.compile(r"[ ,:]*\ue006+")  # of who is put down, not of what is arranged with them
_OUTLOOK: Final = re.compile(
    r"(?<=[,。;!\n ])\s*(?:[一二三四五六七八九十\d]+[、.])?\s*(?P<day>\ue001+)的?(?:工作)?(?:计划|安排)\s*:(?=.{3})"
)
_KEPT: Final = frozenset(("add_contact", "create_customer", "create_deal"))
_COMING: Final = frozenset(("schedule_meeting", "set_reminder"))
_NOTHING_YET: Final = re.compile(
    r"(?:[\ue000-\ue00c ]|然后|另外|还有|顺便|同时|对了|哦对|此外|再|帮我|帮忙|麻烦|你|也|就|给|请|记得|别忘了?)*"
)


@dataclass(frozen=True, slots=True)
class Unit:
    """The smallest stretch that may be an act: between punctuation, or up to a turn."""

    start: int
    end: int
    mark: str  # the punctuation before it, "" if there is none


@dataclass(frozen=True, slots=True)
class Stretch:
    """Units that do one thing together."""

    start: int
    end: int
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Reading:
    """What is needed to read the stretches of one message."""

    values: Values
    role: str
    now: datetime
    lexicon: Lexicon
    _seen: dict[tuple[int, int], Glance] = field(default_factory=dict, compare=False, repr=False)
    _parts: dict[tuple[int, int], Values] = field(default_factory=dict, compare=False, repr=False)

    def part(self, start: int, end: int) -> Values:
        """The values between two offsets."""
        if (start, end) not in self._parts:
            self._parts[start, end] = self.values.part(start, end)
        return self._parts[start, end]

    def evidence(self, start: int, end: int) -> Evidence:
        """The evidence between two offsets."""
        return Evidence(self.part(start, end), self.role, self.now, self.lexicon.words)

    def glance(self, start: int, end: int) -> Glance:
        """What it looks like between two offsets."""
        if (start, end) not in self._seen:
            self._seen[start, end] = glance(self.evidence(start, end))
        return self._seen[start, end]

    def outline(self, start: int, end: int) -> str:
        """The words between two offsets, as the models see them."""
        return outline(self.part(start, end))

    def who(self, start: int, end: int) -> frozenset[object]:
        """The customers named between two offsets."""
        return frozenset(mention.candidates for mention in self.part(start, end).customers)

    def judge(self, start: int, end: int) -> Judgement:
        """The label between two offsets."""
        return judge(self.evidence(start, end))


def read_acts(reading: Reading) -> list[Act]:
    """The acts of a message in text order; at least one."""
    found = _with_outlook(reading, _toured(reading, _whole(reading, _stretches(reading))))
    acts = [_act(reading, stretch) for stretch in found]
    meant = [act for act in acts if act.label != "none"]
    return meant or acts[:1]


def _act(reading: Reading, stretch: Stretch) -> Act:
    part, judgement = reading.part(stretch.start, stretch.end), stretch.judgement
    if reading.role != "customer":
        judgement = as_told(judgement, part, reading.values, reading.now)
    closing = {kind: stage.name for kind in ("won", "lost") if (stage := reading.lexicon.closing(kind))}
    slots = fill(judgement.label, part, reading.now, closing)
    return Act(
        judgement.label, "", slots, part.text.strip(), judgement.reasons, part.masked, part.bare, sure=judgement.sure
    )


def units(values: Values) -> list[Unit]:
    """A message cut wherever an act may end."""
    found: list[Unit] = []
    mark = ""
    for clause in clauses(values.masked):
        start = clause.at
        for turn in _TURN.finditer(values.masked, clause.at + 1, clause.end):
            if _says(values.masked, start, turn.start()) and _says(values.masked, turn.start(), clause.end):
                found.append(Unit(start, turn.start(), mark))
                start, mark = turn.start(), turn.group() if turn.group() == " " else ""
        found.append(Unit(start, clause.end, mark))
        mark = clause.mark[:1].replace("\n", " ")
    return found


def _says(masked: str, start: int, end: int) -> bool:
    """Whether a stretch is long enough to be an act, and more than values and 然后帮我."""
    return end - start >= _SHORTEST and _NOTHING_YET.fullmatch(masked, start, end) is None


def _stretches(reading: Reading) -> list[Stretch]:
    text = reading.values.text
    parts = units(reading.values)
    borders_of = _in_english if is_english(reading.values.bare) else _borders
    begun = [0, *borders_of(reading, parts)] if 1 < len(parts) <= MOST_UNITS else [0]
    on_round = stops(reading.values) if reading.role != "customer" else []
    others = (start for start in begun if not any(start in stop for stop in on_round))
    starts = sorted({*others, *(stop.start for stop in on_round)})
    ends = [*starts[1:], len(text)]
    found = [Stretch(start, end, reading.judge(start, end)) for start, end in zip(starts, ends, strict=True)]
    return [_stopped(reading, one) if any(one.start in stop for stop in on_round) else one for one in found]


def _whole(reading: Reading, stretches: Sequence[Stretch]) -> list[Stretch]:
    """Words that nothing speaks for, behind what is told of a visit, are the rest of it."""
    found: list[Stretch] = []
    for one in stretches:
        if found and found[-1].judgement.label == "log_visit" and _is_the_rest(reading, one):
            found[-1] = replace(found[-1], end=one.end)
        else:
            found.append(one)
    return found


def _toured(reading: Reading, stretches: Sequence[Stretch]) -> Sequence[Stretch]:
    """周一去华星, 周三顺达: a day and a customer and no more, beside what is planned, are planned as well."""
    if not any(one.judgement.label == "schedule_meeting" for one in stretches):
        return stretches
    return [
        replace(one, judgement=replace(one.judgement, label="schedule_meeting", chance=1.0))
        if one.judgement.label not in WRITING and touring(reading.evidence(one.start, one.end), 1)
        else one
        for one in stretches
    ]


def _with_outlook(reading: Reading, stretches: Sequence[Stretch]) -> Sequence[Stretch]:
    """明日计划：1. …; 2. … at the end of a report is one thing to be reminded of, whatever it lists."""
    values = reading.values
    outlook = _OUTLOOK.search(values.masked) if reading.role != "customer" else None
    told = outlook is not None and any(one.judgement.label == "log_visit" for one in stretches)
    if outlook is None or not told or not reading.evidence(outlook.start("day"), outlook.end("day")).future:
        return stretches
    start, end = outlook.start("day"), len(values.text)
    planned = replace(reading.judge(start, end), label="set_reminder", chance=1.0)
    before = [replace(one, end=min(one.end, start)) for one in stretches if one.start < start]
    return [*before, Stretch(start, end, planned)]


def _is_the_rest(reading: Reading, stretch: Stretch) -> bool:
    judgement, part = stretch.judgement, reading.part(stretch.start, stretch.end)
    if judgement.rule.reasons != NO_CUE:
        return False
    if judgement.label == "none":
        return True
    nobody_new = judgement.label == "add_contact" and not part.phones
    return not judgement.sure and not part.customers and (bool(part.times) or nobody_new)


def _stopped(reading: Reading, stretch: Stretch) -> Stretch:
    """What is told of one more customer on a round is a visit, too, however little of it says so."""
    judgement = stretch.judgement
    ordered = judgement.rule.firm and judgement.rule.label in WRITING - _ASKED_OF_US
    if ordered or asks_itself(reading.evidence(stretch.start, stretch.end)):
        return stretch
    return replace(stretch, judgement=replace(judgement, label="log_visit", chance=1.0))


def _in_english(reading: Reading, parts: Sequence[Unit]) -> Iterator[int]:
    """Where a new act begins: behind a comma or a full stop, with words that say by themselves what is wanted."""
    starts = [parts[0].start, *(unit.start for unit in parts[1:] if unit.mark.strip())]
    said = [
        said_in_english(reading.evidence(start, end))
        for start, end in zip(starts, [*starts[1:], parts[-1].end], strict=True)
    ]
    before = said[0].label if said[0] else ""
    for start, verdict in zip(starts[1:], said[1:], strict=True):
        if verdict and verdict.label in WANTED and verdict.label != before:
            yield start
            before = verdict.label


def _borders(reading: Reading, parts: Sequence[Unit]) -> Iterator[int]:
    """Where a new act begins."""
    first = 0
    for place in range(1, len(parts)):
        likely = borders().chances(border_features(reading, parts, first, place))["new"] > NEW_FROM
        arranged = _arranged(reading, parts, first, place)
        if not likely and not arranged:
            continue
        if not _goes_on(reading, parts, first, place):
            first = place
            number = _NUMBER.match(reading.values.masked, parts[place].start) if arranged else None
            yield number.end() if number else parts[place].start


def _arranged(reading: Reading, parts: Sequence[Unit], first: int, place: int) -> bool:
    """新联系人张磊 137… 约了周五下午见: who is put down, and when they meet, are two things."""
    unit = parts[place]
    if reading.glance(parts[first].start, unit.start).label not in _KEPT:
        return False
    own = reading.evidence(unit.start, unit.end)
    return own.future and own.has(_PUT_DOWN) and reading.judge(unit.start, unit.end).label in _COMING


def _corrects_nothing_yet(reading: Reading, start: int, end: int) -> bool:
    """应该是|周四再报: what is right comes only now."""
    return not marks.ANY.search(reading.values.masked, start, end) and reading.judge(start, end).label == "correct_last"


def _goes_on(reading: Reading, parts: Sequence[Unit], first: int, place: int) -> bool:
    """Whether a unit belongs to the act before it, whatever it looks like by itself.

    More about the same visit is no other visit, and 下周三再报一版, told with one, is what comes of it: an act of its
    own is only what is asked for, or is to be put down.
    """
    unit, start = parts[place], parts[first].start
    masked = reading.values.masked
    if _CARD.fullmatch(masked, unit.start, unit.end):
        return True
    if not unit.mark and _ERRAND.search(masked, start, unit.start):
        return True
    if _corrects_nothing_yet(reading, start, unit.start):
        return True
    before, label = reading.glance(start, unit.start).label, reading.glance(unit.start, unit.end).label
    if before == "schedule_meeting" and (
        _EARLY.match(masked, unit.start) or _SO_EARLY.search(masked, start, unit.start)
    ):
        return True
    if before == "none" or (before == "query_product" and label == "create_quote"):
        return reading.who(unit.start, parts[-1].end) <= reading.who(start, unit.start)  # it only led up to it
    if label == "add_contact" and before in ("create_customer", "create_ticket"):
        return not _ADDED.search(masked, unit.start, parts[-1].end)
    if before != "log_visit":
        return False
    follows = label != "set_reminder" and _NEXT.match(masked, unit.start)
    if follows and reading.who(unit.start, unit.end) <= reading.who(start, unit.start):
        return True
    if not unit.mark and label != "set_reminder" and _WANTED.search(masked, start, unit.start):
        return True
    if not reading.who(unit.start, parts[-1].end) <= reading.who(start, unit.start):
        return False
    put_down = _PUT_DOWN.search(masked, unit.start, parts[-1].end)
    return label == "log_visit" or (label == "schedule_meeting" and not put_down)


def border_features(reading: Reading, parts: Sequence[Unit], first: int, place: int) -> set[str]:
    """What shows whether the unit at `place` goes on with the act that began at `first`, or begins another."""
    unit, start, end = parts[place], parts[first].start, parts[-1].end
    own, so_far, rest = (
        reading.glance(*span) for span in ((unit.start, unit.end), (start, unit.start), (unit.start, end))
    )
    head, tail = (reading.outline(*span) for span in ((unit.start, unit.end), (start, unit.start)))
    shown = {"head=" + head[1 : 1 + size] for size in range(1, 7)}
    shown.update(["in=" + head[at : at + size] for size in (2, 3) for at in range(min(12, len(head) - size + 1))])
    shown |= {
        "bias", f"mark={unit.mark}", f"own={own.label}", f"own={own.label}/{own.chance >= 0.7}",
        f"from={so_far.label}>{own.label}", f"on={so_far.label}>{rest.label}", f"rest={rest.label}",
        f"sure={so_far.chance >= 0.7}>{rest.chance >= 0.7}", f"same={so_far.label == rest.label}",
        f"writes={so_far.label in WRITING}>{rest.label in WRITING}", f"short={unit.end - unit.start < 6}",
        f"tail={tail[-2:-1]}", f"tail={tail[-3:-1]}", f"said={min(_said(tail), 8)}",
    }  # fmt: skip
    here, there = reading.who(unit.start, end), reading.who(start, unit.start)
    other = "none" if not here else "first" if not there else "same" if here & there else "other"
    shown |= {f"who={other}", f"who={other}/{own.label}", f"who={other}/{so_far.label}>{rest.label}"}
    told = _TOLD.search(tail[max(0, max(tail.rfind(mark) for mark in ",。;!? ")) :])
    shown |= {f"told={told.group() if told else ''}", f"told={told is not None}/{own.label}/{unit.mark}"}
    return shown | {f"later={first > 0}", f"last={place + 1 == len(parts)}"}


_MARKS: Final = re.compile(r"[\ue000-\ue00c]+")


def _said(text: str) -> int:
    return len(_MARKS.sub("", text)) - 2
