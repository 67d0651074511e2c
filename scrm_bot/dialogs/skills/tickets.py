"""Talking about service among us: engineers take tickets, answer and close them; others file and look."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from scrm_bot.crm import caseload, customers, tickets
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.people import Role, Staff
from scrm_bot.crm.tickets import Ticket
from scrm_bot.dialogs import fieldwork, openings, topics
from scrm_bot.dialogs.listed import MOST
from scrm_bot.dialogs.phrases import short
from scrm_bot.dialogs.skill import FIXERS, STAFF, Answer, Listed, Need, Told, ask, skill
from scrm_bot.dialogs.skills.requests import assignee_words, kind_of, priority_of, progress_line
from scrm_bot.dialogs.slots import Phone, Said
from scrm_bot.dialogs.states import state
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.taps import Say as Press
from scrm_bot.dialogs.taps import about
from scrm_bot.dialogs.texts import Text
from scrm_bot.nlp.meaning import Meaning, Mention
from scrm_bot.nlp.text import normalise

FRESH = timedelta(minutes=10)  # the one ticket that was in hand so lately is the one meant


class Say:
    """What colleagues hear about tickets."""

    filed = Text("✅ 工单 {number}｜{customer}｜{priority}\n「{text}」\n{next}")
    filed_someone = Text("已派给 {name}。")
    filed_nobody = Text("现在没有在岗的工程师，先挂着。")
    which_customer = Text("是哪家客户的工单？")
    none_mine = Text("你名下没有待处理的工单。")
    none_theirs = Text("{customer} 没有工单。")
    which = Text("是哪一单？")
    accepted = Text(
        "✅ 已接 {number}，客户已收到通知。\n{customer}｜{text}\n电话 {phone}\n"
        "办完回“搞定了”，跟客户说话用“回复客户 …”。"
    )
    no_phone = Text("未留")
    passed = Text("已把 {number} 转给 {name}。")
    nobody_else = Text("暂时没有别的工程师可以转，{number} 还在你这里。")
    told = Text("✅ 已转告客户（{number}）：{text}")
    what_to_tell = Text("要跟客户说什么？比如“回复客户 明天上午 10 点到”。")
    resolved = Text("✅ {number} 已完成，已请客户评价。")
    reported = Text("📝 记在 {number} 里了（{state}），客户也收到了：{text}")
    list = Text("你的工单 {count} 个：")
    list_theirs = Text("{customer} 的工单 {count} 个：")
    line = Text("{number}｜{priority}｜{state}｜{customer}｜{text}")
    unknown_customer = Text("未绑定客户")
    list_all = Text("没办完的工单 {count} 个：")
    none_open = Text("没有没办完的工单。")
    not_found = Text("没找到这张工单。")


_IN_ENGLISH = ("reply to customer", "Reply to customer", "tell the customer", "Tell the customer")
_REPLY = re.compile(
    r"^(?:回复|告诉|转告|跟|和|答复)(?:一下)?(?:客户|(T\d{6}-\d+))(?:说(?:一下)?)?[\s，,：:]*"
    r"|^(?:reply to|tell) (?:the )?customer[\s,:]*",
    re.I,
)


@skill(
    label="create_ticket",
    examples=[
        "给{customer}建个售后单，{said}",
        "{customer}报修，提个工单",
        "{customer}投诉{said}，帮我记工单",
        "{customer}反映{said}，麻烦派单",
        "open a ticket for {customer}",
    ],
    allow=STAFF,
)
def file_for_customer(
    talk: Talk, customer: Customer = ask(Say.which_customer), said: Said = Said(""), phone: Phone | None = None
) -> Answer:
    """替客户建工单"""
    customers.check(talk.desk, customer)
    ticket = tickets.open_ticket(
        talk.desk, said, priority=priority_of(talk), kind=kind_of(talk), customer_id=customer.id, phone=phone
    )
    talk.remember(customer)
    return Say.filed(
        number=ticket.number,
        customer=customer.name,
        priority=ticket.priority,
        text=short(said),
        next=assignee_words(talk, ticket, Say.filed_someone, Say.filed_nobody),
    )


@skill(
    label="update_ticket",
    examples=[
        "接",
        "接单",
        "我来",
        "收到，我去",
        "接 {ticket}",
        "我接了",
        "马上过去",
        "accept",
        "accept {ticket}",
        "I'll take it",
        "on my way",
    ],
    allow=FIXERS,
    about=openings.TICKET,
    says=lambda text, _meaning: fieldwork.takes(text),
)
def accept(talk: Talk, ticket: Ticket | None = None) -> Answer:
    """接单"""
    one = _mine(talk, ticket, ("dispatched", "new"))
    if not isinstance(one, Ticket):
        return one
    tickets.accept(talk.desk, one)
    customer = talk.desk.session.get(Customer, one.customer_id) if one.customer_id else None
    return Say.accepted(
        number=one.number,
        customer=customer.name if customer else Say.unknown_customer(),
        text=short(one.text),
        phone=one.phone or Say.no_phone(),
    )


@skill(
    label="update_ticket",
    examples=[
        "去不了",
        "我去不了",
        "转给{owner}",
        "{ticket}转给{owner}",
        "{ticket}指派给{owner}",
        "我在外地去不了",
        "换个人吧",
        "can't go",
        "I can't go",
        "pass it on",
    ],
    allow=FIXERS,
    about=openings.TICKET,
)
def pass_on(talk: Talk, ticket: Ticket | None = None, owner: Staff | None = None) -> Answer:
    """转单，或者说去不了"""
    one = _mine(talk, ticket, tickets.OPEN)
    if not isinstance(one, Ticket):
        return one
    if owner is not None:
        tickets.assign(talk.desk, one, owner)
        return Say.passed(number=one.number, name=owner.name)
    other = tickets.pass_on(talk.desk, one)
    if other is None:
        return Say.nobody_else(number=one.number)
    return Say.passed(number=one.number, name=other.name)


@skill(
    label="reply_to_customer",
    examples=["回复客户 {said}", "告诉客户{said}"],
    allow=FIXERS,
    about=openings.TICKET,
    opens=("回复", "告诉客户", "转告客户", "跟客户说", "和客户说", "答复客户", *_IN_ENGLISH),
)
def reply_to_customer(talk: Talk, ticket: Ticket | None = None, said: Said = Said("")) -> Answer:
    """给客户回话：回复客户 明天上午到"""
    words = _REPLY.sub("", said).strip() or (said.removeprefix("回复").strip() if said.startswith("回复") else "")
    one = _mine(talk, ticket, ("accepted", "working", "waiting", "dispatched"))
    if not isinstance(one, Ticket):
        return one
    if not words:
        return Told(Say.what_to_tell(), fate="asked")
    tickets.say(talk.desk, one, words)
    return Say.told(number=one.number, text=short(words))


@skill(
    label="update_ticket",
    examples=[
        "搞定了",
        "修好了",
        "修好了 换了{said}",
        "处理完了",
        "工单{ticket}已处理完，关闭",
        "{ticket}关闭",
        "完成",
        "搞定 客户签字了",
        "弄好了",
        "解决了",
        "fixed",
        "fixed it",
        "all fixed",
        "it works again",
    ],
    allow=FIXERS,
    about=openings.TICKET,
    opens=(
        "修好了",
        "搞定了",
        "搞定 ",
        "处理完了",
        "处理好了",
        "弄好了",
        "解决了",
        "已修复",
        "已处理完",
        "fixed",
        "Fixed",
    ),
    says=lambda text, _meaning: fieldwork.is_done(text),
)
def resolve(talk: Talk, ticket: Ticket | None = None, said: Said = Said("")) -> Answer:
    """办完了，请客户评价"""
    one = _mine(talk, ticket, ("accepted", "working", "waiting", "dispatched"))
    if not isinstance(one, Ticket):
        return one
    tickets.resolve(talk.desk, one, said.removeprefix(one.number).strip())
    return Say.resolved(number=one.number)


@skill(
    label="update_ticket",
    examples=["到现场了", "在路上了", "等配件 {time}到", "还要等{said}", "on site", "waiting for parts"],
    allow=FIXERS,
    about=openings.TICKET,
    says=lambda text, meaning: _reports(text, meaning),
    outright=True,
)
def report_from_site(talk: Talk, ticket: Ticket | None = None, said: Said = Said("")) -> Answer:
    """路上、到了、等配件：记在手上的单里，客户也看得到"""
    one = _mine(talk, ticket, ("accepted", "working", "waiting", "dispatched"))
    if not isinstance(one, Ticket):
        return one
    waits = fieldwork.tells_of(said) is fieldwork.Stand.WAITS
    named = talk.meaning.slots.get("time", ()) if talk.meaning else ()
    words = fieldwork.for_the_customer(said, (when.text for when in named))
    tickets.report(talk.desk, one, words, waits=waits)
    return Say.reported(number=one.number, state=state(one.state), text=short(words))


def _reports(text: str, meaning: Meaning | None) -> bool:
    """等配件 明天到; 下午三点过去: of the ticket in hand, unless a reminder is wanted or a visit is planned."""
    stand, acts = fieldwork.tells_of(text), meaning.acts if meaning else ()
    if stand is None or any(act.label in ("set_reminder", "create_ticket") or act.lesson == "accept" for act in acts):
        return False
    return stand is fieldwork.Stand.WAITS or not (meaning and "customer" in meaning.slots)


_LEFT = r"(?:没|未|没有)(?:关闭?|处理|办|解决|结|修)(?:完|好|掉|单)?|待(?:处理|办|接|派)|进行中|未完成|没完成"
_ALL = re.compile(rf"全部|所有|全|{_LEFT}|\ball\b")


@skill(
    label="query_ticket",
    examples=[
        "我的工单",
        "还有哪些单",
        "工单列表",
        "{ticket}现在什么状态",
        "待处理的工单",
        "全部工单",
        "所有没关的工单",
        "还有多少工单没处理完",
        "my tickets",
        "open tickets",
        "all tickets",
        "all open tickets",
    ],
    allow=STAFF,
    says=topics.about(rf"全部|所有|{_LEFT}|工单|售后单", r"(?:全|所有|没|未|待|进行中).*单|单.*(?:没|未|待)"),
)
def list_tickets(talk: Talk, ticket: Ticket | None = None, customer: Customer | None = None) -> Answer:
    """看工单：自己的、一家客户的、某一张"""
    if ticket is not None:
        return progress_line(talk, ticket)
    if talk.act.slots.get("ref_no"):
        return Say.not_found()
    if customer is not None:
        return _theirs(talk, customer)
    role = talk.desk.staff.role
    if role not in FIXERS or (role != Role.ENGINEER and _ALL.search(talk.act.text)):  # nobody sends them to anything
        return _all_open(talk)
    found = tickets.assigned_to(talk.desk, talk.desk.staff)
    return _listed(talk, Say.list(count=len(found)), found) if found else Say.none_mine()


def _all_open(talk: Talk) -> Answer:
    found, total = caseload.still_open(talk.desk, MOST)
    if not found:
        return Say.none_open()
    return Listed(Say.list_all(count=total), [(ticket, _line(talk, ticket)) for ticket in found], total)


def _theirs(talk: Talk, customer: Customer) -> Answer:
    customers.check(talk.desk, customer)
    talk.remember(customer)
    found = tickets.of_customer(talk.desk, customer.id)
    if not found:
        return Say.none_theirs(customer=customer.name)
    return _listed(talk, Say.list_theirs(customer=customer.name, count=len(found)), found)


def _listed(talk: Talk, head: str, found: Sequence[Ticket]) -> Listed:
    return Listed(head, [(ticket, _line(talk, ticket)) for ticket in found])


def _mine(talk: Talk, ticket: Ticket | None, states: Sequence[str]) -> Ticket | Answer:
    """The ticket meant: the one named, or the only one of the engineer's in these states, or a question."""
    if ticket is not None:
        return ticket
    found = [t for t in tickets.assigned_to(talk.desk, talk.desk.staff) if t.state in states]
    named = [one for one in talk.brain.lexicon.customers.find(normalise(talk.act.text)) if one.sure]  # seen or not
    found = [t for t in found if all(_may_be_of(t, one) for one in named)]
    pressed = about(talk.message, "t")
    if pressed is not None:
        return next((t for t in found if t.id == pressed), None) or Press.settled()
    if not found:
        return Say.none_theirs(customer=named[0].text) if named else Say.none_mine()
    fresh = [t for t in found if t.responded_at and talk.desk.now - t.responded_at < FRESH]
    if len(found) == 1 or len(fresh) == 1:
        return (fresh or found)[0]
    options = tuple((_line(talk, t), t) for t in found[:5])
    return Need("ticket", Say.which(), options)


def _may_be_of(ticket: Ticket, customer: Mention) -> bool:
    """What is told of one customer is never told to another."""
    return any(one.id == ticket.customer_id for one in customer.candidates)


def _line(talk: Talk, ticket: Ticket) -> str:
    customer = talk.desk.session.get(Customer, ticket.customer_id) if ticket.customer_id else None
    return Say.line(
        number=ticket.number,
        priority=ticket.priority,
        state=state(ticket.state),
        customer=customer.name if customer else Say.unknown_customer(),
        text=short(ticket.text, 20),
    )
