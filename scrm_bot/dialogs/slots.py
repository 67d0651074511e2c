"""How the kinds of slots are filled: from understanding, from an answer; and how they wait in memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NewType

from scrm_bot.crm import checkins, customers, deals, files, followups, people, reminders, tickets, words
from scrm_bot.crm.checkins import CheckIn
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.deals import Deal
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.files import File
from scrm_bot.crm.followups import FollowUp
from scrm_bot.crm.people import Staff
from scrm_bot.crm.places import Place
from scrm_bot.crm.reminders import Reminder
from scrm_bot.crm.shape import Stage
from scrm_bot.crm.tickets import Ticket
from scrm_bot.crm.words import Word
from scrm_bot.dialogs.methods import OTHER, method_of
from scrm_bot.dialogs.phrases import meant
from scrm_bot.dialogs.texts import Text
from scrm_bot.dialogs.ticks import Ticks
from scrm_bot.nlp import thin
from scrm_bot.nlp.meaning import READING, WRITING, Act, Grain, Meaning, Mention, When
from scrm_bot.recurrence import recurrence

Money = NewType("Money", Decimal)
Said = NewType("Said", str)  # the clause as it was said
Words = NewType("Words", str)  # free words, asked for
Detail = NewType("Detail", str)  # more about what was just recorded, however it sounds
Sent = NewType("Sent", tuple)  # type: ignore[type-arg]  # files that have just come
Phone = NewType("Phone", str)
People = NewType("People", tuple)  # type: ignore[type-arg]  # names as said
Chosen = NewType("Chosen", Customer)  # a customer that was picked, never one that was only named


class Say:
    """Choices in words."""

    none_of_them = Text("都不是，新客户「{name}」")


PRONOUN = re.compile(r"(?<!其)他|她|[这那]家|刚才|[这该]个?客户|[这那]单|再加一条")
# 推进到报价: of the customer just spoken of, if none is named
GOES_ON = frozenset({"create_deal", "update_deal", "transfer_customer"})
# How a question begins that names nobody: by when, or by what of theirs it asks for.
_OF_THE_SAME = re.compile(
    r"(?:那|还有|再|和|都|另外|帮我|给我|我|查|看|一下|下|问|想|知道|他家|的)*(?:上[次回]|上一[次回]|最近|之前|以前|前几[次天]|这[次两]|什么时候|啥时候|哪天|多久|"
    r"谁|几|有(?:没有|什么|啥|几|哪)|联系|电话|手机|地址|商机|单子|合同|跟进|拜访|情况|资料|进[展度]|聊|说到|谈到|到哪|怎么样|咋样|现在|目前|负责人|在跟)"
)
_ALONE = r"(?:^|[\s，。,、；;]|[跟和给见找约陪请问与同向到把叫]了?|[那这]个|拜访了?|联系了?)"
MORE = frozenset({"none", "log_visit", "schedule_meeting", "create_quote"})  # what a detail may sound like
MOST = 5  # choices on one screen


@dataclass(frozen=True, slots=True)
class Company:
    """A company that is not in the CRM yet."""

    name: str


@dataclass(frozen=True, slots=True)
class Found:
    """One value."""

    value: Any


@dataclass(frozen=True, slots=True)
class Several:
    """Which of these? `options`: label and value."""

    options: tuple[tuple[str, Any], ...]
    words: str = ""  # that may mean each of them


@dataclass(frozen=True, slots=True)
class Unknown:
    """Words that should name something we have, and do not."""

    words: str


Reading = Found | Several | Unknown | None


@dataclass(frozen=True, slots=True)
class Context:
    """What reading a slot may look at."""

    desk: Desk
    act: Act
    text: str
    recent: tuple[int, ...] = ()
    needed: bool = False  # nothing can be done without it


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of slot."""

    read: Callable[[Context, str], Reading]
    pack: Callable[[Any], Any]
    unpack: Callable[[Desk, Any], Any]


def customer_slot(context: Context, _name: str) -> Reading:
    """A customer that we have."""
    reading = _customer(context)
    if isinstance(reading, Found) and isinstance(reading.value, Company):
        return Unknown(reading.value.name)
    if isinstance(reading, Several):
        ours = tuple((label, value) for label, value in reading.options if isinstance(value, Customer))
        return Found(ours[0][1]) if len(ours) == 1 and context.act.label in READING else Several(ours, reading.words)
    return reading


def customer_or_new(context: Context, _name: str) -> Reading:
    """A customer that we have, or the name of one that we have not."""
    return _customer(context)


def _customer(context: Context) -> Reading:
    mentions = context.act.slots.get("customer", ()) or context.act.slots.get("ambiguous_customer", ())
    if mentions:
        return _pick(context, mentions[0])
    for name in ("new_customer", "unknown_customer"):
        if context.act.slots.get(name):
            return _known_after_all(context.desk, str(context.act.slots[name][0]))
    persons = context.act.slots.get("person", ())
    if persons and context.act.label != "transfer_customer":  # 转给小李: whoever gets it
        return _by_person(context, str(persons[0]))
    goes_on = context.act.label in GOES_ON or thin.is_report(context.act.bare) or _asks_on(context)
    if context.recent and (goes_on or PRONOUN.search(context.text)):
        return _the_one_before(context)
    return _arrived_at(context) if context.act.label == "log_visit" else None


