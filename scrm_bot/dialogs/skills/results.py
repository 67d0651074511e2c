"""Talking about what became of a period: deals won and lost, customers that are new."""

from __future__ import annotations

import re
from datetime import date

from scrm_bot.crm import reports
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.deals import Deal
from scrm_bot.crm.people import Staff
from scrm_bot.dialogs import times, topics, whichdeals
from scrm_bot.dialogs.listed import MOST
from scrm_bot.dialogs.phrases import day, facts, money, short
from scrm_bot.dialogs.skill import Answer, Listed, Told, skill
from scrm_bot.dialogs.skills import deals
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.texts import Text, translated
from scrm_bot.nlp.meaning import Meaning, When


class Say:
    """What is said of them."""

    ended = Text("🏁 {whose}业绩｜{period}\n赢单 {won}　输单 {lost}\n赢单率 {rate}%")
    by = Text("· {name} {won}")
    ended_none = Text("🏁 {whose}业绩｜{period}：还没有赢单，也没有输单。")
    newcomers = Text("🆕 {whose}新客户｜{period}：{count} 家")
    newcomers_none = Text("{whose}新客户｜{period}：还没有。")


_WON = r"(?:新)?(?:签|赢|成|拿下|中标)(?:单|约|交|下|回来?|客户)?|业绩|销售"
_LOST = r"(?:输|丢|黄|没成)(?:单|掉|客户)?"
_COUNTED = r"(?:单子|商机|合同|大?单|钱|额|率|金额|业绩|总额|数量|数|谁|最?多|最?好|最?高|销冠|冠军)"
_ASKS = rf"(?=.*(?:{_WON}|{_LOST}|额|率|冠)).*(?:谁|冠|几|多少|哪|什么|啥|率|额|业绩|情况|怎么样|咋样|如何)"
_of_the_lost = re.compile(rf"{_LOST}")
_of_the_won = re.compile(rf"{_WON}|won|sign")


@skill(
    label="query_deals",
    examples=[
        "{time}签了多少",
        "{owner}{time}签了多少",
        "团队{time}签单额多少",
        "{time}业绩",
        "{time}赢了几单",
        "{time}丢了几单",
        "{time}赢单率",
        "{time}完成多少了",
        "{time}成交了哪些单子",
        "{time}谁签得最多",
        "{time}销冠是谁",
        "how much did we sign {time}",
        "how many deals did we win {time}",
        "win rate {time}",
    ],
    allow=deals.VIEWERS,
    private=True,
    says=topics.about(f"{_WON}|{_LOST}|{_COUNTED}", _ASKS),
)
def show_results(
    talk: Talk, owner: Staff | None = None, time: When | None = None, customer: Customer | None = None
) -> Answer:
    """看一段时间赢了多少、丢了多少、赢单率"""
    if customer is not None and owner is None:  # 谁签的华星
        return deals.status_of(talk, customer)
    if whichdeals.sliced(talk):
        return Told(deals.Say.no_slices(), fate="parked")
    first, last = times.span(talk.desk, time)
    text = talk.act.text
    kind = "lost" if _of_the_lost.search(text) and not _of_the_won.search(text) else "won"
    found = reports.results(talk.desk, first, last, owner, kind, MOST)
    whose, period = whichdeals.whose(talk, owner), times.spoken(time, first, last)
    if found.rate is None:
        return Say.ended_none(whose=whose, period=period)
    won, lost = _sum(found.won), _sum(found.lost)
    head = Say.ended(whose=whose, period=period, won=won, lost=lost, rate=found.rate)
    if owner is None and talk.desk.staff.leads and kind == "won":
        head = "\n".join([head, *_by_person(talk, first, last)])
    return Listed(head, [(deal, _ended(talk, deal)) for deal in found.deals]) if found.deals else head


def _by_person(talk: Talk, first: date, last: date) -> list[str]:
    """谁签得最多 is answered with everybody's."""
    found = reports.won_by(talk.desk, first, last)
    return [Say.by(name=name, won=deals.Say.closed(count=count, amount=money(amount))) for name, count, amount in found]


def _sum(step: reports.Step) -> str:
    return deals.Say.closed(count=step.count, amount=money(step.amount))


def _ended(talk: Talk, deal: Deal) -> str:
    assert deal.closed_at is not None
    reason = translated(deals.Why, deal.lost_reason) if deal.lost_reason else ""
    when = day(deal.closed_at.astimezone(talk.desk.shape.zone), talk.desk.today)
    return facts([short(deal.title, 24), money(deal.amount), when, reason])


_COMES_IN = r"(?:新(?:增|加|来|进|建|开发|拓展?|录入?)?|(?:增|加|来|进|建|开发|录入?)(?!么))"
_NEW_CUSTOMERS = topics.about(f"{_COMES_IN}|客户|数量?|数", r"客户.*|几家")


def _asks_for_newcomers(text: str, meaning: Meaning | None) -> bool:
    """本周新增客户, 这个月加了几个新客户: no name of one to be added."""
    asks = re.search(r"几|多少|哪|什么|啥|谁|情况|[?？]", text) or (meaning and "time" in meaning.slots)
    return "新" in text and bool(asks) and _NEW_CUSTOMERS(text, meaning)


@skill(
    label="query_customer",
    examples=[
        "{time}新增客户",
        "{time}新增了几个客户",
        "新客户{time}加了几个",
        "{owner}{time}开发了几个新客户",
        "{time}有哪些新客户",
        "new customers {time}",
        "how many new customers {time}",
    ],
    allow=deals.VIEWERS,
    private=True,
    says=_asks_for_newcomers,
)
def new_customers(talk: Talk, owner: Staff | None = None, time: When | None = None) -> Answer:
    """看一段时间新增了哪些客户"""
    first, last = times.span(talk.desk, time)
    count, found = reports.newcomers(talk.desk, first, last, owner, MOST)
    whose, period = whichdeals.whose(talk, owner), times.spoken(time, first, last)
    if not found:
        return Say.newcomers_none(whose=whose, period=period)
    rows = [(one, _newcomer(talk, one)) for one in found]
    return Listed(Say.newcomers(whose=whose, period=period, count=count), rows, count)


def _newcomer(talk: Talk, customer: Customer) -> str:
    came = customer.created_at.astimezone(talk.desk.shape.zone)
    owner = talk.desk.session.get(Staff, customer.owner_id) if customer.owner_id else None
    named = owner.name if owner and owner is not talk.desk.actor else ""
    return facts([customer.name, customer.region, day(came, talk.desk.today), named])
