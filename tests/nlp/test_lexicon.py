from scrm_bot.nlp.lexicon import Vocabulary
from scrm_bot.nlp.mend import mend
from scrm_bot.nlp.nearness import grams, likeness, template


def test_the_longest_term_wins_and_case_does_not_matter():
    words = Vocabulary()
    words.add("专业版", ["Pro版"])
    words.add("网关", ["智能网关"])
    assert [found.name for found in words.find("PRO版和智能网关")] == ["专业版", "网关"]


def test_a_term_can_be_taken_away():
    words = Vocabulary()
    words.add("网关")
    words.remove("网关")
    assert words.find("网关") == []


def test_stages_bring_the_usual_words_with_them(lexicon):
    assert [found.name for found in lexicon.stages.find("黄了")] == ["输单"]
    assert [found.name for found in lexicon.stages.find("中标")] == ["赢单"]
    assert [found.name for found in lexicon.stages.find("走合同")] == ["商务谈判"]
    assert lexicon.closing("won").name == "赢单"
    assert lexicon.stage("赢单").kind == "won"


def test_a_cue_typed_by_sound_is_put_right_and_a_real_word_is_not(lexicon):
    def is_word(word: str) -> bool:
        return lexicon.words.frequency(word) > 0

    assert mend("后天提行我", is_word) == "后天提醒我"
    assert mend("今天拜坊了", is_word) == "今天拜访了"
    assert mend("回房间", is_word) == "回房间"


def test_our_segmenter_is_not_the_global_one(lexicon):
    assert lexicon.words.cut("拜访了客户") == ["拜访", "了", "客户"]


def test_an_example_and_a_message_meet_in_their_shape():
    assert template("把{customer}推进到{stage}") == template("把{customer},推进到{stage}。")
    assert likeness(grams("还行吧就是慢"), grams("还行就是慢")) > 0.8
