"""People: staff with roles and departments, contacts of customers, and the accounts by which both are known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Index, Table, UniqueConstraint, bindparam, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from scrm_bot.crm.audit import Tracked, ready
from scrm_bot.db import Base, Numbered, insert
from scrm_bot.prepared import Prepared


class Role(StrEnum):
    """What somebody is in the company; decides what can be understood and seen."""

    SALES = "sales"
    SALES_MANAGER = "sales_manager"
    DIRECTOR = "director"
    EXECUTIVE = "executive"
    SERVICE = "service"
    ENGINEER = "engineer"
    MARKETING = "marketing"
    FINANCE = "finance"
    LEGAL = "legal"
    ADMIN = "admin"


LEADERS = frozenset({Role.SALES_MANAGER, Role.DIRECTOR})
SEE_ALL = frozenset({Role.EXECUTIVE, Role.ADMIN, Role.FINANCE, Role.LEGAL})


class Department(Numbered, Base):
    """A department; `path` is its full name, parents first (销售部/华南组)."""

    __tablename__ = "departments"

    path: Mapped[str] = mapped_column(unique=True)


class Staff(Tracked, Base):
    """One of us."""

    __tablename__ = "staff"
    __table_args__ = (Index("ix_staff_phone", "phone"), Index("ix_staff_department", "department"))

    derived = frozenset({"language"})  # how one is spoken to is no work that could be taken back

    name: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    department: Mapped[str] = mapped_column(default="")  # the path
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    phone: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(default="", server_default="")  # "": the company's

    @property
    def key(self) -> str:
        """How audit signs for them."""
        return f"staff:{self.id}"

    @property
    def leads(self) -> bool:
        """Has people to answer for."""
        return self.role in LEADERS or self.role in (Role.EXECUTIVE, Role.ADMIN)


class Contact(Tracked, Base):
    """A person at a customer."""

    __tablename__ = "contacts"
    __table_args__ = (Index("ix_contacts_customer", "customer_id", "name"), Index("ix_contacts_phone", "phone"))
    derived = frozenset({"language"})

    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    name: Mapped[str]
    title: Mapped[str | None]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(default="", server_default="")

    @property
    def key(self) -> str:
        """How audit signs for them."""
        return f"contact:{self.id}"


@dataclass(frozen=True, slots=True)
class Stranger:
    """An account that nobody is known by."""

    channel: str
    user: str
    name: str = "陌生人"

    @property
    def key(self) -> str:
        """How audit signs for them."""
        return f"stranger:{self.channel}/{self.user}"


@dataclass(frozen=True, slots=True)
class System:
    """The clock, the operator at the command line."""

    name: str = "系统"
    key: ClassVar[str] = "system"


class Account(Numbered, Base):
    """A person's account on a channel. Several may lead to one person."""

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("channel", "user"), Index("ix_accounts_staff", "staff_id"),
                      Index("ix_accounts_contact", "contact_id"))  # fmt: skip

    channel: Mapped[str]
    user: Mapped[str]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"))
    seen_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose rows one may see: everybody's, or those of these staff."""

    everybody: bool = False
    staff: frozenset[int] = frozenset()

    def covers(self, owner: int | None) -> bool:
        """Rows without an owner are the company's: whoever may see anything sees them."""
        return self.everybody or (owner is None and bool(self.staff)) or owner in self.staff


def who(session: Session, channel: str, user: str) -> Staff | Contact | Stranger:
    """The person behind an account."""
    account = find_account(session, channel, user)
    if account and account.staff_id:
        staff = session.get(Staff, account.staff_id)
        if staff and staff.active and staff.undone_at is None:
            return staff
    if account and account.contact_id:
        contact = session.get(Contact, account.contact_id)
        if contact and contact.active and contact.undone_at is None:
            return contact
    return Stranger(channel, user)


def find_account(session: Session, channel: str, user: str) -> Account | None:
    """The account row, if this account was ever bound or seen."""
    return session.scalars(select(Account).where(Account.channel == channel, Account.user == user)).first()


_ACCOUNTS: Table = Account.__table__  # type: ignore[assignment]
_STAFF: Table = Staff.__table__  # type: ignore[assignment]
_COLLEAGUES = ready(Staff)
_SPEAKER = Prepared(
    select(_ACCOUNTS.c.id, *_STAFF.c)
    .outerjoin_from(_ACCOUNTS, _STAFF, _STAFF.c.id == _ACCOUNTS.c.staff_id)
    .where(_ACCOUNTS.c.channel == bindparam("of_channel"), _ACCOUNTS.c.user == bindparam("of_user"))
)
_SEEN = Prepared(
    update(_ACCOUNTS).where(_ACCOUNTS.c.id == bindparam("number")).values(seen_at=bindparam("now")), changes=True
)


