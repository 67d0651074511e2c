"""What comes again: the next day of every rule, and the text it is kept as."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrm_bot.recurrence import Every, recurrence
from scrm_bot.workdays import worked

DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))
RULES = st.one_of(
    st.builds(Every, st.just("day"), interval=st.integers(1, 30)),
    st.just(Every("workday")),
    st.builds(Every, st.just("week"), st.sets(st.integers(0, 6), min_size=1).map(sorted).map(tuple), st.integers(1, 4)),
    st.builds(Every, st.just("month"), st.integers(1, 31).map(lambda day: (day,)) | st.just((-1,))),
    st.builds(Every, st.just("year"), st.just((29,)), months=st.just((2,))),
)


@given(RULES, st.none() | st.times().map(lambda at: at.replace(second=0, microsecond=0)))
def test_a_rule_is_kept_as_text_and_read_back(rule, at):
    assert recurrence(str(rule.said(at))) == rule.said(at)


@given(RULES, DAYS)
def test_the_following_day_is_later_and_of_the_rule(rule, day):
    first = rule.first(day)
    following = rule.following(first)
    assert first >= day
    assert following > first
    if rule.unit == "week":
        assert following.weekday() in rule.days
    if rule.unit == "workday":
        assert worked(following)


@pytest.mark.parametrize(
    ("rule", "day", "following"),
    [
        (Every("week", (0,)), date(2026, 3, 23), date(2026, 3, 30)),
        (Every("week", (0, 2, 4)), date(2026, 3, 18), date(2026, 3, 20)),
        (Every("week", (4,), 2), date(2026, 3, 20), date(2026, 4, 3)),
        (Every("workday"), date(2026, 9, 30), date(2026, 10, 8)),
        (Every("month", (31,)), date(2026, 1, 31), date(2026, 2, 28)),
        (Every("month", (-1,), months=(3, 6, 9, 12)), date(2026, 3, 31), date(2026, 6, 30)),
        (Every("year", (15,), months=(3,)), date(2026, 3, 15), date(2027, 3, 15)),
        (Every("day", interval=3), date(2026, 2, 27), date(2026, 3, 2)),
    ],
)
def test_the_next_time_of_what_recurs(rule, day, following):
    assert rule.following(day) == following


def test_the_hour_is_part_of_the_rule():
    assert str(Every("week", (0,)).said(time(9, 30))) == "week/1/0//09:30"


def test_a_day_that_a_month_lacks_is_its_last():
    rule, day = Every("month", (30,)), date(2026, 1, 30)
    assert rule.following(day) == date(2026, 2, 28)
    assert rule.following(date(2026, 2, 28)) == date(2026, 3, 30)
    assert rule.first(date(2026, 2, 28) + timedelta(1)) == date(2026, 3, 30)
