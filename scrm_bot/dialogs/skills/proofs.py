"""Talking about what became of a reminder: when it was due, when and where it was sent, or why it was not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from scrm_bot.crm import reminders
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.reminders import Reminder
from scrm_bot.dialogs import deliveries, times
from scrm_bot.dialogs.phrases import moment, short
from scrm_bot.dialogs.skill import STAFF, Answer, skill
from scrm_bot.dialogs.slots import Company
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.texts import Text
from scrm_bot.message import Delivery
from scrm_bot.nlp.meaning import When

MOST = 5
RECENTLY = timedelta(days=2)


class Say:
    """What is said about the way of reminders."""

    none = Text("{period}没有设过提醒{about}，所以没有响。要设的话，说“明天下午三点提醒我……”就行。")
    found = Text("查了记录：\n{lines}")
    line = Text("· {due}「{what}」：{fate}")
    about = Text("（关于{name}的）")
    these_days = Text("这两天")
    still_to_come = Text("还没到点")
    in_a_moment = Text("到点了，马上发")
    undone = Text("你撤销了，没有响")
    cancelled = Text("你取消了，没有响")
    no_account = Text("到点了，但你当时还没有绑定任何账号，没能发出")
    unknown = Text("到点时记为已响，没有更多记录")
    sent = Text("{at} 已发到你的「{channel}」账号{late}{done}")
    late = Text("，晚了 {late}")
    done = Text("，你回了完成")
    on_its_way = Text("正在发往你的「{channel}」账号{why}")
    not_yet = Text("，还没成功（{why}），会接着试")
    failed = Text("没能发到你的「{channel}」账号（{why}）")
    then = Text("；")


@skill(
    label="query_schedule",
    examples=[
        "{time}为啥没提醒我",
        "为什么没有提醒我",
        "我的提醒发出去了吗",
        "{time}的提醒怎么没收到",
        "{time}没收到提醒",
        "提醒发了没",
        "{time}怎么没叫我",
        "你没提醒我啊",
        "没提醒我给{person}打电话",
        "{time}的提醒呢",
        "{customer}的提醒怎么没响",
        "提醒我的那条发了吗",
        "why didn't you remind me",
        "was my reminder sent",
    ],
    allow=STAFF,
)
def reminder_proof(talk: Talk, time: When | None = None, customer: Customer | Company | None = None) -> Answer:
    """提醒发了没有、为什么没收到：昨天为啥没提醒我"""
    first, last = _span(talk, time)
    found = [one for one in reminders.rung_between(talk.desk, first, last) if _meant(talk, one, customer)]
    if not found:
        about = Say.about(name=customer.name) if customer else ""
        return Say.none(period=time.text if time else Say.these_days(), about=about)
    lines = [_line(talk, one) for one in found[-MOST:]]
    return Say.found(lines="\n".join(lines))


def _span(talk: Talk, time: When | None) -> tuple[datetime, datetime]:
    """The days asked about; else the last two, and today to its end."""
    desk = talk.desk
    if time is None:
        return desk.now - RECENTLY, desk.now.replace(hour=23, minute=59, second=59)
    first, last = times.span(desk, time, "day")
    midnight = desk.now.replace(hour=0, minute=0, second=0, microsecond=0)
    start = midnight + (first - desk.today)
    return start, start + (last - first) + timedelta(days=1)


def _meant(talk: Talk, reminder: Reminder, customer: Customer | Company | None) -> bool:
    """About the customer and the person who were named, if any were."""
    people = [str(name) for name in talk.act.slots.get("person", ())]
    if isinstance(customer, Customer) and reminder.customer_id != customer.id and not people:
        return customer.name in reminder.text
    return all(name in reminder.text for name in people)


def _line(talk: Talk, reminder: Reminder) -> str:
    due = reminder.due_at.astimezone(talk.desk.shape.zone)
    return Say.line(due=moment(due, talk.desk.today), what=short(reminder.text, 24), fate=_fate(talk, reminder))


def _fate(talk: Talk, reminder: Reminder) -> str:
    if reminder.undone_at is not None:
        return Say.undone()
    match reminder.state:
        case "cancelled":
            return Say.cancelled()
        case "waiting":
            return Say.still_to_come() if reminder.due_at > talk.desk.now else Say.in_a_moment()
    once = f"reminder:{reminder.id}:{reminder.rings}"
    ways = talk.proof(talk.desk.staff.key, once, reminder.sent_at)
    return _ways(talk, reminder, ways) if ways else Say.unknown()


def _ways(talk: Talk, reminder: Reminder, ways: Sequence[Delivery]) -> str:
    if not ways[0].to.channel:
        return Say.no_account()
    return Say.then().join(_way(talk, reminder, way) for way in ways)


def _way(talk: Talk, reminder: Reminder, way: Delivery) -> str:
    why = deliveries.why(way.reason, unreachable=way.unreachable)
    match way.state:
        case "sent":
            late = deliveries.how_late(way.at, reminder.due_at)
            done = Say.done() if reminder.state == "done" else ""
            at = moment(way.at.astimezone(talk.desk.shape.zone), talk.desk.today)
            return Say.sent(at=at, channel=way.to.channel, late=Say.late(late=late) if late else "", done=done)
        case "given_up":
            return Say.failed(channel=way.to.channel, why=why)
    return Say.on_its_way(channel=way.to.channel, why=Say.not_yet(why=why) if way.reason else "")
