import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrm_bot.nlp.company import company_like, dissect
from scrm_bot.nlp.names import NameIndex

NAMES = (
    "上海华东精密机械有限公司",
    "江苏华东医药包装有限公司",
    "株洲晟通铝业有限公司",
    "北京后天科技有限公司",
    "长沙早上好食品有限公司",
    "苏州Acme自动化有限公司",
    "南京鸿途国际旅行社有限公司",
    "东莞明天供应链有限公司",
    "广州东方制药有限公司",
    "广州东方家具有限公司",
    "深圳绿源环境工程有限公司",
    "江阴力诺电器有限公司",
)


@pytest.fixture(scope="module")
def index() -> NameIndex:
    index = NameIndex(lambda word: word in {"东方", "能力", "后天", "明天", "早上"})
    for number, name in enumerate(NAMES, 1):
        index.add(number, name)
    return index


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("拜访了上海华东精密机械有限公司", NAMES[0]),
        ("去了趟华东机械", NAMES[0]),
        ("给华东医药包装报价", NAMES[1]),
        ("acme的合同", NAMES[5]),
        ("ACME自动化", NAMES[5]),
        ("鸿途国旅的座机", NAMES[6]),
        ("深圳绿源那边", NAMES[10]),
        ("给绿源发合同", NAMES[10]),
        ("后天科技谁在跟", NAMES[3]),
        ("早上好食品的预计成交", NAMES[4]),
        ("东方家具签了吗", NAMES[9]),
    ],
)
def test_a_customer_is_found_by_what_people_call_it(index, text, name):
    assert [[named.name for named in mention.candidates] for mention in index.find(text)] == [[name]]


def test_a_wrong_character_that_sounds_right_is_found_but_not_sure(index):
    (mention,) = index.find("晟桶铝业的杜经理")
    assert mention.candidates[0].name == NAMES[2]
    assert not mention.sure


def test_a_name_shared_by_two_yields_both(index):
    (mention,) = index.find("东方那边今天说要缓一缓")
    assert {named.name for named in mention.candidates} == {NAMES[8], NAMES[9]}


@pytest.mark.parametrize(
    "text", ["东方红太阳升", "他的能力诺大", "绿源重工来电", "广州绿源的王总", "华东区业绩", "早上好"]
)
def test_ordinary_words_other_trades_and_other_places_name_nobody(index, text):
    assert index.find(text) == []


def test_times_win_over_bare_names_but_not_over_longer_ones(index):
    assert index.find("明天上午拜访", [(0, 4)]) == []
    assert len(index.find("明天供应链拜访", [(0, 2)])) == 1


def test_a_customer_taken_out_is_not_found_again(index):
    index.add(99, "大连渤海船务有限公司")
    assert index.find("渤海船务来电")
    index.remove(99)
    assert index.find("渤海船务来电") == []
    index.remove(99)


def test_a_further_name_of_a_customer_finds_it():
    index = NameIndex()
    index.add(1, "国际商业机器有限公司", ["IBM", "蓝色巨人"])
    assert index.find("ibm的合同")[0].candidates[0].id == 1
    assert index.find("蓝色巨人那边")[0].candidates[0].id == 1


def test_a_name_is_taken_apart():
    parts = dissect("深圳市讯驰通信技术有限公司")
    assert (parts.place, parts.core, parts.rest) == ("深圳", "讯驰", "通信技术")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("今天拜访了佛山顺达五金", "佛山顺达五金"),
        ("义乌小太阳玩具厂", "义乌小太阳玩具厂"),
        ("去了趟鼎盛模具", "鼎盛模具"),
        ("和我们公司", ""),
        ("广州出差回来", ""),
        ("上海天气怎么样", ""),
        ("在厂里开会", ""),
    ],
)
def test_only_what_looks_like_a_company_is_taken_for_one(text, name):
    assert company_like(text) == name


@given(st.text(max_size=80))
@settings(max_examples=150)
def test_no_text_is_too_strange_to_look_for_names(text):
    index = NameIndex()
    index.add(1, text)
    for mention in index.find(text + "拜访" + text):
        assert mention.candidates
