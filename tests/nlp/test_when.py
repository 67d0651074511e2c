from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrm_bot.nlp.lunar import lunar
from scrm_bot.nlp.meaning import Grain
from scrm_bot.nlp.moving import due, toward
from scrm_bot.nlp.text import normalise
from scrm_bot.nlp.when import find_times
from tests.nlp.spoken import digit_by_digit, han, wide

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


def test_a_date_right_behind_an_amount_is_none_of_its_digits():
    (when,) = find_times("录个商机194w1月底签", WEDNESDAY)
    assert (when.text, find_times("型号X1月底", WEDNESDAY)) == ("1月底", [])


@pytest.mark.parametrize("text", ["比我们便宜一点", "能不能快一点", "商量一下下"])
def test_a_bit_and_a_moment_are_no_times(text):
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


MARCH = datetime(2026, 3, 18, 9, 40)


@pytest.mark.parametrize(
    ("text", "notations"),
    [
        # ranges with what was said once
        ("4月7号到9号出差", ["2026-04-07/2026-04-09"]),
        ("4月7-9号", ["2026-04-07/2026-04-09"]),
        ("后天上午九到十一点", ["2026-03-20T09:00/2026-03-20T11:00"]),
        ("下周三到五", ["2026-03-25/2026-03-27"]),
        ("去年10月到12月", ["2025-10-01/2025-12-31"]),
        ("10月到2月", ["2026-10-01/2027-02-28"]),
        ("2023-2025年", ["2023-01-01/2025-12-31"]),
        ("2024年3至6月", ["2024-03-01/2024-06-30"]),
        ("晚上9点到凌晨2点", ["2026-03-18T21:00/2026-03-19T02:00"]),
        ("22:30~次日06:15", ["2026-03-18T22:30/2026-03-19T06:15"]),
        ("8点到11点", ["2026-03-18T08:00/2026-03-18T11:00"]),
        ("今年春节到元宵", ["2026-02-17/2026-03-03"]),
        ("4月和6月之间", ["2026-04-01/2026-06-30"]),
        ("今明两天", ["2026-03-18/2026-03-19"]),
        # lists share their week or month
        ("下周一、周四", ["2026-03-23", "2026-03-26"]),
        ("4月2号和10号", ["2026-04-02", "2026-04-10"]),
        # a day and its weekday are one
        ("3月27号（周五）下午四点", ["2026-03-27T16:00"]),
        ("周五(3月27号)", ["2026-03-27"]),
        # before, after, since
        ("2027年之前", ["../2027-12-31"]),
        ("从去年11月起", ["2025-11-01/.."]),
        ("自2024年以来", ["2024-01-01/.."]),
        ("2025年至今", ["2025-01-01/2026-03-18"]),
        ("下周之后", ["2026-03-30/.."]),
        ("签收后10天内", []),
        # counted from now
        ("未来36小时", ["2026-03-18T09:40/2026-03-19T21:40"]),
        ("过去20分钟", ["2026-03-18T09:20/2026-03-18T09:40"]),
        ("再过三刻钟", ["2026-03-18T10:25"]),
        ("两分半钟后", ["2026-03-18T09:42:30"]),
        ("前两天", []),
        # parts of years
        ("今年前四个月", ["2026-01-01/2026-04-30"]),
        ("前三季度", ["2026-01-01/2026-09-30"]),
        ("2024年最后两个月", ["2024-11-01/2024-12-31"]),
        ("上上个月底", ["2026-01-31"]),
        ("去年年底", ["2025-12-31"]),
        ("下下个季度", ["2026-07-01/2026-09-30"]),
        ("90年代", ["1990-01-01/1999-12-31"]),
        ("上世纪70年代", ["1970-01-01/1979-12-31"]),
        # years in every form
        ("二〇二八年五月", ["2028-05-01/2028-05-31"]),
        ("二七年三季度", ["2027-07-01/2027-09-30"]),
        ("98年6月", ["1998-06-01/1998-06-30"]),
        ("大前年", ["2023-01-01/2023-12-31"]),
        ("两千零九年", ["2009-01-01/2009-12-31"]),
        ("质保10年", []),
        # nth days
        ("5月第二个周日", ["2026-05-10"]),
        ("下个月最后一个周五", ["2026-04-24"]),
        ("本月最后一个工作日", ["2026-03-31"]),
        ("下个工作日", ["2026-03-19"]),
        # the lunar year
        ("腊月十八", ["2027-01-25"]),
        ("农历六月初六", ["2026-07-19"]),
        ("明年正月", ["2027-02-06/2027-03-07"]),
        ("八月廿三", ["2026-10-03"]),
        ("农历2025年十一月", ["2025-12-20/2026-01-18"]),
        ("2025年闰六月", ["2025-07-25/2025-08-22"]),
        ("重阳前两天", ["2026-10-16"]),
        ("冬至", ["2026-12-22"]),
        ("小雪明天来", ["2026-03-19"]),
        ("李国庆明天来", ["2026-03-19"]),
        ("新年快乐", []),
        # clocks
        ("一点钟", ["2026-03-18T13:00"]),
        ("下午五点三刻", ["2026-03-18T17:45"]),
        ("差一刻六点", ["2026-03-18T17:45"]),
        ("晚上1点", ["2026-03-19T01:00"]),
        ("明天10点20分30秒", ["2026-03-19T10:20:30"]),
        ("3:30pm", ["2026-03-18T15:30"]),
        # written forms
        ("2026/4/7-2026/4/9", ["2026-04-07/2026-04-09"]),
        ("7.4.2026", ["2026-04-07"]),
        ("2026-0407", []),
        ("4·15", ["2026-04-15"]),
        ("4月15签约", ["2026-04-15"]),
        ("4月15台", ["2026-04-01/2026-04-30"]),
        ("马上一年了", []),
        ("3号空压机坏了", []),
        ("2号工厂", []),
        ("见附件scrm-2026-03-18.zip", []),
        ("这个季度，周末", ["2026-01-01/2026-03-31", "2026-03-21/2026-03-22"]),
        ("上周五、周一", ["2026-03-13", "2026-03-16"]),
        ("3月、5月和8月", ["2026-03-01/2026-03-31", "2026-05-01/2026-05-31", "2026-08-01/2026-08-31"]),
        ("03-27 15:30", ["2026-03-27T15:30"]),
        ("2026-04-08-10:30", ["2026-04-08T10:30"]),
        ("自4月2日起至4月9日止", ["2026-04-02/2026-04-09"]),
        ("前年到现在", ["2024-01-01/2026-03-18"]),
        ("今年第20周", ["2026-05-18/2026-05-24"]),
        ("下个月第二周", ["2026-04-13/2026-04-19"]),
        ("大大后天", ["2026-03-22"]),
        ("农历7月8号", ["2026-08-20"]),
        ("明天黎明", ["2026-03-19TAM"]),
    ],
)
def test_times_as_chat_says_them(text, notations):
    assert [when.notation for when in find_times(normalise(text), MARCH)] == notations


