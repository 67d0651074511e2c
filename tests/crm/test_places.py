"""Distances between places, and who of the actor's customers is near one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import event, select

from scrm_bot.crm import checkins
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import Staff
from scrm_bot.crm.places import Place
from scrm_bot.crm.shape import Shape
from scrm_bot.db import Database
from tests import company


@pytest.mark.parametrize(
    ("here", "there", "metres"),
    [
        ((22.543096, 113.952912), (22.543096, 113.952912), 0),
        ((22.543096, 113.952912), (22.544096, 113.952912), 111),
        ((39.904200, 116.407400), (31.230400, 121.473700), 1_067_000),  # Beijing to Shanghai
        ((0.0, 179.9999), (0.0, -179.9999), 22),
        ((90.0, 0.0), (90.0, 180.0), 0),
    ],
)
def test_distances_are_those_of_the_globe(here: tuple[float, float], there: tuple[float, float], metres: int) -> None:
    assert Place(*here).metres_to(Place(*there)) == pytest.approx(metres, rel=0.005, abs=1)


def test_nowhere_is_no_place() -> None:
    assert not Place(0, 0).exists
    assert not Place(91, 0).exists
    assert not Place(22.5, 181).exists
    assert Place(-22.5, -179.9).exists


def test_only_own_customers_that_are_near_are_offered_and_an_index_finds_them(
    database_kind: str, fresh_database_url: Callable[..., str]
) -> None:
    db = Database(fresh_database_url(database_kind, company.prepare))
    here, asked = Place(22.543096, 113.952912), []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _u, said, values, *_: asked.append((said, values)))
    with db.transaction() as session:
        rep = session.scalars(select(Staff).where(Staff.name == "周晓明")).one()
        desk = Desk(session, rep, company.NOW, Shape())
        found = {one.name: one for one in session.scalars(select(Customer))}
        for name, north in (
            ("华星科技(深圳)有限公司", 0.001),
            ("恒通电子(深圳)有限公司", 0.004),
            ("佛山顺达五金有限公司", 0.02),
        ):
            found[name].latitude, found[name].longitude = here.latitude + north, here.longitude
        found["东莞恒力机械有限公司"].latitude, found["东莞恒力机械有限公司"].longitude = here.latitude, here.longitude
        session.flush()
        assert [(one.name[:2], far) for one, far in checkins.near(desk, here)] == [("华星", 111), ("恒通", 445)]
        if db.is_sqlite:
            said, values = asked[-1]
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", values).all()
            assert "ix_customers_place" in str(plan)
    db.close()
