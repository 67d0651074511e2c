"""Talking about deals and the pipeline."""

from __future__ import annotations

import re
from decimal import Decimal

from scrm_bot.crm import customers, deals, followups, reports
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.deals import Deal
from scrm_bot.crm.people import Role, Staff
from scrm_bot.crm.shape import Stage
from scrm_bot.dialogs import times, whichdeals
from scrm_bot.dialogs.listed import MOST
from scrm_bot.dialogs.methods import method_of
from scrm_bot.dialogs.phrases import clauses, day, money, short
from scrm_bot.dialogs.skill import SELLERS, Answer, Confirm, Listed, Need, Told, ask, skill
from scrm_bot.dialogs.skills.followups import own
from scrm_bot.dialogs.slots import Company, Money, Said, Words
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.texts import Text, translated
from scrm_bot.nlp.meaning import When

VIEWERS = SELLERS | {Role.EXECUTIVE}


class Say:
    """What is said about deals."""

    which_customer = Text("是哪家客户的商机？")
    which_deal = Text("「{customer}」有 {count} 个进行中的商机，是哪一个？")
    created = Text("✅ 商机「{title}」｜{amount}｜{close}｜{stage}（{probability}%） #{number}")
    no_close = Text("预计签约日未定")
    close = Text("预计 {day}签")
    large = Text("给「{customer}」建商机 {amount}，金额不小，确认吗？")
    large_change = Text("「{title}」的金额要从 {old} 改成 {new}，确认吗？")
    sum = Text("{price}×{quantity}={total}")
    moved = Text("✅「{title}」{old} → {new}")
    changed = Text("✅「{title}」{changes}")
    amount, closing, stage, no_day = Text("金额"), Text("预计签约"), Text("阶段"), Text("未定")
    untitled = Text("新商机")
    from_to = Text("{what} {old} → {new}")
    noted = Text("✅ {customer}｜记成跟进\n“{gist}” #{number}")
    same = Text("「{title}」已经在「{stage}」了，没有改动。")
    won_amount = Text("🎉 恭喜！「{title}」成交金额是多少？")
    confirm_won = Text("🎉 确认「{title}」赢单，{amount}{before}？")
    before = Text("（原 {amount}）")
    won = Text("🎉「{title}」赢单！{amount}")
    why_lost = Text("「{title}」输在哪儿？价格、竞品、预算、需求变化、关系、无响应、时机，或者自己写一句。")
    confirm_lost = Text("确认「{title}」（{amount}）输单，原因：{reason}？")
    lost = Text("已标记「{title}」输单，原因：{reason}。下一单加油。")
    what_change = Text("「{title}」要改什么？可以说“推进到报价”“金额改成 15 万”“月底签”。")
    none = Text("「{customer}」还没有商机。")
    status = Text("{customer}：\n{lines}")
    line = Text("· {title}｜{amount}｜{stage}｜{close}")
    ended = Text("· {title}｜{amount}｜{stage}（{day}）")
    list = Text("{whose}{which}商机：{count} 个进行中，合计 {amount}")
    list_none = Text("{whose}{which}商机里没有符合的。")
    stuck = Text("停了 {days} 天以上的")
    in_stage = Text("「{stage}」阶段")
    closing_in = Text("预计{period}签的")
    still = Text("｜停了 {days} 天")
    funnel = Text(
        "📊 {whose}漏斗｜{period}\n{steps}\n合计 {count} 单 {amount}，加权 {weighted}\n赢单 {won}　输单 {lost}"
    )
    step = Text("{stage} {count} 单 {amount}")
    closed = Text("{count} 单 {amount}")
    no_slices = Text("按地区、按产品拆开的数我还不会算，原话已留底。可以问“漏斗”“小周本月签了多少”。")


class Why:
    """Why a deal was lost; the Chinese is what the database keeps."""

    price, competitor, budget, needs = Text("价格"), Text("竞品"), Text("预算"), Text("需求变化")
    relations, silence, timing = Text("关系"), Text("无响应"), Text("时机")


