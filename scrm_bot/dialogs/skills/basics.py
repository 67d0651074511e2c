"""What everybody may say: take it back, help, small talk - and what the bot cannot do yet, said honestly."""

from __future__ import annotations

import re
from typing import Any

from scrm_bot.crm import audit, customers, followups, reminders
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.followups import FollowUp
from scrm_bot.crm.reminders import Reminder
from scrm_bot.crm.words import Word
from scrm_bot.dialogs.correcting import corrected
from scrm_bot.dialogs.phrases import clauses, short
from scrm_bot.dialogs.skill import CUSTOMERS, STAFF, Again, Answer, Saying, Told, skill
from scrm_bot.dialogs.slots import Said
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.taps import Tap
from scrm_bot.dialogs.texts import Text, named


class Say:
    """The basics."""

    undone = Text("↩️ 已撤回：{what}")
    not_that = Text("刚写下的不是这个，没有动。要撤回刚才那条，回“撤销”。")
    no_reminder = Text("好，不提醒了；记录还在。")
    kept = Text("（{what}之后又被改过，没动）")
    help = Text("直接说就行，比如：\n{lines}")
    hello = Text("{name}你好，说一句话就能记客户、查商机、设提醒。回“怎么用”看例子。")
    lost = Text("这句我没太明白，原话已留底。可以这样说：\n{lines}")
    not_yet = Text(
        "这个我还不会办，原话已留底，不会丢。\n现在能做：记拜访、建商机、查漏斗、设提醒、建工单。回“怎么用”看例子。"
    )
    not_yet_customer = Text("这个我这边查不到，已把您的话转给同事。发“人工”可以找人。")
    something, its = Text("「{title}」"), Text("{row}的{field}")
    that, added = Text("刚才那条"), Text("加上{what}")
    corrected = Text("✏️ 改好了：{changes}")
    correct = Text("要改刚才那条的话：先回“撤销”，再把对的完整说一遍。")


class Kinds:
    """What a row of a table is called."""

    followups, contacts, customers = Text("跟进「{title}」"), Text("联系人「{title}」"), Text("客户「{title}」")
    deals, reminders, tickets = Text("商机「{title}」"), Text("提醒「{title}」"), Text("工单「{title}」")
    leads, ticket_notes, words = Text("线索「{title}」"), Text("工单备注「{title}」"), Text("叫法「{title}」")


class Fields:
    """What a column is called."""

    stage, amount, expected_close, state = Text("阶段"), Text("金额"), Text("预计签约"), Text("状态")
    due_at, phone, lost_reason, text = Text("时间"), Text("电话"), Text("输单原因"), Text("内容")
    owner_id = Text("负责人")


NAMED = {  # what somebody may say they do not want
    "提醒": "reminders", "闹钟": "reminders", "商机": "deals", "单子": "deals", "工单": "tickets",
    "报价": "quotes", "合同": "contracts",
    "联系人": "contacts", "拜访": "followups", "跟进": "followups",
}  # fmt: skip
_SMALL = re.compile(
    r"(好的?|收到|谢谢|感谢|辛苦了?|哈+|嘿+|呵+|嗯+|哦+|噢+|ok|okay|早上好|早|晚安|晚上好|下午好|大家好|你好|您好|在吗|嗨|hi|hello|拜拜|再见|没事|(?:新年|节日|中秋|国庆|元旦|春节|生日|周末)?快乐|大家|笑死(?:我了)?|加油|知道了|明白了?"
    r"|[\W_]|[\U0001F000-\U0001FAFF])+",
    re.I,
)
_HELLO = re.compile(r"(你好|您好|在吗|嗨|hi|hello|早上好|早|下午好|晚上好)", re.I)


@skill(
    label="cancel_last",
    examples=["撤销", "撤回", "撤销上一条", "撤回刚才那条", "刚才那条别记了", "删掉刚刚那条"],
    allow=STAFF,
)
def undo(talk: Talk, said: Said = Said("")) -> Answer:
    """撤回刚才写下的"""
    desk = talk.desk
    wrote = audit.last_write(desk.session, desk.signature, desk.shape.undo_minutes)
    named = {table for word, table in NAMED.items() if word in said}
    if named and not named & wrote:
        return Told(Say.not_that(), choices=(Tap.undo,))
    if named == {"reminders"} and wrote - named:
        return _no_reminder(talk)
    talk.memory.undid = True
    return _told(_taken_back(talk, audit.undo_last(desk.session, desk.signature, desk.shape.undo_minutes)))


def _taken_back(talk: Talk, result: audit.Undone) -> audit.Undone:
    """And what follows from the rows that are gone now."""
    desk = talk.desk
    for row in result.unmade:
        if isinstance(row, FollowUp):
            followups.recount(desk, row)
        elif isinstance(row, Reminder):
            _stop(desk, row.message_id)  # what recurs may have been set anew since
        elif isinstance(row, Word) and row.customer_id in talk.memory.customers:
            talk.memory.customers.remove(row.customer_id)  # it was the wrong one
    for row in {row for row, *_ in result.restored if isinstance(row, FollowUp)}:
        followups.recount(desk, row)
    return result


