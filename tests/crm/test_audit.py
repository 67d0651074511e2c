from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from scrm_bot.crm import audit, customers, deals, followups, undo
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.deals import Deal
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.errors import NothingToUndo
from scrm_bot.crm.followups import FollowUp
from scrm_bot.db import settle
from tests import company

Desks = Callable[..., Desk]


def _deal(desk: Desk) -> Deal:
    return desk.session.scalars(select(Deal).where(Deal.title == "华星二期")).one()


def _undo(desk: Desk) -> undo.Undone:
    return undo.take_back(desk.session, desk.signature, undo.last(desk.session, desk.signature, 10))


def test_every_change_says_who_when_old_new_and_which_message(desk_of: Desks) -> None:
    desk = desk_of("sales:zhouxm", message=7)
    deals.change(desk, _deal(desk), Decimal(480_000))
    settle(desk.session)
    entry = desk.session.scalars(select(audit.Entry).where(audit.Entry.message_id == 7)).one()
    assert (entry.actor, entry.entity, entry.field) == ("周晓明", "deals", "amount")
    assert (entry.old, entry.new) == ("500000.00", "480000.00")


def test_undo_puts_back_what_a_message_changed(desk_of: Desks) -> None:
    desk = desk_of("sales:zhouxm")
    deal = _deal(desk)
    before = (deal.stage, deal.moved_at, deal.amount)
    deals.move(desk, deal, desk.shape.stage("won"), Decimal(1))
    _undo(desk_of("sales:zhouxm", message=2))
    assert (deal.stage, deal.moved_at, deal.amount) == before
    assert (deal.kind, deal.closed_at) == ("open", None)


def test_undo_hides_what_a_message_made_and_counts_the_last_contact_again(desk_of: Desks) -> None:
    desk = desk_of("sales:zhouxm")
    customer = customers.by_name(desk, "华星")
    assert customer is not None
    before = customer.last_followed_at
    followup = followups.log(desk, customer, "聊了聊", company.NOW)
    assert customer.last_followed_at == company.NOW
    later = desk_of("sales:zhouxm", message=2)
    _undo(later)
    followups.recount(later, followup)
    assert customer.last_followed_at == before
    assert len(desk.session.scalars(select(FollowUp)).all()) == 2


def test_undo_after_undo_takes_back_the_write_before(desk_of: Desks) -> None:
    for message, amount in ((1, 1), (2, 2)):
        desk = desk_of("sales:zhouxm", message=message)
        deals.change(desk, _deal(desk), Decimal(amount))
        settle(desk.session)
    _undo(desk_of("sales:zhouxm", message=3))
    assert _deal(desk).amount == 1
    _undo(desk_of("sales:zhouxm", message=4))
    assert _deal(desk).amount == 500_000
    with pytest.raises(NothingToUndo):
        _undo(desk_of("sales:zhouxm", message=5))


def test_what_somebody_else_changed_since_is_kept_and_said(desk_of: Desks) -> None:
    mine = desk_of("sales:zhouxm", message=1)
    deals.change(mine, _deal(mine), Decimal(1))
    mine.session.flush()
    boss = desk_of("ding:manager01", message=2)
    deals.change(boss, _deal(boss), Decimal(2))
    boss.session.flush()
    undone = _undo(desk_of("sales:zhouxm", message=3))
    assert [(kept.field, kept.by) for kept in undone.kept] == [("amount", "陈志远")]
    assert _deal(mine).amount == 2


def test_nobody_undoes_somebody_elses_write_or_an_old_one(desk_of: Desks) -> None:
    mine = desk_of("sales:zhouxm")
    deals.change(mine, _deal(mine), Decimal(1))
    mine.session.flush()
    with pytest.raises(NothingToUndo):
        _undo(desk_of("ding:manager01", message=2))
    with pytest.raises(NothingToUndo):
        _undo(desk_of("sales:zhouxm", message=3, now=company.NOW + timedelta(minutes=11)))


def test_an_undone_customer_is_found_no_more(desk_of: Desks) -> None:
    desk = desk_of("sales:zhouxm")
    made = customers.create(desk, "新来的有限公司")
    settle(desk.session)
    _undo(desk_of("sales:zhouxm", message=2))
    assert customers.get(desk, made.id) is None
    assert customers.by_name(desk, "新来的有限公司") is None
    assert made.name not in desk.session.scalars(select(Customer.name)).all()