REASONS = (
    (Why.price, ("价格", "太贵", "嫌贵", "价高", "便宜", "没谈拢")),
    (Why.competitor, ("竞品", "友商", "对手", "输给", "选了别")),
    (Why.budget, ("预算", "没钱", "资金")),
    (Why.needs, ("需求", "不做了", "项目取消", "不需要", "立项")),
    (Why.relations, ("关系", "内定")),
    (Why.silence, ("不回", "没回", "失联", "无响应")),
    (Why.timing, ("延期", "推迟", "明年", "时机")),
)
_UNIT_PRICE = re.compile(r"(一|每|/)\s*(套|台|个|把|片|件|用户|张|只)|单价")


@skill(
    label="create_deal",
    examples=[
        "{customer}建个商机 {amount} 下月底签",
        "{customer}建个商机 {amount} {time}签",
        "新商机 {customer} {amount}",
        "有个单子 {customer} {amount}",
        "给{customer}录个商机",
        "加个机会 {customer} {amount}",
        "new deal {customer} {amount}",
        "new deal {customer} {amount} closes {time}",
    ],
    allow=SELLERS,
)
def create_deal(
    talk: Talk,
    customer: Customer | Company = ask(Say.which_customer),
    amount: Money | None = None,
    time: When | None = None,
    stage: Stage | None = None,
) -> Answer:
    """建商机：客户、金额、预计什么时候签"""
    total, working = _total(talk, amount)
    name = customer.name
    if total is not None and total >= talk.desk.shape.confirm_amount and not talk.confirmed:
        return Confirm(Say.large(customer=name, amount=money(total)))
    target, lines = own(talk, customer)
    product = talk.act.slots.get("product", ())
    title = f"{_short_name(name)}-{product[0] if product else Say.untitled()}"
    opened = stage if stage and not stage.closes else None
    deal = deals.create(talk.desk, target, title, total, times.close_date(talk.desk, time) if time else None, opened)
    talk.remember(target)
    return "\n".join([*lines, _created(talk, deal), *working])


def _created(talk: Talk, deal: Deal) -> str:
    stage = talk.desk.shape.stage(deal.stage)
    return Say.created(
        title=deal.title, amount=money(deal.amount), close=_close(talk, deal), stage=stage.name,
        probability=stage.probability,
        number=deal.id,
    )  # fmt: skip


def _total(talk: Talk, amount: Decimal | None) -> tuple[Decimal | None, list[str]]:
    """A price a piece times the pieces, if that is what was said; with the sum shown."""
    quantity = talk.act.slots.get("quantity", ())
    if amount is None or not quantity or not _UNIT_PRICE.search(talk.act.text):
        return amount, []
    total = amount * int(quantity[0])
    return total, [Say.sum(price=money(amount), quantity=quantity[0], total=money(total))]


@skill(
    label="update_deal",
    examples=[
        "把{customer}推进到{stage}",
        "{customer}进{stage}了",
        "{customer}{stage}了",
        "{customer}的金额改成{amount}",
        "{customer}预计成交改到{time}",
        "{customer}{stage}了，{amount}",
        "move {customer} to {stage}",
        "{customer} amount to {amount}",
    ],
    allow=SELLERS,
)
def update_deal(
    talk: Talk,
    customer: Customer = ask(Say.which_customer),
    stage: Stage | None = None,
    amount: Money | None = None,
    time: When | None = None,
    deal: Deal | None = None,
    reason: Words | None = None,
    said: Said = Said(""),
) -> Answer:
    """推进商机，改金额、日期，赢单输单"""
    found = [deal] if deal else list(deals.open_deals(talk.desk, customer))
    if len(found) > 1:
        options = tuple((f"{d.title} {money(d.amount)}", d) for d in found[:5])
        return Need("deal", Say.which_deal(customer=customer.name, count=len(found)), options)
    talk.remember(customer)
    one = found[0]
    match stage.kind if stage else "":
        case "won":
            return _win(talk, one, amount)
        case "lost":
            return _lose(talk, one, reason or _reason(said))
    return _change(talk, one, stage, amount, time)


def _win(talk: Talk, deal: Deal, amount: Decimal | None) -> Answer:
    final = amount if amount is not None else deal.amount
    if final is None:
        return Need("amount", Say.won_amount(title=deal.title))
    if not talk.confirmed:
        before = Say.before(amount=money(deal.amount)) if deal.amount not in (None, final) else ""
        return Confirm(Say.confirm_won(title=deal.title, amount=money(final), before=before))
    deals.move(talk.desk, deal, talk.desk.shape.first("won"), final)
    return Say.won(title=deal.title, amount=money(final))


