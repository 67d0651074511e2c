"""Chat logs and forwarded texts are told from what a person says; whatever they hold, they write nothing."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrm_bot.nlp.brain import Brain
from scrm_bot.nlp.meaning import WRITING, Scene
from scrm_bot.nlp.pasted import ENDLESS, PASTED, is_pasted
from scrm_bot.nlp.text import normalise

NOW = datetime(2026, 4, 15, 10, 20)
OWN = Path(__file__).parent / "corpus" / "own.jsonl"
SAID = [json.loads(line)["text"] for line in OWN.read_text("utf-8").splitlines()]


@pytest.mark.parametrize(
    "text",
    [
        "王总 10:21\n你们那个能不能便宜点",
        "王总 10:21\n你们那个能不能便宜点\n周晓明 10:25\n最多再让三个点\n王总 10:26\n那就签吧 20万",
        "王总  2026/3/18 10:21:05\n合同我看了\n\n小周 2026/3/18 10:30:00\n好的",
        "2026-03-18 10:21 王总\n货款20万明天打给你们\n2026-03-18 10:22 小周\n收到",
        "[10:21] 王总：下周三来一趟\n[10:22] 小周：好的",
        "王建华(华星) 下午 3:20\n机器又坏了\n小周 下午 3:21\n我马上报修",
        "王总：能不能便宜\n小周：不行\n王总：那算了",
        "王总:\n今天拜访了浦江精密\n小周:\n提醒我下周三报价\n王总:\n行",
        "【转发】浦江精密的王总说二期签了，金额30万",
        "转发：西溪软件回款10万到了",
        "王总和周晓明的聊天记录\n王总：二期我们签了",
        "发件人：王总\n主题：合同\n二期合同签了，金额三十万",
    ],
)
def test_what_others_said_is_recognised(text: str) -> None:
    assert is_pasted(normalise(text))


@pytest.mark.parametrize(
    "text",
    [
        "今天拜访了浦江精密王总\n下周三再报价",
        "客户：浦江精密\n联系人：王总\n内容：聊了方案\n下一步：周三报价",
        "浦江 10:00\n西溪 14:00\n安捷 16:00",
        "明天 10:00\n去浦江见王总\n提醒我",
        "周三 14:00\n拜访浦江",
        "提醒我10:30开会",
        "10:21 王总来电话说合同没问题",
        "1、浦江报价\n2、西溪回款\n3、安捷拜访",
        "王总说：价格可以\n下周签",
        "报价：\n网关 20台\n培训 1次",
        "浦江精密：聊了方案，周三报价\n西溪软件：回款10万到了",
        "嗯我刚从浦江出来啊王总今天在然后技术的小李也在他们主要是担心那个售后响应然后价格的话他说贵了让我们下周三之前给个新的报价",
        *SAID,
    ],
)
def test_what_one_says_oneself_is_not(text: str) -> None:
    assert not is_pasted(normalise(text))


def log(words: list[str], names: list[str], minute: int) -> str:
    """A chat as it is copied from WeChat."""
    return "\n".join(f"{names[i % len(names)]} 10:{minute + i:02}\n{line}" for i, line in enumerate(words))


@given(
    st.lists(st.sampled_from(SAID), min_size=1, max_size=8),
    st.lists(st.sampled_from(["王总", "小周", "李工(技术)", "Tom", "周晓明"]), min_size=1, max_size=3),
    st.integers(0, 50),
    st.sampled_from(["rep", "manager"]),
)
@settings(max_examples=150)
def test_a_pasted_chat_writes_nothing_whatever_was_said_in_it(brain: Brain, words, names, minute, role) -> None:
    meaning = brain.understand(log(words, names, minute), NOW, Scene(role=role))
    assert {act.label for act in meaning.acts} == {PASTED}


@given(st.lists(st.sampled_from(SAID), min_size=60, max_size=100))
@settings(max_examples=20)
def test_an_endless_text_writes_nothing(brain: Brain, words) -> None:
    text = "，".join(words)
    assert len(text) > ENDLESS
    assert all(act.label not in WRITING for act in brain.understand(text, NOW, Scene()).acts)


def test_a_long_story_of_ones_own_visit_is_ones_own(brain: Brain) -> None:
    story = "他们的车间很大，设备很旧，想换一批新的。" * 40
    assert brain.understand(f"今天拜访了浦江精密，{story}", NOW).main.label == "log_visit"
    assert brain.understand(f"今天拜访了浦江精密，{story}还去了西溪软件", NOW).main.label == PASTED
    assert brain.understand(f"浦江精密成立于一九九八年，{story}", NOW).main.label == PASTED


def test_what_a_paste_tells_is_at_hand_for_whoever_is_asked_to_keep_it(brain: Brain) -> None:
    meaning = brain.understand("王总 10:21\n浦江精密这边预算就20万，月底前定", NOW, Scene())
    assert meaning.slots["customer"][0].text == "浦江精密"
    assert meaning.main.slots["amount"] == (200000,)


def test_a_customers_long_complaint_is_still_a_request(brain: Brain) -> None:
    text = "你们的设备坏了，报警E07，" + "我们已经停产两天了，打电话没人接。" * 50
    assert brain.understand(text, NOW, Scene(role="customer")).main.label == "create_ticket"
