"""Talking about customers and the people there."""

from __future__ import annotations

import re
from decimal import Decimal

from scrm_bot.crm import binding, customers, deals, followups, leads, tickets
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.people import Contact, Staff
from scrm_bot.dialogs import topics
from scrm_bot.dialogs.listed import MOST
from scrm_bot.dialogs.phrases import day, facts, meant, money, names, phone, short
from scrm_bot.dialogs.skill import SELLERS, STAFF, Answer, Confirm, Listed, Need, ask, skill
from scrm_bot.dialogs.skills.followups import own
from scrm_bot.dialogs.slots import Company, People, Phone, Said, Words
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.texts import Text
from scrm_bot.nlp.meaning import Meaning


class Say:
    """What is said about customers."""

    which_customer = Text("哪家客户？")
    which_name = Text("新客户叫什么名字？")
    who = Text("联系人叫什么？")
    exists = Text("「{name}」已经在库里了，负责人 {owner}。")
    made = Text("✅ 新客户「{name}」已建，负责人是你{contact}")
    lead = Text("✅ 新线索「{name}」已建，负责人是你{contact}")
    with_contact = Text("\n联系人 {contact}")
    contact = Text("✅ {customer}｜联系人 {name}{phone}")
    card = Text("{name}\n{facts}\n{lines}")
    grade = Text("{grade} 类")
    owner = Text("负责人 {owner}")
    pool = Text("公海")
    last = Text("上次跟进 {day} {who}：{text}")
    no_followup = Text("还没有跟进记录")
    open_deals = Text("进行中商机 {count} 个 {amount}")
    open_tickets = Text("未结工单 {count} 个")
    people = Text("联系人 {names}")
    owned = Text("{whose}的客户 {count} 家：")
    owned_none = Text("{whose}名下还没有客户。")
    owned_line = Text("{customer}｜{days} 天前")
    owned_today = Text("{customer}｜今天联系过")
    owned_never = Text("{customer}｜还没联系过")
    in_pool = Text("🌊 公海里没人跟的客户 {count} 家{how}：")
    to_take = Text("，要哪家就说“第1个转给{name}”")
    pool_empty = Text("公海里没有客户，家家都有人跟。")
    you = Text("你")
    to_whom = Text("转给哪位同事？")
    already = Text("「{customer}」本来就是 {name} 在跟。")
    confirm_transfer = Text("把「{customer}」连同进行中的商机转给 {name}，确认吗？")
    transferred = Text("✅ {customer} 已转给 {name}{deals}，TA 会收到通知。")
    taken = Text("✅ {customer} 现在归你跟了{deals}。")
    with_deals = Text("（含 {count} 个商机）")
    bind_code = Text("「{customer}」的绑定码：{code}\n请对方在公众号里发“绑定 {code}”，7 天内有效，只能用一次。")


_GIVING = re.compile(
    r"(?:转|移交|交|分|划|让)(?:给|到)|(?<![a-z])(?:hand|give|pass|assign|transfer|move)s?(?: .*)? to ", re.I
)
_HANDING = re.compile(  # 负责人换成小李, 以后归小李跟
    r"(?:负责人|跟进人|归属|销售)(?:换|改|变|调)?(?:成|为|到|给)|(?:以后|今后|后面|改|换)(?:都)?(?:归|由|让|给|成).{1,5}(?:跟|管|负责|接手)"
)
_THAT_ONE = re.compile(
    r"(?:那|就|把|先|这家|那家|它|他们|这个客户|这客户|客户|这个)*(?:转|移交|交|分|划)给(?P<who>.{2,4}?)(?:去|来)?(?:跟|管|负责)?[吧了啊。!！]*"
)
_ASKING = re.compile(r"[吗?？]|是不是|有没有|别|不要|没有?|谁")


@skill(
    label="create_customer",
    examples=[
        "新增客户 {name}",
        "录入新客户：{name}，联系人{person}{phone}",
        "建个客户档案，名字叫{name}",
        "新线索 {name} {person} {phone}",
        "加个客户 {name}",
        "new customer {name}",
    ],
    allow=SELLERS,
)
def create_customer(
    talk: Talk,
    name: Customer | Company = ask(Say.which_name),
    person: People | None = None,
    phone: Phone | None = None,
    said: Said = Said(""),
) -> Answer:
    """建新客户或线索"""
    if isinstance(name, Customer):
        customers.check(talk.desk, name)
        return Say.exists(name=name.name, owner=_owner(talk, name))
    contact = " ".join(part for part in (person[0] if person else "", masked_phone(phone)) if part)
    words = Say.with_contact(contact=contact) if contact else ""
    if "线索" in said:
        leads.create(talk.desk, name.name, person[0] if person else None, phone)
        return Say.lead(name=name.name, contact=words)
    made = customers.create(talk.desk, name.name)
    if person:
        customers.meet(talk.desk, made, person[0], phone=phone)
    elif phone:
        made.phone = phone
    talk.remember(made)
    return Say.made(name=made.name, contact=words)