def _lose(talk: Talk, deal: Deal, reason: str | None) -> Answer:
    if not reason:
        return Need("reason", Say.why_lost(title=deal.title))
    if not talk.confirmed:
        return Confirm(Say.confirm_lost(title=deal.title, amount=money(deal.amount), reason=translated(Why, reason)))
    deals.lose(talk.desk, deal, reason)
    return Say.lost(title=deal.title, reason=translated(Why, reason))


def _reason(said: str) -> str | None:
    return next((reason.chinese for reason, cues in REASONS if any(cue in said for cue in cues)), None)


def _change(talk: Talk, deal: Deal, stage: Stage | None, amount: Decimal | None, time: When | None) -> Answer:
    """Forward or back, another amount, another date; old and new shown."""
    desk, old = talk.desk, talk.desk.shape.stage(deal.stage)
    close = times.close_date(desk, time) if time else None
    if stage is None and amount is None and close is None:
        return Told(Say.what_change(title=deal.title), fate="asked")
    if amount is not None and amount >= desk.shape.confirm_amount and amount != deal.amount and not talk.confirmed:
        return Confirm(Say.large_change(title=deal.title, old=money(deal.amount), new=money(amount)))
    changes = []
    if amount is not None and amount != deal.amount:
        changes.append(Say.from_to(what=Say.amount(), old=money(deal.amount), new=money(amount)))
    if close is not None and close != deal.expected_close:
        before = day(deal.expected_close, desk.today) if deal.expected_close else Say.no_day()
        changes.append(Say.from_to(what=Say.closing(), old=before, new=day(close, desk.today)))
    deals.change(desk, deal, amount, close)
    if stage is not None and stage.key != deal.stage:
        deals.move(desk, deal, stage)
        changes.insert(0, Say.from_to(what=Say.stage(), old=old.name, new=stage.name))
    if changes:
        return Say.changed(title=deal.title, changes=clauses(changes))
    same = Say.same(title=deal.title, stage=old.name)
    return f"{same}\n{kept}" if (kept := _kept(talk, deal)) else same


def _kept(talk: Talk, deal: Deal) -> str:
    """What somebody there said is worth a note, though the deal stands where it stood."""
    people = talk.act.slots.get("person", ())
    if not people:
        return ""
    desk, said = talk.desk, talk.act.text
    customer = desk.session.get_one(Customer, deal.customer_id)
    present = customers.present(desk, customer, [str(one) for one in people], said)
    followup = followups.log(desk, customer, said, desk.now, method_of(said), present, summary=short(said))
    talk.remember(customer, followup)
    return Say.noted(customer=customer.name, gist=short(said, 30), number=followup.id)


@skill(
    label="query_deals",
    examples=[
        "{customer}到哪步了",
        "{customer}签了吗",
        "{customer}那单怎么样了",
        "{customer}到哪个阶段了",
        "{customer}有几个商机",
        "how's {customer} going",
        "status of {customer}",
        "where are we with {customer}",
    ],
    allow=VIEWERS,
    private=True,
)
def deal_status(talk: Talk, customer: Customer = ask(Say.which_customer)) -> Answer:
    """看一家客户的商机到哪步了"""
    return status_of(talk, customer)


def status_of(talk: Talk, customer: Customer) -> str:
    """Each of the customer's deals and how far it has come."""
    found = deals.of(talk.desk, customer, only_open=False)
    talk.remember(customer)
    if not found:
        return Say.none(customer=customer.name)
    return Say.status(customer=customer.name, lines="\n".join(_line(talk, deal) for deal in found))