def _the_one_before(context: Context) -> Reading:
    """The customer just spoken of; 还是他们采购经理刘芳拍的板, and they have no 刘芳: one of those who have, or it."""
    customer = customers.get(context.desk, context.recent[0])
    others = customers.where_named(context.desk, context.text) if context.act.label == "log_visit" else []
    if customer is None or not others or customer in others:
        return Found(customer) if customer else None
    return Several(tuple((one.name, one) for one in (*others, customer)[:MOST]))


def _arrived_at(context: Context) -> Reading:
    """见完了: with those where the speaker has checked in, if nobody else was spoken of since."""
    last = checkins.latest(context.desk)
    there = last is not None and last.customer_id in context.recent[:1] and checkins.visit(context.desk, last)
    customer = customers.get(context.desk, last.customer_id) if last and there else None
    return Found(customer) if customer else None


def _asks_on(context: Context) -> bool:
    """上次什么时候去的: a question that names nobody goes on with the customer it must be about."""
    return context.needed and context.act.label in READING and bool(_OF_THE_SAME.match(context.act.bare))


def _by_person(context: Context, called: str) -> Reading:
    """跟赵姐说了: the customer whose 赵姐 the speaker knows; several are asked, none is nobody's.

    Words right before the name (金利达的采购吴姐) may be a company that we do not know: then it is asked, not guessed.
    """
    if not re.search(_ALONE + re.escape(called), context.act.text):
        return None
    if called[0] == "小" and people.named(context.desk.session, called):
        return None  # one of us: nobody says 小李 of a customer's Mr. Li
    known = customers.where_known(context.desk, called)
    recent = [c for c in known if c.id in context.recent[:1]]
    if recent or len(known) == 1:
        return Found((recent or known)[0])
    return Several(tuple((c.name, c) for c in known)) if 1 < len(known) <= MOST else None


def _known_after_all(desk: Desk, name: str) -> Reading:
    """A customer outside the speaker's scope is a name like any other: only who would make it again is told more."""
    known = customers.by_name(desk, name)
    return Found(known if known and desk.reach.covers(known.owner_id) else Company(name))


def _pick(context: Context, mention: Mention) -> Reading:
    desk = context.desk
    live = [c for c in (customers.get(desk, named.id) for named in mention.candidates) if c]
    if not live:
        return Found(Company(mention.text))
    seen = [c for c in live if desk.reach.covers(c.owner_id)]
    if not seen:
        return Found(Company(mention.text))
    if len(seen) == 1 and (mention.sure or context.act.label in READING):
        return Found(seen[0])
    recent = [c for c in seen if c.id in context.recent[:1]]
    if recent and mention.sure:
        return Found(recent[0])
    mine = sorted(seen, key=lambda c: c.owner_id != getattr(desk.actor, "id", None))[:MOST]
    options: list[tuple[str, Any]] = [(c.name, c) for c in mine]
    if not mention.sure:
        options.append((Say.none_of_them(name=mention.text), Company(mention.text)))
    return Several(tuple(options), mention.text)


def _from(name_in_act: str, make: Callable[[Any], Any]) -> Callable[[Context, str], Reading]:
    def read(context: Context, _name: str) -> Reading:
        values = context.act.slots.get(name_in_act)
        return Found(make(values[0])) if values else None

    return read


def when_slot(context: Context, name: str) -> Reading:
    """A time, from the slot of the parameter's name."""
    values = context.act.slots.get(name, ())
    return Found(values[0]) if values else None


def people_slot(context: Context, _name: str) -> Reading:
    """Everybody named."""
    values = context.act.slots.get("person", ())
    return Found(tuple(values)) if values else None


def stage_slot(context: Context, _name: str) -> Reading:
    """One of the company's stages."""
    values = context.act.slots.get("stage") or _TO_A_STAGE.findall(context.text.lower())
    stage = context.desk.shape.named(str(values[0])) if values else None
    return Found(stage) if stage else None


_TO_A_STAGE = re.compile(r"(?<![a-z])(?:in|to|into|at) (?:the )?([a-z]+)")  # move 华星 to quote: by the stage's key


def staff_slot(context: Context, _name: str) -> Reading:
    """A colleague."""
    slots, beyond = context.act.slots, context.act.label not in WRITING | READING
    values = slots.get("owner", ()) or (slots.get("person", ()) if beyond else ())  # 转给小李: one of us, or nobody
    values = values or tuple(_asked_of(context))
    if not values:
        return None
    found = people.named(context.desk.session, str(values[0]))
    if len(found) > 1:
        return Several(tuple((meant(s.name, s.department) if s.department else s.name, s) for s in found[:MOST]))
    return Found(found[0]) if found else Unknown(str(values[0]))


