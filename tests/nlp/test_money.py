import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrm_bot.nlp.money import find_money
from scrm_bot.nlp.text import normalise
from tests.nlp.spoken import formal, han, wide


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("预算在15万上下", [150000]),
        ("打款 ¥58,600", [58600]),
        ("预付款两万三", [23000]),
        ("两百来万", [2_000_000]),
        ("30多万", [300000]),
        ("单价86元", [86]),
        ("壹拾贰万元", [120000]),
        ("价格能到42万8,但", [428000]),
        ("1.2M", [1_200_000]),
        ("三万五千六百元到了", [35600]),
        ("50万改成38万", [500000, 380000]),
        ("两万三千一套", [23000]),
        ("3k一套200套", [3000]),
        ("两百个传感器", []),
        ("电子价签3000片", []),
        ("3万台", []),
        ("1200美元", [1200]),
        ("15w", [150000]),
        ("3k5", [3500]),
        ("五块六", [5.6]),
        ("单价4块5一个", [4.5]),
        ("八元三角", [8.3]),
        ("十二块零五", [12.05]),
        ("六毛八", [0.68]),
        ("两角钱", [0.2]),
        ("1234.56元", [1234.56]),
        ("两个亿", [200_000_000]),
        ("6千万亿日元", [6 * 10**15]),
        ("毛利角度", []),
        ("打5分", []),
        ("开会5分钟", []),
        ("两块电池", []),
        ("长三角", []),
        ("有三角债", []),
        ("元旦快乐", []),
    ],
)
def test_amounts_are_found_as_chat_says_them(text, amounts):
    assert [money.value for money in find_money(text) if not money.bare and not money.vague] == amounts


@pytest.mark.parametrize(
    ("text", "bound"),
    [("超过五十万", "min"), ("20万以上", "min"), ("不超过3千块", "max"), ("30万以内", "max"), ("30万", "")],
)
def test_a_limit_is_told_from_an_amount(text, bound):
    assert find_money(text)[0].bound == bound


@pytest.mark.parametrize("text", ["10万到30万之间", "10-30万", "10万~30万"])
def test_a_range_has_two_ends(text):
    assert [(money.value, money.high) for money in find_money(text)] == [(100000, 300000)]


@pytest.mark.parametrize("text", ["百八十万", "几十万", "十几万", "六七十万吧"])
def test_a_vague_amount_is_something_to_ask_about(text):
    assert [money.vague for money in find_money(text)] == [True]


def test_a_foreign_currency_is_named():
    assert [money.currency for money in find_money("1200美元和¥300和50欧元")] == ["USD", "CNY", "EUR"]


@pytest.mark.parametrize(
    ("text", "notation"),
    [
        ("三到五千块", "3000..5000 CNY"),
        ("1万(含)-4万元", "10000..40000 CNY"),
        ("三百块——五百块", "300..500 CNY"),
        ("四块五到四块八", "4.5..4.8 CNY"),
        ("七八千块钱", "7000..8000 CNY"),
        ("几十万元", "100000..1000000 CNY"),
        ("十几块钱", "10..20 CNY"),
        ("百八十万", "800000..1000000 CNY"),
        ("八万泰铢", "80000 THB"),
        ("港币三千六", "3600 HKD"),
        ("五美元又二十美分", "5.2 USD"),
        ("2.5亿韩元", "250000000 KRW"),
    ],
)
def test_amounts_ranges_and_currencies_in_the_contracts_notation(text, notation):
    assert [money.notation for money in find_money(normalise(text))] == [notation]


@given(st.integers(1, 10**10))
def test_any_amount_reads_back_from_every_spelling(yuan):
    for text in (f"{yuan}元", f"¥{yuan:,}", f"{han(yuan)}块钱", f"{formal(yuan)}圆整", f"人民币{wide(str(yuan))}元"):
        assert [money.value for money in find_money(normalise(text))] == [yuan], text


@given(st.integers(1, 9999), st.integers(0, 99))
def test_any_price_reads_back_to_the_cent(yuan, cents):
    dime, cent = divmod(cents, 10)
    spoken = f"{han(yuan)}元{han(dime)}角{han(cent)}分" if dime and cent else f"{yuan}.{cents:02}元"
    assert [money.value for money in find_money(spoken)] == [pytest.approx(yuan + cents / 100)], spoken


@given(
    st.sampled_from(["美元", "欧元", "港币", "日元", "英镑", "韩元", "泰铢", "卢布", "瑞士法郎"]), st.integers(1, 10**7)
)
def test_any_currency_keeps_its_name(currency, amount):
    codes = {"美元": "USD", "欧元": "EUR", "港币": "HKD", "日元": "JPY", "英镑": "GBP", "韩元": "KRW", "泰铢": "THB",
             "卢布": "RUB", "瑞士法郎": "CHF"}  # fmt: skip
    for text in (f"{amount}{currency}", f"{currency}{amount}", f"{han(amount)}{currency}"):
        assert [money.notation for money in find_money(text)] == [f"{amount} {codes[currency]}"]


@given(st.integers(min_value=1, max_value=9999))
def test_ten_thousands_are_the_same_in_every_spelling(number):
    for text in (f"{number}万", f"{number}w", f"{number * 10000}元", f"¥{number * 10000:,}"):
        assert [money.value for money in find_money(text)] == [number * 10000], text


@given(st.text(alphabet="一两三十百万亿千几多来到-¥$元块kwM0123456789.,成", max_size=60))
@settings(max_examples=200)
def test_finding_money_never_raises(text):
    for money in find_money(text):
        assert text[money.at : money.at + len(money.text)] == money.text


@pytest.mark.parametrize("text", ["千万别改", "千万不要报价", "千万要记得", "千万注意"])
def test_by_all_means_is_no_amount(text):
    assert not find_money(text)


def test_ten_million_is_an_amount():
    assert [money.value for money in find_money("千万元的合同")] == [10_000_000]
