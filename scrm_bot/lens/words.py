"""Chinese words for what is written in the database in English: entities, fields, states, meanings, reasons."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from scrm_bot.crm import contracts, tickets
from scrm_bot.dialogs.phrases import day, moment, money

ENTITIES = {
    "customers": "客户",
    "contacts": "联系人",
    "followups": "跟进记录",
    "followup_contacts": "在场的人",
    "deals": "商机",
    "reminders": "提醒",
    "tickets": "工单",
    "ticket_notes": "工单留言",
    "leads": "线索",
    "contracts": "合同",
    "products": "产品",
    "devices": "设备",
    "quotes": "报价",
    "payments": "回款",
    "staff": "同事",
}
FIELDS = {
    "customer_id": "客户",
    "contact_id": "联系人",
    "owner_id": "负责人",
    "author_id": "记录人",
    "assignee_id": "工程师",
    "staff_id": "提醒谁",
    "ticket_id": "工单",
    "followup_id": "跟进",
    "deal_id": "商机",
    "name": "名称",
    "title": "标题",
    "number": "编号",
    "text": "内容",
    "method": "方式",
    "happened_at": "时间",
    "due_at": "时间",
    "sent_at": "发出",
    "responded_at": "首次响应",
    "resolved_at": "解决时间",
    "moved_at": "推进时间",
    "closed_at": "结束时间",
    "amount": "金额",
    "stage": "阶段",
    "expected_close": "预计签约",
    "lost_reason": "输单原因",
    "priority": "优先级",
    "state": "状态",
    "kind": "类型",
    "phone": "电话",
    "rating": "评分",
    "comment": "评价",
    "grade": "等级",
    "industry": "行业",
    "region": "地区",
    "lifecycle": "生命周期",
    "source": "来源",
    "demand": "需求",
    "contact": "联系人",
    "rings": "改期次数",
    "failed": "没联系上",
    "active": "在职",
}
SHOWN = {  # of a new row, what is worth a look
    "customers": ("name", "owner_id", "lifecycle"),
    "contacts": ("name", "title", "phone", "customer_id"),
    "followups": ("customer_id", "method", "happened_at", "text"),
    "deals": ("title", "customer_id", "amount", "stage", "expected_close"),
    "reminders": ("text", "due_at", "customer_id"),
    "tickets": ("number", "customer_id", "priority", "text", "state", "assignee_id"),
    "ticket_notes": ("ticket_id", "text"),
    "leads": ("name", "contact", "phone", "demand"),
}
HIDDEN = frozenset({"kind", "moved_at", "closed_at", "resolved_at", "responded_at", "rings"})  # follow from the others
STATES = {
    "tickets": tickets.STATES,
    "contracts": contracts.STATES,
    "reminders": {"waiting": "待提醒", "sent": "已提醒", "done": "已完成", "cancelled": "已取消"},
    "leads": {"new": "待跟进", "working": "跟进中", "converted": "已转化", "invalid": "无效"},
}
ROLES = {
    "sales": "销售",
    "sales_manager": "销售经理",
    "director": "总监",
    "executive": "总经理",
    "service": "客服",
    "engineer": "工程师",
    "marketing": "市场",
    "finance": "财务",
    "legal": "法务",
    "admin": "管理员",
}
FATES = {
    "written": "已写入",
    "answered": "已回答",
    "asked": "在反问",
    "parked": "原话留底",
    "ignored": "不必回应",
    "failed": "出错了",
}
MEANINGS = {
    "log_visit": "记一次跟进",
    "create_ticket": "报修、建工单",
    "set_reminder": "设提醒",
    "schedule_meeting": "约时间",
    "create_deal": "建商机",
    "update_deal": "改商机",
    "add_contact": "加联系人",
    "create_customer": "建客户",
    "create_quote": "做报价",
    "record_payment": "记回款",
    "create_invoice": "开票",
    "update_ticket": "处理工单",
    "correct_last": "改刚才那条",
    "cancel_last": "撤回",
    "query_deals": "问商机",
    "query_customer": "问客户",
    "query_payment": "问回款",
    "query_ticket": "问工单",
    "query_schedule": "问安排",
    "query_product": "问产品",
    "query_order": "问订单",
    "handoff": "找人工",
    "help": "问怎么用",
    "done_reminder": "提醒办完了",
    "move_reminder": "提醒改期",
    "reply_to_customer": "给客户回话",
    "rate": "评价",
    "pasted": "转来的聊天或文字",
    "none": "没有要办的事",
}
SLOTS = {
    "customer": "客户",
    "unknown_customer": "没见过的公司",
    "person": "联系人",
    "owner": "同事",
    "time": "时间",
    "next_time": "下次",
    "amount": "金额",
    "amount_min": "最少",
    "amount_max": "最多",
    "stage": "阶段",
    "product": "产品",
    "quantity": "数量",
    "percent": "比例",
    "phone": "电话",
    "ref_no": "编号",
    "duration": "时长",
    "sentiment": "态度",
    "outcome": "结果",
    "priority": "紧急程度",
    "method": "方式",
    "reason": "原因",
}
VALUES = {"pos": "积极", "neg": "消极", "neu": "一般", "failed": "没联系上", "urgent": "紧急"}
REASONS = (
    (r"nearest example (.+) \((.+)\)", r"最像例句「\1」（相似度 \2）"),
    (r"like the example (.+) \((.+)\)", r"像例句「\1」（相似度 \2）"),
    (r"it happened: (.+)", r"说的是已经发生的事：「\1」"),
    (r"it is to come: (.+)", r"说的是还没发生的事：「\1」"),
    (r"asks about a product", "在打听产品"),
    (r"asks about a stage", "在问阶段"),
    (r"asks about somebody", "在问某个人"),
    (r"asks about (.+)", r"在问，不是在记：「\1」"),
    (r"asks to be reminded", "要求提醒"),
    (r"asks to hurry a ticket", "在催工单"),
    (r"asks for a person", "要找人工"),
    (r"asks for a quotation", "要报价"),
    (r"a customer tells of a fault(?:: )?(.*)", r"客户在说故障「\1」"),
    (r"a customer's fault: (.+)", r"客户那边出了故障：「\1」"),
    (r"a customer's word: (.+)", r"客户说的话：「\1」"),
    (r"a customer complains", "客户在投诉"),
    (r"a customer asks what we have", "客户在打听产品"),
    (r"a customer's name alone", "只说了客户名"),
    (r"a value is changed: (.+)", r"要改一个值：「\1」"),
    (r"a stage is stated: (.+)", r"说出了阶段：「\1」"),
    (r"a new value alone", "只说了一个新值"),
    (r"a subject alone: (.+)", r"只说了话题：「\1」"),
    (r"a note on a customer", "是关于客户的一条记录"),
    (r"a new customer is to be added", "要建新客户"),
    (r"a new opportunity is to be added", "要建新商机"),
    (r"a contact to be kept", "要存一个联系人"),
    (r"a ticket named, and what becomes of it", "点了工单号，说了怎么处理"),
    (r"an appointment is to be put down", "要约时间"),
    (r"a question about nothing we keep", "问的事不归这里管"),
    (r"an undo of the last thing", "要撤回上一件事"),
    (r"another customer for the last record", "上一条换个客户"),
    (r"answer to the open question", "是对刚才那个问题的回答"),
    (r"its beginning says so", "开头就说明了"),
    (r"pasted or forwarded", "像是贴进来、转过来的，不是自己说的"),
    (r"small talk", "闲聊"),
    (r"no cue", "没有认得出的线索"),
    (r"nothing said", "没有文字"),
)


def reason(text: str) -> str:
    """A reason of the understanding, in Chinese where we know it; a new one shows as it is."""
    text = re.sub("[\ue000-\uf8ff]", "…", text)  # where an example leaves room for a value
    for pattern, words in REASONS:
        found = re.fullmatch(pattern, text)
        if found:
            return found.expand(words).replace("「」", "")
    return text


def value(slot: str, text: str, today: date) -> str:
    """A value of the understanding as one reads it: ¥30万, 11月25日（周三）, 7 天."""
    if text in VALUES:
        return VALUES[text]
    try:
        if slot.startswith("amount"):
            return money(Decimal(text))
        if slot in ("time", "next_time"):
            return _span(text, today)
    except (ValueError, InvalidOperation):
        return text
    length = re.fullmatch(r"P(\d+)D", text)
    return f"{length[1]} 天" if length else text


def _span(text: str, today: date) -> str:
    """One moment or day, or from .. to .. with either end open."""
    start, slash, end = text.partition("/")
    if not slash:
        return _moment(start, today)
    if start == "..":
        return f"{_moment(end, today)}之前"
    return f"{_moment(start, today)}以后" if end == ".." else f"{_moment(start, today)} 到 {_moment(end, today)}"


def _moment(text: str, today: date) -> str:
    if "T" not in text:
        return day(date.fromisoformat(text), today)
    when = datetime.fromisoformat(text)
    return moment(when, today, seconds=when.second != 0)
