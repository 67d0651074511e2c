"""Talking about what is to be done: reminders, the day's list, silent customers, contracts that run out."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from scrm_bot.crm import agenda, contracts, customers, reminders, reports
from scrm_bot.crm.contracts import Contract
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.people import Staff
from scrm_bot.crm.reminders import Reminder
from scrm_bot.dialogs import errands, openings, times
from scrm_bot.dialogs.listed import MOST
from scrm_bot.dialogs.memory import Moved
from scrm_bot.dialogs.phrases import day, moment, money, on, short
from scrm_bot.dialogs.skill import STAFF, Again, Answer, Listed, Need, Saying, ask, skill
from scrm_bot.dialogs.skills import followups as visits
from scrm_bot.dialogs.slots import PRONOUN, Company, Said
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.taps import about
from scrm_bot.dialogs.texts import Text
from scrm_bot.nlp.meaning import Grain, When
from scrm_bot.nlp.moving import due
from scrm_bot.nlp.text import simplified


class Say:
    """What is said about reminders."""

    when = Text("什么时候提醒你？")
    set = Text("⏰ 好，{moment} 提醒你：{what}{note}")
    weekend = Text("（那天是周末）")
    once = Text("（只设了最近这一次，这样的重复我还不会）")
    every = Text("⏰ 好，{every}提醒你：{what}\n下次 {moment}，不想要了就说“不用再提醒了”。")
    nothing_rung = Text("没有正在等你处理的提醒。")
    done = Text("✅ 已完成：{what}")
    which_done = Text("哪一件完成了？")
    later = Text("⏰ 好，改到 {moment}：{what}")
    all_later = Text("⏰ 好，{count} 件都挪了，最早 {moment}：{what}")
    agenda = Text("📋 {whose}{period}：")
    agenda_none = Text("{whose}{period}没有安排。")
    overdue = Text("⚠️ {what}（{day}该做）")
    todo = Text("{time} {what}")
    quiet = Text("{customer} {days} 天没联系")
    runs_out = Text("{customer} 合同「{title}」还有 {left} 天到期")
    today = Text("今天")
    from_today = Text("接下来")
    silent = Text("{days} 天以上没联系的客户：")
    said_then = Text("{what}（{day}说的）")
    silent_none = Text("没有超过 {days} 天没联系的客户，真棒。")
    silent_line = Text("{customer}｜{days}")
    never = Text("还没联系过")
    days_ago = Text("{days} 天")
    expiring = Text("{period}到期的合同 {count} 份：")
    expiring_none = Text("{period}没有到期的合同。")
    expiring_line = Text("{customer}｜{title}｜{amount}｜{day}到期（还有 {left} 天）")


AHEAD = timedelta(minutes=30)  # how long before a meeting it rings
_ASKING = re.compile(
    r"(再加一?[条个]|麻烦|请|帮我|到时候?|记得|别忘了|别忘记|待办加一条|加个待办|设个提醒|提醒一下我|提醒下我|提醒我|提行我|提醒|叫我|通知我|闹钟)[：:，,\s]*"
    r"|(?:please\s+)?(?:remind me|don't let me forget|reminder)(?:\s+(?:to|about|that)\b)?\s*"
)


_ALL_SET = re.compile(r"(?:哪些|什么|啥|几个)提醒")  # not only today's
COMING = timedelta(days=60)
_LEADS = re.compile(r"^(?:嗯+|呃+|诶|哦对?|对了|另外|顺便|再就是|那个|就是|跟你说下|一下|下)[，,\s]*(?=..)")
_RECURRING = re.compile(r"每(?:天|日|周|星期|个?月|年|隔|逢|个?工作日)")


_EARLY = re.compile(r"[，,\s]*(?:记得|到时候?)?(?:提前|提早|早)[^，,。;；]{1,8}?(?=提醒|叫|喊|通知|告诉|跟我说)")
_AGAIN = ("再", "再一次", "再来一次", "一次", "一下")  # 半小时后再提醒我


def what_to_do(said: str, when: When | None) -> str:
    """The sentence without its time and without 提醒我."""
    plain = simplified(said)
    words = plain.replace(when.text, "", 1) if when else plain
    words = _LEADS.sub("", _ASKING.sub("", words))
    return words.strip(" ，,。.：:！!～~").removeprefix("的").strip() or said


@skill(
    label="set_reminder",
    examples=[
        "{time}提醒我给{person}打电话",
        "{time}提醒我{said}",
        "记得{time}给{customer}{said}",
        "别忘了{time}{said}",
        "待办加一条：{time}{said}",
        "{time}叫我{said}",
        "remind me {time} to {said}",
        "{time} remind me to call {person}",
    ],
    allow=STAFF,
)
def remind_me(
    talk: Talk, time: When = ask(Say.when), customer: Customer | Company | None = None, said: Said = Said("")
) -> Answer:
    """到点提醒你：明天下午三点提醒我给王总打电话"""
    time, hour = times.at_its_hour(time, talk.act.slots.get("time", ()))
    for_whom, said = errands.of(talk, said)
    if for_whom is not None and not talk.desk.reach.covers(for_whom.id):
        return errands.offered(for_whom, time, customer, said)
    due_at, every = times.recurring(talk.desk, time) if time.every else (times.due_at(talk.desk, time), None)
    early = times.ahead(said, time, map(str, talk.act.slots.get("duration", ())))
    own = customer if isinstance(customer, Customer) else None
    what = what_to_do(said.replace(hour, "", 1), time) if early is None else _dated(said, time, due_at)
    due_at -= early or timedelta(0)
    known, what = _of_whom(talk, own, what)
    reminder = reminders.remind(talk.desk, what, due_at, known.id if known else None, every=every, whom=for_whom)
    if known:
        talk.remember(known)
    when = moment(due_at, talk.desk.today, seconds=time.second)
    if for_whom is not None:
        return errands.Say.set(name=for_whom.name, moment=when, what=what)
    if every:
        return Say.every(every=time.text, what=reminder.text, moment=when)
    note = Say.weekend() if due_at.weekday() >= 5 and due_at.date() != talk.desk.today else ""
    if _RECURRING.search(said):
        note = Say.once()
    return Say.set(moment=when, what=reminder.text, note=note)


def _dated(said: str, time: When, then: datetime) -> str:
    """合同4月5日到期: what is ahead of its day says which day that is."""
    day_of = f"{on(then, then)}{then:%H:%M} " if time.grain is Grain.MINUTE else on(then, then)
    words = _EARLY.sub("", said.replace(time.text, "\0", 1)).replace("\0", day_of)
    return what_to_do(words, None)


def _of_whom(talk: Talk, customer: Customer | None, what: str) -> tuple[Customer | None, str]:
    """The customer, and what to do with its name: 再打, 给他发资料 and an order by number do not tell to whom."""
    if what in _AGAIN and (before := reminders.last_heard(talk.desk)):
        return customer, before.text
    if customer is None and what.startswith("再") and talk.recent():
        customer = customers.get(talk.desk, talk.recent()[0])
    untold = talk.given or what.startswith("再") or PRONOUN.search(what)
    if customer is None or not untold or customer.name in what:
        return customer, what
    return customer, visits.Say.about(customer=customer.name, what=what)


@skill(
    label="done_reminder",
    examples=[
        "完成", "完成了", "搞定了", "做完了", "办完了", "已经打过了", "打了，他没接", "done", "弄完了",
        "已联系", "联系过了", "已沟通", "沟通过了", "联系了",
        "done that", "2 done",
    ],
    allow=STAFF,
    about=openings.REMINDER,
)  # fmt: skip
def done(talk: Talk, which: Reminder | None = None) -> Answer:
    """提醒的事做完了"""
    left, which = _rung(talk), _pressed(talk) or which
    if not (which or left):
        return Say.nothing_rung()
    meant = which or (left[0] if len(left) == 1 else None)
    if meant is None:
        return Need("which", Say.which_done(), tuple((short(one.text, 20), one) for one in left[:9]))
    reminders.finish(talk.desk, meant)
    return Say.done(what=short(meant.text))


@skill(
    label="move_reminder",
    examples=[
        "推迟一小时",
        "晚点再说",
        "明天再说",
        "推到{time}",
        "{time}再提醒我",
        "过{time}再说",
        "明天",
        "晚点",
        "稍后",
        "改到{time}",
        "tomorrow",
        "in an hour",
        "later",
        "{time}",
        "move it to {time}",
        "not now",
    ],
    allow=STAFF,
    about=openings.REMINDER,
)
def later(talk: Talk, time: When | None = None, which: Reminder | None = None) -> Answer:
    """提醒推迟一会儿，或者改到明天"""
    one = _pressed(talk) or which
    moved = [one] if one else _rung(talk)
    if not moved:
        return Say.nothing_rung()
    for reminder in moved:
        put_off(talk, reminder, _later(talk, reminder, time))
    when = moment(moved[0].due_at.astimezone(talk.desk.shape.zone), talk.desk.today)
    if len(moved) > 1:
        return Say.all_later(moment=when, count=len(moved), what=short(moved[0].text, 20))
    return Say.later(moment=when, what=short(moved[0].text))


def _rung(talk: Talk) -> list[Reminder]:
    """What rang last and is not done; else what was put off just now."""
    rung = [one for one in reminders.rung_together(talk.desk, talk.desk.staff) if one.state == "sent"]
    moved = None if rung else reminders.get(talk.desk, talk.memory.just_moved(talk.desk.now) or 0)
    return [moved] if moved is not None and moved.state == "waiting" else rung


def put_off(talk: Talk, reminder: Reminder, due_at: datetime, what: str | None = None) -> None:
    """To ring again then; what is said next may be of it."""
    reminders.move(talk.desk, reminder, due_at, what)
    talk.memory.moved = Moved(reminder.id, talk.desk.now)


def _pressed(talk: Talk) -> Reminder | None:
    """The one on whose card a button was pressed."""
    number = about(talk.message, "r")
    return talk.desk.session.get(Reminder, number) if number else None


def _later(talk: Talk, rung: Reminder, time: When | None) -> datetime:
    """A spoken moment; a spoken stretch from now; tomorrow at the same time of day; in an hour."""
    assert talk.meaning is not None
    said = time or next(iter(talk.meaning.slots.get("time", ())), None)
    if isinstance(said, When):
        moment_said = times.aware(talk.desk, due(said))
        old = rung.due_at.astimezone(talk.desk.shape.zone)
        whole_day = said.grain.value == "day"
        return datetime.combine(moment_said.date(), old.timetz()) if whole_day else moment_said
    stretch = next(iter(talk.meaning.slots.get("duration", ())), None)
    start = max(talk.desk.now, rung.due_at) if rung.state == "waiting" else talk.desk.now
    return start + (times.stretch(str(stretch)) if stretch else timedelta(hours=1))


@skill(
    label="query_schedule",
    examples=[
        "今天要干啥",
        "{time}有啥安排",
        "{time}几点开会",
        "我{time}要拜访谁",
        "待办",
        "有哪些提醒",
        "我设了哪些提醒",
        "{owner}{time}有什么安排",
        "{owner}{time}忙不忙",
        "日程",
        "what's on {time}",
        "what do I have {time}",
        "my reminders",
        "my agenda",
    ],
    allow=STAFF,
)
def show_agenda(talk: Talk, time: When | None = None, owner: Staff | None = None) -> Answer:
    """看今天要做什么"""
    who = owner or talk.desk.staff
    first, last = times.span(talk.desk, time, "day")
    all_set = time is None and _ALL_SET.search(talk.act.text) is not None
    items = agenda.of(talk.desk, who, first, last + COMING if all_set else last)
    whose = "" if who is talk.desk.actor else who.name
    period = time.text if time else Say.from_today() if all_set else Say.today()
    if not items:
        return Say.agenda_none(whose=whose, period=period)
    rows = [(row_of(item), item_words(talk.desk.today, item, all_set or last > first)) for item in items]
    return Listed(Say.agenda(whose=whose, period=period), rows)


def row_of(item: agenda.Item) -> Reminder | Contract | Customer:
    """What an item of the day's list is about."""
    match item:
        case agenda.Overdue(reminder) | agenda.Due(reminder):
            return reminder
        case agenda.Expiring(contract):
            return contract
        case agenda.Silent(customer):
            return customer


