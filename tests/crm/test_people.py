from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from scrm_bot.crm import customers, deals, people, reports
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.errors import NotAllowed, NotYours
from scrm_bot.crm.people import Stranger
from tests import company

Desks = Callable[..., Desk]


def _names(desk: Desk) -> set[str]:
    return {staff.name for staff in people.with_role(desk.session, people.Role) if desk.reach.covers(staff.id)}


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        ("sales:zhouxm", {"周晓明"}),
        ("ding:manager01", {"陈志远", "周晓明", "李思琪"}),
        ("sales:zhaod", {"赵东"}),
    ],
)
def test_a_rep_reaches_own_rows_and_a_manager_those_of_the_department_and_below(
    account: str, expected: set[str], desk_of: Desks
) -> None:
    assert _names(desk_of(account)) == expected


def test_the_boss_reaches_everybody(desk_of: Desks) -> None:
    assert desk_of("sales:boss").reach.everybody


def test_an_account_that_nobody_is_bound_to_is_a_stranger(session: Session) -> None:
    assert people.who(session, "sales", "whoever") == Stranger("sales", "whoever")


def test_one_person_has_accounts_on_several_channels_and_is_reached_where_they_were_last(session: Session) -> None:
    zhou = people.who(session, "sales", "zhouxm")
    assert isinstance(zhou, people.Staff)
    people.bind(session, "ding", "zhou-on-ding", zhou, company.NOW)
    assert people.who(session, "ding", "zhou-on-ding") is zhou
    people.speaker(session, "ding", "zhou-on-ding", company.NOW)
    assert people.accounts_of(session, zhou)[0].channel == "ding"


def test_the_verbs_refuse_what_is_out_of_scope_whoever_calls(desk_of: Desks) -> None:
    stranger = desk_of("sales:lisq")
    customer = customers.by_name(stranger, "华星")
    assert customer is not None
    with pytest.raises(NotYours):
        deals.of(stranger, customer)
    with pytest.raises(NotYours):
        deals.create(stranger, customer, "抢单")
    zhou = people.named(stranger.session, "周晓明")[0]
    with pytest.raises(NotAllowed):
        reports.funnel(stranger, company.NOW.date(), company.NOW.date(), zhou)


def test_nicknames_find_colleagues(session: Session) -> None:
    assert [s.name for s in people.named(session, "小周")] == ["周晓明"]
    assert [s.name for s in people.named(session, "陈经理")] == ["陈志远"]
    assert people.named(session, "小钱") == []
