"""Customers, the names they go by, and the people there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    Table,
    UniqueConstraint,
    bindparam,
    false,
    func,
    literal,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm.attributes import set_committed_value

from scrm_bot.crm.audit import Tracked, ready
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.errors import NotAllowed, NotYours
from scrm_bot.crm.people import Contact, Role, Staff
from scrm_bot.db import Base, Numbered
from scrm_bot.lane import conclude
from scrm_bot.prepared import Prepared

FEW = 3  # rows that are asked for one by one
KEEPERS = frozenset({Role.SALES, Role.SALES_MANAGER, Role.DIRECTOR, Role.ADMIN, Role.SERVICE, Role.MARKETING})


class Customer(Tracked, Base):
    """A company that we sell to or want to. Without an owner it is in the public pool."""

    __tablename__ = "customers"
    __table_args__ = (
        Index("ix_customers_name", "name"),
        Index("ix_customers_quiet", "owner_id", "last_followed_at"),
        Index("ix_customers_grade", "owner_id", "grade"),
        Index("ix_customers_created", "created_at"),
        Index(
            "ix_customers_place",
            "owner_id",
            "latitude",
            sqlite_where=text("latitude IS NOT NULL"),
            postgresql_where=text("latitude IS NOT NULL"),
        ),
    )
    derived = frozenset({"last_followed_at"})

    name: Mapped[str]
    industry: Mapped[str | None]
    region: Mapped[str | None]
    grade: Mapped[str | None]
    lifecycle: Mapped[str | None]
    source: Mapped[str | None]
    phone: Mapped[str | None]
    address: Mapped[str | None]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    last_followed_at: Mapped[datetime | None]
    latitude: Mapped[float | None]  # GCJ-02, as phones in China tell it
    longitude: Mapped[float | None]


class CustomerName(Numbered, Base):
    """A name that a customer goes by: its own, or a short one. Rows are only added: readers follow the number."""

    __tablename__ = "customer_names"
    __table_args__ = (UniqueConstraint("customer_id", "name"), Index("ix_customer_names_name", "name"))

    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    name: Mapped[str]
    short: Mapped[bool]


_CUSTOMERS: Table = Customer.__table__  # type: ignore[assignment]
_TOUCH = Prepared(
    update(_CUSTOMERS).where(_CUSTOMERS.c.id == bindparam("number")).values(last_followed_at=bindparam("latest")),
    changes=True,
)
_BY_NUMBER = ready(Customer, Customer.id == bindparam("number"))
_SHORT_NAME = Prepared(
    select(CustomerName.name)
    .where(CustomerName.customer_id == bindparam("number"), CustomerName.short, CustomerName.name != "")
    .order_by(CustomerName.id)
    .limit(1)
)
_PEOPLE_THERE = ready(Contact, Contact.customer_id == bindparam("number"), Contact.active.is_(True))


def visible(desk: Desk) -> ColumnElement[bool]:
    """The WHERE of whatever the actor may see among customers."""
    reach = desk.reach
    if reach.everybody:
        return true()
    if not reach.staff:
        return false()
    return or_(Customer.owner_id.in_(reach.staff), Customer.owner_id.is_(None))


def check(desk: Desk, customer: Customer) -> None:
    """Refuse whoever may not see this customer."""
    if not desk.reach.covers(customer.owner_id):
        owner = desk.session.get(Staff, customer.owner_id)
        raise NotYours(customer.name, owner.name if owner else "")


def hidden(desk: Desk, numbers: Iterable[int]) -> set[int]:
    """Which of these customers the actor is not to know of, or are not there any more.

    A contact knows the company that it is from.
    """
    if isinstance(desk.actor, Contact):
        return set(numbers) - {desk.actor.customer_id}
    numbers = list(numbers)
    if len(numbers) > FEW:
        desk.know(_BY_NUMBER, desk.session.scalars(select(Customer).where(Customer.id.in_(numbers))))
    found = {number: get(desk, number) for number in numbers}
    return {number for number, one in found.items() if one is None or not desk.reach.covers(one.owner_id)}


def get(desk: Desk, number: int) -> Customer | None:
    """By number, undone ones excepted; no permission checked: the verbs do that."""
    return desk.one(_BY_NUMBER, number)


def by_name(desk: Desk, name: str) -> Customer | None:
    """By full name, or by a short name that only one has."""
    exact = desk.session.scalars(select(Customer).where(Customer.name == name).limit(1)).first()
    if exact:
        return exact
    query = select(Customer).join(CustomerName, CustomerName.customer_id == Customer.id)
    found = desk.session.scalars(query.where(CustomerName.name == name).limit(2)).all()
    return found[0] if len(found) == 1 else None


def create(desk: Desk, name: str, short_names: Iterable[str] = (), owner: Staff | None = None) -> Customer:
    """A new customer, the actor's own unless said otherwise. Refuses who would make somebody else's a second time."""
    known = by_name(desk, name)
    if known:
        check(desk, known)
    if isinstance(desk.actor, Staff):
        if desk.actor.role not in KEEPERS:
            raise NotAllowed
        owner = owner or desk.actor
    elif owner is None and desk.reach.everybody is False:
        raise NotAllowed
    customer = Customer(name=name, owner_id=owner.id if owner else None, lifecycle="新客户")
    desk.add(customer)
    call(desk, customer, [name], short=False)
    call(desk, customer, short_names, short=True)
    return customer


def call(desk: Desk, customer: Customer, names: Iterable[str], *, short: bool) -> None:
    """From now on the customer is found by these names too."""
    known = set(desk.session.scalars(select(CustomerName.name).where(CustomerName.customer_id == customer.id)))
    fresh = [name for name in dict.fromkeys(names) if name and name not in known]
    conclude(desk.session)  # whoever understands reads names only when they are committed
    desk.session.add_all(
        CustomerName(customer_id=customer.id, name=name, short=short, created_at=desk.now) for name in fresh
    )


def near(desk: Desk, limit: int = 5) -> Sequence[Customer]:
    """Customers that the actor dealt with lately, a leader's people where there are none, to speak of in examples."""
    if not isinstance(desk.actor, Staff):
        return []
    lately = select(Customer).order_by(Customer.last_followed_at.desc().nulls_last(), Customer.id).limit(limit)
    own = desk.session.scalars(lately.where(Customer.owner_id == desk.actor.id)).all()
    if own or not (desk.reach.everybody or desk.actor.leads):
        return own
    newest = select(Customer).where(Customer.owner_id.is_not(None)).order_by(Customer.id.desc()).limit(limit)
    return desk.session.scalars(
        newest if desk.reach.everybody else lately.where(Customer.owner_id.in_(desk.reach.staff))
    ).all()