@pytest.mark.parametrize(
    ("text", "following"),
    [
        ("2026-09-18", "2026-09-20"),  # the 20th of September is worked for the days off of October
        ("2026-09-24", "2026-09-28"),
        ("2026-09-30", "2026-10-08"),
        ("2026-10-09", "2026-10-10"),
    ],
)
def test_the_next_working_day_knows_the_days_that_were_moved(text, following):
    said = datetime.fromisoformat(text) + timedelta(hours=10)
    assert find_times("下个工作日", said)[0].notation == following


@given(st.dates(date(2000, 1, 1), date(2059, 12, 31)), st.dates(date(2024, 1, 1), date(2030, 12, 31)))
@settings(max_examples=60)
def test_any_date_reads_back_from_every_spelling(day, today):
    now = datetime.combine(today, datetime.min.time())
    year = digit_by_digit(str(day.year))
    for text in (
        f"{day.year}.{day.month}.{day.day}",
        f"{year}年{han(day.month)}月{han(day.day)}日",
        f"{wide(str(day.year))}年{wide(str(day.month))}月{wide(str(day.day))}号",
        f"{day.year} 年 {day.month} 月 {day.day} 日",
    ):
        assert [when.notation for when in find_times(normalise(text), now)] == [day.isoformat()], text


@given(st.integers(0, 23), st.integers(0, 59))
def test_any_clock_reads_back(hour, minute):
    wanted = f"2026-03-19T{hour:02}:{minute:02}"
    said = f"明天{hour:02}:{minute:02}"
    assert [when.notation for when in find_times(said, MARCH)] == [wanted]
    part = "凌晨" if hour < 6 else "上午" if hour < 12 else "下午" if hour < 18 else "晚上"
    twelve = hour % 12 if hour > 12 else hour
    figure = f"{han(twelve)}点" + (f"零{han(minute)}分" if 0 < minute < 10 else f"{han(minute)}分" if minute else "整")
    assert [when.notation for when in find_times(f"明天{part}{figure}", MARCH)] == [wanted], figure


