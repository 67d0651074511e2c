"""How understanding reads: acts, slots, values, and the reasons that rules give in programmers' English."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from scrm_bot.dialogs.phrases import day, moment, money
from scrm_bot.dialogs.texts import Text, named


class Acts:
    """What a message was taken for."""

    log_visit = Text("记一次跟进")
    create_ticket = Text("报修、建工单")
    set_reminder = Text("设提醒")
    schedule_meeting = Text("约时间")
    create_deal = Text("建商机")
    update_deal = Text("改商机")
    add_contact = Text("加联系人")
    create_customer = Text("建客户")
    create_quote = Text("做报价")
    record_payment = Text("记回款")
    create_invoice = Text("开票")
    update_ticket = Text("处理工单")
    correct_last = Text("改刚才那条")
    cancel_last = Text("撤回")
    query_deals = Text("问商机")
    query_customer = Text("问客户")
    query_payment = Text("问回款")
    query_ticket = Text("问工单")
    query_schedule = Text("问安排")
    query_product = Text("问产品")
    query_order = Text("问订单")
    handoff = Text("找人工")
    help = Text("问怎么用")
    explain = Text("问为什么这么理解")
    language = Text("换语言")
    bind_room = Text("把群绑定到团队")
    unbind_room = Text("解绑群")
    teach_word = Text("教一个叫法")
    forget_word = Text("忘掉一个叫法")
    list_words = Text("问学会了哪些叫法")
    done_reminder = Text("提醒办完了")
    move_reminder = Text("提醒改期")
    reply_to_customer = Text("给客户回话")
    rate = Text("评价")
    pasted = Text("转来的聊天或文字")
    card = Text("名片")
    practise = Text("要演练")
    none = Text("没有要办的事")


class Slots:
    """What a value is."""

    customer = Text("客户")
    unknown_customer = Text("没见过的公司")
    person = Text("联系人")
    owner = Text("同事")
    time = Text("时间")
    next_time = Text("下次")
    amount = Text("金额")
    amount_min = Text("最少")
    amount_max = Text("最多")
    stage = Text("阶段")
    product = Text("产品")
    quantity = Text("数量")
    percent = Text("比例")
    phone = Text("电话")
    ref_no = Text("编号")
    duration = Text("时长")
    sentiment = Text("态度")
    outcome = Text("结果")
    priority = Text("紧急程度")
    method = Text("方式")
    reason = Text("原因")


class Values:
    """Values that are no data of anybody's."""

    pos = Text("积极")
    neg = Text("消极")
    neu = Text("一般")
    failed = Text("没联系上")
    urgent = Text("紧急")


class Spans:
    """How long, and when."""

    days, hours, minutes = Text("{n} 天"), Text("{n} 小时"), Text("{n} 分钟")
    AM, NOON, PM, EV = Text("{day}上午"), Text("{day}中午"), Text("{day}下午"), Text("{day}晚上")
    until, since, stretch = Text("{end}之前"), Text("{start}以后"), Text("{start} 到 {end}")


class Why:
    """Why a value is taken for what it is."""

    full_name = Text("全名")
    short_name = Text("这家的叫法")
    alike = Text("读音或写法像，不敢认定")
    several = Text("对得上不止一家")
    learnt = Text("你教过我的叫法")
    unknown = Text("库里没有这个名字")


class Seen:
    """What keeps a clause from being a record."""

    negation = Text("否定")
    question = Text("疑问")
    hypothesis = Text("假设")


