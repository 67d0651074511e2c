"""The segmenter on a dictionary that is read where it is touched: what it says is what jieba says with all of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import jieba
import pytest

from scrm_bot.nlp import dictionary
from scrm_bot.nlp.words import Words

STORIES = Path(__file__).resolve().parent.parent / "stories"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> jieba.Tokenizer:
    """jieba with the whole dictionary, and the words of ours."""
    tokenizer = jieba.Tokenizer()
    tokenizer.tmp_dir = str(tmp_path_factory.mktemp("jieba"))
    tokenizer.initialize()
    assert tokenizer.total == dictionary.TOTAL
    for word in Words()._extra:
        tokenizer.add_word(word)
    return tokenizer


@pytest.fixture(scope="module")
def texts(whole: jieba.Tokenizer) -> list[str]:
    """What people say in the stories, and words thrown together."""
    said = [line for file in sorted(STORIES.glob("*.txt")) for line in file.read_text(encoding="utf-8").splitlines()]
    chance, words = Random(7), list(whole.FREQ)
    return said + ["".join(chance.choices(words, k=5)) for _ in range(1000)]


def test_it_cuts_as_with_the_whole_dictionary(whole: jieba.Tokenizer, texts: list[str]) -> None:
    ours = Words()
    assert [ours.cut(text) for text in texts] == [list(whole.cut(text, HMM=False)) for text in texts]
    assert len(ours._known("")) < len(whole.FREQ) / 4


def test_it_knows_how_common_each_word_is(whole: jieba.Tokenizer) -> None:
    ours, some = Words(), Random(3).sample(list(whole.FREQ), 5000)
    assert {word: ours.frequency(word) for word in some} == {word: whole.FREQ[word] for word in some}
    assert ours.frequency("没有这样一个词") == ours.frequency("") == ours.frequency("\ue000") == 0


def test_it_forgets_and_finds_again(whole: jieba.Tokenizer, texts: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dictionary, "KEPT", 500)
    ours = Words()
    assert [ours.cut(text) for text in texts[-300:]] == [list(whole.cut(text, HMM=False)) for text in texts[-300:]]
    assert len(ours._known("")) < 3000


def test_several_threads_may_ask_at_once(whole: jieba.Tokenizer, texts: list[str]) -> None:
    ours = Words()
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(ours.cut, texts[:400] * 2))
    assert found == [list(whole.cut(text, HMM=False)) for text in texts[:400] * 2]
