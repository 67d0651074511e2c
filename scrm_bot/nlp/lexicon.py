"""What the brain knows by name: customers, products, stages, colleagues. Grows at run time."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from scrm_bot.nlp.names import NameIndex
from scrm_bot.nlp.text import normalise
from scrm_bot.nlp.words import Words

StageKind = Literal["open", "won", "lost"]
COMMON: Final = 55  # from this frequency on a word is too ordinary to be a name by itself

_WON: Final = "签了 签单 签约 中标 成交 赢单 拿下 签下 签回来 成单 成了 合同到手 合同签 搞定 won".split()
_LOST: Final = "丢单 丢了 黄了 没戏 输单 输了 不买了 没中标 没谈成 凉了 流标 被抢 lost".split()
_USUAL: Final = {  # ways to speak of stages that most companies have, by a word of the stage's name
    "接触": ("初步接洽", "初次接触", "初访", "初次拜访", "初步沟通"),
    "接洽": ("初步接触", "初次接触", "初访", "初步沟通"),
    "需求": ("需求分析", "需求确认", "需求调研", "需求明确", "确认需求", "需求阶段"),
    "方案": ("方案阶段", "方案提供", "出方案", "方案演示", "方案报价"),
    "报价": ("报价阶段", "报价"),
    "谈判": ("谈判", "商务谈判", "谈价格", "谈价", "走合同", "合同流程", "合同审批", "议价", "商务阶段", "谈合同",
             "商务"),
    "合同": ("走合同", "合同流程", "合同签署", "合同审批"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a deal; `kind` tells whether it closes it."""

    id: int
    name: str
    kind: StageKind = "open"


@dataclass(frozen=True, slots=True)
class Found:
    """A product or stage in a text, by its proper name."""

    name: str
    text: str
    at: int


class Vocabulary:
    """Terms with other words for them; the longest reading at each place wins. Letter case does not matter."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None

    def add(self, name: str, aliases: Iterable[str] = ()) -> None:
        """Add a term; a word that already means another stays with the first."""
        for words in (name, *aliases):
            key = normalise(words).lower()
            if key:
                self._names.setdefault(key, name)
        self._names[normalise(name).lower()] = name
        self._pattern = None

    def remove(self, name: str) -> None:
        """Forget a term and its words."""
        self._names = {words: term for words, term in self._names.items() if term != name}
        self._pattern = None

    def find(self, text: str) -> list[Found]:
        """Every term in text order."""
        if not self._names:
            return []
        if self._pattern is None:
            longest = sorted(self._names, key=len, reverse=True)
            self._pattern = re.compile("|".join(_alone(words) for words in longest), re.IGNORECASE)
        found = [(self._names.get(match.group().lower()), match) for match in self._pattern.finditer(text)]
        return [Found(name, match.group(), match.start()) for name, match in found if name]


def _alone(words: str) -> str:
    """Latin words end where letters end."""
    return rf"(?<![A-Za-z]){re.escape(words)}(?![A-Za-z])" if words.isascii() else re.escape(words)


class Lexicon:
    """All names of one company's CRM. Build once, then add and remove as the CRM changes."""

    def __init__(self, words: Words | None = None) -> None:
        self.words = words or Words()
        self.customers = NameIndex(lambda word: self.words.frequency(word) >= COMMON)
        self.products = Vocabulary()
        self.stages = Vocabulary()
        self.colleagues: set[str] = set()
        self._stages: dict[str, Stage] = {}

    def warm(self) -> None:
        """Load the segmenter's dictionary; call it at start, in a thread."""
        self.words.warm()

    def is_word(self, text: str) -> bool:
        """Whether the dictionary knows these characters as a word."""
        return self.words.frequency(text) > 0

    def add_product(self, name: str, aliases: Iterable[str] = ()) -> None:
        """A product of the catalogue."""
        self.products.add(name, aliases)

    def add_stage(self, id: int, name: str, kind: StageKind = "open", aliases: Iterable[str] = ()) -> None:
        """A stage; the usual ways to speak of such a stage come with it."""
        usual = {"won": _WON, "lost": _LOST}.get(kind) or [w for key, ws in _USUAL.items() if key in name for w in ws]
        for other in self._stages:
            usual = [words for words in usual if normalise(words) != other]
        self._stages[name] = Stage(id, name, kind)
        self.stages.add(name, [*aliases, *usual])

    def add_colleague(self, name: str) -> None:
        """One of ours, by full name or by what they are called (小赵, 王工)."""
        if name:
            self.colleagues.add(normalise(name))

    def stage(self, name: str) -> Stage | None:
        """The stage of that proper name."""
        return self._stages.get(name)

    def closing(self, kind: StageKind) -> Stage | None:
        """The first stage of a kind: what 签了 or 黄了 leads to."""
        return next((stage for stage in self._stages.values() if stage.kind == kind), None)
