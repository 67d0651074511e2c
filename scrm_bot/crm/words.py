"""Words that people taught: a nickname of a customer, slang for a product or a stage; one's own, or everybody's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, ForeignKey, Index, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from scrm_bot.crm import customers, people
from scrm_bot.crm.audit import Tracked, ready
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.errors import NotAllowed
from scrm_bot.crm.people import LEADERS, Role, Staff
from scrm_bot.db import Base
from scrm_bot.lane import conclude

STATES = {"used": "在用", "forgotten": "已忘掉", "proposed": "等同意", "agreed": "已同意", "declined": "没同意"}
TWICE = 2  # so many persons make a word worth proposing


class Word(Tracked, Base):
    """One taught word. Rows are only added, so that readers can follow the number: what a word is now, its row says."""

    __tablename__ = "words"
    __table_args__ = (
        Index("ix_words_text", "text"),
        Index("ix_words_staff", "staff_id"),
        Index("ix_words_state", "state"),
        Index("ix_words_customer", "customer_id"),
    )

    text: Mapped[str]  # as nlp.learnt.key writes it
    kind: Mapped[str]  # customer, product, stage
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    name: Mapped[str | None]  # a product's or a stage's own name
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # whose word; None: everybody's
    how: Mapped[str]  # picked, corrected, taught, agreed
    state: Mapped[str] = mapped_column(default="used")


@dataclass(frozen=True, slots=True)
class Target:
    """What a word is to stand for: one of our customers, or a product or a stage by its name."""

    kind: str
    name: str
    customer_id: int | None = None


@dataclass(frozen=True, slots=True)
class Proposed:
    """Several persons use a word for `name`: shall everybody? `by`: their names; `to`: who decides."""

    word: Word
    name: str
    by: tuple[str, ...]
    to: tuple[Staff, ...]


_BY_NUMBER = ready(Word, Word.id == bindparam("number"))


def customer(found: Customer) -> Target:
    """A word for this customer."""
    return Target("customer", found.name, found.id)


def get(desk: Desk, number: int) -> Word | None:
    """By number, undone ones excepted."""
    return desk.one(_BY_NUMBER, number)


def target(desk: Desk, word: Word) -> Target | None:
    """What the word stands for, for this actor: None for a customer that is gone or none of the actor's business."""
    if word.kind != "customer":
        return Target(word.kind, word.name or "")
    found = customers.get(desk, word.customer_id or 0)
    return customer(found) if found and desk.reach.covers(found.owner_id) else None


def teach(desk: Desk, text: str, meant: Target, how: str) -> Word:
    """From now on the actor means that by it; what it meant before is forgotten."""
    if meant.customer_id:
        found = customers.get(desk, meant.customer_id)
        if found:
            customers.check(desk, found)
    same = [word for word in own(desk, text) if _stands_for(word, meant)]
    if same:
        return same[0]
    forget_own(desk, text)
    made = _add(desk, text, meant, desk.staff.id, how, "used")
    _propose(desk, made, meant)
    return made


def _add(desk: Desk, text: str, meant: Target, staff: int | None, how: str, state: str) -> Word:
    conclude(desk.session)  # whoever understands reads words only when they are committed
    name = None if meant.customer_id else meant.name
    word = Word(text=text, kind=meant.kind, customer_id=meant.customer_id, name=name, how=how, state=state)
    word.staff_id = staff
    return desk.add(word)


def own(desk: Desk, text: str) -> list[Word]:
    """What the actor means by it now."""
    return _used(desk, Word.text == text, Word.staff_id == desk.staff.id)


def contested(desk: Desk, text: str, meant: Target) -> bool:
    """Whether the actor ever meant something else by it, even if that was taken back: then it is better asked."""
    query = select(Word).where(Word.text == text, Word.staff_id == desk.staff.id)
    rows = desk.session.scalars(query.execution_options(with_undone=True)).all()
    return any(not _stands_for(word, meant) for word in rows)


def everybodys(desk: Desk, text: str = "") -> list[Word]:
    """Words of the whole team."""
    return _used(desk, Word.staff_id.is_(None), *([Word.text == text] if text else []))


def of_people(desk: Desk, text: str = "", limit: int = 200) -> list[Word]:
    """Words of single persons: the actor's, an admin's those of all."""
    mine = [] if desk.staff.role == Role.ADMIN else [Word.staff_id == desk.staff.id]
    return _used(desk, Word.staff_id.is_not(None), *mine, *([Word.text == text] if text else []), limit=limit)


def forget_own(desk: Desk, text: str) -> None:
    """The actor means nothing by it any more."""
    for word in own(desk, text):
        word.state = "forgotten"


def forget(desk: Desk, text: str) -> list[Word]:
    """The actor's word means nothing any more; for who decides, everybody's neither; for an admin, anybody's."""
    found = of_people(desk, text) + (everybodys(desk, text) if decides(desk, desk.staff) else [])
    for word in found:
        word.state = "forgotten"
    return found


def _used(desk: Desk, *where: ColumnElement[bool], limit: int = 200) -> list[Word]:
    query = select(Word).where(Word.state == "used", *where)
    return list(desk.session.scalars(query.order_by(Word.id).limit(limit)))


def _stands_for(word: Word, meant: Target) -> bool:
    if meant.customer_id:
        return word.customer_id == meant.customer_id
    return word.kind == meant.kind and word.name == meant.name


# -- a word for everybody


def judges(desk: Desk) -> list[Staff]:
    """Who decides what everybody means: the admins, else the heads, else the leaders."""
    for roles in ((Role.ADMIN,), (Role.EXECUTIVE,), LEADERS):
        if found := people.with_role(desk.session, roles):
            return found
    return []


def decides(desk: Desk, staff: Staff) -> bool:
    """Whether this one of us does."""
    return any(judge.id == staff.id for judge in judges(desk))


def _propose(desk: Desk, word: Word, meant: Target) -> None:
    """Somebody else means the same by it: it is put to those who decide, once."""
    same = select(Word).where(Word.text == word.text, Word.kind == word.kind)
    rows = [one for one in desk.session.scalars(same) if _stands_for(one, meant)]
    users = {one.staff_id for one in rows if one.state == "used" and one.staff_id} | {word.staff_id}
    if len(users) < TWICE or any(one.staff_id is None for one in rows):
        return
    proposal = _add(desk, word.text, meant, None, "agreed", "proposed")
    names = desk.session.scalars(select(Staff.name).where(Staff.id.in_(users)).order_by(Staff.id)).all()
    desk.emit(Proposed(proposal, meant.name, tuple(names), tuple(judges(desk))))


def waiting(desk: Desk) -> Sequence[Word]:
    """What was proposed and not decided, if the actor may decide it."""
    query = select(Word).where(Word.state == "proposed").order_by(Word.id.desc()).limit(20)
    found = [word for word in desk.session.scalars(query) if target(desk, word)]
    return found if found and decides(desk, desk.staff) else ()


def agree(desk: Desk, proposal: Word) -> Word:
    """From now on everybody means that by it."""
    meant = _decided(desk, proposal)
    proposal.state = "agreed"
    return _add(desk, proposal.text, meant, None, "agreed", "used")


def decline(desk: Desk, proposal: Word) -> None:
    """It stays a word of those who use it, and is not proposed again."""
    _decided(desk, proposal)
    proposal.state = "declined"


def _decided(desk: Desk, proposal: Word) -> Target:
    meant = target(desk, proposal)
    if proposal.state != "proposed" or meant is None or not decides(desk, desk.staff):
        raise NotAllowed
    return meant
