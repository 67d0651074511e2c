"""Words of the rest of a message: our own segmenter, never jieba's global one, used after entities are masked."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable, Set
from threading import Lock

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # jieba asks for pkg_resources at import
    import jieba

from scrm_bot.nlp.dictionary import TOTAL, Dictionary

_CUES = (
    "提醒我 别忘了 提醒 报修 派单 建商机 开票 回款 打款 到账 赢单 输单 丢单 签单 中标 拿下 黄了 没戏 "
    "拜访 回访 陌拜 跟进 "
    "报价单 报个价 工单 商机 待办 日程 撤回 撤销 转人工 见了 聊了 谈了 去了 跑了 碰了 打了 约了 见到 见面 面谈 通话"
).split()


class Words:
    """A `jieba.Tokenizer` of our own on a dictionary that grows with what is said. For any number of threads."""

    def __init__(self, extra: Iterable[str] = ()) -> None:
        self._extra = [*_CUES, *extra]
        self._tokenizer = jieba.Tokenizer()
        self._dictionary: Dictionary | None = None
        self._lock = Lock()

    def warm(self) -> None:
        """Open the dictionary: call it at start, never in somebody's turn."""
        with self._lock:
            self._known("")

    def cut(self, text: str) -> list[str]:
        """The words in order; unknown stretches fall into single characters."""
        with self._lock:
            self._known(text)
            return list(self._tokenizer.cut(text, HMM=False))

    def holds(self, text: str, wanted: Set[str]) -> bool:
        """Whether one of these stands in the text as a word of its own. Cuts no further than to the first."""
        with self._lock:
            self._known(text)
            return any(word in wanted for word in self._tokenizer.cut(text, HMM=False))

    def frequency(self, word: str) -> int:
        """How common a word is in ordinary Chinese; 0 for what is no word."""
        with self._lock:
            return self._known(word).get(word) or 0

    def _known(self, text: str) -> dict[str, int]:
        """The frequencies of at least all words that stand in this text."""
        if self._dictionary is None:
            self._dictionary = self._open()
        self._dictionary.look_up(text)
        return self._dictionary.frequencies

    def _open(self) -> Dictionary:
        jieba.setLogLevel(logging.WARNING)
        dictionary, tokenizer = Dictionary(), self._tokenizer
        tokenizer.FREQ, tokenizer.total = dictionary.frequencies, TOTAL
        tokenizer.initialized = True  # nothing is loaded from a cache that others could have written
        for word in self._extra:
            dictionary.look_up(word)
            tokenizer.add_word(word)
        dictionary.keep()
        return dictionary
