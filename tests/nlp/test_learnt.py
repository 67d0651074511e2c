"""Words that somebody taught: found in what they say, and teaching told from talking."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import hostile
from scrm_bot.nlp.brain import Brain
from scrm_bot.nlp.learnt import Learnt, Lecture, Meant, forgotten, key, pattern, taught
from scrm_bot.nlp.lexicon import Lexicon
from scrm_bot.nlp.meaning import Scene

NOW = datetime(2026, 4, 15, 10, 20)
PUJIANG, XIXI = "上海浦江精密机械有限公司", "杭州西溪软件技术有限公司"
ANJIE = ("安捷", 61)


def overlay(**words: Meant) -> Learnt:
    return Learnt(pattern(words), {key(text): meant for text, meant in words.items()}.get)


def numbered(lexicon: Lexicon, name: str) -> Meant:
    (mention,) = lexicon.customers.find(name.lower())
    return Meant("customer", name, mention.candidates[0].id)


def customers(brain: Brain, text: str, scene: Scene) -> list[list[str]]:
    mentions = brain.understand(text, NOW, scene).slots.get("customer", ())
    return [[one.name for one in mention.candidates] for mention in mentions]


def test_a_nickname_names_its_customer_for_whoever_taught_it(brain: Brain, lexicon: Lexicon) -> None:
    scene = Scene(learnt=overlay(老浦=numbered(lexicon, PUJIANG), abc=numbered(lexicon, XIXI)))
    for text in ("今天拜访了老浦，聊得不错", "老浦到哪步了", "给老浦的王总打了电话"):
        assert customers(brain, text, scene) == [[PUJIANG]]
        assert customers(brain, text, Scene()) == []
    assert customers(brain, "ABC那边签了，也见了老浦", scene) == [[XIXI], [PUJIANG]]
    assert customers(brain, "abcd那边签了", scene) == []


def test_a_customers_own_longer_name_is_not_cut_short_by_a_nickname(brain: Brain, lexicon: Lexicon) -> None:
    scene = Scene(learnt=overlay(浦江=numbered(lexicon, XIXI)))
    assert customers(brain, "拜访了浦江精密", scene) == [[PUJIANG]]


def test_a_word_that_is_another_customers_name_by_now_is_asked(brain: Brain, lexicon: Lexicon) -> None:
    scene = Scene(learnt=overlay(浦江=numbered(lexicon, XIXI)))
    assert customers(brain, "拜访了浦江", scene) == [[XIXI, PUJIANG]]


def test_of_several_that_fit_the_one_is_meant_that_was_picked(brain: Brain, lexicon: Lexicon) -> None:
    (mention,) = brain.understand("拜访了安捷", NOW).slots["customer"]
    assert len(mention.candidates) == 3
    picked = mention.candidates[1]
    scene = Scene(learnt=overlay(安捷=Meant("customer", picked.name, picked.id)))
    assert customers(brain, "拜访了安捷", scene) == [[picked.name]]


def test_what_is_hidden_or_means_nothing_any_more_is_no_name(brain: Brain, lexicon: Lexicon) -> None:
    meant = numbered(lexicon, PUJIANG)
    scene = Scene(learnt=overlay(老浦=meant))
    assert customers(brain, "拜访了老浦", replace(scene, hidden=lambda _numbers: {meant.number})) == []
    assert customers(brain, "拜访了老浦", Scene(learnt=Learnt(pattern(["老浦"]), lambda _text: None))) == []


def test_slang_for_products_and_stages(brain: Brain) -> None:
    scene = Scene(learnt=overlay(小黑盒=Meant("product", "智能网关"), 磨价格=Meant("stage", "商务谈判")))
    meaning = brain.understand("把浦江推进到磨价格，20台小黑盒", NOW, scene)
    assert meaning.slots["product"] == ("智能网关",)
    assert meaning.slots["stage"] == ("商务谈判",)


@pytest.mark.parametrize(
    ("text", "lecture"),
    [
        ("以后“老华”就是华兴电子", Lecture("老华", "华兴电子", True)),
        ("以后老华就是华兴电子", Lecture("老华", "华兴电子", False)),
        ("记住：小机器就是智能网关", Lecture("小机器", "智能网关", False)),
        ("「老华」指的是华兴电子哦。", Lecture("老华", "华兴电子", True)),
        ("以后我说老华就是指华兴电子", Lecture("老华", "华兴电子", False)),
        ("記住，老華=華興電子", Lecture("老华", "华兴电子", False)),
        ("请记住 “老华” 是 “华兴电子” 的意思", Lecture("老华", "华兴电子", True)),
        ("老华就是华兴电子", None),
        ("以后每周一提醒我", None),
        ("记住了，王总是华星的", None),
        ("今天拜访了华星，他们就是要便宜", None),
        ("客户说“便宜点”，就是要打折", None),
        ("", None),
    ],
)
def test_teaching_is_told_from_talking(text: str, lecture: Lecture | None) -> None:
    assert taught(text) == lecture


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("忘掉“老华”", "老华"),
        ("忘掉老华这个叫法", "老华"),
        ("忘了“老华”吧", "老华"),
        ("把老华忘掉", "老华"),
        ("别再记老华了", "老华"),
        ("忘了给王总打电话", ""),
        ("老华忘了带合同", ""),
    ],
)
def test_forgetting_is_asked_for_outright(text: str, word: str) -> None:
    assert forgotten(text) == word


@given(st.text(max_size=60) | st.lists(st.sampled_from([*hostile.CUES, "老浦", "就是", "“"]), max_size=60).map("".join))
def test_no_text_is_too_strange(brain: Brain, lexicon: Lexicon, text: str) -> None:
    taught(text)
    forgotten(text)
    scene = Scene(learnt=overlay(老浦=numbered(lexicon, PUJIANG), 就是=Meant("product", "智能网关")))
    assert brain.understand(text, NOW, scene).acts
