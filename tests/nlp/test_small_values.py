"""Percents, phones, reference numbers, durations: a table each."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrm_bot.nlp.duration import find_durations
from scrm_bot.nlp.percent import find_percents
from scrm_bot.nlp.phone import find_phones
from scrm_bot.nlp.refno import find_refnos


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("三成首付", [30]),
        ("七成五", [75]),
        ("九五折", [95]),
        ("打八五折", [85]),
        ("88折", [88]),
        ("8个点", [8]),
        ("百分之八", [8]),
        ("80%", [80]),
        ("9.5折", [95]),
        ("对折", [50]),
        ("谈成了", []),
        ("完成三成交", []),
        ("打折", []),
    ],
)
def test_shares_and_discounts(text, shares):
    assert [percent.value for percent in find_percents(text)] == shares


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("座机025-84440000", "02584440000"),
        ("186 0000 2222", "18600002222"),
        ("一三五八八八八九九九九", "13588889999"),
        ("幺三八零零一三八零零零", "13800138000"),
        ("+86 13800138000", "13800138000"),
        ("021 66668888", "02166668888"),
        ("400-820-8820", "4008208820"),
    ],
)
def test_phones_are_digits_however_they_are_dictated(text, phone):
    assert [found.value for found in find_phones(text)] == [phone]


def test_an_amount_is_no_phone():
    assert find_phones("打款13580000元") == []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("工单T20260315已处理", ["T20260315"]),
        ("GD-0088现在", ["GD-0088"]),
        ("合同ht2026-015", ["HT2026-015"]),
        ("工单 1024", ["1024"]),
        ("Q3业绩", []),
        ("RMB5000", []),
        ("x200今天", []),
    ],
)
def test_reference_numbers_are_told_from_models_and_quarters(text, numbers):
    assert [found.value for found in find_refnos(text)] == numbers


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("聊了一个半小时", "PT1H30M"),
        ("等了40分钟", "PT40M"),
        ("两年期", "P2Y"),
        ("逾期90天以上", "P90D"),
        ("两周没跟进", "P14D"),
        ("半小时", "PT30M"),
        ("三个月", "P3M"),
        ("1小时30分钟", "PT1H30M"),
        ("15个工作日", "P15BD"),
        ("3到8天", "P3D..P8D"),
        ("两个半月", "P2M15D"),
        ("半年没联系", "P6M"),
    ],
)
def test_lengths_of_time(text, length):
    assert [found.value for found in find_durations(text)] == [length]


@given(st.text(alphabet="一二半十个小时天分钟折成%0123456789点百之零幺-年T#单号:. ", max_size=60))
@settings(max_examples=200)
def test_none_of_them_raises(text):
    for finder in (find_percents, find_phones, find_refnos, find_durations):
        for found in finder(text):
            assert text[found.at : found.at + len(found.text)] == found.text
