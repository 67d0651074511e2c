"""What everybody may say: take it back, help, small talk - and what the bot cannot do yet, said honestly."""

from __future__ import annotations

import re

from scrm_bot.crm import customers
from scrm_bot.crm.customers import Customer
from scrm_bot.dialogs import fragments, times
from scrm_bot.dialogs.phrases import moment, short
from scrm_bot.dialogs.skill import CUSTOMERS, STAFF, Answer, Then, Told, skill
from scrm_bot.dialogs.skills import guiding, requests
from scrm_bot.dialogs.slots import Said
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.taps import Tap
from scrm_bot.dialogs.texts import Text
from scrm_bot.nlp import thin
from scrm_bot.nlp.absence import only_absent
from scrm_bot.nlp.meaning import WRITING, When


class Say:
    """The basics."""

    keep_it = Text("“{gist}”，要记到{customer}的跟进里吗？")
    hello = Text("{name}你好，说一句话就能记客户、查商机、设提醒。回“怎么用”看例子。")
    not_yet = Text(
        "这个我还不会办，原话已留底，不会丢。\n现在能做：记拜访、建商机、查漏斗、设提醒、建工单。回“怎么用”看例子。"
    )
    rather_remind = Text("这个我还不会办，原话已留底。要我{moment}提醒你吗？")
    not_yet_customer = Text("这个我这边查不到，已把您的话转给同事。发“人工”可以找人。")


_SMALL = re.compile(
    r"(好的?|收到|谢谢|感谢|辛苦了?|哈+|嘿+|呵+|嗯+|哦+|噢+|早上好|早|晚安|晚上好|下午好|大家好|你好|您好|在吗|嗨|hi|hello|拜拜|再见|没事|(?:新年|节日|中秋|国庆|元旦|春节|生日|周末)?快乐|大家|笑死(?:我了)?|加油|知道了|明白了?"
    r"|ok|okay|thanks?|thank you|thx|cheers|great|bye|good (?:morning|night|evening)"
    r"|[\W_]|[\U0001F000-\U0001FAFF])+",
    re.I,
)
_HELLO = re.compile(
    r"(?:你好|您好|在吗|嗨|hi|hello|早上好|早|下午好|晚上好|你是(?:谁|哪位|什么|干什么的|干嘛的)|你叫(?:什么|啥)(?:名字)?"
    r"|who are you|what are you)[啊呀吗?？!！。~]*",
    re.I,
)


_ASKS = re.compile(
    r"[?？]|[吗么呢]\s*$|什么|怎么|咋|多少|多久|几|哪|有没有|能不能|可以|想问|请问|价|how|what|when", re.I
)


@skill(label="none", examples=["哈哈好的", "辛苦了", "早上好"], allow=STAFF)
def small_talk(talk: Talk, said: Said = Said("")) -> Answer:
    """闲聊，不写任何东西"""
    text = said.strip()
    if _HELLO.fullmatch(text):
        return Told(Say.hello(name=talk.desk.actor.name), choices=(Tap.help, Tap.today), fate="ignored")
    if not text or _SMALL.fullmatch(text):
        return Told("", fate="ignored")
    return _perhaps_a_note(talk, text) or Told(guiding.lost(talk), fate="parked")


def _perhaps_a_note(talk: Talk, text: str) -> Told | None:
    """价格有点高, while a customer is spoken of: it may belong to that one."""
    customer = _spoken_of(talk)
    named = customer is not None and (customer.id not in talk.recent()[:1] or _names_it(talk))
    away = only_absent(talk.act.masked) and not fragments.is_own(text)
    if customer is None or not (away or (thin.reports if named else thin.tells)(talk.act.bare or text)):
        return None
    prompt = Say.keep_it(customer=customer.name, gist=short(text, 20))
    return Told("", then=Then("log_visit", "", prompt, {"customer": customer, **_times(talk)}), fate="asked")


def _names_it(talk: Talk) -> bool:
    return talk.meaning is not None and "customer" in talk.meaning.slots


def _times(talk: Talk) -> dict[str, When]:
    """What was and what is to come, of the times that are named."""
    found: dict[str, When] = {}
    for when in talk.meaning.slots.get("time", ()) if talk.meaning else ():
        if when.start is not None:
            found.setdefault("next_time" if when.start > talk.local else "time", when)
    return found


def _spoken_of(talk: Talk) -> Customer | None:
    """The one customer that the message names, by itself or by one of its people, else that of this conversation."""
    slots, recent = talk.meaning.slots if talk.meaning else {}, set(talk.recent()[:1])
    named = {one.id for mention in slots.get("customer", ()) for one in mention.candidates}
    by_name = set() if named else {one.id for one in customers.where_named(talk.desk, talk.act.text)}
    known = {one.id for name in slots.get("person", ()) for one in customers.where_known(talk.desk, str(name))}
    if not (named or by_name or known):
        by_name = {one.id for one in customers.where_named_in_team(talk.desk, talk.act.text)}
    elsewhere = "unknown_customer" in slots  # a company that we do not know: not the one spoken of before
    numbers = named or by_name or (known & recent) or known or (set() if elsewhere else recent)
    customer = customers.get(talk.desk, numbers.pop()) if len(numbers) == 1 else None
    return customer if customer and talk.desk.reach.covers(customer.owner_id) else None


@skill(
    label=(
        "not_yet",
        "create_quote",
        "record_payment",
        "create_invoice",
        "query_payment",
        "query_product",
        "query_order",
        "handoff",
    ),
    examples=[],
    allow=STAFF,
)
def not_yet(talk: Talk, said: Said = Said("")) -> Answer:
    """还不会的，原话留底；有日子的，到时候提醒"""
    when = next(iter(talk.meaning.slots.get("time", ())), None) if talk.meaning else None
    if when is None or talk.act.label not in WRITING or times.due_at(talk.desk, when) <= talk.desk.now:
        return Told(Say.not_yet(), fate="parked")
    prompt = Say.rather_remind(moment=moment(times.due_at(talk.desk, when), talk.desk.today))
    known = {"time": when, "said": said, "customer": _spoken_of(talk)}
    return Told("", then=Then("remind_me", "", prompt, {k: v for k, v in known.items() if v}), fate="asked")


@skill(
    label=("not_yet", "query_product", "query_payment", "query_order", "create_quote", "create_invoice"),
    examples=[],
    allow=CUSTOMERS,
)
def not_yet_for_customers(talk: Talk, said: Said = Said("")) -> Answer:
    """客户问到还不会的"""
    more = talk.act.label in ("query_product", "update_ticket") and not _ASKS.search(said)
    if more and (added := requests.add_to_request(talk, said)):
        return added  # 型号是 GW-200, to those who are to mend it
    customers.pass_on(talk.desk, said)
    return Told(Say.not_yet_customer(), fate="parked")