def speaker(session: Session, channel: str, user: str, now: datetime) -> Staff | Contact | Stranger:
    """Who speaks; the account is remembered, so that answers and pushes find the place last used."""
    found = _SPEAKER.first(session, of_channel=channel, of_user=user)
    if found is None:
        first = insert(session, Account).values(channel=channel, user=user, created_at=now, seen_at=now)
        session.execute(first.on_conflict_do_nothing())  # another process may be hearing the same message
        return Stranger(channel, user)
    account, *row = found
    _SEEN.do(session, number=account, now=now)
    staff = _COLLEAGUES.known(session, tuple(row)) if row[0] is not None else None
    return staff if staff and staff.active and staff.undone_at is None else who(session, channel, user)


def bind(session: Session, channel: str, user: str, person: Staff | Contact, now: datetime) -> None:
    """From now on this account is this person."""
    account = find_account(session, channel, user) or Account(channel=channel, user=user, created_at=now)
    session.add(account)
    account.staff_id = person.id if isinstance(person, Staff) else None
    account.contact_id = person.id if isinstance(person, Contact) else None


def accounts_of(session: Session, person: Staff | Contact) -> list[Account]:
    """Where a person can be reached, the place last used first."""
    column = Account.staff_id if isinstance(person, Staff) else Account.contact_id
    return _by_use(session.scalars(select(Account).where(column == person.id)).all())


def accounts_of_many(session: Session, staff: Collection[int]) -> dict[int, list[Account]]:
    """The same for many of us at once, by their numbers."""
    found: dict[int, list[Account]] = {}
    for account in session.scalars(select(Account).where(Account.staff_id.in_(staff))):
        found.setdefault(account.staff_id or 0, []).append(account)
    return {number: _by_use(accounts) for number, accounts in found.items()}


def _by_use(rows: Iterable[Account]) -> list[Account]:
    rows = list(rows)
    used = sorted((a for a in rows if a.seen_at), key=lambda a: (a.seen_at, -a.id), reverse=True)
    return used + sorted((a for a in rows if not a.seen_at), key=lambda a: a.id)  # where they never were: as listed


def reach_of(session: Session, actor: Staff | Contact | Stranger | System) -> Reach:
    """Own rows; a leader's: the department and all below, and whoever reports to them; some roles: all."""
    if isinstance(actor, System):
        return Reach(everybody=True)
    if not isinstance(actor, Staff):
        return Reach()
    if actor.role in SEE_ALL:
        return Reach(everybody=True)
    if actor.role in LEADERS:
        return Reach(staff=frozenset(_below(session, actor)) | {actor.id})
    return Reach(staff=frozenset({actor.id}))


def named(session: Session, words: str) -> list[Staff]:
    """Staff whom these words may mean: 周小明, 小明, 小周, 老周, 周工, 周经理."""
    exact = list(session.scalars(select(Staff).where(Staff.name == words, Staff.active)))
    if exact or not words:
        return exact
    if len(words) > 1 and (given := _active(session, Staff.name.endswith(words, autoescape=True))):
        return given
    surname = words[1] if words[0] in "小老" and len(words) > 1 else words[0]
    return _active(session, Staff.name.startswith(surname, autoescape=True))


def _active(session: Session, named: ColumnElement[bool]) -> list[Staff]:
    return list(session.scalars(select(Staff).where(Staff.active, named)))


def reports_of(session: Session, leader: Staff, limit: int = 5) -> Sequence[Staff]:
    """Whoever reports to this person."""
    query = select(Staff).where(Staff.manager_id == leader.id, Staff.active).order_by(Staff.id)
    return session.scalars(query.limit(limit)).all()


def by_phone(session: Session, phone: str) -> Staff | None:
    """The one of us who has this phone."""
    found = session.scalars(select(Staff).where(Staff.phone == phone, Staff.active)).all()
    return found[0] if len(found) == 1 else None


def with_role(session: Session, roles: Iterable[Role]) -> list[Staff]:
    """Everybody active with one of these roles."""
    return list(session.scalars(select(Staff).where(Staff.active, Staff.role.in_(list(roles))).order_by(Staff.id)))


def _below(session: Session, leader: Staff) -> set[int]:
    in_department = Staff.manager_id == leader.id
    if leader.department:
        inside = or_(
            Staff.department == leader.department, Staff.department.startswith(leader.department + "/", autoescape=True)
        )
        in_department = or_(in_department, inside)
    found = set(session.scalars(select(Staff.id).where(Staff.active, in_department)))
    edge = set(found)
    while edge:  # whoever reports to somebody found, however deep
        edge = set(session.scalars(select(Staff.id).where(Staff.active, Staff.manager_id.in_(edge)))) - found
        found |= edge
    return found - _above(session, leader)


def _above(session: Session, staff: Staff) -> set[int]:
    found: set[int] = set()
    boss = staff.manager_id
    while boss is not None and boss not in found:
        found.add(boss)
        boss = session.scalar(select(Staff.manager_id).where(Staff.id == boss))
    return found
