"""The demo's company: worth exploring, in order, and of today, whatever day it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scrm_bot import schema
from scrm_bot.company.books import Books
from scrm_bot.company.seed import settle
from scrm_bot.crm.contracts import Contract
from scrm_bot.crm.customers import Customer, CustomerName
from scrm_bot.crm.deals import Deal
from scrm_bot.crm.followups import FollowUp
from scrm_bot.crm.people import Account, Contact, Staff
from scrm_bot.crm.reminders import Reminder
from scrm_bot.crm.shape import Shape
from scrm_bot.crm.tickets import OPEN, Ticket
from scrm_bot.db import Database

SHAPE = Shape()
NOW = datetime(2026, 3, 10, 14, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


def moved_in(url: str, now: datetime = NOW) -> Database:
    db = Database(url)
    schema.upgrade(db)
    with db.transaction() as session:
        assert settle(session, Books(), now, SHAPE)
    return db


@pytest.fixture
def db(fresh_database_url: Callable[..., str]) -> Iterator[Database]:
    db = moved_in(fresh_database_url("sqlite"))
    yield db
    db.close()


@pytest.fixture
def session(db: Database) -> Iterator[Session]:
    with db.transaction() as session:
        yield session


def test_sixty_customers_are_there_with_people_and_a_history(session: Session) -> None:
    assert session.scalar(select(func.count(Customer.id))) == 60
    assert session.scalar(select(func.count(func.distinct(Contact.customer_id)))) == 60
    assert session.scalar(select(func.count(func.distinct(FollowUp.customer_id)))) == 60
    assert session.scalar(select(func.count(FollowUp.id))) > 180


def test_deals_stand_in_all_stages_and_some_were_closed_last_month(session: Session) -> None:
    assert {deal.stage for deal in session.scalars(select(Deal))} == {stage.key for stage in SHAPE}
    closed = [deal.closed_at for deal in session.scalars(select(Deal).where(Deal.kind != "open")) if deal.closed_at]
    assert any(NOW - timedelta(days=15) < moment < NOW for moment in closed)
    assert any(NOW - timedelta(days=90) < moment < NOW - timedelta(days=30) for moment in closed)


def test_some_customers_are_silent_and_the_last_contact_is_that_of_the_history(session: Session) -> None:
    query = select(FollowUp.customer_id, func.max(FollowUp.happened_at)).group_by(FollowUp.customer_id)
    latest = {row[0]: row[1] for row in session.execute(query)}
    owned = session.scalars(select(Customer).where(Customer.owner_id.is_not(None))).all()
    assert all(customer.last_followed_at == latest[customer.id] for customer in owned)
    silent = Counter((NOW - customer.last_followed_at).days > 7 for customer in owned if customer.last_followed_at)
    assert silent[True] > 5
    assert silent[False] > 25


def test_nothing_has_happened_before_it_was_made_or_in_the_time_to_come(session: Session) -> None:
    for followup in session.scalars(select(FollowUp)):
        assert NOW - timedelta(days=100) < followup.happened_at < NOW
        assert followup.created_at <= NOW
    assert all(customer.created_at < NOW for customer in session.scalars(select(Customer)))
    assert all(ticket.created_at < NOW for ticket in session.scalars(select(Ticket)))


def test_contracts_end_within_every_rung_of_the_renewal_ladder(session: Session) -> None:
    left = {(c.expires_on - NOW.date()).days for c in session.scalars(select(Contract)) if c.expires_on}
    assert left >= {5, 28, 55, 85}


def test_tickets_stand_in_several_states_and_the_first_engineer_has_the_fewest(session: Session) -> None:
    found = session.scalars(select(Ticket)).all()
    assert len({ticket.state for ticket in found}) >= 5
    busy = Counter(session.get_one(Staff, t.assignee_id).name for t in found if t.state in OPEN)
    assert busy["张建国"] < busy["吴强"]


def test_one_short_name_means_two_customers_of_one_rep(session: Session) -> None:
    named = select(Customer).join(CustomerName, CustomerName.customer_id == Customer.id)
    found = session.scalars(named.where(CustomerName.name == "恒通")).all()
    assert len({customer.id for customer in found}) == 2
    assert len({customer.owner_id for customer in found}) == 1


def test_everybody_whom_one_can_be_has_an_account_but_the_stranger(session: Session) -> None:
    bound = {(channel, user) for channel, user in session.execute(select(Account.channel, Account.user))}
    strangers = [p.key for p in Books().personas if (p.channel, p.user) not in bound]
    assert strangers == ["visitor"]


def test_what_is_to_ring_lies_ahead_and_the_rest_has_rung(session: Session) -> None:
    reminders = session.scalars(select(Reminder)).all()
    assert {reminder.state for reminder in reminders} == {"waiting", "sent"}
    assert all((reminder.due_at > NOW) == (reminder.state == "waiting") for reminder in reminders)


def test_stories_and_their_people_are_known() -> None:
    books = Books()
    keys = {persona.key for persona in books.personas}
    assert {who for story in books.stories for who, _ in story.steps} <= keys
    assert all(len(persona.sentences) >= 4 for persona in books.personas)


def test_the_company_moves_in_only_once(db: Database) -> None:
    with db.transaction() as session:
        assert not settle(session, Books(), NOW, SHAPE)
    with db.transaction() as session:
        assert session.scalar(select(func.count(Customer.id))) == 60


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2026, 2, 28), date(2028, 2, 29), date(2026, 12, 31)])
def test_any_day_and_hour_will_do(fresh_database_url: Callable[..., str], day: date) -> None:
    for hour in (0, 23):
        moved_in(
            fresh_database_url("sqlite"), datetime(day.year, day.month, day.day, hour, 5, tzinfo=SHAPE.zone)
        ).close()


def test_postgresql_would_do_as_well(postgres_url: str) -> None:
    moved_in(postgres_url).close()
