import pytest

from scrm_bot.nlp.people import find_people


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("见了王总和张经理", ["王总", "张经理"]),
        ("老陈请我喝酒", ["老陈"]),
        ("陈姐说", ["陈姐"]),
        ("会计小白", ["小白"]),
        ("Tom回邮件了", ["Tom"]),
        ("采购经理 吴敏 电话", ["吴敏"]),
        ("联系人孔总", ["孔总"]),
        ("不是黎总是李总", ["李总"]),
        ("他们老板姓叶叶总说", ["叶总"]),
        ("欧阳总来了", ["欧阳总"]),
        ("加联系人 赖志刚 总经理", ["赖志刚"]),
        ("见了洪总", ["洪总"]),
        ("老板说太贵", []),
        ("年终总结", []),
        ("小程序卡", []),
        ("老客户", []),
        ("维修师傅什么时候到", []),
        ("小时候", []),
        ("聊了一个小时老板还没拍板", []),
        ("周总结", []),
    ],
)
def test_persons_are_found_as_said(text, names):
    assert [person.name for person in find_people(text)] == names


def test_a_colleague_is_told_apart():
    (person,) = find_people("和小李一起去", ["小李"])
    assert person.own
