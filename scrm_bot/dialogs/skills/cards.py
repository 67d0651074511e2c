"""Business cards as text: what they hold is offered as ticks."""

from __future__ import annotations

from collections.abc import Sequence

from scrm_bot.crm import customers
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.people import Contact
from scrm_bot.dialogs.phrases import facts, numbered, phone
from scrm_bot.dialogs.skill import STAFF, Answer, Need, Told, skill
from scrm_bot.dialogs.skills.followups import own
from scrm_bot.dialogs.slots import Company, Said
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.taps import Tap
from scrm_bot.dialogs.texts import Text
from scrm_bot.dialogs.ticks import Ticks
from scrm_bot.nlp.card import CARD, Card, read_card
from scrm_bot.nlp.text import normalise


class Say:
    """What is said about cards."""

    known = Text("是「{customer}」的名片，要记下哪些？（回数字勾选，或“全部”“都不要”）\n{offers}")
    new = Text("像是一张名片。要建新客户「{customer}」，记下哪些？（回数字勾选，或“全部”“都不要”）\n{offers}")
    contact, landline = Text("联系人 {facts}"), Text("座机 {number}")
    email, address = Text("邮箱 {email}"), Text("地址 {address}")
    kept = Text("✅ {customer}｜{facts}")
    had = Text("「{customer}」的 {name} 已经在库里了，名片上没有新东西。")
    dropped = Text("好，这张没记。")


@skill(label=CARD, examples=[], allow=STAFF)
def keep_card(talk: Talk, said: Said = Said(""), ticks: Ticks | None = None) -> Answer:
    """发一张名片的文字，勾一下就存"""
    card = read_card(normalise(said))
    assert card is not None
    customer = _company(talk, card)
    offered = _offers(talk, customer, card)
    if not offered:
        return Say.had(customer=card.company, name=card.name)
    chosen = ticks.of([label for _, label in offered]) if ticks else None
    if chosen is None:
        talk.receipt.offer(Tap.everything, Tap.nothing)
        words = Say.known if isinstance(customer, Customer) else Say.new
        return Need("ticks", words(customer=customer.name, offers=numbered(label for _, label in offered)))
    if not chosen:
        return Told(Say.dropped(), fate="answered")
    target, lines = own(talk, customer)
    _keep(talk, target, card, {offered[place][0] for place in chosen})
    talk.remember(target)
    return "\n".join([*lines, Say.kept(customer=target.name, facts=facts(offered[place][1] for place in chosen))])


def _company(talk: Talk, card: Card) -> Customer | Company:
    """The customer that the card names, if the speaker knows it; else a new one."""
    mentions = talk.brain.read(card.company, talk.local, talk.scene()).customers
    sure = [one.candidates[0].id for one in mentions if one.sure and len(one.candidates) == 1]
    customer = customers.get(talk.desk, sure[0]) if sure else customers.by_name(talk.desk, card.company)
    if customer is None:
        return Company(card.company)
    customers.check(talk.desk, customer)
    return customer


def _offers(talk: Talk, customer: Customer | Company, card: Card) -> list[tuple[str, str]]:
    """Field and words of whatever is new."""
    there = _there(talk, customer, card)
    known = customer if isinstance(customer, Customer) else None
    found = []
    if there is None or (card.phone and there.phone != card.phone) or (card.title and there.title != card.title):
        found.append(("contact", Say.contact(facts=facts([card.name, card.title, phone(card.phone)]))))
    if card.landline and not (known and known.phone):
        found.append(("landline", Say.landline(number=card.landline)))
    if card.email and not (there and there.email):
        found.append(("email", Say.email(email=card.email)))
    if card.address and not (known and known.address):
        found.append(("address", Say.address(address=card.address)))
    return found


def _there(talk: Talk, customer: Customer | Company, card: Card) -> Contact | None:
    known: Sequence[Contact] = customers.contacts_of(talk.desk, customer) if isinstance(customer, Customer) else ()
    return next((contact for contact in known if contact.name == card.name), None)


def _keep(talk: Talk, customer: Customer, card: Card, fields: set[str]) -> None:
    desk = talk.desk
    if fields & {"contact", "email"}:
        known = _there(talk, customer, card)
        kept = (card.title or None, card.phone or None) if "contact" in fields else (None, None)
        contact = known or customers.meet(desk, customer, card.name)
        contact.title, contact.phone = kept[0] or contact.title, kept[1] or contact.phone
        contact.email = card.email if "email" in fields else contact.email
    number = card.landline if "landline" in fields else None
    customers.complete(desk, customer, phone=number, address=card.address if "address" in fields else None)
