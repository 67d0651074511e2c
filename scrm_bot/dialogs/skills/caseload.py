"""Talking about many tickets: how many came, how customers rated what was done."""

from __future__ import annotations

from scrm_bot.crm import caseload, customers, reports
from scrm_bot.crm.people import Role, Staff
from scrm_bot.crm.tickets import Ticket
from scrm_bot.dialogs import times, topics
from scrm_bot.dialogs.phrases import facts, short
from scrm_bot.dialogs.skill import STAFF, Answer, Listed, skill
from scrm_bot.dialogs.states import state
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.texts import Text
from scrm_bot.nlp.meaning import When


class Say:
    """What is said of them."""

    counts = Text("工单 {period}：新增 {total} 个\n{lines}")
    counts_none = Text("{period}没有工单。")
    ratings = Text("⭐ {whose}客户评分｜{period}：{mean} 分（5 分满）\n办完 {resolved} 单，{rated} 单有评分{poor}")
    poor = Text("，低分 {count} 单")
    ratings_none = Text("{whose}客户评分｜{period}：办完 {resolved} 单，还没有人评分。")
    of = Text("{name}的")
    stars = Text("{stars} 分")


@skill(
    label="query_ticket",
    examples=["{time}工单咋样", "{time}新增工单几个", "工单情况", "{time}处理了多少工单"],
    allow=STAFF - {Role.ENGINEER},
)
def count_tickets(talk: Talk, time: When | None = None) -> Answer:
    """这段时间的工单数"""
    first, last = times.span(talk.desk, time, "week")
    found = caseload.counts(talk.desk, *reports.bounds(talk.desk, first, last))
    period = times.spoken(time, first, last)
    if not found:
        return Say.counts_none(period=period)
    lines = "\n".join(f"· {state(key)} {count}" for key, count in found.items())
    return Say.counts(period=period, total=sum(found.values()), lines=lines)


_RATING = r"满意度|满意率|评分|打分|好评率?|差评|低分|评价"


@skill(
    label="query_ticket",
    examples=[
        "客户满意度",
        "{time}客户满意度怎么样",
        "{time}评分怎么样",
        "{owner}{time}评分多少",
        "{time}有哪些差评",
        "customer satisfaction",
        "ratings {time}",
    ],
    allow=STAFF,
    private=True,
    says=topics.about(rf"{_RATING}|客户|服务|售后|工单|师傅|工程师", _RATING),
)
def show_ratings(talk: Talk, owner: Staff | None = None, time: When | None = None) -> Answer:
    """看客户满意度：这段时间评了几分，哪些低分"""
    first, last = times.span(talk.desk, time)
    found = caseload.ratings(talk.desk, *reports.bounds(talk.desk, first, last), owner)
    whose = Say.of(name=owner.name) if owner else ""
    period = times.spoken(time, first, last)
    if not found.rated:
        return Say.ratings_none(whose=whose, period=period, resolved=found.resolved)
    poor = Say.poor(count=len(found.poor)) if found.poor else ""
    head = Say.ratings(
        whose=whose, period=period, mean=f"{found.mean:.1f}", resolved=found.resolved, rated=found.rated, poor=poor
    )
    return Listed(head, [(one, _rated(talk, one)) for one in found.poor]) if found.poor else head


def _rated(talk: Talk, ticket: Ticket) -> str:
    """Whose it is, how many stars, and in whose words."""
    customer = customers.get(talk.desk, ticket.customer_id) if ticket.customer_id else None
    engineer = talk.desk.session.get(Staff, ticket.assignee_id) if ticket.assignee_id else None
    whose = [one.name for one in (customer, engineer) if one]
    said = ticket.comment if ticket.comment and not ticket.comment.isdigit() else ""
    return facts([Say.stars(stars=ticket.rating), ticket.number, *whose, short(said, 20)])