@given(st.integers(1, 99), st.sampled_from(["天", "周", "小时", "分钟"]), st.sampled_from(["后", "之后", "以后", "前"]))
def test_any_offset_is_counted_from_now(count, unit, way):
    step = {"天": timedelta(1), "周": timedelta(7), "小时": timedelta(hours=1), "分钟": timedelta(minutes=1)}[unit]
    there = MARCH - step * count if way == "前" else MARCH + step * count
    wanted = there.date().isoformat() if unit in "天周" else there.strftime("%Y-%m-%dT%H:%M")
    for words in (f"{count}{unit}{way}", f"{han(count)}{unit}{way}"):
        assert [when.notation for when in find_times(words, MARCH)] == [wanted]


@given(st.dates(date(2000, 3, 1), date(2048, 12, 31)))
def test_a_day_of_the_lunar_year_is_the_one_of_the_table(day):
    found = [
        (year, month, number)
        for year in (day.year - 1, day.year)
        for month in range(1, 13)
        for number in range(1, 31)
        if lunar(year, month, number) == day
    ]
    for year, month, number in found:  # none in a leap month
        words = f"农历{year}年{han(month)}月{'初' if number <= 10 else ''}{han(number)}"
        assert [when.notation for when in find_times(words, MARCH)] == [day.isoformat()], words


@pytest.mark.parametrize(
    ("text", "notation", "rule"),
    [
        ("每周一早上", "2026-03-23TAM", "week/1/0//"),
        ("每周一早上九点", "2026-03-23T09:00", "week/1/0//09:00"),
        ("每周二、四下午3点", "2026-03-19T15:00", "week/1/1,3//15:00"),
        ("每周一到周五", "2026-03-18", "week/1/0,1,2,3,4//"),
        ("每两周的周五", "2026-03-20", "week/2/4//"),
        ("每个周末", "2026-03-21", "week/1/5,6//"),
        ("每天10点", "2026-03-18T10:00", "day/1///10:00"),
        ("每晚八点", "2026-03-18T20:00", "day/1///20:00"),
        ("每3天", "2026-03-21", "day/3///"),
        ("每个工作日9点", "2026-03-18T09:00", "workday/1///09:00"),
        ("每月25号", "2026-03-25", "month/1/25//"),
        ("每个月底", "2026-03-31", "month/1/-1//"),
        ("每季度末", "2026-03-31", "month/1/-1/3,6,9,12/"),
        ("每年5月4日", "2026-05-04", "year/1/4/5/"),
    ],
)
def test_what_recurs_has_a_rule_and_its_next_time(text, notation, rule):
    (when,) = find_times(text, MARCH)
    assert (when.notation, str(when.every)) == (notation, rule)


@pytest.mark.parametrize("text", ["每次拜访", "每家客户", "每台3万", "周一早上", "两周三次"])
def test_what_happens_once_has_no_rule(text):
    assert all(when.every is None for when in find_times(text, MARCH))