def of_meeting(reminder: Reminder, due_at: datetime, today: date) -> str | None:
    """What the meeting is about whose own moment its reminder names; None: it is of no meeting."""
    starts = due_at + AHEAD
    head = f"{on(starts, today)}{starts:%H:%M}"
    return reminder.text.removeprefix(head).strip() if reminder.text.startswith(head) else None


def as_said(reminder: Reminder, due_at: datetime, today: date, length: int | None = None) -> str:
    """Its words; with the day on which they were said where 下周三 means another day by now."""
    words = reminder.text if length is None else short(reminder.text, length)
    told = reminder.created_at.astimezone(due_at.tzinfo).date()
    if told == today or not _RELATIVE.search(words):
        return words
    return Say.said_then(what=words, day=day(told, today))


_RELATIVE = re.compile(
    r"[今明后昨]天|[今明昨][早晚]|(?<!（)(?:这|本|下下?|上)?(?:个)?(?:周|星期|礼拜)[一二三四五六日天末内]|[这本下上]个?[周月]"
    r"|today|tomorrow|next (?:week|month)|(?:mon|tues|wednes|thurs|fri|satur|sun)day",
    re.I,
)


def item_words(today: date, item: agenda.Item, several_days: bool) -> str:
    """One line of it."""
    match item:
        case agenda.Overdue(reminder, due_at):
            return Say.overdue(what=as_said(reminder, due_at, today, 36), day=day(due_at, today))
        case agenda.Due(reminder, due_at):
            meeting = of_meeting(reminder, due_at, today)
            at = due_at if meeting is None else due_at + AHEAD
            when = moment(at, today) if several_days else f"{at:%H:%M}"
            return Say.todo(
                time=when, what=as_said(reminder, due_at, today, 36) if meeting is None else short(meeting, 36)
            )
        case agenda.Expiring(contract, customer, left):
            return Say.runs_out(customer=customer.name, title=short(contract.title, 16), left=left)
        case agenda.Silent(customer, days):
            return Say.quiet(customer=customer.name, days=days)


