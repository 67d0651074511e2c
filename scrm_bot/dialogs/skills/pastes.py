"""Chat logs and forwarded texts: what others said is kept only when the person says so."""

from __future__ import annotations

from typing import Any

from scrm_bot.crm import customers, followups
from scrm_bot.crm.customers import Customer
from scrm_bot.dialogs.phrases import day, facts, meant, money, names, short
from scrm_bot.dialogs.skill import STAFF, Answer, Confirm, Need, Then, Told, ask, skill
from scrm_bot.dialogs.skills import followups as visits
from scrm_bot.dialogs.slots import Company, People, Said
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.texts import Text
from scrm_bot.nlp.meaning import When
from scrm_bot.nlp.pasted import PASTED


class Say:
    """What is said about pastes."""

    whose = Text("这段像是转来的，我没有直接记。要记成跟进的话，是哪家客户的？不用记就回“算了”。")
    may_i = Text("这段像是转来的，我没有直接记。\n要我把它记成「{customer}」的跟进吗？{seen}")
    seen = Text("\n里面提到：{values}")
    kept = Text("✅ {facts}\n“{gist}” #{number}")
    forwarded = Text("转来的聊天")


_METHOD = "微信"


@skill(label=PASTED, examples=[], allow=STAFF)
def keep_paste(
    talk: Talk,
    customer: Customer | Company = ask(Say.whose),
    said: Said = Said(""),
    person: People | None = None,
) -> Answer:
    """贴一段聊天记录，问过你再记成跟进"""
    if isinstance(customer, Company):
        return Need("customer", Say.whose())
    customers.check(talk.desk, customer)
    just_named = talk.act.text != talk.message.text.strip()
    if not (talk.confirmed or just_named):
        return Confirm(Say.may_i(customer=customer.name, seen=_seen(talk)))
    desk = talk.desk
    present = customers.present(desk, customer, (), said)
    followup = followups.log(desk, customer, said, desk.now, _METHOD, present, summary=short(said), failed=False)
    talk.remember(customer)
    who = names(contact.name for contact in present)
    line = Say.kept(facts=facts([customer.name, Say.forwarded(), who]), gist=short(said, 30), number=followup.id)
    return Told(line, then=Then("plan_next", "next_time", visits.Say.ask_next(), {"customer": customer}))


def _seen(talk: Talk) -> str:
    """The money and the times in it, for whoever decides."""
    slots = talk.meaning.slots if talk.meaning else {}
    found = [money(amount) for amount in slots.get("amount", ())]
    found += [_time(talk, when) for when in slots.get("time", ())]
    return Say.seen(values=facts(dict.fromkeys(found[:5]))) if found else ""


def _time(talk: Talk, when: When | Any) -> str:
    moment = when.start or when.end
    return meant(when.text, day(moment, talk.desk.today)) if moment and moment.date() >= talk.desk.today else when.text
