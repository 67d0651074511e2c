"""Cue words typed by sound (提行, 拜坊, 跟近) or with a letter twice (客户户) put right.

Only toward words we listen for, only where no word stood.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from scrm_bot.nlp.pinyin import heard, sounds

_KNOWN: Final = (
    "提醒 拜访 跟进 报价 回访 工单 商机 开票 发票 回款 打款 撤回 待办 日程 推进 谈判 赢单 输单 报修 客户 线索 合同 尾款"
    " 联系 电话 样品"
).split()
_NO_OTHER: Final = frozenset({"连系"})  # in dictionaries, but nobody means another word by it
_ENDINGS: Final = str.maketrans("啦咯喽", "了了了")
_BY_SOUND: Final = {sounds(word): word for word in _KNOWN}
_FIRST_SOUNDS: Final = frozenset(sounds(word[0]) for word in _KNOWN)
_TWICE: Final = re.compile("|".join(f"{word[0]}{word}|{word}{word[1]}" for word in (*_KNOWN, "没人")))


def undoubled(text: str, is_word: Callable[[str], bool]) -> str:
    """The text without the letter of a cue word that was typed twice: 客户户, but not 推进进度, 合同同意, 客户户外."""

    def once(match: re.Match[str]) -> str:
        typed, at = match.group(), match.start()
        if typed[0] == typed[1]:
            return typed if at and is_word(text[at - 1 : at + 1]) else typed[1:]
        return typed if any(is_word(text[at + 2 : end]) for end in (at + 4, at + 5)) else typed[:2]

    return _TWICE.sub(once, text)


def mend(text: str, is_word: Callable[[str], bool]) -> str:
    """The text with misheard cue words put right; as long as before."""
    text = text.translate(_ENDINGS)
    sound = heard(text)
    for at in [at for at, first in enumerate(sound[:-1]) if first in _FIRST_SOUNDS]:
        word = _BY_SOUND.get(f"{sound[at]} {sound[at + 1]}")
        typed = text[at : at + 2]
        if word is None or typed == word or typed.isascii() or (is_word(typed) and typed not in _NO_OTHER):
            continue
        beside = (text[at - 1 : at + 1] if at else "", text[at + 1 : at + 3])
        if any(len(other) == 2 and is_word(other) for other in beside):
            continue  # its characters belong to the words beside it: 回|房间
        if sum(one == other for one, other in zip(typed, word, strict=True)) == 1:
            text = text[:at] + word + text[at + 2 :]
    return text