class Because:
    """The reasons that rules give, in the words of people."""

    nearest_example = Text("最像例句「{one}」（相似度 {two}）")
    like_the_example = Text("像例句「{one}」（相似度 {two}）")
    reads_like_others_of_its_kind = Text("这样的说法多半是这个意思：「{one}」")
    reads_like_others = Text("整句话的说法像这个意思")
    it_happened = Text("说的是已经发生的事：「{one}」")
    contact_is_reported = Text("只说联系过了，没说聊了什么")
    it_is_to_come = Text("说的是还没发生的事：「{one}」")
    asks_about_a_product = Text("在打听产品")
    asks_about_a_stage = Text("在问阶段")
    asks_about_somebody = Text("在问某个人")
    asks_about = Text("在问，不是在记：「{one}」")
    asks_to_be_reminded = Text("要求提醒")
    asks_to_hurry_a_ticket = Text("在催工单")
    asks_for_a_person = Text("要找人工")
    asks_for_a_quotation = Text("要报价")
    a_customer_tells_of_a_fault = Text("客户在说故障「{one}」")
    a_customer_fault = Text("客户那边出了故障：「{one}」")
    a_customer_word = Text("客户说的话：「{one}」")
    a_customer_complains = Text("客户在投诉")
    a_customer_asks_what_we_have = Text("客户在打听产品")
    a_customer_name_alone = Text("只说了客户名")
    a_value_is_changed = Text("要改一个值：「{one}」")
    a_stage_is_stated = Text("说出了阶段：「{one}」")
    a_new_value_alone = Text("只说了一个新值")
    a_subject_alone = Text("只说了话题：「{one}」")
    a_note_on_a_customer = Text("是关于客户的一条记录")
    a_new_customer_is_to_be_added = Text("要建新客户")
    a_new_opportunity_is_to_be_added = Text("要建新商机")
    a_contact_to_be_kept = Text("要存一个联系人")
    a_ticket_named_and_what_becomes_of_it = Text("点了工单号，说了怎么处理")
    an_appointment_is_to_be_put_down = Text("要约时间")
    a_question_about_nothing_we_keep = Text("问的事不归这里管")
    an_undo_of_the_last_thing = Text("要撤回上一件事")
    another_customer_for_the_last_record = Text("上一条换个客户")
    answer_to_the_open_question = Text("是对刚才那个问题的回答")
    its_beginning_says_so = Text("开头就说明了")
    a_business_card = Text("像是一张名片")
    pasted_or_forwarded = Text("像是贴进来、转过来的，不是自己说的")
    small_talk = Text("闲聊")
    no_words = Text("没有文字，只有符号")
    no_cue = Text("没有认得出的线索")
    nothing_said = Text("没有文字")
    only_supposed = Text("只是假设：「{one}」")
    out_of_scope = Text("说的不是客户的事")
    how_to_use_the_app = Text("在问怎么用")
    won = Text("「{one}」就是赢了")
    lost = Text("「{one}」就是丢了")
    money_came_in = Text("说的是钱到了")
    it_is_spoken_of_as_over = Text("听着是已经办完的事")
    a_visit_and_what_is_to_follow = Text("拜访和接下来要做的")
    a_quotation_is_to_be_made = Text("要做报价")
    an_invoice_is_to_be_issued = Text("要开票")
    an_opportunity_with_its_money = Text("说了商机和金额")
    a_customer_asks_for_somebody_to_come = Text("客户要人上门")
    service_is_asked_for = Text("要人处理")
    asks_what_became_of_a_reminder = Text("在问提醒发了没有")
    an_example_but_its_name = Text("除了名字，和例句一样")


