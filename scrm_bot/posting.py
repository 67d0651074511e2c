"""A push finds its person: the account last used, another one where that fails, and somebody else when none is left."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from scrm_bot import circuits, delivery, outbox
from scrm_bot.circuits import Circuit
from scrm_bot.crm import people
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import Account, Contact, Role, Staff
from scrm_bot.dialogs import deliveries
from scrm_bot.dialogs.notices import Notice
from scrm_bot.dialogs.texts import speaking_to
from scrm_bot.message import Address, Reply
from scrm_bot.outbox import Outgoing

log = logging.getLogger(__name__)
NO_ACCOUNT = "no account"
Best = Mapping[int, tuple[Staff, Account | None]]  # by the person's number
FRESH = timedelta(hours=1)  # what was to be said that recently may be said now, quiet hours or not


def post(desk: Desk, notice: Notice, once: str | None = None) -> bool:
    """Put a notice into the outbox: to the place where the person was last, outside quiet hours unless urgent.

    False if this occasion was spoken of already, or if the person has no account: that is written down, and told.
    """
    to, cause = notice.to, desk.message_id
    if isinstance(to, Address):
        person = people.who(desk.session, to.channel, to.user)
        with speaking_to(desk.shape, person):
            reply = notice.say()
        return outbox.put(desk.session, to, reply, desk.now, once=once, person=_person_key(person), cause=cause)
    return post_at(desk, notice, next(iter(places(desk, to)), None), once)


def post_at(desk: Desk, notice: Notice, place: Account | None, once: str | None = None) -> bool:
    """The same for a person whose best place is known already; None: there is none."""
    to, cause = notice.to, desk.message_id
    assert not isinstance(to, Address)
    with speaking_to(desk.shape, to):
        reply = notice.say()
    if place is None:
        return _post_in_vain(desk, to, reply, once)
    run_at = desk.now if notice.urgent else desk.shape.awake(desk.now)
    return outbox.put(
        desk.session, _address(place), reply, desk.now, once=once, run_at=run_at, person=to.key, cause=cause
    )


def best_places(desk: Desk, staff: Collection[int]) -> Best:
    """For many at once: each of these people, and the place to try first."""
    persons = desk.session.scalars(select(Staff).where(Staff.id.in_(staff))).all()
    accounts = people.accounts_of_many(desk.session, [person.id for person in persons])
    shut = circuits.shut(desk.session, desk.now)
    return {one.id: (one, next(iter(_ranked(desk, accounts.get(one.id, []), shut)), None)) for one in persons}


def places(desk: Desk, person: Staff | Contact) -> list[Account]:
    """Where to try, the best first: the place last used, but before it whatever is not known to be out of order."""
    return _ranked(desk, people.accounts_of(desk.session, person))


def other_way(desk: Desk, row: Outgoing, channels: Collection[str]) -> None:
    """A row was given up: say it at the person's next account; if there is none, tell somebody who should know."""
    person = _person(desk.session, row.person)
    if person is None:
        return
    place = elsewhere(desk, row, person, channels)
    if place is not None:
        _say_there(desk, row, place)
    elif row.reports is None:  # a report about a report helps nobody
        _report(desk, person, row)


def detour(desk: Desk, row: Outgoing, channels: Collection[str]) -> bool:
    """The row waits for a channel that is out of order: say it on one of these instead, if the person is there."""
    person = _person(desk.session, row.person)
    place = elsewhere(desk, row, person, channels) if person else None
    if place is None or not delivery.give_up(desk.session, row, "the channel is out of order", desk.now):
        return False
    _say_there(desk, row, place)
    return True


def say_again(desk: Desk, row: Outgoing) -> bool:
    """A row was given up, and somebody wants it said all the same. False if there is still no account to say it to."""
    person = _person(desk.session, row.person)
    best = next(iter(places(desk, person)), None) if person else None
    to = _address(best) if best else row.address
    if not to.channel:
        return False
    outbox.put(
        desk.session, to, row.reply, desk.now, answers=row.answers,
        person=row.person, cause=row.cause, instead_of=row.instead_of or row.id, reports=row.reports,
    )  # fmt: skip
    return True


def name_of(session: Session, row: Outgoing) -> str:
    """Whom a row is for; "" if nobody knows."""
    person = _person(session, row.person)
    return _called(session, person) if person else ""


def elsewhere(desk: Desk, row: Outgoing, person: Staff | Contact, channels: Collection[str]) -> Account | None:
    """The person's next account where this was not tried yet."""
    tried = delivery.tried(desk.session, row.instead_of or row.id)
    left = (place for place in places(desk, person) if place.channel in channels and _address(place) not in tried)
    return next(left, None)