def _asked_of(context: Context) -> Sequence[Any]:
    """昨天小周跑了哪几家, 陈经理这周跟了几个: by a name that only colleagues use, or named first of all."""
    desk, text = context.desk, context.act.text
    persons = [str(one) for one in context.act.slots.get("person", ()) if context.act.label in READING]
    nicks = [one for one in persons if one[0] in "小老"]
    first = [one for one in persons if re.match(rf"(?:看看|看下|查查)?{re.escape(one)}", text)]
    return nicks or [one for one in first if not customers.where_known(desk, one)]


def ticket_slot(context: Context, _name: str) -> Reading:
    """A ticket by its number."""
    values = context.act.slots.get("ref_no", ())
    if not values:
        return None
    ticket = tickets.numbered(context.desk, str(values[0]))
    return Found(ticket) if ticket else Unknown(str(values[0]))


def said_slot(context: Context, _name: str) -> Reading:
    """The words themselves."""
    return Found(context.act.text)


def nothing(_context: Context, _name: str) -> Reading:
    """Filled only by an answer or a choice."""
    return None


def is_detail(desk: Desk, slots: Mapping[str, Any], meaning: Meaning) -> bool:
    """Whether a message that could stand for itself tells more of the follow-up asked about.

    A visit or call of a customer who is named stands for itself: it happened once more.
    """
    followup = followups.get(desk, slots["followup"])
    whole = any(act.label == "log_visit" and "customer" in act.slots and is_contact(act) for act in meaning.acts)
    return (
        followup is not None
        and not whole
        and all(act.label in MORE for act in meaning.acts)
        and is_about(followup.customer_id, meaning)
    )


def is_contact(act: Act) -> bool:
    """Whether it tells of a visit, a call or a chat, and not only of what came of one."""
    return method_of(act.text) != OTHER or thin.tells_of_contact(act.text)


def is_about(customer: int, meaning: Meaning) -> bool:
    """Whether no customer is named, or only this one."""
    named = meaning.slots.get("customer", ())
    ours = all(any(one.id == customer for one in mention.candidates) for mention in named)
    return ours and not meaning.slots.keys() & {"unknown_customer", "new_customer"}


def pack_when(when: When) -> dict[str, Any]:
    """JSON of a time."""
    return {
        "notation": when.notation,
        "grain": when.grain.value,
        "start": when.start.isoformat() if when.start else None,
        "end": when.end.isoformat() if when.end else None,
        "text": when.text,
        "at": when.at,
        "second": when.second,
        "every": str(when.every) if when.every else None,
    }


def unpack_when(_desk: Desk, packed: dict[str, Any]) -> When:
    """A time from JSON."""
    start, end = (datetime.fromisoformat(packed[k]) if packed[k] else None for k in ("start", "end"))
    every = recurrence(packed["every"]) if packed.get("every") else None
    return When(
        packed["notation"],
        Grain(packed["grain"]),
        start,
        end,
        packed["text"],
        packed["at"],
        packed["second"],
        every=every,
    )


def _pack_customer(value: Customer | Company) -> Any:
    return {"new": value.name} if isinstance(value, Company) else value.id


def _unpack_customer(desk: Desk, packed: Any) -> Customer | Company | None:
    return Company(packed["new"]) if isinstance(packed, dict) else customers.get(desk, packed)


def _unpack_sent(desk: Desk, packed: list[int]) -> tuple[File, ...]:
    return tuple(file for file in (files.get(desk, number) for number in packed) if file is not None)


def _same(_desk: Desk, packed: Any) -> Any:
    return packed


def _id(row: Any) -> int:
    return int(row.id)


KINDS: Mapping[Any, Kind] = {
    Customer: Kind(customer_slot, _pack_customer, _unpack_customer),
    Customer | Company: Kind(customer_or_new, _pack_customer, _unpack_customer),
    Money: Kind(_from("amount", lambda v: Decimal(str(v))), str, lambda _d, v: Decimal(v)),
    When: Kind(when_slot, pack_when, unpack_when),
    Stage: Kind(stage_slot, lambda s: s.key, lambda d, v: d.shape.stage(v)),
    Staff: Kind(staff_slot, _id, lambda d, v: d.session.get(Staff, v)),
    People: Kind(people_slot, list, lambda _d, v: tuple(v)),
    Phone: Kind(_from("phone", str), str, _same),
    Ticket: Kind(ticket_slot, _id, tickets.get),
    Chosen: Kind(nothing, _id, customers.get),
    Word: Kind(nothing, _id, words.get),
    Deal: Kind(nothing, _id, deals.get),
    Reminder: Kind(nothing, _id, reminders.get),
    Sent: Kind(nothing, lambda sent: [file.id for file in sent], _unpack_sent),
    Place: Kind(nothing, lambda at: [at.latitude, at.longitude, at.name], lambda _d, v: Place(*v)),
    CheckIn: Kind(nothing, _id, checkins.get),
    Said: Kind(said_slot, str, _same),
    Words: Kind(nothing, str, _same),
    Detail: Kind(nothing, str, _same),
    Ticks: Kind(nothing, asdict, lambda _d, v: Ticks(**v | {"some": tuple(v["some"])})),
    FollowUp: Kind(nothing, _id, followups.get),
}
