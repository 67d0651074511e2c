"""What people call a customer whose registered name is longer."""

from __future__ import annotations

import pytest

from scrm_bot.nlp.callings import begins_with_place, readings, variants
from scrm_bot.nlp.names import NameIndex


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("台州椒江金鱼水泵厂", "金鱼水泵"),
        ("嘉善白云木业有限公司", "白云木业"),
        ("福建海峡律师事务所", "海峡律所"),
        ("荆门市第二人民医院", "荆门二院"),
        ("武汉VR-One数字科技有限公司", "vr one"),
        ("无锡MaxPower动力科技有限公司", "max power"),
        ("漳州闽星罐头食品厂", "闽星罐头"),
        ("杭州萧山速通客车配件有限公司", "萧山速通"),
        ("上海iMark标识有限公司", "imark"),
        ("重庆九月火锅餐饮管理有限公司", "九月火锅"),
    ],
)
def test_a_customer_is_found_by_what_people_make_of_the_name(name, said):
    index = NameIndex()
    index.add(1, name)
    (mention,) = index.find(f"昨天去了{said},聊了一下午")
    assert [one.name for one in mention.candidates] == [name]
    assert mention.sure


def test_a_county_that_is_all_there_is_of_a_name_stays():
    assert list(variants("北京朝阳科技有限公司")) == []


def test_a_core_before_an_unknown_trade_may_be_longer_than_two_characters():
    assert [parts.core for parts in readings("杭州速通客车配料有限公司")] == ["速通", "速通客", "速通客车"]
    assert [parts.core for parts in readings("杭州速通机械有限公司")] == ["速通"]


def test_cities_and_counties_are_places():
    assert begins_with_place("珠海斗门水手渔具")
    assert begins_with_place("嘉善白云木业")
    assert not begins_with_place("华星科技")
