"""Ticking things off a numbered offer: 1和3, 全部, 除了2, 只要预算, 都不要."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from scrm_bot.dialogs.answers import NUMBERS, agrees

_ALL = re.compile(
    r"(?:全部?|都|所有的?|统统)(?:都?要|都?记|都?对|都?行|都?选|都?加|勾上?)*(?:上|了|吧|的|下来)*|要|记|记上|记下来|all",
    re.I,
)
_NONE = re.compile(
    r"(?:(?:全部?|都|全都|一个都|一条都|统统)?(?:不要|不用|不记|不选|不加|别记|别要)|没有|不|否|no|none|不是|不对)(?:了|吧|的)*",
    re.I,
)
_RAW = re.compile(
    r"only the text|(?:只|就|光)?(?:留|记|存|要)?(?:下)?(?:原文|原话|聊天记录|聊天)(?:就行|就好|即可|吧|的)*"
)
_BUT = re.compile(
    r"(?:(?:全部?|都|其他的?|其余的?)(?:要|记)?[，, ]*)?(?:除了?|去掉|删掉|排除|不要|别要|不记|别记|就?差)(?P<some>.+?)"
    r"(?:(?:以外|之外|外)?[，, ]*(?:不要|不记)?[，, ]*(?:其[他余]的?|别的|剩下的?)?都?(?:要|记|行|可以)?(?:上|了|吧)*)"
    r"|(?P<not>.+?)(?:不要|不用|不记|别记|去掉|删掉|不对)(?:了)?"
    r"(?:[，, ]*(?:其[他余]的?|别的|剩下的?)都?(?:要|记|行|可以)?)?(?:吧|了)*"
)
_ONLY = re.compile(
    r"(?:只|就|光)?(?:要|记|选|勾|留|加)?(?P<some>.+?)(?:都)?(?:要|记上?|就行|就好|即可|可以)?(?:吧|了|的)*"
)
_N = r"\d{1,9}|[一二两三四五六七八九十]"
_ITEM = rf"第?\s*(?:{_N})\s*(?:个|条|项|号)?"
_GAP = r"[\s、,，.+&和跟与及还有]*"
_NUMBERS = re.compile(rf"{_ITEM}(?:{_GAP}{_ITEM})*")
_RANGE = re.compile(rf"第?({_N})(?:个|条|项)?\s*(?:到|至|-|~)\s*第?({_N})(?:个|条|项)?")
_FIRST = re.compile(rf"(前|头|后|最后)(?P<many>{_N})?(?:个|条|项)?")
_DEALS = ("商机", "deal “")  # how an offer about a deal begins
_NAMES = re.compile(r"[一-龥A-Za-z]{2,8}")


@dataclass(frozen=True, slots=True)
class Ticks:
    """What somebody said of an offer. `some`: numbers and words as they were said; `but`: all except those."""

    some: tuple[str, ...] = ()
    everything: bool = False
    nothing: bool = False
    but: bool = False

    def of(self, labels: Sequence[str]) -> list[int] | None:
        """Which of the offered things, counted from 0; None if something is said that none of them is."""
        if self.nothing or self.everything:
            return list(range(len(labels))) if self.everything else []
        found = [_meant(one, labels) for one in self.some]
        if not all(found) and not self.but:
            return None
        chosen = {number for one in found for number in one}
        return [number for number in range(len(labels)) if (number in chosen) != self.but]


def ticks(text: str) -> Ticks | None:
    """What is ticked off; None if the text says nothing of the kind."""
    text = text.strip().strip("。.!！~ ")
    if _NONE.fullmatch(text) or _RAW.fullmatch(text):
        return Ticks(nothing=True)
    if _ALL.fullmatch(text):
        return Ticks(everything=True)
    if some := _some(text):
        return Ticks(some)
    if agrees(text):
        return Ticks(_DEALS, but=True)  # 好的 is no word on a deal's money
    if (found := _BUT.fullmatch(text)) and (some := _some(found["some"] or found["not"])):
        return Ticks(some, but=True)
    if (found := _ONLY.fullmatch(text)) and (some := _some(found["some"])):
        return Ticks(some)
    return None


def only_the_text(text: str) -> bool:
    """只留原文: the text is kept, and nothing taken from it."""
    return _RAW.fullmatch(text.strip().strip("。.!！~ ")) is not None


def _some(text: str) -> tuple[str, ...]:
    """Numbers, ranges and words, as they were said; () if it is anything else."""
    text = text.strip("，, 的")
    if found := _RANGE.fullmatch(text):
        return tuple(str(n) for n in range(_number(found[1]), _number(found[2]) + 1))
    if found := _FIRST.fullmatch(text):
        return (f"{'-' if found[1] in ('后', '最后') else '+'}{_number(found['many'] or '1')}",)
    if _NUMBERS.fullmatch(text):
        return tuple(str(_number(one)) for one in re.findall(_N, text))
    parts = [part for part in re.split(r"[\s、,，+&]|和|跟|还有|以及", text) if part]
    named = all(_NAMES.fullmatch(part) or _NUMBERS.fullmatch(part) for part in parts)
    return tuple(parts) if parts and named and any(part[:2] in _KINDS for part in parts) else ()


_KINDS = frozenset("预算 金额 期限 时间 异议 价格 竞品 售后 账期 交期 质量 联系 商机 座机 邮箱 地址 手机 电话".split())


def _number(said: str) -> int:
    return int(said) if said.isdigit() else NUMBERS[said]


def _meant(one: str, labels: Sequence[str]) -> list[int]:
    """The places of what one word or number stands for; [] if none."""
    size = len(labels)
    if one[0] in "+-" and one[1:].isdigit():
        return list(range(size))[: int(one)] if one[0] == "+" else list(range(size))[int(one) :]
    if one.isdigit():
        if 1 <= int(one) <= size:
            return [int(one) - 1]
        digits = [int(digit) for digit in one]  # 13, where only nine are offered: the first and the third
        return [digit - 1 for digit in digits] if all(1 <= digit <= size for digit in digits) else []
    return [place for place, label in enumerate(labels) if one[:2] in label]
