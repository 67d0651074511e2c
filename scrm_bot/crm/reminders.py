"""Reminders: rows with a moment. The clock asks what is due; whoever is reminded says done, later or tomorrow."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, bindparam, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from scrm_bot.crm.audit import Tracked
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.errors import InThePast, NotAllowed
from scrm_bot.crm.people import Staff
from scrm_bot.db import Base
from scrm_bot.prepared import Prepared
from scrm_bot.recurrence import Every, recurrence

GRACE = timedelta(minutes=1)  # "now" said a moment ago is still now


class Reminder(Tracked, Base):
    """One thing to be reminded of. `rings` counts how often it was moved: each moment rings once."""

    __tablename__ = "reminders"
    __table_args__ = (
        Index("ix_reminders_due", "due_at", sqlite_where=text("state = 'waiting'"),
              postgresql_where=text("state = 'waiting'")),
        Index("ix_reminders_staff", "staff_id", "due_at"),
        Index("ix_reminders_customer", "customer_id"),
        Index("ix_reminders_rung", "staff_id", "sent_at", sqlite_where=text("state = 'sent'"),
              postgresql_where=text("state = 'sent'")),
    )  # fmt: skip

    linked = frozenset("due_at state rings sent_at every".split())

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    text: Mapped[str]
    due_at: Mapped[datetime]
    state: Mapped[str]  # waiting | sent | done | cancelled
    rings: Mapped[int] = mapped_column(default=0)
    origin: Mapped[str]  # asked | next_step
    sent_at: Mapped[datetime | None]
    every: Mapped[str | None]  # the rule by which it comes again; on the row that waits, not on those that rang


def remind(
    desk: Desk,
    what: str,
    due_at: datetime,
    customer_id: int | None = None,
    *,
    origin: str = "asked",
    every: Every | None = None,
    whom: Staff | None = None,
) -> Reminder:
    """The actor wants to be reminded, or one of the actor's people to be; `every`: again and again."""
    if due_at < desk.now - GRACE:
        raise InThePast(due_at)
    if whom is not None and not desk.reach.covers(whom.id):
        raise NotAllowed
    rule = None if every is None else str(every)
    return desk.add(
        Reminder(
            staff_id=(whom or desk.staff).id,
            customer_id=customer_id,
            text=what,
            due_at=due_at,
            state="waiting",
            origin=origin,
            every=rule,
        )
    )


def again(desk: Desk, rung: Reminder) -> None:
    """What recurs is set anew as it rings, at the first of its moments to come: what was missed rings once."""
    if rung.every is None:
        return
    rule, due = recurrence(rung.every), rung.due_at.astimezone(desk.shape.zone)
    while due <= desk.now:
        due = datetime.combine(rule.following(due.date()), due.timetz())
    desk.add(
        Reminder(
            staff_id=rung.staff_id,
            customer_id=rung.customer_id,
            text=rung.text,
            due_at=due,
            state="waiting",
            origin=rung.origin,
            every=rung.every,
            message_id=rung.message_id,
        )
    )
    rung.every = None


def recurring(desk: Desk, limit: int = 9) -> Sequence[Reminder]:
    """The actor's reminders that come again and again, the next first."""
    query = select(Reminder).where(
        Reminder.staff_id == desk.staff.id, Reminder.state == "waiting", Reminder.every.is_not(None)
    )
    return desk.session.scalars(query.order_by(Reminder.due_at).limit(limit)).all()


def coming(desk: Desk, limit: int = 200) -> Sequence[Reminder]:
    """What the actor is still to be reminded of, or has heard and not done, the next first."""
    since = desk.now - timedelta(days=7)
    query = select(Reminder).where(
        Reminder.staff_id == desk.staff.id, Reminder.due_at >= since, Reminder.state.in_(("waiting", "sent"))
    )
    return desk.session.scalars(query.where(Reminder.undone_at.is_(None)).order_by(Reminder.due_at).limit(limit)).all()


def finish(desk: Desk, reminder: Reminder) -> None:
    """Done."""
    _mine(desk, reminder).state = "done"


def cancel(desk: Desk, reminder: Reminder) -> None:
    """Not wanted any more."""
    _mine(desk, reminder).state = "cancelled"


_AWAITS = Prepared(
    select(Reminder.id)
    .where(Reminder.customer_id == bindparam("customer"), text("state = 'waiting'"), Reminder.undone_at.is_(None))
    .limit(1)
)


def awaits(desk: Desk, customer_id: int) -> bool:
    """Something is still to come for this customer."""
    return _AWAITS.first(desk.session, customer=customer_id) is not None


def of_message(desk: Desk, message: int | None) -> Sequence[Reminder]:
    """The actor's waiting reminders that this message set."""
    query = select(Reminder).where(Reminder.message_id == message, Reminder.staff_id == desk.staff.id)
    return desk.session.scalars(query.where(Reminder.state == "waiting")).all()


