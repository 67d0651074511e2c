"""Chat logs and forwarded texts: what others said is kept only when the person says so, and offered as ticks."""

from __future__ import annotations

from scrm_bot.crm import customers, followups
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.followups import FollowUp
from scrm_bot.dialogs import afterwards, offers
from scrm_bot.dialogs.offers import Offer
from scrm_bot.dialogs.phrases import facts, names, numbered, short
from scrm_bot.dialogs.skill import STAFF, Answer, Confirm, Need, Then, Told, ask, skill
from scrm_bot.dialogs.skills import followups as visits
from scrm_bot.dialogs.slots import Company, People, Said
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.taps import Tap
from scrm_bot.dialogs.texts import Text
from scrm_bot.dialogs.ticks import Ticks, only_the_text
from scrm_bot.nlp.pasted import PASTED


class Say:
    """What is said about pastes."""

    whose = Text("这段像是转来的，我没有直接记。要记成跟进的话，是哪家客户的？不用记就回“算了”。")
    may_i = Text("这段像是转来的，我没有直接记。\n要我把它记成「{customer}」的跟进吗？")
    which = Text(
        "这段像是转来的，我没有直接记。\n要我把它记成「{customer}」的跟进吗？里面看到（回数字勾选，或“全部”“只留原文”“都不要”）：\n{offers}"
    )
    more = Text("里面还看到（回数字勾选，或“全部”“跳过”）：\n{offers}")
    kept = Text("✅ {facts}\n“{gist}” #{number}")
    forwarded = Text("转来的聊天")
    dropped = Text("好，这段没记。")
    ticked = Text("✅ {customer} 记上了：{facts}")


_METHOD = "微信"


@skill(label=PASTED, examples=[], allow=STAFF)
def keep_paste(
    talk: Talk,
    customer: Customer | Company = ask(Say.whose),
    said: Said = Said(""),
    person: People | None = None,
    ticks: Ticks | None = None,
) -> Answer:
    """贴一段聊天记录，勾一下就记"""
    if isinstance(customer, Company):
        return Need("customer", Say.whose())
    customers.check(talk.desk, customer)
    offered = offers.of_conversation(talk, customer, said)
    just_named = talk.act.text != talk.message.text.strip() and ticks is None and not talk.confirmed
    if ticks is None and offered and not just_named:
        return _which(talk, customer, offered)
    if not (talk.confirmed or just_named or ticks):
        return Confirm(Say.may_i(customer=customer.name))
    chosen = _chosen(ticks, offered)
    if chosen is None:
        return _which(talk, customer, offered)
    if ticks and ticks.nothing and not only_the_text(talk.message.text):
        return Told(Say.dropped(), fate="answered")
    followup = _log(talk, customer, said)
    lines = offers.take(talk, customer, followup, chosen)
    told = [_told(talk, customer, followup), *lines]
    if just_named and offered:
        asks = Say.more(offers=numbered(one.label for one in offered))
        return Told("\n".join(told), then=Then("tick_off", "ticks", asks, {"followup": followup}))
    if any(one.kind in offers.RING for one in chosen):
        return "\n".join(told)
    then = Then("plan_next", "next_time", afterwards.Say.when_next(), {"customer": customer})
    return Told("\n".join(told), then=then)


@skill(label="tick_off", examples=[], allow=STAFF)
def tick_off(talk: Talk, followup: FollowUp = ask(Say.whose), ticks: Ticks = ask(Say.more)) -> Answer:
    """勾选转来的话里的要点"""
    customer = talk.desk.session.get_one(Customer, followup.customer_id)
    offered = offers.of_conversation(talk, customer, followup.text)
    chosen = _chosen(ticks, offered)
    if chosen is None:
        return Need("ticks", Say.more(offers=numbered(one.label for one in offered)))
    if not chosen:
        return visits.Say.nothing_more()
    lines = offers.take(talk, customer, followup, chosen)
    return "\n".join([Say.ticked(customer=customer.name, facts=facts(one.label for one in chosen)), *lines])


def _which(talk: Talk, customer: Customer, offered: list[Offer]) -> Need:
    talk.receipt.offer(Tap.everything, Tap.nothing)
    return Need("ticks", Say.which(customer=customer.name, offers=numbered(one.label for one in offered)))


def _chosen(ticks: Ticks | None, offered: list[Offer]) -> list[Offer] | None:
    """None: something was ticked that was not offered."""
    if ticks is None:
        return []
    places = ticks.of([one.label for one in offered])
    return None if places is None else [offered[place] for place in places]


def _log(talk: Talk, customer: Customer, said: str) -> FollowUp:
    desk = talk.desk
    present = customers.present(desk, customer, (), said)
    talk.remember(customer)
    return followups.log(desk, customer, said, desk.now, _METHOD, present, summary=short(said), failed=False)


def _told(talk: Talk, customer: Customer, followup: FollowUp) -> str:
    who = names(contact.name for contact in customers.present(talk.desk, customer, (), followup.text))
    told = facts([customer.name, Say.forwarded(), who])
    return Say.kept(facts=told, gist=short(followup.summary, 60), number=followup.id)