def _told(result: audit.Undone) -> Answer:
    done = [_row(row) for row in reversed(result.unmade) if row.__tablename__ in vars(Kinds)]
    done += [_field(row, field) for row, field, _, _ in reversed(result.restored) if field in vars(Fields)]
    lines = [Say.undone(what=clauses(dict.fromkeys(done)) or Say.that())]
    return "\n".join(lines + [Say.kept(what=_field(row, field)) for row, field in result.kept])


def _no_reminder(talk: Talk) -> Answer:
    """不用提醒了, after a visit that set one: the visit stays."""
    desk = talk.desk
    _stop(desk, audit.last_message(desk.session, desk.signature, desk.shape.undo_minutes))
    return Say.no_reminder()


def _stop(desk: Desk, message: int | None) -> None:
    for reminder in reminders.of_message(desk, message):
        reminders.cancel(desk, reminder)


def _row(row: Any) -> str:
    kind = vars(Kinds).get(row.__tablename__, Say.something)
    return str(kind(title=_title(row)))


def _field(row: Any, field: str) -> str:
    return Say.its(row=_row(row), field=named(Fields, field))


def _title(row: Any) -> str:
    for field in ("number", "title", "name", "summary", "text"):
        value = getattr(row, field, None)
        if value:
            return short(str(value), 20)
    return ""


@skill(
    label="help",
    examples=["怎么用", "?", "？", "帮助", "教我", "你能干什么", "有什么功能", "help", "怎么玩"],
    allow=STAFF | CUSTOMERS,
)
def show_help(talk: Talk) -> Answer:
    """怎么用"""
    return Say.help(lines=_examples(talk))


def _examples(talk: Talk, most: int = 5) -> str:
    """Things that this person could say, with customers of their own in them: one example of each skill shown."""
    own = customers.some_of(talk.desk)
    lines: list[str] = []
    for name in SHOWN:
        shown = talk.allowed().get(name)
        if shown:
            named = own[len(lines) % len(own)] if own else "华星科技"
            lines.append("· " + _filled(shown.examples[0], named))
    return "\n".join(lines[:most])


def _filled(example: str, customer: str) -> str:
    """The example as it could really be said."""

    def value(hole: re.Match[str]) -> str:
        return FILL.get(hole[1], customer)

    return re.sub(r"\{(\w+)\}", value, example)


SHOWN = (  # in this order, those that the person may say
    "accept", "reply_to_customer", "resolve", "log_visit", "create_deal", "remind_me", "deal_status",
    "funnel", "list_tickets", "file_request", "progress", "urge", "cancel_request",
)  # fmt: skip
FILL = {
    "person": "王总", "time": "明天下午三点", "next_time": "下周三", "amount": "50万", "stage": "报价谈判",
    "owner": "小周", "said": "上午十点到", "phone": "13800000000",
}  # fmt: skip


@skill(label="none", examples=["哈哈好的", "辛苦了", "早上好"], allow=STAFF)
def small_talk(talk: Talk, said: Said = Said("")) -> Answer:
    """闲聊，不写任何东西"""
    text = said.strip()
    if _HELLO.fullmatch(text):
        return Told(Say.hello(name=talk.desk.actor.name), choices=(Tap.help, Tap.today), fate="ignored")
    if not text or _SMALL.fullmatch(text):
        return Told("", fate="ignored")
    return Told(Say.lost(lines=_examples(talk, 3)), fate="parked")


@skill(label="correct_last", examples=["不是50万是15万", "客户搞错了，是华兴", "应该是周四"], allow=STAFF)
def correct(talk: Talk, said: Said = Said("")) -> Answer:
    """改刚才那条：说错的换成对的"""
    desk = talk.desk
    last = audit.last_message(desk.session, desk.signature, desk.shape.undo_minutes)
    before = next((one for one in talk.earlier() if one.number == last), None)
    new = corrected(talk.brain, talk.scene(), talk.local, before.text, said) if before else None
    if new is None or before is None:
        return Told(Say.correct(), choices=(Tap.undo,), fate="parked")
    result = _taken_back(talk, audit.undo_message(desk.session, desk.signature, before.number))
    kept = [Say.kept(what=_field(row, field)) for row, field in result.kept]
    changes = clauses(f"{was} → {now}" if was else Say.added(what=now) for was, now in new.changes)
    return Again((Saying(new.text),), "\n".join([Say.corrected(changes=changes), *kept]))


@skill(
    label=(
        "not_yet",
        "create_quote",
        "record_payment",
        "create_invoice",
        "query_payment",
        "query_product",
        "query_order",
        "handoff",
    ),
    examples=[],
    allow=STAFF,
)
def not_yet(talk: Talk) -> Answer:
    """还不会的，原话留底"""
    return Told(Say.not_yet(), fate="parked")


@skill(
    label=("not_yet", "query_product", "query_payment", "query_order", "create_quote", "create_invoice"),
    examples=[],
    allow=CUSTOMERS,
)
def not_yet_for_customers(talk: Talk, said: Said = Said("")) -> Answer:
    """客户问到还不会的"""
    customers.pass_on(talk.desk, said)
    return Told(Say.not_yet_customer(), fate="parked")