WHY = {name.replace("_", " ") for name, text in vars(Why).items() if isinstance(text, Text)}
_REASONS = (
    (r"nearest example (.+) \((.+)\)", Because.nearest_example),
    (r"like the example (.+) \((.+)\)", Because.like_the_example),
    (r"reads like others of its kind: (.+)", Because.reads_like_others_of_its_kind),
    (r"reads like others of its kind", Because.reads_like_others),
    (r"it happened: (.+)", Because.it_happened),
    (r"contact is reported, and nothing told", Because.contact_is_reported),
    (r"it is to come: (.+)", Because.it_is_to_come),
    (r"asks about a product", Because.asks_about_a_product),
    (r"asks about a stage", Because.asks_about_a_stage),
    (r"asks about somebody", Because.asks_about_somebody),
    (r"asks about (.+)", Because.asks_about),
    (r"asks to be reminded", Because.asks_to_be_reminded),
    (r"asks to hurry a ticket", Because.asks_to_hurry_a_ticket),
    (r"asks for a person", Because.asks_for_a_person),
    (r"asks for a quotation", Because.asks_for_a_quotation),
    (r"a customer tells of a fault(?:: )?(.*)", Because.a_customer_tells_of_a_fault),
    (r"a customer's fault: (.+)", Because.a_customer_fault),
    (r"a customer's word: (.+)", Because.a_customer_word),
    (r"a customer complains", Because.a_customer_complains),
    (r"a customer asks what we have", Because.a_customer_asks_what_we_have),
    (r"a customer's name alone", Because.a_customer_name_alone),
    (r"a value is changed: (.+)", Because.a_value_is_changed),
    (r"a stage is stated: (.+)", Because.a_stage_is_stated),
    (r"a new value alone", Because.a_new_value_alone),
    (r"a subject alone: (.+)", Because.a_subject_alone),
    (r"a note on a customer", Because.a_note_on_a_customer),
    (r"a new customer is to be added", Because.a_new_customer_is_to_be_added),
    (r"a new opportunity is to be added", Because.a_new_opportunity_is_to_be_added),
    (r"a contact to be kept", Because.a_contact_to_be_kept),
    (r"a ticket named, and what becomes of it", Because.a_ticket_named_and_what_becomes_of_it),
    (r"an appointment is to be put down", Because.an_appointment_is_to_be_put_down),
    (r"a question about nothing we keep", Because.a_question_about_nothing_we_keep),
    (r"an undo of the last thing", Because.an_undo_of_the_last_thing),
    (r"another customer for the last record", Because.another_customer_for_the_last_record),
    (r"answer to the open question", Because.answer_to_the_open_question),
    (r"its beginning says so", Because.its_beginning_says_so),
    (r"pasted or forwarded", Because.pasted_or_forwarded),
    (r"a business card", Because.a_business_card),
    (r"small talk", Because.small_talk),
    (r"no words", Because.no_words),
    (r"no cue", Because.no_cue),
    (r"nothing said", Because.nothing_said),
    (r"only supposed: (.+)", Because.only_supposed),
    (r"out of scope", Because.out_of_scope),
    (r"how to use the app", Because.how_to_use_the_app),
    (r"won: (.+)", Because.won),
    (r"lost: (.+)", Because.lost),
    (r"money came in", Because.money_came_in),
    (r"it is spoken of as over", Because.it_is_spoken_of_as_over),
    (r"a visit and what is to follow", Because.a_visit_and_what_is_to_follow),
    (r"a quotation is to be made", Because.a_quotation_is_to_be_made),
    (r"an invoice is to be issued", Because.an_invoice_is_to_be_issued),
    (r"an opportunity with its money", Because.an_opportunity_with_its_money),
    (r"a customer asks about a product", Because.a_customer_asks_what_we_have),
    (r"a customer asks for somebody to come", Because.a_customer_asks_for_somebody_to_come),
    (r"service is asked for", Because.service_is_asked_for),
    (r"asks what became of a reminder", Because.asks_what_became_of_a_reminder),
    (r"an example but its name", Because.an_example_but_its_name),
)
_HOLE = "[\ue000-\uf8ff]"  # where an example leaves room for a value


def reason(text: str) -> str:
    """A reason of the understanding, in people's words where we know them; a new one shows as it is."""
    return known_reason(text) or re.sub(_HOLE, "…", text)


def known_reason(text: str) -> str:
    """A reason in people's words; "" for one that we have none for."""
    text = re.sub(_HOLE, "…", text)
    for pattern, words in _REASONS:
        found = re.fullmatch(pattern, text)
        if found:
            one, two, *_ = (*found.groups(""), "", "")
            return words(one=one, two=two).replace("「」", "").replace("“”", "").strip()
    return ""


def act(label: str) -> str:
    """What a message was taken for: 记一次跟进."""
    return named(Acts, label)


def why(name: str) -> str:
    """Why a value is taken for what it is: 这家的叫法."""
    return named(Why, name)


def seen(kind: str) -> str:
    """What keeps a clause from being a record: 否定."""
    return named(Seen, kind)


def slot(name: str) -> str:
    """What kind of value that is: 客户."""
    return named(Slots, name)


def value(slot: str, text: str, today: date) -> str:
    """A value of the understanding as one reads it: ¥30万, 11月25日（周三）, 7 天."""
    if text in vars(Values):
        return named(Values, text)
    try:
        if slot.startswith("amount"):
            return money(Decimal(text))
        if slot in ("time", "next_time"):
            return _span(text, today)
    except (ValueError, InvalidOperation):
        return text
    length = re.fullmatch(r"P(?P<days>\d+)D|PT(?P<hours>\d+)H|PT(?P<minutes>\d+)M", text)
    return next(vars(Spans)[unit](n=n) for unit, n in length.groupdict().items() if n) if length else text


def _span(text: str, today: date) -> str:
    """One moment or day, or from .. to .. with either end open."""
    start, slash, end = text.partition("/")
    if not slash:
        return _moment(start, today)
    if start == "..":
        return Spans.until(end=_moment(end, today))
    if end == "..":
        return Spans.since(start=_moment(start, today))
    return Spans.stretch(start=_moment(start, today), end=_moment(end, today))


def _moment(text: str, today: date) -> str:
    on, _, part = text.partition("T")
    if not part or part in vars(Spans):
        on_day = day(date.fromisoformat(on), today)
        return vars(Spans)[part](day=on_day) if part else on_day
    when = datetime.fromisoformat(text)
    return moment(when, today, seconds=when.second != 0)
