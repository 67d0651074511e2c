"""What is asked after a record: at most one thing, the most valuable, and nothing that a colleague would not ask."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from scrm_bot.crm import deals, reminders
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.deals import Deal
from scrm_bot.crm.people import Staff
from scrm_bot.dialogs.phrases import money
from scrm_bot.dialogs.skill import SELLERS, Then
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.texts import Text

WORTH_A_DEAL = Decimal(5_000)  # yuan; smaller sums in a note are fares and spare parts
PATIENT = 2  # questions passed over in a row; then no more for the day
_THEIRS = re.compile(r"竞品|友商|对手|同行|别家|别人|人家|另一家|其他家|比我们|比咱")
_NO_TOTAL = re.compile(
    r"单价|每[台个套件人年月]|/[台个套件]|一[台个套件]|[元块][一每/]|运费|差旅|打车|饭|罚"
    r"|花[了掉费]|费用|招待|报销|垫[了付]|送礼|请客|油[费钱]|住宿|[机车]票"
)


class Say:
    """The questions."""

    new_amount = Text("「{title}」现在记的是 {old}，要改成 {new} 吗？")
    first_amount = Text("「{title}」还没填金额，记成 {new} 吗？")
    new_deal = Text("要给{customer}建个 {amount} 的商机吗？")
    when_next = Text("下次什么时候联系？回个时间我提醒你，或“跳过”。")


def after(talk: Talk, customer: Customer, was_new: bool, planned: bool) -> Then | None:
    """The one question after a note about this customer; None if there is nothing worth asking.

    `was_new`: nobody had been in touch before. `planned`: the note says what comes next.
    """
    manners = talk.memory.manners(talk.desk.today)
    if manners.passed >= PATIENT or talk.confirmed:  # who has just said yes is not asked once more
        return None
    settled = planned or talk.memory.asked_lately(customer.id, talk.desk.today)
    amount = _total(talk)
    if settled and amount is None:
        return None  # most notes: nothing needs to be looked up
    standing = deals.of(talk.desk, customer)
    if amount is not None and (question := _of_money(customer, amount, standing)):
        return question
    if settled or not (standing or was_new) or reminders.awaits(talk.desk, customer.id):
        return None
    talk.memory.asked[str(customer.id)] = talk.desk.today.isoformat()
    return Then("plan_next", "next_time", Say.when_next(), {"customer": customer})


def _total(talk: Talk) -> Decimal | None:
    """The one sum that the note tells of, if it may be a deal's: no price of a piece, no fare, nothing of others."""
    said, actor = talk.act.slots.get("amount", ()), talk.desk.actor
    if len(said) != 1 or "quantity" in talk.act.slots or not isinstance(actor, Staff) or actor.role not in SELLERS:
        return None
    if _NO_TOTAL.search(talk.act.text) or _THEIRS.search(talk.act.text):
        return None
    amount = Decimal(str(said[0]))
    return amount if amount >= WORTH_A_DEAL else None


def _of_money(customer: Customer, amount: Decimal, standing: Sequence[Deal]) -> Then | None:
    """It belongs to the one deal, or to one that is not there yet."""
    if not standing:
        words = Say.new_deal(customer=customer.name, amount=money(amount))
        return Then("create_deal", "", words, {"customer": customer, "amount": amount})
    deal = standing[0]
    if len(standing) > 1 or deal.amount == amount:
        return None
    words = Say.new_amount(title=deal.title, old=money(deal.amount), new=money(amount))
    if deal.amount is None:
        words = Say.first_amount(title=deal.title, new=money(amount))
    return Then("update_deal", "", words, {"customer": customer, "deal": deal, "amount": amount})
