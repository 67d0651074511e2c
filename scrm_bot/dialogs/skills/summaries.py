"""Talking about what somebody did: a day's or a week's report drawn from the rows, and who has nothing to tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from scrm_bot.crm import caseload, customers, followups, people, reminders, reports
from scrm_bot.crm.people import Staff
from scrm_bot.dialogs import times, topics, whichdeals
from scrm_bot.dialogs.phrases import money, names, short
from scrm_bot.dialogs.skill import FIXERS, LEADERS, SELLERS, STAFF, Answer, skill
from scrm_bot.dialogs.skills import followups as visits
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.texts import Text
from scrm_bot.nlp.meaning import Meaning, When


class Say:
    """The lines of a report."""

    report = Text("📝 {whose}小结｜{period}\n{lines}")
    followups = Text("跟进 {total} 次，{different} 家客户")
    nobody = Text("还没有跟进记录")
    at = Text("· {customer}｜{text}")
    deals = Text("推进商机 {count} 个")
    deal = Text("· {title}｜{stage}｜{amount}")
    results = Text("赢单 {won}　输单 {lost}")
    newcomers = Text("新客户 {count} 家：{names}")
    tickets = Text("办完工单 {count} 单")
    done = Text("办完提醒 {count} 件")
    left = Text("还有 {count} 件没办：{what}")
    comma = Text("；")


MOST = 5  # lines of one kind: more is no report for a phone
_PERIODS = (("日报", "day"), ("周报", "week"), ("月报", "month"))
_REPORT = r"(?:[这本]周|工作|销售)*(?:[日周月]报|总结|小结)"


def _asks_what_was_done(text: str, meaning: Meaning | None) -> bool:
    """周报, 写个这周的总结, 我今天都干了啥."""
    return _REPORTS(text, meaning) or _DONE(text, meaning) or _IN_ENGLISH.search(text) is not None


_REPORTS = topics.about(rf"{_REPORT}|写一?[个份下]?|做一?[个份]|来一?[个份]|出一?[个份]|生成|整理|个", _REPORT)
_DONE = topics.about(r"干|忙|做|活儿?|事情?|些|工作", r"(?:干|忙|做)(?:完|好)?[了过]?.*[了过]?(?:啥|什么|哪|多少)")
_IN_ENGLISH = re.compile(
    r"^\s*what (?:did|have|has) .{1,20} (?:do|done|been doing)\b|^\s*(?:my |the )?(?:daily|weekly|monthly) report\b",
    re.I,
)


def _is_past(text: str) -> bool:
    return re.search(r"[了过]|报|总结|小结|did|have|been|report", text) is not None


@skill(
    label=("query_customer", "query_schedule"),
    examples=[
        "周报",
        "写个周报",
        "{owner}的周报",
        "{time}的日报",
        "{time}工作总结",
        "我{time}干了啥",
        "{time}我都做了什么",
        "{owner}都忙了些什么",
        "weekly report",
        "what did I do {time}",
    ],
    allow=STAFF,
    private=True,
    outright=True,
    says=lambda text, meaning: _is_past(text) and _asks_what_was_done(text, meaning),
)
def sum_up(talk: Talk, owner: Staff | None = None, time: When | None = None) -> Answer:
    """写日报、周报：这段时间跟了谁、推进了什么、还剩什么"""
    desk, text = talk.desk, talk.act.text
    named = next((length for word, length in _PERIODS if word in text), "week")
    first, last = times.span(desk, time, named)
    who = owner or desk.staff
    team = owner is None and desk.staff.leads and not visits.OF_MYSELF.search(text)
    lines = [*(_team(talk, first, last) if team else _visits(talk, who, first, last))]
    if team or not who.leads:
        lines += _deals(talk, None if team else who, first, last)
    lines += [] if team else _chores(talk, who, first, last)
    whose = whichdeals.whose(talk, None) if team else whichdeals.Say.mine() if who is desk.actor else ""
    whose = whose or whichdeals.Say.of(name=who.name)
    return Say.report(whose=whose, period=times.spoken(time, first, last), lines="\n".join(lines))


def _visits(talk: Talk, who: Staff, first: date, last: date) -> Iterator[str]:
    desk = talk.desk
    start, end = reports.bounds(desk, first, last)
    total, different, _ = followups.count(desk, who, start, end)
    yield Say.followups(total=total, different=different) if total else Say.nobody()
    for one in followups.by(desk, who, start, end, MOST):
        customer = customers.get(desk, one.customer_id)
        yield Say.at(customer=customers.short_name(desk, customer) if customer else "", text=short(one.text, 30))


def _team(talk: Talk, first: date, last: date) -> list[str]:
    return visits.shares(reports.of_team(talk.desk, *reports.bounds(talk.desk, first, last)))


def _deals(talk: Talk, who: Staff | None, first: date, last: date) -> Iterator[str]:
    """What moved, what ended, who is new."""
    desk = talk.desk
    count, moved = reports.moved(desk, first, last, who, MOST)
    if count:
        yield Say.deals(count=count)
    for deal in moved:
        stage = desk.shape.stage(deal.stage).name
        yield Say.deal(title=short(deal.title, 20), stage=stage, amount=money(deal.amount))
    ended = reports.results(desk, first, last, who, limit=0)
    if ended.rate is not None:
        yield Say.results(won=ended.won.count, lost=ended.lost.count)
    count, found = reports.newcomers(desk, first, last, who, MOST)
    if count:
        yield Say.newcomers(count=count, names=names(customers.short_name(desk, one) for one in found))


def _chores(talk: Talk, who: Staff, first: date, last: date) -> Iterator[str]:
    """Reminders done and left, tickets resolved."""
    desk = talk.desk
    start, end = reports.bounds(desk, first, last)
    if who.role in FIXERS and (count := caseload.ratings(desk, start, end, who).resolved):
        yield Say.tickets(count=count)
    if count := reminders.done_between(desk, who, start, end):
        yield Say.done(count=count)
    left = reminders.between(desk, who, start, end)
    if left:
        yield Say.left(count=len(left), what=Say.comma().join(short(one.text, 16) for one in left[:MOST]))


_NOTHING = (
    r"没(?:有)?(?:交|写|填|发|提交|做|干|跑|去|拜访|联系|跟|出)?(?:过|完)?"
    rf"(?:{_REPORT}|跟进|拜访|记录|动静|活儿?|事|客户|东西|进展|外勤|任何)*"
)


@skill(
    label="query_customer",
    examples=[
        "{time}谁没交日报",
        "谁没写周报",
        "{time}谁没动静",
        "{time}谁没干活",
        "{time}还有谁没写跟进",
        "who did nothing {time}",
        "who has not visited anybody {time}",
        "who has no follow-ups {time}",
    ],
    allow=LEADERS & (SELLERS | {people.Role.EXECUTIVE}),
    private=True,
    says=topics.about(rf"谁|哪[些个]?人|{_NOTHING}", r"(?:谁|哪[些个]?人).*没"),
)
def who_is_idle(talk: Talk, time: When | None = None) -> Answer:
    """看团队里谁跑了、谁没动静"""
    return visits.of_team(talk, time, "week" if "周报" in talk.act.text else "day")