def short_name(desk: Desk, customer: Customer) -> str:
    """As one says it (华星): its first short name, else the whole one."""
    desk.session.flush()
    found = _SHORT_NAME.first(desk.session, number=customer.id)
    return found[0] if found else customer.name


def quiet(desk: Desk, staff: Staff, days: int, limit: int = 10) -> list[Customer]:
    """This person's customers without contact for so many days, the longest silent first."""
    before = desk.now - timedelta(days=days)
    query = select(Customer).where(Customer.owner_id == staff.id, Customer.last_followed_at < before)
    return list(desk.session.scalars(query.order_by(Customer.last_followed_at).limit(limit)))


def owned(desk: Desk, staff: Staff, limit: int) -> tuple[Sequence[Customer], int]:
    """This person's customers, the one in contact most lately first, and how many there are in all."""
    if not desk.reach.covers(staff.id):
        raise NotAllowed
    return _by_contact(desk, Customer.owner_id == staff.id, limit)


def pool(desk: Desk, limit: int) -> tuple[Sequence[Customer], int]:
    """The customers that nobody looks after, the one in contact most lately first, and how many there are in all."""
    if not desk.reach.covers(None):
        raise NotAllowed
    return _by_contact(desk, Customer.owner_id.is_(None), limit)


def _by_contact(desk: Desk, theirs: ColumnElement[bool], limit: int) -> tuple[Sequence[Customer], int]:
    last = Customer.last_followed_at
    total = desk.session.scalar(select(func.count(Customer.id)).where(theirs)) or 0
    met = select(Customer).where(theirs, last.is_not(None)).order_by(last.desc())  # as the index has them
    found = list(desk.session.scalars(met.limit(limit)))
    if len(found) < min(total, limit):
        found += desk.session.scalars(select(Customer).where(theirs, last.is_(None)).limit(limit - len(found)))
    return found, total


@dataclass(frozen=True, slots=True)
class Transferred:
    """A customer has another owner now; whoever did it has told why, or nobody."""

    customer: Customer
    old: int | None
    new: Staff
    by: Staff


def transfer(desk: Desk, customer: Customer, to: Staff) -> None:
    """Give a customer to a colleague: by its owner, or by who leads the owner."""
    check(desk, customer)
    if desk.staff.role not in KEEPERS or to.role not in KEEPERS or not to.active:
        raise NotAllowed
    old, customer.owner_id = customer.owner_id, to.id
    desk.emit(Transferred(customer, old, to, desk.staff))


def touched(desk: Desk, customer: Customer, moment: datetime) -> None:
    """There was contact then."""
    if customer.last_followed_at is None or moment > customer.last_followed_at:
        settle(desk, customer, moment)


def settle(desk: Desk, customer: Customer, latest: datetime | None) -> None:
    """The last contact is this one; derived from the follow-ups, so neither audited nor undone."""
    _TOUCH.do(desk.session, number=customer.id, latest=latest)
    set_committed_value(customer, "last_followed_at", latest)


def contacts_of(desk: Desk, customer: Customer) -> Sequence[Contact]:
    """The people there."""
    check(desk, customer)
    return _PEOPLE_THERE.all(desk.session, number=customer.id)


