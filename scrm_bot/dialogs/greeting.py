"""First contact: who follows us, and strangers on their way to becoming somebody we know."""

from __future__ import annotations

import re
from dataclasses import replace

from scrm_bot.crm import binding, customers, people
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.errors import Refused
from scrm_bot.crm.people import Contact, Staff
from scrm_bot.dialogs import apologies, examples
from scrm_bot.dialogs.heard import Heard
from scrm_bot.dialogs.memory import Memory
from scrm_bot.dialogs.skill import FIXERS
from scrm_bot.dialogs.texts import Text
from scrm_bot.message import Address, Kind, Message
from scrm_bot.nlp.phone import find_phones


class Say:
    """Words of first contact."""

    welcome_staff = Text("{name}，我是你的销售助手。拜访完跟我说一句就记好了，比如：\n{example}\n回“怎么用”看更多。")
    welcome_engineer = Text(
        "{name}，客户报修会推给你：\n回“接”接单\n“回复客户 …”跟客户说话\n“搞定了”就是办完\n回“怎么用”看更多。"
    )
    welcome_leader = Text("{name}，团队的事直接问我，比如：\n漏斗\n这周跟了几个\n快到期的合同\n回“怎么用”看更多。")
    welcome_customer = Text(
        "您好{name}，这里是{company}服务助手。\n设备或系统有问题，直接说一句（哪台、什么现象）就能报修。"
    )
    first_words = Text("👋 {name}，第一次聊。有事直接说就行，比如“{example}”；回“怎么用”看更多。")
    how_to_bind = Text("你好，我还不认识这个账号。请回复公司登记的手机号完成绑定，或找管理员把账号加上。")
    bound_staff = Text("✅ 绑定成功，{name}。现在可以直接说“今天拜访了…”“本月漏斗”。")
    bound_contact = Text("✅ 绑定成功，{name}（{customer}）。以后报修、查进度直接说就行。")
    no_such_phone = Text("这个手机号没有登记，请核对一下，或找管理员。")
    ask_admin = Text("这个账号要由管理员来绑定，请联系管理员。")


GUESSES = 5  # phones that one stranger may try
_CODE = re.compile(r"(?:绑定|綁定)?\s*[:：]?\s*([A-HJ-NP-Z2-9]{8})", re.I)
_BEFORE_PHONE = re.compile(r"^\s*(绑定|綁定)?[\s:：]*(我的?|本人)?(联系)?(手机号?码?|电话号?码?|号码)?[\s:：,，是]*")
_BINDING = re.compile(r"^\s*(绑定|綁定)")


def greet(desk: Desk, message: Message) -> str | None:
    """The answer to following us or opening the chat."""
    if message.kind is not Kind.FOLLOW:
        return None
    if isinstance(desk.actor, Staff):
        return _welcome_staff(desk, desk.actor)
    return welcome(desk)


def _welcome_staff(desk: Desk, staff: Staff) -> str:
    if staff.role in FIXERS:
        return Say.welcome_engineer(name=staff.name)
    if staff.leads:
        return Say.welcome_leader(name=staff.name)
    return Say.welcome_staff(name=staff.name, example=_to_try(desk, examples.Sentence.log_visit))


def begun(desk: Desk, message: Message, heard: Heard) -> Heard:
    """One line more for a colleague who never opened the chat and simply says something, the first time."""
    said, staff = heard.reply, desk.actor
    unasked = message.kind is Kind.FOLLOW or message.address.room or heard.fate == "ignored"
    if said is None or unasked or not isinstance(staff, Staff):
        return heard
    return replace(heard, reply=replace(said, text=f"{said.text}\n{_first_words(staff)}"))


def _first_words(staff: Staff) -> str:
    sentence = examples.Sentence.funnel if staff.leads else examples.Sentence.show_agenda
    return Say.first_words(name=staff.name, example=sentence())


def _to_try(desk: Desk, sentence: Text) -> str:
    """With a customer of one's own in it, if there is one."""
    own = examples.material(desk).fill(sentence.template, 0)
    return own or examples.Sentence.show_agenda()


def welcome(desk: Desk) -> str:
    """To a customer, or to somebody who may become one."""
    name = desk.actor.name if isinstance(desk.actor, Contact) else ""
    return Say.welcome_customer(name=name, company=desk.shape.company)


def stranger_among_staff(desk: Desk, memory: Memory, message: Message) -> str | None:
    """A stranger on a staff channel: bound by phone, else told once how, else silence."""
    phone = phone_in(message.text)
    if phone:
        return _bind_staff(desk, memory, message.address, phone)
    if "bind" in memory.told:
        return None
    memory.told.append("bind")
    return Say.how_to_bind()


def _bind_staff(desk: Desk, memory: Memory, address: Address, phone: str) -> str | None:
    """A phone alone opens no door behind which the whole company lies, and is not guessed at for ever."""
    if _tried_too_often(memory):
        return None
    staff = people.by_phone(desk.session, phone)
    if staff is None or _has_account(desk, staff, address):
        return Say.no_such_phone()
    if staff.role in people.SEE_ALL:
        return Say.ask_admin()
    binding.attach(desk, staff, address.channel, address.user)
    return Say.bound_staff(name=staff.name)


def stranger_binds(desk: Desk, memory: Memory, address: Address, text: str) -> str | None:
    """A stranger on a customers channel sends a code, or the phone that we know; None if it is neither.

    A phone is not guessed at for ever: after a few phones no other is looked up.
    """
    code = _CODE.fullmatch(text.strip())
    if code:
        try:
            return _bound(desk, binding.redeem(desk, code[1], address.channel, address.user))
        except Refused as refusal:
            return apologies.words(refusal, desk)
    phone = phone_in(text)
    if phone is None:
        return None
    contact = None if _tried_too_often(memory) else customers.contact_by_phone(desk, phone)
    if contact and not _has_account(desk, contact, address):
        binding.attach(desk, contact, address.channel, address.user)
        return _bound(desk, contact)
    return Say.no_such_phone() if _BINDING.match(text) else None


def _tried_too_often(memory: Memory) -> bool:
    """One more phone was tried."""
    tried = memory.told.count("tried")
    if tried <= GUESSES:
        memory.told.append("tried")
    return tried >= GUESSES


def phone_in(text: str) -> str | None:
    """The phone, if the message is nothing else (绑定 and 手机号 may stand before it)."""
    bare = _BEFORE_PHONE.sub("", text).strip()
    found = find_phones(bare)
    return found[0].value if len(found) == 1 and found[0].text.strip() == bare else None


def _bound(desk: Desk, contact: Contact) -> str:
    customer = customers.get(desk, contact.customer_id)
    return Say.bound_contact(name=contact.name, customer=customer.name if customer else "")


def _has_account(desk: Desk, person: Staff | Contact, address: Address) -> bool:
    """Somebody else holds this person's place on this channel: a phone alone must not take it over."""
    return any(
        account.channel == address.channel and account.user != address.user
        for account in people.accounts_of(desk.session, person)
    )
