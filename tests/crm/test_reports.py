"""Questions about many rows look at those in the asker's scope, and an index finds them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from scrm_bot.crm import caseload, customers, reports
from scrm_bot.crm.desk import Desk

MONTH = (date(2026, 3, 1), date(2026, 3, 31))
QUESTIONS: dict[str, tuple[Callable[[Desk], object], str]] = {
    "won and lost": (lambda desk: reports.results(desk, *MONTH), "ix_deals_"),
    "who won": (lambda desk: reports.won_by(desk, *MONTH), "ix_deals_"),
    "moved": (lambda desk: reports.moved(desk, *MONTH), "ix_deals_"),
    "new customers": (lambda desk: reports.newcomers(desk, *MONTH), "ix_customers_"),
    "the pool": (lambda desk: customers.pool(desk, 10), "ix_customers_"),
    "open tickets": (lambda desk: caseload.still_open(desk, 10), "ix_tickets_open"),
    "ratings": (lambda desk: caseload.ratings(desk, *reports.bounds(desk, *MONTH)), "ix_tickets_resolved"),
}


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("account", ["sales:zhouxm", "ding:manager01", "sales:boss"])
def test_an_index_finds_what_is_asked_for(
    session: Session, desk_of: Callable[..., Desk], question: str, account: str
) -> None:
    if session.get_bind().dialect.name != "sqlite":
        session.execute(text("SET LOCAL enable_seqscan = off"))
    ask, index = QUESTIONS[question]
    desk, asked = desk_of(account), []
    assert desk.reach.covers(None)
    event.listen(
        session.connection().engine,
        "before_cursor_execute",
        lambda _c, _u, said, values, *_: asked.append((said, values)),
    )
    ask(desk)
    explain = "EXPLAIN QUERY PLAN" if session.get_bind().dialect.name == "sqlite" else "EXPLAIN"
    for said, values in list(asked):
        plan = str(session.connection().exec_driver_sql(f"{explain} {said}", values).all())
        assert index in plan, plan


def test_the_pool_is_nothing_to_a_contact(desk_of: Callable[..., Desk]) -> None:
    with pytest.raises(customers.NotAllowed):
        customers.pool(desk_of("service:openid-wang"), 10)
