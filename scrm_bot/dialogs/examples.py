"""Sentences that would really work for whoever asks: with customers, people, deals and stages of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from scrm_bot.crm import customers, deals, followups, people, tickets
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import Staff
from scrm_bot.dialogs.diligence import called
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.texts import Text


class Sentence:
    """How one says what a skill does."""

    accept = Text("接单")
    resolve = Text("搞定了，换了块电源板")
    reply_to_customer = Text("回复客户 上午十点到")
    log_visit = Text("今天拜访了{customer}{person}，对方案认可，下周三再报价")
    remind_me = Text("明天下午三点提醒我给{customer}打电话")
    deal_status = Text("{deal}到哪步了")
    create_deal = Text("给{customer}建个商机 20万")
    funnel = Text("本月漏斗")
    count_followups = Text("{colleague}这周跟了几个")
    show_agenda = Text("今天要干啥")
    last_followups = Text("{customer}上次聊到哪了")
    list_tickets = Text("我的工单")
    update_deal = Text("把{deal}推进到{stage}")
    show_customer = Text("看看{customer}啥情况")
    silent_customers = Text("哪些客户三天没联系了")
    file_for_customer = Text("给{customer}建个售后单，网关掉线了")
    add_contact = Text("给{customer}加个联系人 赵敏 采购主管 13812340000")
    list_deals = Text("我的商机")
    count_followups_own = Text("我这周跟了几家")
    expiring = Text("快到期的合同")
    practise = Text("演练模式")
    file_request = Text("机器报警了，一直响")
    progress = Text("进度")
    call_for_somebody = Text("人工")


_ENTRIES: tuple[tuple[str, Text], ...] = (  # a skill, and how one says it, whoever reads it; the most useful first
    ("accept", Sentence.accept),
    ("resolve", Sentence.resolve),
    ("reply_to_customer", Sentence.reply_to_customer),
    ("log_visit", Sentence.log_visit),
    ("remind_me", Sentence.remind_me),
    ("deal_status", Sentence.deal_status),
    ("create_deal", Sentence.create_deal),
    ("funnel", Sentence.funnel),
    ("count_followups", Sentence.count_followups),
    ("show_agenda", Sentence.show_agenda),
    ("last_followups", Sentence.last_followups),
    ("list_tickets", Sentence.list_tickets),
    ("update_deal", Sentence.update_deal),
    ("show_customer", Sentence.show_customer),
    ("silent_customers", Sentence.silent_customers),
    ("file_for_customer", Sentence.file_for_customer),
    ("add_contact", Sentence.add_contact),
    ("list_deals", Sentence.list_deals),
    ("count_followups", Sentence.count_followups_own),
    ("expiring", Sentence.expiring),
    ("practise", Sentence.practise),
    ("file_request", Sentence.file_request),
    ("progress", Sentence.progress),
    ("call_for_somebody", Sentence.call_for_somebody),
)
OPEN_TICKET = frozenset({"accept", "resolve", "reply_to_customer"})  # said of a ticket that one has
LEADING = frozenset({"funnel", "count_followups", "silent_customers"})
SELLING = frozenset({"log_visit", "add_contact"})  # what only those may do who keep customers


_SPACES = re.compile(" {2,}")  # nobody known there
_KNOWN = frozenset(skill for skill, _ in _ENTRIES)


def worth_knowing(skills: Iterable[str]) -> Iterator[str]:
    """Those of the skills that an example may be shown of."""
    return (skill for skill in skills if skill in _KNOWN)


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence, and the skill that it means."""

    skill: str
    words: str


@dataclass
class Material:
    """What sentences are made of: words for each hole, the likeliest first."""

    words: dict[str, list[str]] = field(default_factory=dict)

    def fill(self, text: str, turn: int) -> str | None:
        """The sentence with its holes filled, others in each turn; None if something is missing."""
        holes = [hole for hole in ("customer", "person", "deal", "stage", "colleague") if f"{{{hole}}}" in text]
        if any(hole != "person" and not self.words.get(hole) for hole in holes):
            return None
        return _SPACES.sub(" ", text.format(**{hole: self._word(hole, turn) for hole in holes}))

    def _word(self, hole: str, turn: int) -> str:
        found = self.words.get(hole, [])
        place = turn % (len(self.words.get("deal" if hole in ("deal", "stage") else "customer", [])) or 1)
        return found[place] if place < len(found) else found[0] if found and hole == "colleague" else ""


def material(desk: Desk) -> Material:
    """From the speaker's own customers and deals; a leader's are those of the team."""
    if not isinstance(desk.actor, Staff):
        return Material()
    known = customers.near(desk)
    stages = [stage for stage in desk.shape if stage.kind == "open"]
    words: dict[str, list[str]] = {"customer": [], "person": [], "deal": [], "stage": [], "colleague": []}
    for customer in known:
        words["customer"].append(customers.short_name(desk, customer))
        there = customers.contacts_of(desk, customer)
        words["person"].append(called(there[0]) if there else "")
        deal = _one_deal(desk, customer)
        further = [stage.name for stage in stages[stages.index(deal) + 1 :]] if deal in stages else []
        if further:
            words["deal"].append(words["customer"][-1])
            words["stage"].append(further[0])
    words["colleague"] = [one.name for one in people.reports_of(desk.session, desk.actor)]
    return Material(words)


def _one_deal(desk: Desk, customer: Customer) -> object:
    """The stage of the only open deal there."""
    opened = deals.of(desk, customer, limit=2)
    return desk.shape.stage(opened[0].stage) if len(opened) == 1 else None


def for_whom(talk: Talk, made_of: Material, *, turn: int = 0) -> Iterator[Example]:
    """All that this person may say now, the most useful first; each is understood as what it is shown for."""
    for skill, text in _in_order(talk.desk.actor):
        if skill in talk.allowed and _makes_sense(talk, skill):
            words = made_of.fill(text.template, turn)
            if words and is_understood(talk, words, skill):
                yield Example(skill, words)


def _in_order(actor: object) -> Iterable[tuple[str, Text]]:
    """Who leads asks for the team first."""
    leads = isinstance(actor, Staff) and actor.leads
    return sorted(_ENTRIES, key=lambda one: one[0] not in LEADING) if leads else _ENTRIES


def is_understood(talk: Talk, words: str, skill: str) -> bool:
    """Whether the sentence would be taken for what it is shown for, of one customer at most."""
    meaning = talk.understood(words, frozenset())
    named = [mention for act in meaning.acts for mention in act.slots.get("customer", ())]
    sure = all(act.sure for act in meaning.acts)
    return sure and meaning.main.lesson == skill and all(one.sure and len(one.candidates) == 1 for one in named)


def _makes_sense(talk: Talk, skill: str) -> bool:
    actor = talk.desk.actor
    if not isinstance(actor, Staff):
        return True
    if skill in OPEN_TICKET:
        return tickets.has_assigned(talk.desk, actor)
    return skill not in SELLING or actor.role in followups.WRITERS


def chosen(found: Iterable[Example], used: Iterable[str], shown: Mapping[str, int], most: int) -> list[Example]:
    """The few to show: what was never used before what was, what was shown least before what was shown often."""
    tried = set(used)
    order = sorted(found, key=lambda one: (shown.get(one.skill, 0), one.skill in tried))
    kept: dict[str, Example] = {}
    for one in order:
        kept.setdefault(one.skill, one)
    return list(kept.values())[:most]
