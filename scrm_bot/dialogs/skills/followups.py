"""Talking about visits, calls and chats."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from scrm_bot.crm import customers, followups, people, reminders, reports
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.followups import FollowUp
from scrm_bot.crm.people import Contact, Staff
from scrm_bot.dialogs import diligence, fragments, times, topics
from scrm_bot.dialogs.afterwards import after
from scrm_bot.dialogs.methods import OTHER, Method, method_of
from scrm_bot.dialogs.phrases import day, facts, moment, names, short
from scrm_bot.dialogs.skill import SELLERS, STAFF, Answer, Confirm, Then, Told, ask, skill
from scrm_bot.dialogs.skills import visits
from scrm_bot.dialogs.slots import Company, Detail, People, Said
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.texts import Text, translated
from scrm_bot.nlp.meaning import Meaning, When
from scrm_bot.nlp.rounds import COUNTED
from scrm_bot.nlp.text import simplified


class Say:
    """What is said about follow-ups."""

    which_customer = Text("这条记在哪家客户名下？")
    whose = Text("哪家客户？")
    colleagues = Text("这是{name}跟的吧？要记成你的一条跟进吗？")
    logged = Text("✅ {customer}｜{facts}\n“{gist}” #{number}")
    made = Text("🆕 新客户「{customer}」，负责人是你")
    failed = Text("没联系上")
    more = Text("对方原话怎么说？下一步是什么？")
    completed = Text("✅ 补上了｜{customer}\n“{gist}” #{number}")
    nothing_more = Text("好，先这样记着。")
    next_step = Text("📌 {moment} 提醒你：{what}")
    next_gone = Text("📌 {day}已经过了，没设提醒")
    when = Text("下次什么时候联系？")
    follow_up = Text("跟进{customer}")
    about = Text("{customer}：{what}")
    you = Text("你")
    planned = Text("📌 好，{moment} 提醒你：{what}")
    none_yet = Text("「{customer}」还没有跟进记录。")
    last = Text("{customer} 最近的跟进：\n{lines}")
    line = Text("· {day} {who}｜{method}｜{text}")
    counted = Text("{who} {period}：跟进 {total} 次{low}，{different} 家客户。\n{lines}")
    counted_low = Text("（其中 {low} 次内容太简单）")
    counted_line = Text("· {day} {customer}｜{text}")
    counted_none = Text("{who} {period}还没有跟进记录。")
    of_team = Text("{who} {period}：跟进 {total} 次\n{lines}")
    share = Text("· {name} {total} 次，{different} 家客户")
    idle = Text("· 还没有跟进记录：{names}")
    team, all_of_us = Text("你的团队"), Text("全公司")


FIGURES = frozenset({"amount", "percent", "quantity", "product", "phone", "stage"})  # facts, whatever is said of them


_LISTED = re.compile(r"[、,，和跟与及]|还有|以及")
_ENDED = re.compile(r"[，,。；;！!\s]$")  # the next name begins a clause of its own
_NEXT = re.compile(r"(?:后来|接着|然后|之后|完了)(?:又|再|还)?(?:去|到|拜访|跑|见)了?$")


def own(talk: Talk, customer: Customer | Company) -> tuple[Customer, list[str]]:
    """The customer, made on the spot if it is new, and the line that says so."""
    if isinstance(customer, Customer):
        return customer, []
    made = customers.create(talk.desk, customer.name)
    return made, [Say.made(customer=made.name)]


_APART = re.compile(r"[，,。；;\n！!]|\s{1,}")
_APART_IN_ENGLISH = re.compile(r"[,;!\n]|\. |\band\b")


_ENDS = " ,，、。"
_SAYS = re.compile(r"\w")
_STORY = 8  # letters before a time in one breath with it: what was told, and not what happens then


def next_words(text: str, when: When) -> str:
    """The part of the sentence that says what happens then."""
    at = simplified(text).find(when.text)
    if at < 0:
        return short(text)
    apart = _APART_IN_ENGLISH if re.search(r"[a-z]{3}", when.text, re.I) else _APART
    stops = [match.span() for match in apart.finditer(text)]
    start = max((stop for _, stop in stops if stop <= at), default=0)
    after = at + len(when.text)
    behind = [begin for begin, _ in stops if begin >= after]
    if text[start:at].strip() == "":  # 下周三，报价: the time may be a part of its own
        behind = [begin for begin in behind if _SAYS.search(text, after, begin)]
    end = behind[0] if behind else len(text)
    return short(text[at if at - start > _STORY and end - after > 1 else start : end].strip())


@skill(
    label="log_visit",
    examples=[
        "今天拜访了{customer}{person}，聊得不错，{next_time}再去",
        "今天拜访了{customer}{person}",
        "{time}去{customer}见了{person}",
        "刚给{customer}打了电话",
        "{customer} 见了 聊得还行 {next_time}报价",
        "跟{customer}{person}微信聊了几句",
        "给{customer}打电话没人接",
        "{customer}联系过了",
        "{customer}已沟通",
        "{customer}跟进正常",
        "{customer}已回访",
        "已回访",
        "聊完了",
        "走访了",
        "visited {customer} today",
        "visited {customer} today, met {person}, send quote {next_time}",
        "called {customer}, no answer",
        "met {person} of {customer}",
    ],
    allow=STAFF,
)
def log_visit(
    talk: Talk,
    customer: Customer | Company = ask(Say.which_customer),
    said: Said = Said(""),
    person: People | None = None,
    time: When | None = None,
    next_time: When | None = None,
) -> Answer:
    """记一次拜访、电话或聊天，一句话就行"""
    desk = talk.desk
    if (colleague := _told_of(talk, said)) and not talk.confirmed:
        return Confirm(Say.colleagues(name=colleague))
    target, lines = own(talk, customer)
    was_new = target.last_followed_at is None
    theirs = tuple(name for name in person or () if not _came_along(talk, name, said))
    present = customers.present(desk, target, theirs, said)
    failed = "failed" in talk.act.slots.get("outcome", ())
    when = times.happened_at(desk, time, talk.said_at)
    method = _how(talk, said, next_time)
    told = bool(present or next_time or FIGURES & talk.act.slots.keys())
    low, before = diligence.low_value(desk, target, said, facts=told, failed=failed)
    visit = visits.joined(talk, target, method, when)
    if visit is not None:
        method = visit.method
        followups.retell(desk, visit, said, present, summary=short(said), failed=failed, low_value=low)
    followup = visit or followups.log(
        desk, target, said, when, method, present, summary=short(said), failed=failed, low_value=low
    )
    talk.remember(target, followup)
    who = names(_called(contact, person or ()) for contact in present)
    what = [translated(Method, method), who, Say.failed() if failed else "", day(when, desk.today)]
    lines.append(
        Say.logged(customer=target.name, facts=facts(what), number=followup.id, gist=short(said.strip(_ENDS), 30))
    )
    for other in _in_one_breath(talk, target):
        also = followups.log(desk, other, said, when, method, (), summary=short(said), failed=failed, low_value=low)
        lines.append(
            Say.logged(customer=other.name, facts=facts(what), number=also.id, gist=short(said.strip(_ENDS), 30))
        )
    if next_time is not None:
        lines.append(plan(talk, target, next_words(said, next_time), next_time, Say.next_step))
    if low:
        lines += [] if followups.counts(desk, followup) else [diligence.Say.not_counted()]
        ask_more = diligence.question(desk, target, low, day(before, desk.today) if before else "", present)
        return Told("\n".join(lines), then=Then("tell_more", "detail", ask_more, {"followup": followup}))
    then = None if failed else after(talk, target, was_new=was_new, planned=next_time is not None)
    return Told("\n".join(lines), then=then)


def _told_of(talk: Talk, said: str) -> str | None:
    """小李今天去了恒力: it is not the speaker who was there, but this colleague."""
    slots = talk.meaning.slots if talk.meaning else {}
    nicks = (name for name in slots.get("person", ()) if name[0] in "小老" and len(name) == 2)
    first = next((name for name in (*slots.get("owner", ()), *nicks) if said.startswith(name)), None)
    found = people.named(talk.desk.session, first) if first else []
    if not found or talk.desk.actor in found:
        return None
    return found[0].name if len(found) == 1 else first


def _how(talk: Talk, said: str, next_time: When | None) -> str:
    """As it is told, or as what was told before it in the same breath: 跑了两家，华星嫌贵，顺达想再看看."""
    said = said.replace(next_words(said, next_time), "") or said if next_time else said  # 走访了华星，下周三打电话
    before = [act.text for act in reversed(talk.before()) if act.label == talk.act.label]
    return next((method for method in map(method_of, [said, *before]) if method != OTHER), OTHER)


_WITH, _WENT = r"(?:和|跟|同|带着?|陪着?|叫上)", r"(?:一起|一块儿?)?(?:又|就|先)?(?:去|跑|到|拜访|见|上门)"


def _came_along(talk: Talk, name: str, said: str) -> bool:
    """和小周去了华星: a colleague, and nobody of theirs."""
    return bool(re.search(f"{_WITH}{re.escape(name)}{_WENT}", said)) and bool(people.named(talk.desk.session, name))


def _in_one_breath(talk: Talk, first: Customer) -> list[Customer]:
    """跑了华星、顺达; 跑了两家，华星…，顺达…: the others that are told of like the first one, each beyond doubt."""
    found: list[Customer] = []
    mentions = talk.act.slots.get("customer", ())
    counted = COUNTED.search(talk.act.text) is not None
    for before, mention in pairwise(mentions):
        between = talk.act.text.partition(before.text)[2].partition(mention.text)[0]
        apart = _ENDED.search(between) or not between.strip()
        told = _LISTED.fullmatch(between.strip()) or _NEXT.search(between) or (counted and apart)
        known = [customers.get(talk.desk, one.id) for one in mention.candidates]
        seen = [one for one in known if one and talk.desk.reach.covers(one.owner_id) and one is not first]
        if told and mention.sure and len(seen) == 1 and seen[0] not in found:
            found += seen
    return found


def _called(contact: Contact, said: tuple[str, ...]) -> str:
    """As they were called just now (王总), else by their name."""
    return next((name for name in said if customers.same_person(contact, name)), contact.name)


@skill(label="tell_more", examples=[], allow=STAFF)
def tell_more(talk: Talk, followup: FollowUp = ask(Say.more), detail: Detail = ask(Say.more)) -> Answer:
    """把刚记的那条补完整"""
    desk = talk.desk
    customer = desk.session.get_one(Customer, followup.customer_id)
    values = talk.meaning.slots if talk.meaning else {}
    words = fragments.without_more(detail)
    if not values and diligence.still_little(customer, words):
        return Say.nothing_more()
    followups.complete(desk, followup, words, None)
    talk.remember(customer, followup)
    followups.join(desk, followup, customers.present(desk, customer, values.get("person", ()), words))
    lines = [Say.completed(customer=customer.name, gist=short(words, 30), number=followup.id)]
    to_come = [when for when in values.get("time", ()) if when.start is None or when.start > talk.local]
    if to_come:
        lines.append(plan(talk, customer, next_words(words, to_come[0]), to_come[0], Say.next_step))
    return "\n".join(lines)


@skill(label="plan_next", examples=[], allow=STAFF)
def plan_next(talk: Talk, customer: Customer = ask(Say.which_customer), next_time: When = ask(Say.when)) -> Answer:
    """给刚记的客户设下次联系时间"""
    return plan(talk, customer, Say.follow_up(customer=customer.name), next_time, Say.planned)


def plan(talk: Talk, customer: Customer, what: str, when: When, words: Text) -> str:
    """A reminder of the next step, unless its day is over; what there is to say of it."""
    due = times.due_at(talk.desk, when)
    if due < talk.desk.now:
        return Say.next_gone(day=day(due, talk.desk.today))
    text = what if customer.name in what else Say.about(customer=customer.name, what=what)
    reminders.remind(talk.desk, text, due, customer.id, origin="next_step")
    return words(moment=moment(due, talk.desk.today), what=what)


@skill(
    label="query_customer",
    examples=[
        "{customer}上次聊到哪了",
        "上次拜访{customer}是哪天",
        "{customer}最近的跟进",
        "看下{customer}的跟进记录",
        "{customer}都聊了什么",
        "聊了些什么",
        "last follow-ups with {customer}",
        "when did I last visit {customer}",
    ],
    allow=STAFF,
    private=True,
)
def last_followups(talk: Talk, customer: Customer = ask(Say.whose)) -> Answer:
    """看一家客户最近聊了什么"""
    return _latest(talk, customer)


def _latest(talk: Talk, customer: Customer) -> str:
    found = followups.latest(talk.desk, customer)
    talk.remember(customer)
    if not found:
        return Say.none_yet(customer=customer.name)
    zone = talk.desk.shape.zone
    lines = [
        Say.line(
            day=day(f.happened_at.astimezone(zone), talk.desk.today),
            who=talk.desk.session.get_one(Staff, f.author_id).name,
            method=translated(Method, f.method),
            text=short(f.text, 40),
        )
        for f in found
    ]
    return Say.last(customer=customer.name, lines="\n".join(lines))


@skill(
    label=("query_customer", "query_deals", "query_schedule"),
    examples=[
        "{owner}{time}跟了几个",
        "{owner}{time}拜访了哪些客户",
        "我{time}跟了几家",
        "看下{owner}{time}的跟进",
        "{owner}{time}跟进了多少客户",
        "我{time}拜访了谁",
        "{time}怎么样",
        "团队{time}怎么样",
        "{time}谁没跑客户",
        "{time}谁没拜访过客户",
        "{time}一共跑了几家",
        "follow-ups {time}",
        "follow-ups of {owner} {time}",
        "how many visits {time}",
        "who did I visit {time}",
    ],
    allow=SELLERS | {"executive"},
    private=True,
    says=lambda text, meaning: _asks_who_was_seen(text, meaning),
)
def count_followups(
    talk: Talk, owner: Staff | None = None, time: When | None = None, customer: Customer | None = None
) -> Answer:
    """看一个人这段时间跟了多少客户"""
    if customer is not None and owner is None:  # 华星这周跟了几次: each with its day
        customers.check(talk.desk, customer)
        return _latest(talk, customer)
    who = owner or talk.desk.staff
    first, last = times.span(talk.desk, time, "week")
    from_moment, to_moment = reports.bounds(talk.desk, first, last)
    if owner is None and talk.desk.staff.leads and not OF_MYSELF.search(talk.act.text):
        return of_team(talk, time, "week")
    total, different, low = followups.count(talk.desk, who, from_moment, to_moment)
    label = Say.you() if who is talk.desk.actor else who.name
    period = times.spoken(time, first, last)
    if not total:
        return Say.counted_none(who=label, period=period)
    lines = [
        Say.counted_line(
            day=day(f.happened_at.astimezone(talk.desk.shape.zone), talk.desk.today),
            customer=talk.desk.session.get_one(Customer, f.customer_id).name,
            text=short(f.text, 24),
        )
        for f in followups.by(talk.desk, who, from_moment, to_moment, 5)
    ]
    thin = Say.counted_low(low=low) if low else ""
    return Say.counted(who=label, period=period, total=total, different=different, low=thin, lines="\n".join(lines))


_SEEN = topics.about(
    r"跑|去|见|拜访|走访|联系|聊|谈|打|跟进?|谁|客户|电话", r"[了过].*(?:哪|谁|几|多少|什么|啥)|(?:哪|谁).*[了过]"
)


def _asks_who_was_seen(text: str, meaning: Meaning | None) -> bool:
    """今天我都跑了哪些, 小周昨天见了谁: somebody's, or of some time; what alone was said there is another question."""
    slots = meaning.slots if meaning else {}
    nicks = [one for one in slots.get("person", ()) if one[0] in "小老"]
    return bool(nicks or slots.keys() & {"time", "owner"}) and _SEEN(text, meaning)


OF_MYSELF = re.compile(r"我(?!们)|\b(?:I|my)\b")  # a leader who says neither asks about the team


def of_team(talk: Talk, time: When | None, default: str) -> str:
    """Who did how much, and who nothing: 谁没跟客户 and 这周跟了几家 have one answer."""
    first, last = times.span(talk.desk, time, default)
    found = reports.of_team(talk.desk, *reports.bounds(talk.desk, first, last))
    whose, total = Say.all_of_us() if talk.desk.reach.everybody else Say.team(), sum(one.total for one in found)
    return Say.of_team(who=whose, period=times.spoken(time, first, last), total=total, lines="\n".join(shares(found)))


def shares(found: Sequence[reports.Share]) -> list[str]:
    """A line for each who did something, and one for those who did not."""
    lines = [Say.share(name=one.name, total=one.total, different=one.different) for one in found if one.total]
    idle = [one.name for one in found if not one.total]
    return [*lines, Say.idle(names=names(idle))] if idle else lines
