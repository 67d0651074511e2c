"""What people say on the floor means one thing, known before it is said."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from scrm_bot.floor import cast, values
from scrm_bot.floor.habits import KINDS, PERFECT, Hand
from scrm_bot.floor.values import Moment

ZONE = ZoneInfo("Asia/Shanghai")
WEDNESDAY = date(2026, 3, 18)


def test_a_moment_fits_its_day_and_if_it_was_said_its_hour() -> None:
    bare, exact = Moment("后天", date(2026, 3, 20)), Moment("后天下午三点", date(2026, 3, 20), time(15))
    assert bare.fits(datetime(2026, 3, 20, 9, tzinfo=ZONE))
    assert exact.fits(datetime(2026, 3, 20, 15, tzinfo=ZONE))
    assert not exact.fits(datetime(2026, 3, 20, 9, tzinfo=ZONE))
    assert not bare.fits(datetime(2026, 3, 21, 9, tzinfo=ZONE))


def test_days_to_come_lie_ahead_and_next_weeks_are_of_next_week() -> None:
    for seed in range(200):
        moment = values.coming_day(Random(seed), WEDNESDAY)
        assert moment.day > WEDNESDAY
        if moment.words.startswith("下"):
            assert moment.day.isocalendar().week == WEDNESDAY.isocalendar().week + 1
            assert moment.words.endswith(values.WEEKDAYS[moment.day.weekday()])


def test_amounts_mean_what_they_say() -> None:
    found = {one.words: one.yuan for one in (values.amount(Random(seed)) for seed in range(300))}
    assert found["五十二万"] == found["52w"] == Decimal(520_000)
    assert values.chinese(20) == "二十"
    assert values.chinese(8) == "八"
    assert all(values.amount(Random(seed), large=True).yuan >= 1_000_000 for seed in range(50))


def test_who_types_like_a_book_changes_nothing() -> None:
    assert Hand(PERFECT, Random(1)).types("今天拜访了华星，王总在。") == "今天拜访了华星，王总在。"


def test_names_moments_and_amounts_survive_every_habit() -> None:
    sacred = ("锐宇家具", "下周三", "15万")
    for habits in KINDS:
        for seed in range(60):
            typed = Hand(habits, Random(seed)).types("拜访了锐宇家具，客户认可方案，下周三再报价，15万", sacred)
            if not habits.traditional:
                assert all(word in typed for word in sacred), typed


def test_no_two_firms_of_a_cast_share_a_name() -> None:
    from_seed = [firm.short for firm in _cast(40).firms]
    assert len(from_seed) == len(set(from_seed))


def test_a_cast_has_somebody_of_every_kind_and_is_the_same_again() -> None:
    for count in (4, 6, 20, 60):
        made = _cast(count)
        assert {one.role for one in made.people} == {"sales", "sales_manager", "engineer", "customer"}
        assert abs(len(made.people) - count) <= 1
        assert made == _cast(count)


def _cast(count: int) -> cast.Cast:
    return cast.cast(count, Random("1/cast"))
