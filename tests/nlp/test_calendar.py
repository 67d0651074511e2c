from datetime import date

import pytest

from scrm_bot.nlp.calendar import month, plus_months
from scrm_bot.nlp.feasts import feast, next_feast
from scrm_bot.nlp.lunar import lunar
from scrm_bot.workdays import plus_workdays


@pytest.mark.parametrize(
    ("name", "year", "day"),
    [
        ("春节", 2026, date(2026, 2, 17)),
        ("除夕", 2026, date(2026, 2, 16)),
        ("端午", 2026, date(2026, 6, 19)),
        ("中秋", 2026, date(2026, 9, 25)),
        ("清明", 2026, date(2026, 4, 5)),
        ("春节", 2023, date(2023, 1, 22)),
        ("中秋", 2025, date(2025, 10, 6)),
        ("重阳", 2026, date(2026, 10, 18)),
        ("春节", 2033, date(2033, 1, 31)),
    ],
)
def test_lunar_holidays_fall_on_their_legal_date(name, year, day):
    assert feast(name, year) == day


def test_the_table_ends_quietly():
    assert lunar(1969, 1, 1) is None
    assert lunar(2100, 1, 1) is None


def test_a_holiday_gone_by_is_next_years():
    assert next_feast("国庆", date(2026, 10, 2)) == date(2027, 10, 1)
    assert next_feast("国庆", date(2026, 10, 1)) == date(2026, 10, 1)


def test_months_reach_into_other_years_and_keep_to_their_length():
    assert month(2026, 14).first == date(2027, 2, 1)
    assert plus_months(date(2026, 1, 31), 1) == date(2026, 2, 28)


def test_working_days_leave_out_weekends_and_holidays():
    assert plus_workdays(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert plus_workdays(date(2026, 4, 17), 1) == date(2026, 4, 20)
