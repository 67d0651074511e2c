"""Short answers to the bot's own questions: a number, yes, no, never mind, skip."""

from __future__ import annotations

import re
from collections.abc import Sequence

NUMBERS = {word: i for i, word in enumerate("零一二三四五六七八九十")} | {"两": 2, "俩": 2}
_ORDINALS = {word: i for i, word in enumerate("first second third fourth fifth sixth seventh eighth".split(), 1)}
_ORDINALS |= {word: i for i, word in enumerate("one two three four five six seven eight nine ten".split(), 1)}
_NUMBER = re.compile(
    r"(?:选|第|就|回)?\s*(\d{1,2}|[一二两三四五六七八九十])\s*(?:个|家|条|位|号|项)?(?:吧|呢|的)?[。.!！]?"
)
_ORDINAL = re.compile(
    rf"(?:the |number |no\. ?|#)*({'|'.join(_ORDINALS)}|\d{{1,2}}(?:st|nd|rd|th)?)(?: one)?[.!]?", re.I
)
_END = r"(?: (?:please|pls|thanks|thank you))?[。.!！~]*"
_CANCEL = re.compile(
    r"(算了|取消|不用了|不记了|别记了|先不记|不要了|当我没说|没事了|等等|等一下|先等等|先等一下|稍等)(吧|了|啦|不用提醒了)?[。.!！~]*"
    rf"|(?:never ?mind|forget (?:it|that)|cancel(?: (?:it|that))?|drop it|leave it){_END}",
    re.I,
)
_WITHDRAW = re.compile(rf"(?:撤销|撤回|撤掉)(?:吧|了)?[。.!！~]*|undo{_END}", re.I)
_SKIP = re.compile(
    r"(跳过|没有|不知道|先不.{0,3}|暂时没有|暂无|还没定|没定|再说吧?|不需要|不用|不设|没|无)(了|吧|呢)?[。.!！~]*"
    rf"|(?:skip(?: (?:it|this|that))?|none|not (?:yet|now|sure)|no(?:pe| idea)?|don't know"
    rf"|no need|nothing|later){_END}",
    re.I,
)
_YES = re.compile(
    r"(是|[系係啱]|是的|对|对的|确认|确定|好|好的|行|可以|嗯|嗯嗯|没错|ok|yes|要|改|1)(了|吧|啊|呀|哒)?[。.!！~]*"
    rf"|(?:yes|yep|yeah|yup|ok(?:ay)?|sure|confirm(?:ed)?|correct|right|go ahead|do it|please do|of course){_END}",
    re.I,
)
_NO = re.compile(
    r"(不是[，, ]?(?:还没.{0,3}|没.{0,3})|还没.{0,3}"
    r"|不是|不用记?|不用|不记|没有|没|不|不对|不要|否|no|别|不行|不改|2|先别|先不)(了|吧|啊|呀)?[。.!！~]*"
    rf"|(?:no(?:pe)?|don't|not (?:now|yet|that)|no need|wrong|stop){_END}",
    re.I,
)
_FILLER = re.compile(
    r"^(是|选|就|要)?(那个|那家|这个|这家)?|(那个|那家|这个|这家|那边|的|吧|啊|呢|[。.!！])+$|^the | one$", re.I
)


def number(text: str) -> int | None:
    """2, 第二个, 选3, the second one."""
    found = _NUMBER.fullmatch(text.strip())
    if found:
        return int(found[1]) if found[1].isdigit() else NUMBERS[found[1]]
    spelt = _ORDINAL.fullmatch(text.strip())
    if spelt is None:
        return None
    word = re.sub(r"(?<=\d)\D+", "", spelt[1].lower())
    return _ORDINALS.get(word) or int(word)


def cancels(text: str) -> bool:
    """算了."""
    return bool(_CANCEL.fullmatch(text.strip()))


def withdraws(text: str) -> bool:
    """撤销, to a question whether something should be done: it should not."""
    return bool(_WITHDRAW.fullmatch(text.strip()))


def skips(text: str) -> bool:
    """跳过, 没有, 不知道."""
    return bool(_SKIP.fullmatch(text.strip()))


def agrees(text: str) -> bool:
    """是, 确认, 好的."""
    return bool(_YES.fullmatch(text.strip()))


def declines(text: str) -> bool:
    """不, 先别, 不用."""
    return bool(_NO.fullmatch(text.strip()))


def option(text: str, labels: Sequence[str]) -> int | None:
    """Which of the numbered choices is meant: by number, or by words that only one label has (深圳那个)."""
    chosen = number(text)
    if chosen is not None:
        return chosen - 1 if 1 <= chosen <= len(labels) else None
    words = _FILLER.sub("", text.strip())
    words = _FILLER.sub("", words)
    hits = [i for i, label in enumerate(labels) if words and words in label]
    return hits[0] if len(hits) == 1 else None
