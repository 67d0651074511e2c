"""Cue words typed by sound (提行, 拜坊, 跟近) put right: only toward words we listen for, only where no word stood."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from scrm_bot.nlp.pinyin import heard, sounds

_KNOWN: Final = (
    "提醒 拜访 跟进 报价 回访 工单 商机 开票 发票 回款 打款 撤回 待办 日程 推进 谈判 赢单 输单 报修 客户 线索 合同 尾款"
).split()
_ENDINGS: Final = str.maketrans("啦咯喽", "了了了")
_BY_SOUND: Final = {sounds(word): word for word in _KNOWN}
_FIRST_SOUNDS: Final = frozenset(sounds(word[0]) for word in _KNOWN)


def mend(text: str, is_word: Callable[[str], bool]) -> str:
    """The text with misheard cue words put right; as long as before."""
    text = text.translate(_ENDINGS)
    sound = heard(text)
    for at in [at for at, first in enumerate(sound[:-1]) if first in _FIRST_SOUNDS]:
        word = _BY_SOUND.get(f"{sound[at]} {sound[at + 1]}")
        if word is None or text[at : at + 2] == word or is_word(text[at : at + 2]) or text[at : at + 2].isascii():
            continue
        if is_word(text[at + 1 : at + 3]) or (at and is_word(text[at - 1 : at + 1])):
            continue  # its characters belong to the words beside it: 回|房间
        if sum(one == other for one, other in zip(text[at : at + 2], word, strict=True)) == 1:
            text = text[:at] + word + text[at + 2 :]
    return text
