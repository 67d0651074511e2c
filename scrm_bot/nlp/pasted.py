"""Words that are somebody else's: a chat pasted in, a text forwarded. They may be kept, but write nothing alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

PASTED: Final = "pasted"  # the label of such a message; no intent of the scheme
ENDLESS: Final = 600  # characters: nobody types or dictates so much about one thing

_DAY: Final = r"(?:\d{2,4}[-/.年])?\d{1,2}[-/.月]\d{1,2}日?|今天|昨天|前天|(?:星期|周)[一二三四五六日天]"
_CLOCK: Final = r"(?:凌晨|早上|上午|中午|下午|晚上)?\s?\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AaPp][Mm])?"
_MOMENT: Final = rf"[\[(]?\s?(?:(?:{_DAY})\s?(?:(?:星期|周)[一二三四五六日天]\s?)?)?{_CLOCK}\s?[\])]?"
_NO_NAME: Final = re.compile(r"[今明后昨前]天|[上中下]午|早上|晚上|提醒|[开约]会|会议|周[一二三四五六日天]|[去到见约]")
_NAME: Final = r"[^\s:\d\[(][^\n:]{0,15}?"
# 王总 10:21 · 王总 2026-03-18 10:21:05 · 2026-03-18 10:21 王总 · [10:21] 王总: …
_WHO_AND_WHEN: Final = rf"^\s*(?:(?P<who>{_NAME})\s?{_MOMENT}|{_MOMENT}\s?(?P<after>{_NAME}))\s?"
_HEAD: Final = re.compile(rf"{_WHO_AND_WHEN}:?\s*$")
_HEAD_AND_WORDS: Final = re.compile(rf"{_WHO_AND_WHEN}:\s?\S")
_SPOKEN: Final = re.compile(r"^\s*(?P<name>[^\s:,。!?]{1,8})\s?:\s*(?P<words>\S.*)?$")
_FIELD: Final = re.compile(
    r"客户|公司|联系|电话|手机|地址|时间|日期|内容|下一步|备注|主题|金额|阶段|方式|结果|产品|数量|品名|单位|总结|记录|行业|负责"
    r"|预算|需求|问题|进展|计划|地点|情况|参会|目的|对方|商机|合同|报价|附|注"
)
_FORWARDED: Final = re.compile(
    r"^\s*(?:[\[(【]?\s?(?:转发|聊天记录|合并转发|群聊的聊天记录|(?:语音|录音|通话录音)(?:转(?:成)?(?:的)?(?:文字|写))|通话录音)\s?[\])】]|转发\s?[:：]|fwd?:|-{3,}\s?(?:原始邮件|转发)"
    r"|.{1,20}的聊天记录\s*(?:\n|$)|发件人\s?:.+\n)",
    re.IGNORECASE,
)


def is_endless(text: str) -> bool:
    """Whether it is too long to be one's own words, unless it begins as such."""
    return len(text) > ENDLESS


def is_pasted(text: str) -> bool:
    """Whether a normalised text is a pasted conversation or a forwarded text."""
    if _FORWARDED.match(text):
        return True
    lines = [line for line in text.split("\n") if line.strip()]
    return len(lines) > 1 and (_heads(lines) or _speakers(lines) or _names_alone(lines))


def _heads(lines: list[str]) -> bool:
    """Lines that only say who and when, with what was said below; or who, when and what in each line."""
    heads = [_names_somebody(_HEAD.match(line)) for line in lines]
    followed = sum(head and not below for head, below in pairwise(heads))
    return (
        (heads[0] and followed > 0)
        or followed > 1
        or (sum(_names_somebody(_HEAD_AND_WORDS.match(line)) for line in lines) > 1)
    )


def _names_alone(lines: list[str]) -> bool:
    """王总: and below it what was said, more than once."""
    spoken = [_SPOKEN.match(line) for line in lines]
    alone = [found is not None and not found["words"] for found in spoken]
    names = [line for line, head in zip(lines, alone, strict=True) if head]
    followed = sum(head and not below for head, below in pairwise(alone))
    return alone[0] and followed > 1 and not any(map(_FIELD.search, names)) and not any(map(_NO_NAME.search, names))


@dataclass(frozen=True, slots=True)
class Spoken:
    """A stretch of a conversation: who said it ("" where that is not told), and the words."""

    who: str
    words: str


def conversation(text: str) -> list[Spoken]:
    """Who said what in a pasted text."""
    who, found = "", list[Spoken]()
    for line in text.split("\n"):
        line = _FORWARDED.sub("", line).strip() if not found else line.strip()
        if not line or _RULE.fullmatch(line):
            continue
        head, rest = _who_says(line)
        who = head or who
        if rest:
            found.append(Spoken(who, rest))
    return found


def is_called(name: str, who: str) -> bool:
    """Whether somebody of this name may stand in a conversation as that: 周晓明, 晓明, 小周, 我."""
    return bool(name) and who in (name, name[1:], "我", f"小{name[:1]}", f"老{name[:1]}")


_RULE: Final = re.compile(rf"[-=_*\s]*(?:{_DAY})?[-=_*\s]*|.{{1,20}}的聊天记录")


def _who_says(line: str) -> tuple[str, str]:
    """The name in front of a line, and what comes after it."""
    for dated, rest in ((_HEAD.match(line), 0), (_HEAD_AND_WORDS.match(line), 1)):
        if dated and _names_somebody(dated):
            return (dated["who"] or dated["after"]).strip(), line[dated.end() - rest :]
    spoken = _SPOKEN.match(line)
    if spoken and not _FIELD.search(spoken["name"]) and not _NO_NAME.search(spoken["name"]):
        return spoken["name"], spoken["words"] or ""
    return "", line


def _names_somebody(head: re.Match[str] | None) -> bool:
    """Not 明天 10:00, not 去华星 10:00."""
    return head is not None and not _NO_NAME.search(head["who"] or head["after"])


def _speakers(lines: list[str]) -> bool:
    """王总:… 小周:… 王总:…: two who speak in turn, one of them again; not the fields of a form."""
    spoken = [found["name"] for line in lines if (found := _SPOKEN.match(line))]
    different = set(spoken)
    return len(spoken) > 2 and 1 < len(different) < len(spoken) and not any(map(_FIELD.search, different))
