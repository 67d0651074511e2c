"""How understanding reads in Chinese: acts, slots, values, and the reasons that rules give in English."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from scrm_bot.dialogs.phrases import day, moment, money

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
    "explain": "问为什么这么理解",
    "teach_word": "教一个叫法",
    "forget_word": "忘掉一个叫法",
    "list_words": "问学会了哪些叫法",
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
LENGTHS = ("天", "小时", "分钟")
PARTS = {"AM": "上午", "NOON": "中午", "PM": "下午", "EV": "晚上"}
VALUES = {"pos": "积极", "neg": "消极", "neu": "一般", "failed": "没联系上", "urgent": "紧急"}
REASONS = (
    (r"nearest example (.+) \((.+)\)", r"最像例句「\1」（相似度 \2）"),
    (r"like the example (.+) \((.+)\)", r"像例句「\1」（相似度 \2）"),
    (r"reads like others of its kind: (.+)", r"这样的说法多半是这个意思：「\1」"),
    (r"reads like others of its kind", "整句话的说法像这个意思"),
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
    (r"no words", "没有文字，只有符号"),
    (r"no cue", "没有认得出的线索"),
    (r"nothing said", "没有文字"),
    (r"only supposed: (.+)", r"只是假设：「\1」"),
    (r"out of scope", "说的不是客户的事"),
    (r"how to use the app", "在问怎么用"),
    (r"won: (.+)", r"「\1」就是赢了"),
    (r"lost: (.+)", r"「\1」就是丢了"),
    (r"money came in", "说的是钱到了"),
    (r"it is spoken of as over", "听着是已经办完的事"),
    (r"a visit and what is to follow", "拜访和接下来要做的"),
    (r"a quotation is to be made", "要做报价"),
    (r"an invoice is to be issued", "要开票"),
    (r"an opportunity with its money", "说了商机和金额"),
    (r"a customer asks about a product", "客户在打听产品"),
    (r"a customer asks for somebody to come", "客户要人上门"),
    (r"service is asked for", "要人处理"),
    (r"asks what became of a reminder", "在问提醒发了没有"),
    (r"an example but its name", "除了名字，和例句一样"),
)
WHY = {  # why a value is taken for what it is
    "full name": "全名",
    "short name": "这家的叫法",
    "alike": "读音或写法像，不敢认定",
    "several": "对得上不止一家",
    "learnt": "你教过我的叫法",
    "unknown": "库里没有这个名字",
}
_HOLE = "[\ue000-\uf8ff]"  # where an example leaves room for a value
SEEN = {"negation": "否定", "question": "疑问", "hypothesis": "假设"}


def reason(text: str) -> str:
    """A reason of the understanding, in Chinese where we know it; a new one shows as it is."""
    return known_reason(text) or re.sub(_HOLE, "…", text)


def known_reason(text: str) -> str:
    """A reason in Chinese; "" for one that we have no words for."""
    text = re.sub(_HOLE, "…", text)
    for pattern, words in REASONS:
        found = re.fullmatch(pattern, text)
        if found:
            return found.expand(words).replace("「」", "")
    return ""


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
    length = re.fullmatch(r"P(\d+)D|PT(\d+)H|PT(\d+)M", text)
    return next(f"{n} {unit}" for n, unit in zip(length.groups(), LENGTHS, strict=True) if n) if length else text


def _span(text: str, today: date) -> str:
    """One moment or day, or from .. to .. with either end open."""
    start, slash, end = text.partition("/")
    if not slash:
        return _moment(start, today)
    if start == "..":
        return f"{_moment(end, today)}之前"
    return f"{_moment(start, today)}以后" if end == ".." else f"{_moment(start, today)} 到 {_moment(end, today)}"


def _moment(text: str, today: date) -> str:
    on, _, part = text.partition("T")
    if not part or part in PARTS:
        return day(date.fromisoformat(on), today) + PARTS.get(part, "")
    when = datetime.fromisoformat(text)
    return moment(when, today, seconds=when.second != 0)
