"""Words of the rest of a message: our own segmenter, never jieba's global one, used after entities are masked."""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Iterable, Set

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # jieba asks for pkg_resources at import
    import jieba

_CUES = (
    "提醒我 别忘了 提醒 报修 派单 建商机 开票 回款 打款 到账 赢单 输单 丢单 签单 中标 拿下 黄了 没戏 "
    "拜访 回访 陌拜 跟进 "
    "报价单 报个价 工单 商机 待办 日程 撤回 撤销 转人工 见了 聊了 谈了 去了 跑了 碰了 打了 约了 见到 见面 面谈 通话"
).split()


class Words:
    """A `jieba.Tokenizer` of our own with a private cache, loaded when `warm` is called or at the first use."""

    def __init__(self, extra: Iterable[str] = ()) -> None:
        self._extra = [*_CUES, *extra]
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._tokenizer = jieba.Tokenizer()
        self._warm = False

    def warm(self) -> None:
        """Load the dictionary (about a second): call it at start, in a thread, never in somebody's turn."""
        if self._warm:
            return
        jieba.setLogLevel(logging.WARNING)
        self._folder = tempfile.TemporaryDirectory(prefix="scrm-words-")  # a shared cache could be planted
        self._tokenizer.tmp_dir = self._folder.name
        self._tokenizer.initialize()
        for word in self._extra:
            self._tokenizer.add_word(word)
        self._folder.cleanup()
        self._warm = True

    def cut(self, text: str) -> list[str]:
        """The words in order; unknown stretches fall into single characters."""
        self.warm()
        return list(self._tokenizer.cut(text, HMM=False))

    def holds(self, text: str, wanted: Set[str]) -> bool:
        """Whether one of these stands in the text as a word of its own. Cuts no further than to the first."""
        self.warm()
        return any(word in wanted for word in self._tokenizer.cut(text, HMM=False))

    def frequency(self, word: str) -> int:
        """How common a word is in ordinary Chinese; 0 for what is no word."""
        self.warm()
        return int(self._tokenizer.FREQ.get(word) or 0)
