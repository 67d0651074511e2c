"""Percents, phones, reference numbers, durations: a table each."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrm_bot.nlp.duration import find_durations
from scrm_bot.nlp.percent import find_percents
from scrm_bot.nlp.phone import find_phones
from scrm_bot.nlp.refno import find_refnos
from scrm_bot.nlp.text import normalise
from tests.nlp.spoken import digit_by_digit, han, wide


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
        ("三点六折", [36]),
        ("千分之八", [0.8]),
        ("万分之二", [0.02]),
        ("-3.5%", [-3.5]),
        ("四成半", [45]),
        ("六点二成", [62]),
        ("五百分之三", []),
        ("百分之三四十", []),
        ("十折", []),
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
        ("１３９００００１１１１", "13900001111"),
        ("0086 139 0000 1111", "13900001111"),
        ("139-0000-1111", "13900001111"),
        ("一三九零零零零一一一一", "13900001111"),
        ("幺三九 洞洞洞洞 幺幺幺幺", "13900001111"),
        ("(0755) 8600 1234", "075586001234"),
        ("0571-88001234转808", "057188001234"),
    ],
)
def test_phones_are_digits_however_they_are_dictated(text, phone):
    assert [found.value for found in find_phones(normalise(text))] == [phone]


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
        ("三五天", "P3D..P5D"),
        ("七八个月", "P7M..P8M"),
        ("一年零三个月", "P1Y3M"),
        ("两年四个月", "P2Y4M"),
        ("12天6小时", "P12DT6H"),
        ("三刻钟", "PT45M"),
        ("两个钟", "PT2H"),
        ("5天到2周", "P5D..P14D"),
        ("2年以上5年以下", "P2Y..P5Y"),
        ("四天三晚", "P4D"),
        ("六个多月", "P6M"),
        ("俩星期", "P14D"),
        ("10个交易日", "P10BD"),
        ("50多分钟", "PT50M"),
        ("120日", "P120D"),
    ],
)
def test_lengths_of_time(text, length):
    assert [found.value for found in find_durations(text)] == [length]


@given(st.integers(1, 200), st.sampled_from(["天", "个月", "年", "小时", "分钟", "秒", "个工作日"]))
def test_any_length_reads_back(count, unit):
    wanted = {"天": "P{}D", "个月": "P{}M", "年": "P{}Y", "小时": "PT{}H", "分钟": "PT{}M", "秒": "PT{}S",
              "个工作日": "P{}BD"}[unit].format(count)  # fmt: skip
    for words in (f"{count}{unit}", f"{han(count)}{unit}"):
        assert [found.value for found in find_durations(words)] == [wanted], words


@given(st.integers(1, 999), st.sampled_from(["{}%", "百分之{}", "{}个百分点"]))
def test_any_share_reads_back(hundredths, form):
    for figure in (str(hundredths), *([] if "%" in form else [han(hundredths)])):
        assert [percent.value for percent in find_percents(form.format(figure))] == [hundredths]


@given(st.integers(1, 9), st.integers(1, 9))
def test_any_discount_is_the_share_that_is_paid(first, second):
    for words in (
        f"{first}{second}折",
        f"{first}.{second}折",
        f"{han(first)}{han(second)}折",
        f"{han(first)}点{han(second)}折",
    ):
        assert [percent.value for percent in find_percents(words)] == [first * 10 + second]


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_any_mobile_reads_back_however_it_is_typed(digits):
    first, middle, last = digits[:3], digits[3:7], digits[7:]
    spoken = digit_by_digit(digits)
    forms = (digits, f"+86 {digits}", f"{first}-{middle}-{last}", f"{first} {middle} {last}", wide(digits))
    for words in (*forms, spoken, spoken.replace("一", "幺")):
        assert [phone.value for phone in find_phones(normalise(f"电话{words}"))] == [digits], words


@given(st.text(alphabet="一二半十个小时天分钟折成%0123456789点百之零幺-年T#单号:. ", max_size=60))
@settings(max_examples=200)
def test_none_of_them_raises(text):
    for finder in (find_percents, find_phones, find_refnos, find_durations):
        for found in finder(text):
            assert text[found.at : found.at + len(found.text)] == found.text