def out_of_order(desk: Desk, circuit: Circuit) -> None:
    """Tell the admins that a channel needs them: once a day and trouble, each where they can be reached."""
    shut = circuits.shut(desk.session, desk.now)

    def say() -> Reply:
        return Reply(deliveries.out_of_order(circuit.channel, circuit.trouble, circuit.detail, circuit.reason))

    for admin in _keepers(desk.session):
        if any(place.channel not in shut for place in places(desk, admin)):
            once = f"circuit:{circuit.channel}:{circuit.reason}:{desk.today}:{admin.id}"
            post(desk, Notice(admin, say, urgent=True), once)


def _post_in_vain(desk: Desk, person: Staff | Contact, reply: Reply, once: str | None) -> bool:
    log.warning("nobody to tell: no account", extra={"person": person.key})
    number = outbox.put_in_vain(desk.session, person.key, reply, desk.now, NO_ACCOUNT, once=once, cause=desk.message_id)
    if number is not None:
        _report(desk, person, desk.session.get_one(Outgoing, number))
    return False


def _say_there(desk: Desk, row: Outgoing, place: Account) -> None:
    root = row.instead_of or row.id
    outbox.put(
        desk.session, _address(place), row.reply, desk.now,
        answers=row.answers, once=f"instead:{root}:{place.channel}/{place.user}",
        run_at=desk.now if desk.now - row.created_at < FRESH else desk.shape.awake(desk.now),
        person=row.person, cause=row.cause, instead_of=root, reports=row.reports,
    )  # fmt: skip


def _report(desk: Desk, person: Staff | Contact, row: Outgoing) -> None:
    """One short sentence to whoever looks after this person; about one person once an hour."""
    keeper = next((one for one in _who_should_know(desk.session, person) if _can_be_told(desk, one, person)), None)
    if keeper is None:
        log.warning("nobody to tell that somebody cannot be reached", extra={"person": person.key, "outbox": row.id})
        return
    name = _called(desk.session, person)
    with speaking_to(desk.shape, keeper):
        words = deliveries.not_delivered(name, row.text, row.reason or "", unreachable=row.unreachable)
    place, hour = places(desk, keeper)[0], f"{desk.now:%Y-%m-%dT%H}"
    outbox.put(
        desk.session, _address(place), Reply(words), desk.now, once=f"undelivered:{person.key}:{hour}",
        run_at=desk.shape.awake(desk.now), person=keeper.key, cause=row.cause, reports=row.id,
    )  # fmt: skip


def _called(session: Session, person: Staff | Contact) -> str:
    """华星科技 王建华: a contact with the customer."""
    customer = session.get(Customer, person.customer_id) if isinstance(person, Contact) else None
    return f"{customer.name} {person.name}" if customer else person.name


def _who_should_know(session: Session, person: Staff | Contact) -> Iterable[Staff]:
    """Staff: their manager. A contact: the customer's owner. Else those who keep the system."""
    if isinstance(person, Contact):
        customer = session.get(Customer, person.customer_id)
        closest = customer.owner_id if customer else None
    else:
        closest = person.manager_id
    staff = session.get(Staff, closest) if closest else None
    if staff is not None:
        yield staff
    yield from _keepers(session)


def _keepers(session: Session) -> list[Staff]:
    """The admins; where nobody is one, those who answer for the company."""
    return people.with_role(session, [Role.ADMIN]) or people.with_role(session, [Role.EXECUTIVE])


def _can_be_told(desk: Desk, keeper: Staff, about: Staff | Contact) -> bool:
    return keeper.active and keeper.key != about.key and bool(people.accounts_of(desk.session, keeper))


def _ranked(desk: Desk, found: list[Account], shut: Collection[str] | None = None) -> list[Account]:
    if len(found) < 2:
        return found
    broken = circuits.shut(desk.session, desk.now) if shut is None else shut
    return sorted(found, key=lambda place: place.channel in broken or _is_unreachable(desk.session, place))


def _is_unreachable(session: Session, place: Account) -> bool:
    """Nothing arrived there, and the person has done nothing there since."""
    since = delivery.unreachable_since(session, _address(place))
    return since is not None and (place.seen_at is None or place.seen_at <= since)


def _address(place: Account) -> Address:
    return Address(place.channel, place.user)


def _person_key(person: object) -> str | None:
    return person.key if isinstance(person, Staff | Contact) else None


def _person(session: Session, key: str | None) -> Staff | Contact | None:
    """Whom a row is for: somebody who is still with us, or with the customer."""
    kind, _, number = (key or "").partition(":")
    person: Staff | Contact | None = None
    if kind == "staff":
        person = session.get(Staff, int(number))
    elif kind == "contact":
        person = session.get(Contact, int(number))
    return person if person is not None and person.active and person.undone_at is None else None
