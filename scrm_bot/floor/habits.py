"""How people type: errors that a human makes, words that sound alike, no punctuation, fillers, 繁體, dictation."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from random import Random

from opencc import OpenCC

SOUNDS = {  # what an input method or a dictation offers for the same sound
    "拜访": "百访", "提醒": "提行", "客户": "客护", "报价": "报加", "方案": "方按", "电话": "电活", "商机": "伤机",
    "推进": "推近", "合同": "和同", "样品": "样平", "认可": "任可", "阶段": "阶断", "跟进": "跟近", "再": "在",
    "他们": "它们", "觉得": "觉的", "需求": "须求", "联系": "连系", "演示": "眼示", "确认": "确任",
}  # fmt: skip
FILLERS = ("嗯", "那个", "呃", "就是", "对了", "跟你说下", "诶")
ENDS = ("哈", "啊", "～", "。", "", "", "", "")
_STOPS = re.compile(r"[，。！？；、]")


@dataclass(frozen=True, slots=True)
class Habits:
    """Shares of what somebody says; 0 is how a textbook writes."""

    errors: float = 0.0
    bare: float = 0.0  # spaces instead of punctuation
    fused: float = 0.0  # nothing instead of punctuation: dictated
    fillers: float = 0.0
    traditional: float = 0.0
    doubled: float = 0.0  # a character twice


PERFECT = Habits()
KINDS = (
    Habits(errors=0.04, bare=0.6, fillers=0.05),  # thumbs on a phone
    Habits(errors=0.12, bare=0.4, doubled=0.05),  # in a hurry
    Habits(errors=0.08, fused=0.5, fillers=0.5),  # dictates while driving
    Habits(errors=0.02, bare=0.1),  # at a keyboard
    Habits(errors=0.03, bare=0.5, traditional=0.6),  # from Hong Kong
)


@cache
def _traditional() -> OpenCC:
    return OpenCC("s2hk")


class Hand:
    """One person's typing. `sacred`: names, moments and amounts, which are what the gold is about, stay as they are."""

    def __init__(self, habits: Habits, dice: Random) -> None:
        self.habits, self._dice = habits, dice

    def types(self, text: str, sacred: Collection[str] = ()) -> str:
        """As this person would type it."""
        spared = [word for word in sacred if word]
        parts = re.split(f"({'|'.join(map(re.escape, sorted(spared, key=len, reverse=True)))})", text)
        if not spared:
            parts = [text]
        words = "".join(part if part in spared else self._rough(part) for part in parts)
        words = self._stops(words)
        if self._happens(self.habits.fillers):
            words = self._dice.choice(FILLERS) + words
        if self._happens(self.habits.bare):
            words = words.rstrip("。") + self._dice.choice(ENDS)
        if self._happens(self.habits.traditional):
            changed = str(_traditional().convert(words))
            return changed.replace("籤", "簽").replace("俱", "具")  # deals are signed, not drawn; 傢具, not 家俱
        return words

    def _rough(self, part: str) -> str:
        for right, wrong in SOUNDS.items():
            if right in part and self._happens(self.habits.errors):
                part = part.replace(right, wrong, 1)
        if len(part) > 4 and self._happens(self.habits.doubled):
            place = self._dice.randrange(len(part))
            part = part[:place] + part[place] + part[place:] if "\u4e00" <= part[place] <= "\u9fff" else part
        return part

    def _stops(self, words: str) -> str:
        if self._happens(self.habits.fused):
            return _STOPS.sub("", words)
        return _STOPS.sub(" ", words).strip() if self._happens(self.habits.bare) else words

    def _happens(self, share: float) -> bool:
        return self._dice.random() < share
