from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrm_bot.nlp.meaning import Grain
from scrm_bot.nlp.when import due, find_times, toward

WEDNESDAY = datetime(2026, 3, 18, 9, 40)


@pytest.mark.parametrize(
    ("text", "notation"),
    [
        ("昨天去", "2026-03-17"),
        ("大后天下午5点半", "2026-03-21T17:30"),
        ("下周三", "2026-03-25"),
        ("周五前", "../2026-03-20"),
        ("月底前", "../2026-03-31"),
        ("国庆后", "2026-10-01/.."),
        ("两周后提醒", "2026-04-01"),
        ("一个小时后", "2026-03-18T10:40"),
        ("20秒后", "2026-03-18T09:40:20"),
        ("12月30号9点半到11点", "2026-12-30T09:30/2026-12-30T11:00"),
        ("下个月底", "2026-04-30"),
        ("双十一那天", "2026-11-11"),
        ("明晚六点半", "2026-03-19T18:30"),
        ("下午2点到4点", "2026-03-18T14:00/2026-03-18T16:00"),
        ("从1月8号开始", "2026-01-08"),
        ("今天早上", "2026-03-18TAM"),
        ("明年二季度", "2027-04-01/2027-06-30"),
        ("六月中旬", "2026-06-11/2026-06-20"),
        ("年底再看", "2026-12-31"),
        ("第三季度", "2026-07-01/2026-09-30"),
        ("三天内", "../2026-03-21"),
        ("元旦前提醒我", "../2027-01-01"),
        ("周一到周三", "2026-03-23/2026-03-25"),
        ("10月1日至7日", "2026-10-01/2026-10-07"),
        ("3月到5月", "2026-03-01/2026-05-31"),
        ("5个工作日内", "../2026-03-25"),
        ("最近30天", "2026-02-16/2026-03-18"),
        ("三点提醒我", "2026-03-18T15:00"),
        ("晚上12点", "2026-03-19T00:00"),
        ("礼拜二", "2026-03-24"),
        ("周5", "2026-03-20"),
        ("国庆期间", "2026-10-01/2026-10-07"),
        ("明天上午10点之前", "../2026-03-19T10:00"),
        ("今年Q4", "2026-10-01/2026-12-31"),
        ("三季度末", "2026-09-30"),
        ("大年初三", "2027-02-08"),
        ("15号下午三点一刻", "2026-04-15T15:15"),
        ("凌晨2点", "2026-03-18T02:00"),
        ("端午前一天", "2026-06-18"),
        ("周五下班前", "../2026-03-20"),
        ("下周二到周四", "2026-03-24/2026-03-26"),
        ("半个月后", "2026-04-02"),
        ("上上周五", "2026-03-06"),
        ("2026-05-01", "2026-05-01"),
        ("5/3", "2026-05-03"),
    ],
)
def test_a_time_is_written_in_the_schemes_notation(text, notation):
    assert [when.notation for when in find_times(text, WEDNESDAY)] == [notation]


@pytest.mark.parametrize(
    "text",
    [
        "早上好",
        "改天",
        "过两天",
        "回头",
        "年后",
        "最近",
        "一点意见",
        "便宜一点",
        "提前三天",
        "晚点",
        "三点建议",
        "有点慢",
    ],
)
def test_vague_words_and_greetings_are_no_times(text):
    assert find_times(text, WEDNESDAY) == []


def test_monday_said_on_sunday_is_tomorrow():
    sunday = datetime(2026, 3, 22, 20, 0)
    assert find_times("下周一", sunday)[0].notation == "2026-03-23"


@given(st.integers(0, 800), st.integers(0, 6))
def test_next_weeks_day_is_in_next_calendar_week_whatever_day_it_is_said(offset, weekday):
    now = datetime(2026, 1, 1, 9, 0) + timedelta(offset)
    name = "一二三四五六日"[weekday]
    found = find_times(f"下周{name}", now)[0].start
    assert found is not None
    assert found.weekday() == weekday
    assert found.date() - timedelta(found.weekday()) == now.date() - timedelta(now.weekday()) + timedelta(7)


@given(st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.integers(0, 6))
def test_a_bare_weekday_is_never_gone(today, weekday):
    now = datetime.combine(today, datetime.min.time())
    found = find_times(f"周{'一二三四五六日'[weekday]}", now)[0].start
    assert found is not None
    assert 0 <= (found.date() - today).days < 7


@given(st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.dates(date(2024, 1, 1), date(2030, 12, 31)))
@settings(max_examples=80)
def test_a_date_in_full_is_itself(today, day):
    now = datetime.combine(today, datetime.min.time())
    for text in (f"{day.year}年{day.month}月{day.day}日", day.isoformat(), f"{day.year}/{day.month}/{day.day}"):
        assert [when.notation for when in find_times(text, now)] == [day.isoformat()]


@given(
    st.text(
        alphabet="上下本周一三日月年今明后天前点半到至-:/.0123456789个小时内季度初底中旬国庆春节号早晚", max_size=40
    )
)
@settings(max_examples=300)
def test_finding_times_never_raises_and_spans_are_true(text):
    for when in find_times(text, WEDNESDAY):
        assert text[when.at : when.at + len(when.text)] == when.text
        due(when)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("明天", "2026-03-19T09:00"),
        ("明天下午", "2026-03-19T14:00"),
        ("今晚", "2026-03-18T19:00"),
        ("明天中午", "2026-03-19T12:00"),
        ("周五前", "2026-03-20T09:00"),
        ("下周", "2026-03-23T09:00"),
        ("明天三点", "2026-03-19T15:00"),
        ("20秒后", "2026-03-18T09:40:20"),
        ("国庆后", "2026-10-01T09:00"),
    ],
)
def test_a_reminder_is_due_at_a_sensible_moment(text, moment):
    assert due(find_times(text, WEDNESDAY)[0]) == datetime.fromisoformat(moment)


def test_seconds_that_were_spoken_are_kept():
    assert find_times("20秒后", WEDNESDAY)[0].second
    assert not find_times("2分钟后", WEDNESDAY)[0].second


def test_the_same_words_can_be_read_as_gone_or_as_to_come():
    monday = find_times("周一", WEDNESDAY)[0]
    assert toward(monday, WEDNESDAY, past=True).notation == "2026-03-16"
    eight = find_times("早上8点", WEDNESDAY)[0]
    assert eight.grain is Grain.MINUTE
    assert toward(eight, WEDNESDAY, past=False).notation == "2026-03-19T08:00"