def meet(desk: Desk, customer: Customer, called: str, title: str | None = None, phone: str | None = None) -> Contact:
    """The contact that is called so there (王总 finds 王建国, and 王总); made if there is none."""
    check(desk, customer)
    known = [c for c in _PEOPLE_THERE.seen(desk.session, number=customer.id) if same_person(c, called)]
    if len(known) == 1 and not _another(known[0], called, phone):
        contact = _PEOPLE_THERE.known(desk.session, known[0])
        contact.title, contact.phone = title or contact.title, phone or contact.phone
        return contact
    contact = Contact(customer_id=customer.id, name=called, title=title, phone=phone)
    desk.add(contact)
    return contact


def complete(desk: Desk, customer: Customer, *, phone: str | None = None, address: str | None = None) -> None:
    """What a card says of the company, where nothing is known yet."""
    check(desk, customer)
    customer.phone, customer.address = customer.phone or phone, customer.address or address


def _another(contact: Contact, called: str, phone: str | None) -> bool:
    """小李 with a number that is not 李工's: a surname is too little to write over what is known of somebody."""
    surname_only = called[0] in "老小" and len(called) == 2 and contact.name != called
    return surname_only and phone is not None and phone != contact.phone


def where_known(desk: Desk, called: str, limit: int = 50) -> list[Customer]:
    """The customers, of the actor or the actor's people, that have somebody who is called so."""
    if not desk.reach.staff:
        return []  # who sees everything knows nobody in particular
    surname = called[1] if called[0] in "老小" and len(called) == 2 else called[0]
    query = (
        select(Contact, Customer)
        .join(Customer, Customer.id == Contact.customer_id)
        .where(Customer.owner_id.in_(desk.reach.staff), Contact.active)
        .where(Contact.name.startswith(surname, autoescape=True))
        .limit(limit)
    )
    found = {c.id: c for contact, c in desk.session.execute(query) if same_person(contact, called)}
    return list(found.values())


def where_named(desk: Desk, text: str) -> list[Customer]:
    """The actor's own customers of whose people the text names one in full."""
    if not desk.reach.staff:
        return []
    query = (
        select(Customer)
        .join(Contact, Contact.customer_id == Customer.id)
        .where(Customer.owner_id == desk.staff.id, Contact.active, func.length(Contact.name) > 1)
        .where(literal(text).contains(Contact.name))
        .limit(5)
    )
    return list(dict.fromkeys(desk.session.scalars(query)))


def where_named_in_team(desk: Desk, text: str) -> list[Customer]:
    """Those of a leader's people, of whose contacts the text names one in full: each is looked for in the index."""
    if not desk.reach.staff - {desk.staff.id}:
        return []
    head = text[:_HEAD]
    pieces = {head[at : at + size] for size in (2, 3, 4) for at in range(len(head) - size + 1)}
    query = (
        select(Customer)
        .join(Contact, Contact.customer_id == Customer.id)
        .where(Customer.owner_id.in_(desk.reach.staff), Contact.name.in_(pieces), Contact.active)
        .limit(5)
    )
    return list(dict.fromkeys(desk.session.scalars(query)))


_HEAD = 20  # letters, within which somebody is named


def contact_by_phone(desk: Desk, phone: str) -> Contact | None:
    """The one contact with this phone; None if nobody or several."""
    found = desk.session.scalars(select(Contact).where(Contact.phone == phone, Contact.active).limit(2)).all()
    return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class Spoke:
    """A contact said something that nobody but the customer's owner can answer."""

    contact: Contact
    customer: Customer
    text: str


def pass_on(desk: Desk, text: str) -> None:
    """What a contact said goes to the customer's owner."""
    if isinstance(desk.actor, Contact):
        customer = get(desk, desk.actor.customer_id)
        if customer and customer.owner_id:
            desk.emit(Spoke(desk.actor, customer, text))


def present(desk: Desk, customer: Customer, called: Sequence[str], text: str) -> list[Contact]:
    """Who took part: everybody called so, and whoever is known there and named in the text."""
    check(desk, customer)
    there = _PEOPLE_THERE.seen(desk.session, number=customer.id)
    named = [c for c in there if len(c.name) > 1 and c.name in text]
    others = [name for name in called if not any(same_person(c, name) for c in named)]
    met = [meet(desk, customer, name) for name in others if not _colleague(desk, there, name)]
    return [*met, *(_PEOPLE_THERE.known(desk.session, c) for c in named)]


def _colleague(desk: Desk, there: Iterable[Contact], called: str) -> bool:
    """小周 went along: one of us by the surname, and nobody who is known at the customer's."""
    if called[0] not in "老小" or len(called) != 2 or any(same_person(c, called) for c in there):
        return False
    ours = select(Staff.id).where(Staff.active, Staff.name.startswith(called[1], autoescape=True))
    return desk.session.scalar(ours.limit(1)) is not None


def same_person(contact: Contact, called: str) -> bool:
    """王总 is called 王总, or has the surname 王 and the title 总; 老王 and 小王 are anybody named 王."""
    if contact.name == called:
        return True
    surname, rest = (called[1], "") if called[0] in "老小" and len(called) == 2 else (called[0], called[1:])
    if contact.name[0] in "老小" and len(contact.name) == 2:
        return contact.name[1] == surname and not rest
    if contact.name[0] != surname or len(called) > 3:
        return False
    return not rest or rest in (contact.title or "") or (contact.title or "").startswith(rest)
