"""Amounts as chat says them: 八万六千五, 30多万, 23万5, 15w, 1.2M, ¥58,600, 超过五十万, 10万到30万之间."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from scrm_bot.nlp.number import ARABIC, FIGURES, HAN, MEASURES, read_number


@dataclass(frozen=True, slots=True)
class Money:
    """An amount, or with `high` a range of amounts, in whole units of `currency`.

    `bound` says that it limits ("min", "max") rather than states. `bare`: nothing but the number was said, so it is
    money only where money is spoken of. `vague`: 百八十万, 几十万 - something to ask about, `value` is a guess.
    """

    value: int
    text: str
    at: int
    currency: str = "CNY"
    high: int | None = None
    bound: str = ""
    bare: bool = False
    vague: bool = False


_CURRENCIES: Final = {
    "USD": r"美元|美金|美刀|刀(?![片具])|USD|US\$|\$",
    "EUR": r"欧元|EUR|€",
    "GBP": r"英镑|GBP|£",
    "JPY": r"日元|日币|JPY",
    "HKD": r"港币|港元|港纸|HKD|HK\$",
    "KRW": r"韩元|韩币|KRW|₩",
    "TWD": r"新?台币|TWD|NT\$",
    "AUD": r"澳元|AUD",
    "CAD": r"加元|CAD",
    "SGD": r"新加坡元|SGD",
    "RUB": r"卢布|RUB",
    "CHF": r"瑞士法郎|CHF",
    "CNY": r"元人民币|人民币|元|块钱|块(?!儿|内存|屏)|圆|RMB|CNY|¥|大洋",
}
_ANY_CURRENCY: Final = "|".join(_CURRENCIES[code] for code in _CURRENCIES)
_CODES: Final = [(code, re.compile(pattern, re.IGNORECASE)) for code, pattern in _CURRENCIES.items()]

_ROUGH: Final = "[多来余]"
_FIGURE: Final = rf"(?:{ARABIC}|[{HAN}十百千拾佰仟]{{1,12}})"
_ONE: Final = (
    rf"(?:{ARABIC}{_ROUGH}?(?:[kKwW]|M)(?![A-Za-z])"
    rf"|{_FIGURE}{_ROUGH}?(?:[百千]?万|亿|[百千](?![米克]))?{_FIGURE}{{0,2}}万?{_FIGURE}{{0,2}}{_ROUGH}?)"
)
_PATTERN: Final = re.compile(
    rf"(?P<prefix>(?:{_ANY_CURRENCY})\s?)?"
    rf"(?<![\d.A-Za-z\-])(?P<low>{_ONE})(?P<lowunit>\s?(?:{_ANY_CURRENCY}))?"
    rf"(?:\s?(?:到|至|~|-)\s?(?P<high>{_ONE})(?P<highunit>\s?(?:{_ANY_CURRENCY}))?)?"
    rf"(?P<tail>[多来]?(?:整|的?样子|左右|上下|出头|以上|往上|以下|以内|之内|之间|起)?)",
    re.IGNORECASE,
)
_LIMIT: Final = [
    ("max", re.compile(r"(?:低于|少于|小于|不超过|不高于|不大于|不到|不足|最多|至多|顶多|封顶)了?$")),
    ("min", re.compile(r"(?:超过|超|大于|高于|不低于|不少于|至少|起码|最少|多于|过)了?$")),
]
_LIMIT_AFTER: Final = [("min", re.compile(r".*(?:以上|往上|起)$")), ("max", re.compile(r".*(?:以下|以内|之内)$"))]
_VAGUE: Final = re.compile(
    rf"(?<![{HAN}十\d])百八十[万块千]?|(?:好几|几|上|数|成|小几|大几)[十百千]{{0,2}}[万亿千百](?:块"
    rf"|元)?|(?:十|[{HAN}]十)几[万亿]"
    rf"|[{HAN}]?[十百千]?(?:一二|一两|二三|两三|三四|三五|四五|五六|六七|七八|八九)[十百千]{{0,2}}[万亿](?:块|元)?"
    r"|万把块|千把块"
)
_UNIT_AFTER: Final = re.compile(
    rf"\s?个?(?:[{MEASURES}](?!钱)|用户|人(?!民币)|席|坐席|点位|家|位|次|公里|平(?:米|方)?|字|年|月|天"
    rf"|日|号|点|周|小时|分钟|秒|%|[A-Za-z:/-]\w|客户|工单|商机|单|成(?!交)|折|期|楼|层|线|店|号楼|笔)"
)
_BIG_UNIT: Final = re.compile(r"[万亿kKwWM]")


def find_money(text: str) -> list[Money]:
    """Every amount in text order: with a unit of money, with 万 and no counted thing behind, or bare."""
    if not FIGURES.search(text):
        return []
    found: list[Money] = []
    taken = 0
    vague = {match.start(): match for match in _VAGUE.finditer(text)}
    for match in _PATTERN.finditer(text):
        start = match.start()
        hazy = next((vague[at] for at in range(start - 2, match.end()) if at in vague and at >= taken), None)
        if hazy is not None and hazy.end() > start:
            found.append(Money(0, hazy.group(), hazy.start(), vague=True))
            taken = max(hazy.end(), match.end())
            continue
        money = _money(text, match)
        if money is not None and start >= taken:
            found.append(money)
            taken = match.end()
    known = {money.at for money in found}
    hazes = [m for at, m in vague.items() if at not in known and not _covered(found, m)]
    found.extend(Money(0, m.group(), m.start(), vague=True) for m in hazes)
    return sorted(found, key=lambda money: money.at)


def _covered(found: list[Money], match: re.Match[str]) -> bool:
    return any(money.at < match.end() and match.start() < money.at + len(money.text) for money in found)


def _money(text: str, match: re.Match[str]) -> Money | None:
    words = match["low"]
    if words[-1] == "一" and len(words) > 1 and _UNIT_AFTER.match(text, match.end()):
        words = words[:-1]  # 两千一套: the price of one
    low = _value(words)
    if low is None or low <= 0:
        return None
    high = _value(match["high"]) if match["high"] else None
    if match["high"] and (high is None or high <= 0):
        return None
    if high is not None:
        low = _same_unit(low, match["low"], match["high"], high)
    unit = match["prefix"] or match["lowunit"] or match["highunit"] or ""
    big = _BIG_UNIT.search(match["high"] or match["low"])
    spaced = bool(big) and text[match.end() : match.end() + 1] == " "
    if not unit and not spaced and words == match["low"] and _UNIT_AFTER.match(text, match.end()):
        return None
    bound = "" if high is not None else _bound(text, match)
    value, top = round(low), None if high is None else round(high)
    if top is not None and top < value:
        return None
    return Money(value, match.group(), match.start(), _currency(unit), top, bound, bare=not unit and not big)


def _value(words: str) -> float | None:
    """30多万, 两百来万: the rough mark changes nothing."""
    return read_number(re.sub(_ROUGH, "", words))


def _same_unit(low: float, low_words: str, high_words: str, high: float) -> float:
    """10到30万: the unit said once serves both."""
    unit = _BIG_UNIT.search(high_words)
    if unit is None or _BIG_UNIT.search(low_words) or low >= high:
        return low
    scale = {"亿": 10**8, "万": 10**4, "w": 10**4, "k": 10**3, "m": 10**6}[unit.group().lower()]
    return low * scale if low < scale and low * scale <= high else low


def _bound(text: str, match: re.Match[str]) -> str:
    for name, pattern in _LIMIT_AFTER:
        if pattern.match(match["tail"]):
            return name
    before = text[max(0, match.start() - 4) : match.start()]
    return next((name for name, pattern in _LIMIT if pattern.search(before)), "")


def _currency(unit: str) -> str:
    return next((code for code, pattern in _CODES if pattern.search(unit)), "CNY")