@skill(
    label="query_customer",
    examples=[
        "哪些客户三天没联系了",
        "{time}哪些没跟的",
        "两周没跟进的客户拉个名单",
        "好久没联系的客户",
        "哪些客户该跟进了",
        "{owner}有哪些客户没跟",
        "who haven't I contacted",
        "customers without contact",
    ],
    allow=STAFF,
    private=True,
)
def silent_customers(talk: Talk, owner: Staff | None = None, customer: Customer | None = None) -> Answer:
    """哪些客户好久没联系"""
    if customer is not None:  # 恒力多久没联系了, 恒力是不是小李的客户: one customer is asked about, not all
        return Again((Saying(customer.name, (customer,)),))
    assert talk.meaning is not None
    spoken = next(iter(talk.meaning.slots.get("duration", ())), None)
    days = max(1, times.stretch(str(spoken)).days) if spoken else talk.desk.shape.uncontacted_days
    found = reports.unfollowed(talk.desk, days, owner, MOST)
    if not found:
        return Say.silent_none(days=days)
    rows = [(c, Say.silent_line(customer=c.name, days=_silence(talk, c))) for c in found]
    return Listed(Say.silent(days=days), rows)


def _silence(talk: Talk, customer: Customer) -> str:
    if customer.last_followed_at is None:
        return Say.never()
    return Say.days_ago(days=(talk.desk.now - customer.last_followed_at).days)


