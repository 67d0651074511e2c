"""Notes that say nothing are told from short ones that do."""

from __future__ import annotations

from datetime import datetime

import pytest

from scrm_bot.nlp.meaning import Scene
from scrm_bot.nlp.thin import copies, says_little

NOW = datetime(2026, 4, 15, 10, 20)


@pytest.mark.parametrize(
    "text",
    [
        "已联系", "跟进正常", "客户挺好的保持联系", "已沟通", "已跟进", "联系过了", "常规跟进",
        "已电话沟通", "已回访 客户反馈良好", "打了个电话 一切正常",
        "正常跟进中", "浦江已联系", "浦江精密 跟进正常", 
        "客户没啥问题，保持沟通", "已微信联系客户，关系不错",
    ],
)  # fmt: skip
def test_a_report_of_contact_alone_is_a_note_that_says_little(brain, text):
    assert brain.understand(text, NOW, Scene()).main.label == "log_visit"
    assert says_little(text, ["浦江精密仪器有限公司"])


@pytest.mark.parametrize(
    "text",
    [
        "收到",
        "好的",
        "保持联系",
        "正常",
        "都挺好的",
        "联系一下浦江",
        "已经联系过了吗",
        "没联系",
        "不用联系了",
        "跟进",
        "微信",
        "明天联系",
        "客户关系",
    ],
)
def test_what_reports_nothing_writes_nothing(brain, text):
    meaning = brain.understand(text, NOW, Scene())
    assert all(act.label != "log_visit" for act in meaning.acts)


@pytest.mark.parametrize(
    "text",
    [
        "客户嫌贵", "打电话没人接", "浦江见了 聊得还行", "刚给浦江打了电话", "预算20万", "等老板回来",
        "要试用两台", "竞争对手报了低价", "去了趟浦江",
        "浦江已联系 说月底前定", "采购换人了", "对方案认可",
    ],
)  # fmt: skip
def test_short_words_that_say_something_are_believed(text):
    assert not says_little(text, ["浦江精密仪器有限公司"])


NOTE = "今天拜访了浦江精密，客户对我们的方案比较感兴趣，后面持续跟进"


@pytest.mark.parametrize(
    ("text", "copied"),
    [
        (NOTE, True),
        ("今天拜访了东方机电，客户对我们的方案比较感兴趣，后面持续跟进", True),
        ("今天拜访了东方机电 客户对我们的方案比较感兴趣 后面再持续跟进", True),
        ("今天拜访了东方机电，客户嫌报价高，要我们周五前再报一版", False),
        ("见了聊得还行", False),
    ],
)
def test_a_note_is_a_copy_whoever_it_is_about(text, copied):
    assert copies(text, ["东方机电有限公司"])(NOTE) is copied


def test_who_gets_nobody_on_the_phone_twice_copies_nothing():
    assert not copies("给浦江精密打电话没人接，晚点再打")("给浦江精密打电话没人接，晚点再打")