@skill(
    label="add_contact",
    examples=[
        "加联系人：{customer} {person} {phone}",
        "{customer}的{person}手机是{phone}",
        "存名片 {customer} {person} {phone}",
        "{customer}的新对接人是{person}，电话{phone}",
        "add contact {person} {phone} at {customer}",
    ],
    allow=STAFF,
)
def add_contact(
    talk: Talk,
    customer: Customer | Company = ask(Say.which_customer),
    person: People | None = None,
    phone: Phone | None = None,
    name: Words | None = None,
) -> Answer:
    """加联系人，改电话"""
    called = person[0] if person else name
    if not called:
        return Need("name", Say.who())
    target, lines = own(talk, customer)
    contact = customers.meet(talk.desk, target, called, phone=phone)
    talk.remember(target)
    shown = f" {masked_phone(phone)}" if phone else ""
    return "\n".join([*lines, Say.contact(customer=target.name, name=contact.name, phone=shown)])


@skill(
    label="query_customer",
    examples=[
        "{customer}",
        "看看{customer}啥情况",
        "{customer}谁在跟",
        "{customer}是谁的客户",
        "{customer}多久没联系了",
        "{person}电话给我",
        "{person}的电话多少",
        "{person}是哪家的",
        "{customer}的联系人",
        "{customer}的采购是谁",
        "查一下{customer}",
        "{customer}是哪个行业的",
        "{customer}怎么样了",
        "{customer}最近怎么样",
        "{customer}那边咋样了",
        "{customer}有几个联系人",
        "how's {customer}",
        "how is {customer} doing",
        "who looks after {customer}",
        "tell me about {customer}",
        "contacts of {customer}",
    ],
    allow=STAFF,
    private=True,
)
def show_customer(talk: Talk, customer: Customer = ask(Say.which_customer)) -> Answer:
    """看一家客户的概况"""
    desk = talk.desk
    customers.check(desk, customer)
    talk.remember(customer)
    known = [customer.grade and Say.grade(grade=customer.grade), customer.industry, customer.region, customer.lifecycle]
    known.append(Say.owner(owner=_owner(talk, customer)))
    return Say.card(
        name=customer.name,
        facts=facts(known),
        lines="\n".join(_card_lines(talk, customer)),
    )


def _card_lines(talk: Talk, customer: Customer) -> list[str]:
    desk = talk.desk
    lines: list[str] = []
    last = followups.latest(desk, customer, 1)
    if last:
        when = day(last[0].happened_at.astimezone(desk.shape.zone), desk.today)
        who = desk.session.get_one(Staff, last[0].author_id).name
        lines.append(Say.last(day=when, who=who, text=short(last[0].text, 50)))
    else:
        lines.append(Say.no_followup())
    open_deals = deals.of(desk, customer)
    if open_deals:
        amount = sum((d.amount or Decimal(0) for d in open_deals), Decimal(0))
        lines.append(Say.open_deals(count=len(open_deals), amount=money(amount)))
    waiting = [t for t in tickets.of_customer(desk, customer.id) if t.state in tickets.OPEN]
    if waiting:
        lines.append(Say.open_tickets(count=len(waiting)))
    people = customers.contacts_of(desk, customer)
    if people:
        lines.append(Say.people(names=names(_person(contact) for contact in people[:4])))
    return lines


def _person(contact: Contact) -> str:
    called = meant(contact.name, contact.title) if contact.title else contact.name
    return f"{called} {phone(contact.phone)}".strip()


_CUSTOMERS_OF = re.compile(
    r"(?:(?:帮我|给我|我要)?(?:看看?|查看?|列出?)一?下?)?(?P<who>.{1,6}?)(?:名下|手上|手里)?"
    r"(?:的(?:所有)?|有|都有|负责|名下|在跟)(?:哪些|多少个?|几[个家])?客户(?:列表|名单|清单|有?(?:哪些|多少|几[个家]|谁))?"
    r"|my customers|customers of (?P<name>.{1,20})",
    re.I,
)


_LONGEST = 30  # letters
_SELF = ("我", "我们", "我自己")


def _lists(text: str, meaning: Meaning | None) -> bool:
    """我的客户, 小李有哪些客户: whose, and nothing else."""
    if len(text) > _LONGEST:
        return False
    match = _CUSTOMERS_OF.fullmatch(text.strip(" ?？。!！吗呢"))
    slots = meaning.slots if meaning else {}
    who = match and (match["who"] or match["name"] or _SELF[0]).strip()
    return who in (*_SELF, *slots.get("owner", ()), *slots.get("person", ()))


@skill(
    label="query_customer",
    examples=["我的客户", "我名下有哪些客户", "我有多少客户", "我的客户列表", "my customers"],
    allow=STAFF,
    private=True,
    says=_lists,
    outright=True,
)
def list_customers(talk: Talk, owner: Staff | None = None) -> Answer:
    """看自己或同事名下的客户"""
    who = owner or talk.desk.staff
    whose = Say.you() if who is talk.desk.actor else who.name
    found, total = customers.owned(talk.desk, who, MOST)
    if not total:
        return Say.owned_none(whose=whose)
    return Listed(Say.owned(whose=whose, count=total), [(one, _owned_line(talk, one)) for one in found], total)