def move(desk: Desk, reminder: Reminder, due_at: datetime, what: str | None = None) -> None:
    """Ring again at another moment, perhaps in other words."""
    if due_at < desk.now - GRACE:
        raise InThePast(due_at)
    _mine(desk, reminder)
    reminder.due_at, reminder.state, reminder.text = due_at, "waiting", what or reminder.text
    reminder.rings += 1


def due(session: Session, now: datetime, limit: int = 200) -> Sequence[Reminder]:
    """What should ring by now, earliest first; locked for the caller."""
    query = select(Reminder).where(Reminder.state == "waiting", Reminder.due_at <= now, Reminder.undone_at.is_(None))
    return session.scalars(query.order_by(Reminder.due_at).limit(limit).with_for_update(skip_locked=True)).all()


def missed(session: Session, staff: Collection[int], before: datetime, limit: int) -> Sequence[Reminder]:
    """What these people should have heard by then, person by person, earliest first; locked for the caller."""
    query = select(Reminder).where(
        Reminder.state == "waiting",
        Reminder.due_at <= before,
        Reminder.staff_id.in_(staff),
        Reminder.undone_at.is_(None),
    )
    query = query.order_by(Reminder.staff_id, Reminder.due_at, Reminder.id).limit(limit)
    return session.scalars(query.with_for_update(skip_locked=True)).all()


def rung_together(desk: Desk, staff: Staff) -> Sequence[Reminder]:
    """What rang last, at one moment, in the order in which it was listed, done or not. Empty if all of it is done."""
    last = last_rung(desk, staff)
    if last is None:
        return ()
    query = select(Reminder).where(Reminder.staff_id == staff.id, Reminder.sent_at == last.sent_at)
    return desk.session.scalars(query.order_by(Reminder.due_at, Reminder.id)).all()


def rung_between(desk: Desk, start: datetime, end: datetime, limit: int = 50) -> Sequence[Reminder]:
    """The actor's reminders that were due or rang in that time, whatever became of them: undone ones, too."""
    query = select(Reminder).where(
        Reminder.staff_id == desk.staff.id,
        Reminder.due_at.between(start, end) | Reminder.sent_at.between(start, end),
    )
    query = query.order_by(Reminder.due_at, Reminder.id).limit(limit).execution_options(with_undone=True)
    return desk.session.scalars(query).all()


def between(desk: Desk, staff: Staff, start: datetime, end: datetime, limit: int = 20) -> Sequence[Reminder]:
    """What this person has to do in that time, and what is still not done from before it if it starts today."""
    if not desk.reach.covers(staff.id):
        raise NotAllowed
    query = select(Reminder).where(
        Reminder.staff_id == staff.id,
        Reminder.state.in_(("waiting", "sent")),
        Reminder.due_at >= start,
        Reminder.due_at < end,
    )
    return desk.session.scalars(query.order_by(Reminder.due_at).limit(limit)).all()


def done_between(desk: Desk, staff: Staff, start: datetime, end: datetime) -> int:
    """How much of what was due in that time this person has done."""
    if not desk.reach.covers(staff.id):
        raise NotAllowed
    due = (Reminder.due_at >= start, Reminder.due_at < end)
    query = select(func.count(Reminder.id)).where(Reminder.staff_id == staff.id, *due, Reminder.state == "done")
    return desk.session.scalar(query) or 0


def last_rung(desk: Desk, staff: Staff, within: timedelta = timedelta(hours=24)) -> Reminder | None:
    """What rang last and is not done yet."""
    query = select(Reminder).where(
        Reminder.staff_id == staff.id, text("state = 'sent'"), Reminder.sent_at >= desk.now - within
    )
    return desk.session.scalars(query.order_by(Reminder.sent_at.desc()).limit(1)).first()


def last_heard(desk: Desk, within: timedelta = timedelta(hours=24)) -> Reminder | None:
    """What rang last for the actor, done or not."""
    lately = (Reminder.due_at >= desk.now - within, Reminder.due_at <= desk.now, Reminder.sent_at.is_not(None))
    query = select(Reminder).where(Reminder.staff_id == desk.staff.id, *lately)
    return desk.session.scalars(query.order_by(Reminder.due_at.desc()).limit(1)).first()


_HAS_RUNG = Prepared(
    select(Reminder.id)
    .where(Reminder.staff_id == bindparam("staff"), text("state = 'sent'"))  # as the index says it, or it is not used
    .where(Reminder.sent_at >= bindparam("since"), Reminder.undone_at.is_(None))
    .limit(1)
)


def has_rung(desk: Desk, staff: Staff, within: timedelta = timedelta(hours=24)) -> bool:
    """Something rang and is not done yet."""
    return _HAS_RUNG.first(desk.session, staff=staff.id, since=desk.now - within) is not None


def get(desk: Desk, number: int) -> Reminder | None:
    """By number, undone ones excepted."""
    reminder = desk.session.get(Reminder, number)
    return reminder if reminder and reminder.undone_at is None else None


def _mine(desk: Desk, reminder: Reminder) -> Reminder:
    if reminder.staff_id != desk.staff.id:
        raise NotAllowed
    return reminder
