"""Talking about service: customers ask, engineers answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from scrm_bot.crm import customers, reports, tickets
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.people import Contact, Role, Staff
from scrm_bot.crm.tickets import STATES, Ticket
from scrm_bot.dialogs import openings, times
from scrm_bot.dialogs.phrases import moment, short
from scrm_bot.dialogs.skill import CUSTOMERS, FIXERS, STAFF, Answer, Need, Told, ask, skill
from scrm_bot.dialogs.slots import Phone, Said
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.texts import Text
from scrm_bot.nlp.meaning import When

MERGE = timedelta(seconds=60)  # quick lines that are one thought


class Say:
    """What is said about tickets. To customers: 您."""

    received = Text("已受理，工单号 {number}{urgent}\n「{text}」\n{next}")
    urgent = Text("（加急）")
    someone = Text("已通知工程师{name}，会尽快联系您。发“进度”随时查看。")
    nobody = Text("我们会尽快安排工程师联系您。发“进度”随时查看。")
    ask_phone = Text("方便的话留个手机号，工程师好联系您。")
    added = Text("收到，已补充到工单 {number}。")
    filed = Text("✅ 工单 {number}｜{customer}｜{priority}\n「{text}」\n{next}")
    filed_someone = Text("已派给 {name}。")
    filed_nobody = Text("现在没有在岗的工程师，先挂着。")
    which_customer = Text("是哪家客户的工单？")
    none_asked = Text("您目前没有进行中的工单。有问题直接说一句就行。")
    progress = Text("{lines}")
    progress_line = Text("工单 {number}｜{state}{who}\n「{text}」")
    handled_by = Text("｜{name} 处理中")
    last_word = Text("{author} {when}：{text}")
    urged = Text("已为您加急，工单 {number}，并再次通知了工程师。")
    cancelled = Text("好的，工单 {number} 已取消。")
    which_rating = Text("这次服务您打几分？回 1-5（5 最好）。")
    rated = Text("谢谢您的评价：{stars} 分。{more}")
    rated_low = Text("抱歉没让您满意，我们会回访您。")
    none_mine = Text("你名下没有待处理的工单。")
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
    list = Text("你的工单 {count} 个：\n{lines}")
    line = Text("{number}｜{priority}｜{state}｜{customer}｜{text}")
    unknown_customer = Text("未绑定客户")
    counts = Text("工单 {period}：新增 {total} 个\n{lines}")
    counts_none = Text("{period}没有工单。")
    not_found = Text("没找到这张工单。")


_STARS = re.compile(r"\s*([1-5一二三四五])\s*(?:分|星|颗星)?")
_HIGH = ("满意", "很好", "不错", "谢谢", "好评", "挺好", "可以", "专业", "及时", "赞", "👍")
_LOW = ("不满意", "太差", "差评", "很差", "垃圾", "没解决")
_MIDDLE = ("还行", "一般", "凑合", "慢")
_REPLY = re.compile(r"^(?:回复|告诉|转告|跟|和|答复)(?:一下)?(?:客户|(T\d{6}-\d+))(?:说(?:一下)?)?[\s，,：:]*", re.I)
_STOPPED = ("停产", "停了", "生产停", "全停", "停机", "起火", "冒烟", "漏电")
_ACKS = re.compile(r"(好的?|谢谢|收到|嗯+|ok|知道了|明白|辛苦了?|哈+|[。.!！~，,\s]|👌|👍|🙏)+", re.I)


def priority_of(talk: Talk) -> str:
    """P1 when production stands, P2 when it is urgent, else P3."""
    if any(word in talk.act.text for word in _STOPPED):
        return "P1"
    return "P2" if "high" in talk.act.slots.get("priority", ()) else "P3"


@skill(
    label=("create_ticket", "handoff"),
    examples=[
        "机器坏了",
        "设备报警{said}",
        "我要报修",
        "能不能派个人来看一下",
        "人工客服",
        "你们的机器又不行了",
        "打不开了",
        "系统登录不了",
    ],
    allow=CUSTOMERS,
)
def file_request(talk: Talk, said: Said = Said(""), phone: Phone | None = None) -> Answer:
    """报修、投诉、要人帮忙，说一句就行"""
    address = talk.address
    mine = tickets.asked_by(talk.desk, address.channel, address.user, limit=1)
    if mine and talk.desk.now - mine[0].created_at < MERGE:
        tickets.say(talk.desk, mine[0], said)
        return Say.added(number=mine[0].number)
    ticket = tickets.open_ticket(
        talk.desk,
        said,
        priority=priority_of(talk),
        kind=_kind(talk),
        asker=(address.channel, address.user),
        phone=phone,
    )
    lines = [
        Say.received(
            number=ticket.number,
            urgent=Say.urgent if ticket.priority != "P3" else "",
            text=short(said),
            next=_assignee_words(talk, ticket, Say.someone, Say.nobody),
        )
    ]
    if isinstance(talk.desk.actor, Contact) or phone:
        return lines[0]
    return "\n".join([*lines, Say.ask_phone])


@skill(
    label="create_ticket",
    examples=[
        "给{customer}建个售后单，{said}",
        "{customer}报修，提个工单",
        "{customer}投诉{said}，帮我记工单",
        "{customer}反映{said}，麻烦派单",
    ],
    allow=STAFF,
)
def file_for_customer(
    talk: Talk, customer: Customer = ask(Say.which_customer), said: Said = Said(""), phone: Phone | None = None
) -> Answer:
    """替客户建工单"""
    customers.check(talk.desk, customer)
    ticket = tickets.open_ticket(
        talk.desk, said, priority=priority_of(talk), kind=_kind(talk), customer_id=customer.id, phone=phone
    )
    talk.remember(customer)
    return Say.filed(
        number=ticket.number,
        customer=customer.name,
        priority=ticket.priority,
        text=short(said),
        next=_assignee_words(talk, ticket, Say.filed_someone, Say.filed_nobody),
    )


@skill(
    label=("query_ticket", "query_order"),
    examples=["进度", "修到哪了", "师傅什么时候到", "怎么还没人来", "我的工单怎么样了"],
    allow=CUSTOMERS,
)
def progress(talk: Talk) -> Answer:
    """查工单进度"""
    address = talk.address
    mine = tickets.asked_by(talk.desk, address.channel, address.user, *tickets.OPEN, "resolved", limit=3)
    if not mine:
        return Say.none_asked
    return Say.progress(lines="\n".join(_progress_line(talk, ticket) for ticket in mine))


def _progress_line(talk: Talk, ticket: Ticket) -> str:
    engineer = talk.desk.session.get(Staff, ticket.assignee_id) if ticket.assignee_id else None
    busy = engineer is not None and ticket.state in ("accepted", "working")
    who = Say.handled_by(name=engineer.name) if engineer and busy else ""
    lines = [Say.progress_line(number=ticket.number, state=STATES[ticket.state], who=who, text=short(ticket.text))]
    note = tickets.last_note(talk.desk, ticket)
    if note:
        when = moment(note.created_at.astimezone(talk.desk.shape.zone), talk.desk.today)
        lines.append(Say.last_word(author=note.author, when=when, text=short(note.text)))
    return "\n".join(lines)


@skill(
    label="update_ticket",
    examples=["我那个报修单能加急吗", "加急", "快点", "催一下", "怎么还没来人，急死了"],
    allow=CUSTOMERS,
    about=openings.REQUEST,
)
def urge(talk: Talk) -> Answer:
    """催一下工单"""
    mine = tickets.asked_by(talk.desk, talk.address.channel, talk.address.user, limit=1)
    if not mine:
        return Say.none_asked
    tickets.urge(talk.desk, mine[0])
    return Say.urged(number=mine[0].number)


@skill(label="cancel_last", examples=["不用修了", "取消报修", "撤销", "取消工单", "不用来了"], allow=CUSTOMERS)
def cancel_request(talk: Talk) -> Answer:
    """取消刚报的修"""
    mine = tickets.asked_by(talk.desk, talk.address.channel, talk.address.user, limit=1)
    if not mine:
        return Say.none_asked
    tickets.cancel(talk.desk, mine[0])
    return Say.cancelled(number=mine[0].number)


@skill(
    label="rate",
    examples=[
        "5",
        "5分",
        "五星",
        "满意",
        "满意 谢谢师傅",
        "还行吧 就是慢",
        "不满意",
        "很好",
        "一般",
        "太差了",
        "非常满意，谢谢",
    ],
    allow=CUSTOMERS,
    about=openings.RATING,
)
def rate(talk: Talk, said: Said = Said("")) -> Answer:
    """给服务打分"""
    done = tickets.asked_by(talk.desk, talk.address.channel, talk.address.user, "resolved", limit=1)
    stars = stars_of(said)
    if not done:
        return Say.none_asked
    if stars is None:
        return Told(Say.which_rating, choices=("5", "4", "3", "2", "1"))
    tickets.rate(talk.desk, done[0], stars, said)
    return Say.rated(stars=stars, more=Say.rated_low if stars <= 3 else "")


def stars_of(text: str) -> int | None:
    """5, 五星, 满意, 还行吧 就是慢."""
    digit = _STARS.match(text)
    if digit:
        return int(digit[1]) if digit[1].isdigit() else "一二三四五".index(digit[1]) + 1
    for words, stars in ((_LOW, 1), (_MIDDLE, 3), (_HIGH, 5)):
        if any(word in text for word in words):
            return stars
    return None


@skill(label="none", examples=["你好", "在吗", "好的谢谢"], allow=CUSTOMERS)
def chat_with_customer(talk: Talk, said: Said = Said(""), phone: Phone | None = None) -> Answer:
    """随便说点什么"""
    mine = tickets.asked_by(talk.desk, talk.address.channel, talk.address.user, limit=1)
    if _ACKS.fullmatch(said.strip()):
        return Told("", fate="ignored")
    if mine and phone and not mine[0].phone:
        mine[0].phone = phone
    if mine:
        tickets.say(talk.desk, mine[0], said)
        return Say.added(number=mine[0].number)
    return Told(Greeting.customer, choices=("进度",), fate="answered")


class Greeting:
    """Words for small talk with customers."""

    customer = Text("您好，我是服务助手。设备或系统有问题，直接用一句话告诉我（哪台、什么现象），马上为您建单派人。")


# -- engineers


@skill(
    label="update_ticket",
    examples=["接", "接单", "我来", "收到，我去", "接 {ticket}", "我接了", "马上过去"],
    allow=FIXERS,
    about=openings.TICKET,
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
        customer=customer.name if customer else Say.unknown_customer,
        text=short(one.text),
        phone=one.phone or Say.no_phone,
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
    opens=("回复", "告诉客户", "转告客户", "跟客户说", "和客户说", "答复客户"),
)
def reply_to_customer(talk: Talk, ticket: Ticket | None = None, said: Said = Said("")) -> Answer:
    """给客户回话：回复客户 明天上午到"""
    words = _REPLY.sub("", said).strip() or (said.removeprefix("回复").strip() if said.startswith("回复") else "")
    one = _mine(talk, ticket, ("accepted", "working", "waiting", "dispatched"))
    if not isinstance(one, Ticket):
        return one
    if not words:
        return Told(Say.what_to_tell, fate="asked")
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
    ],
    allow=FIXERS,
    about=openings.TICKET,
)
def resolve(talk: Talk, ticket: Ticket | None = None, said: Said = Said("")) -> Answer:
    """办完了，请客户评价"""
    one = _mine(talk, ticket, ("accepted", "working", "waiting", "dispatched"))
    if not isinstance(one, Ticket):
        return one
    tickets.resolve(talk.desk, one, said)
    return Say.resolved(number=one.number)


@skill(
    label="query_ticket",
    examples=["我的工单", "还有哪些单", "工单列表", "{ticket}现在什么状态", "待处理的工单"],
    allow=STAFF,
)
def list_tickets(talk: Talk, ticket: Ticket | None = None, customer: Customer | None = None) -> Answer:
    """看工单：自己的、一家客户的、某一张"""
    if ticket is not None:
        return _progress_line(talk, ticket)
    if talk.act.slots.get("ref_no"):
        return Say.not_found
    if customer is not None:
        customers.check(talk.desk, customer)
        found: Sequence[Ticket] = tickets.of_customer(talk.desk, customer.id)
    else:
        found = tickets.assigned_to(talk.desk, talk.desk.staff)
    if not found:
        return Say.none_mine
    return Say.list(count=len(found), lines="\n".join(_line(talk, t) for t in found))


@skill(
    label="query_ticket",
    examples=["{time}工单咋样", "{time}新增工单几个", "工单情况", "{time}处理了多少工单"],
    allow=STAFF - {Role.ENGINEER},
)
def count_tickets(talk: Talk, time: When | None = None) -> Answer:
    """这段时间的工单数"""
    first, last = times.span(talk.desk, time, "week")
    found = tickets.counts(talk.desk, *reports.bounds(talk.desk, first, last))
    period = times.spoken(time, first, last)
    if not found:
        return Say.counts_none(period=period)
    lines = "\n".join(f"· {STATES[state]} {count}" for state, count in found.items())
    return Say.counts(period=period, total=sum(found.values()), lines=lines)


def _mine(talk: Talk, ticket: Ticket | None, states: Sequence[str]) -> Ticket | Answer:
    """The ticket meant: the one named, or the only one of the engineer's in these states, or a question."""
    if ticket is not None:
        return ticket
    found = [t for t in tickets.assigned_to(talk.desk, talk.desk.staff) if t.state in states]
    if not found:
        return Say.none_mine
    if len(found) == 1:
        return found[0]
    options = tuple((_line(talk, t), t) for t in found[:5])
    return Need("ticket", Say.which, options)


def _line(talk: Talk, ticket: Ticket) -> str:
    customer = talk.desk.session.get(Customer, ticket.customer_id) if ticket.customer_id else None
    return Say.line(
        number=ticket.number,
        priority=ticket.priority,
        state=STATES[ticket.state],
        customer=customer.name if customer else Say.unknown_customer,
        text=short(ticket.text, 20),
    )


def _assignee_words(talk: Talk, ticket: Ticket, someone: Text, nobody: Text) -> str:
    engineer = talk.desk.session.get(Staff, ticket.assignee_id) if ticket.assignee_id else None
    return someone(name=engineer.name) if engineer else nobody


def _kind(talk: Talk) -> str:
    text = talk.act.text
    if "投诉" in text or "neg" in talk.act.slots.get("sentiment", ()):
        return "投诉"
    if talk.act.label == "handoff":
        return "咨询"
    return "安装" if "安装" in text else "退换" if re.search("退货|换货|退换", text) else "报修"