@skill(
    label="query_deals",
    examples=[
        "我的商机",
        "我的商机列表",
        "处于{stage}阶段的商机",
        "阶段是{stage}的都有谁",
        "哪些单子在{stage}",
        "{stage}的客户有哪些",
        "{amount}以上的单子还有几个没签",
        "{owner}手上有哪些单子",
        "进行中的商机",
        "my deals",
        "show my open deals",
        "open deals",
        "deals in {stage}",
    ],
    allow=VIEWERS,
    private=True,
)
def list_deals(
    talk: Talk,
    owner: Staff | None = None,
    stage: Stage | None = None,
    time: When | None = None,
    customer: Customer | None = None,
) -> Answer:
    """列出进行中的商机：全部的、卡住的、某段时间要签的"""
    if customer is not None and owner is None:  # 这家的单子多大
        return status_of(talk, customer)
    if whichdeals.sliced(talk):
        return Told(Say.no_slices(), fate="parked")
    asked_of = whichdeals.compared(talk)
    if len(asked_of) > 1:
        return "\n".join(_sum_of(talk, one) for one in asked_of)
    least = talk.act.slots.get("amount_min", ())
    above = Decimal(str(least[0])) if least else None
    closes = whichdeals.closing(talk, time)
    stuck = closes is None and whichdeals.stuck(talk.act.text)
    since = talk.desk.now - whichdeals.STILL if stuck else None
    count, amount, found = reports.open_deals(talk.desk, owner, stage, above, MOST, since, closes)
    whose = whichdeals.whose(talk, owner)
    at = Say.in_stage(stage=stage.name) if stage else ""
    which = at + (
        Say.stuck(days=whichdeals.STILL.days) if stuck else Say.closing_in(period=time.text) if closes and time else ""
    )
    if not found:
        return Say.list_none(whose=whose, which=which)
    rows = [(deal, _line(talk, deal)[2:] + (_since(talk, deal) if stuck else "")) for deal, _ in found]
    return Listed(Say.list(whose=whose, which=which, count=count, amount=money(amount)), rows, count)


def _sum_of(talk: Talk, one: Staff) -> str:
    count, amount, _ = reports.open_deals(talk.desk, one)
    return Say.list(whose=whichdeals.whose(talk, one), which="", count=count, amount=money(amount))


def _since(talk: Talk, deal: Deal) -> str:
    return Say.still(days=(talk.desk.now - deal.moved_at).days)


@skill(
    label="query_deals",
    examples=[
        "漏斗",
        "{time}漏斗",
        "现在各阶段多少单",
        "{owner}的漏斗",
        "管道情况怎么样",
        "pipeline",
        "pipeline {time}",
        "my pipeline",
        "team pipeline",
        "how's my pipeline",
        "how is the pipeline looking",
        "show me the pipeline",
    ],
    allow=VIEWERS,
    private=True,
)
def funnel(talk: Talk, owner: Staff | None = None, time: When | None = None) -> Answer:
    """看漏斗：各阶段多少单、多少钱"""
    if whichdeals.sliced(talk):
        return Told(Say.no_slices(), fate="parked")
    first, last = times.span(talk.desk, time)
    found = reports.funnel(talk.desk, first, last, owner)
    steps = "\n".join(Say.step(stage=s.stage.name, count=s.count, amount=money(s.amount)) for s in found.steps)
    return Say.funnel(
        whose=whichdeals.whose(talk, owner),
        period=times.spoken(time, first, last),
        steps=steps,
        count=found.count,
        amount=money(found.amount),
        weighted=money(found.weighted),
        won=Say.closed(count=found.won.count, amount=money(found.won.amount)),
        lost=Say.closed(count=found.lost.count, amount=money(found.lost.amount)),
    )


def _line(talk: Talk, deal: Deal) -> str:
    stage = talk.desk.shape.stage(deal.stage)
    if deal.closed_at:
        when = day(deal.closed_at.astimezone(talk.desk.shape.zone), talk.desk.today)
        return Say.ended(title=short(deal.title, 24), amount=money(deal.amount), stage=stage.name, day=when)
    return Say.line(title=short(deal.title, 24), amount=money(deal.amount), stage=stage.name, close=_close(talk, deal))


def _close(talk: Talk, deal: Deal) -> str:
    return Say.close(day=day(deal.expected_close, talk.desk.today)) if deal.expected_close else Say.no_close()


def _short_name(name: str) -> str:
    """华星科技(深圳)有限公司 -> 华星科技: enough for a title."""
    bare = re.sub(r"[(（].*?[)）]", "", name)
    return re.sub(r"(股份有限公司|有限责任公司|有限公司|股份公司|集团|公司)$", "", bare) or name