@skill(
    label=("query_customer", "query_deals"),
    examples=[
        "{time}哪些合同到期",
        "下个月哪些到期",
        "三个月内要续的",
        "快到期的合同",
        "{time}到期的合同",
        "{duration}内到期的合同",
        "哪些客户该续费了",
        "合同到期提醒",
        "expiring contracts",
        "contracts ending {time}",
    ],
    allow=STAFF,
    private=True,
)
def expiring(talk: Talk, time: When | None = None) -> Answer:
    """哪些合同快到期"""
    first, last = (talk.desk.today, contracts.horizon(talk.desk)) if time is None else times.span(talk.desk, time)
    first = max(first, talk.desk.today)
    found = contracts.expiring(talk.desk, first, max(first, last), MOST)
    period = times.spoken(time, first, max(first, last))
    if not found:
        return Say.expiring_none(period=period)
    rows = [(contract, _contract_line(talk, contract, customer)) for contract, customer in found]
    return Listed(Say.expiring(period=period, count=len(found)), rows)


def _contract_line(talk: Talk, contract: Contract, customer: Customer) -> str:
    assert contract.expires_on is not None
    return Say.expiring_line(
        customer=customer.name,
        title=short(contract.title, 16),
        amount=money(contract.amount),
        day=day(contract.expires_on, talk.desk.today),
        left=(contract.expires_on - talk.desk.today).days,
    )