def _owned_line(talk: Talk, customer: Customer) -> str:
    if customer.last_followed_at is None:
        return Say.owned_never(customer=customer.name)
    days = (talk.desk.today - customer.last_followed_at.astimezone(talk.desk.shape.zone).date()).days
    return Say.owned_line(customer=customer.name, days=days) if days else Say.owned_today(customer=customer.name)


_NOBODY = r"(?:没|没有|无)(?:有)?人(?:管|跟进?|要|负责|认领|领|维护)|无主|没(?:有)?(?:负责人|主)|未分配"

_OF_THE_POOL = topics.about(rf"公海|{_NOBODY}|客户|池子?|数量?", rf"公海|{_NOBODY}")
_IN_THE_POOL = re.compile(r"(?:看看|查查|那|现在)?公海(?:里面?|中|池里?)(?:有没有|还有|有|的|都).{1,12}$")


@skill(
    label="query_customer",
    examples=[
        "公海",
        "公海里有哪些客户",
        "公海里还有多少客户",
        "没人管的客户",
        "没人跟的客户有哪些",
        "public pool",
        "customers without an owner",
    ],
    allow=STAFF,
    private=True,
    says=lambda text, meaning: _IN_THE_POOL.match(text) is not None or _OF_THE_POOL(text, meaning),
    outright=True,
)
def show_pool(talk: Talk) -> Answer:
    """看公海里没人跟的客户"""
    found, total = customers.pool(talk.desk, MOST)
    if not total:
        return Say.pool_empty()
    staff = talk.desk.staff
    how = Say.to_take(name=staff.name) if staff.role in SELLERS else ""
    return Listed(Say.in_pool(count=total, how=how), [(one, _unowned(talk, one)) for one in found], total)


def _unowned(talk: Talk, customer: Customer) -> str:
    """What there is to know of it: where it is, what it does, what was said there last."""
    last = followups.latest(talk.desk, customer, 1)
    return facts(
        [_owned_line(talk, customer), customer.region, customer.industry, short(last[0].text, 20) if last else ""]
    )


def _gives(text: str, meaning: Meaning | None) -> bool:
    """华星转给小李: a customer, a colleague and the word between them."""
    slots = meaning.slots if meaning else {}
    if not slots.keys() & {"owner", "person"} or "ref_no" in slots or _ASKING.search(text):
        return False
    ours = [str(one) for one in (*slots.get("owner", ()), *slots.get("person", ()))]
    ours = [one for one in ours if "owner" in slots or one[0] in "小老"]  # 采购负责人换成王总了 is no handing over
    if "customer" not in slots:
        that_one = _THAT_ONE.fullmatch(text.strip()) if len(text) <= _LONGEST else None
        return that_one is not None and that_one["who"] in ours
    return bool(_GIVING.search(text) or (ours and _HANDING.search(text)))


@skill(
    label="transfer_customer",
    examples=[
        "把{customer}转给{owner}",
        "{customer}转给{owner}跟",
        "{customer}交给{owner}",
        "hand {customer} over to {owner}",
        "give {customer} to {owner}",
    ],
    allow=SELLERS,
    says=_gives,
)
def transfer(talk: Talk, customer: Customer = ask(Say.which_customer), owner: Staff = ask(Say.to_whom)) -> Answer:
    """把客户转给同事"""
    desk = talk.desk
    customers.check(desk, customer)
    if customer.owner_id == owner.id:
        return Say.already(customer=customer.name, name=owner.name)
    if not talk.confirmed:
        return Confirm(Say.confirm_transfer(customer=customer.name, name=owner.name))
    old = customer.owner_id
    count = deals.hand_over(desk, customer, old, owner)
    customers.transfer(desk, customer, owner)
    with_deals = Say.with_deals(count=count) if count else ""
    told = Say.taken if owner is desk.actor else Say.transferred
    return told(customer=customer.name, name=owner.name, deals=with_deals)


@skill(
    label="bind_code",
    examples=[
        "给{customer}一个绑定码",
        "{customer}的绑定码",
        "生成{customer}绑定码",
        "{customer}绑定码",
        "给{customer}发绑定码",
    ],
    allow=STAFF,
    private=True,
)
def hand_out_code(talk: Talk, customer: Customer = ask(Say.which_customer)) -> Answer:
    """给客户一个微信绑定码"""
    code = binding.hand_out(talk.desk, customer)
    return Say.bind_code(customer=customer.name, code=code.code)


def masked_phone(number: str | None) -> str:
    """138****1234, "" for none."""
    return phone(number)


def _owner(talk: Talk, customer: Customer) -> str:
    owner = talk.desk.session.get(Staff, customer.owner_id) if customer.owner_id else None
    return owner.name if owner else Say.pool()
