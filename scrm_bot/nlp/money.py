"""Amounts as chat says them: 八万六千五, 30多万, 23万5, 15w, 3k5, 五块六, ¥58,600, 10万到30万之间, 三五万."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from scrm_bot.nlp.currency import ANY, CODES, FIRST
from scrm_bot.nlp.number import (
    ARABIC,
    DECIMAL,
    DIGITS,
    FIGURES,
    HAN,
    LETTERS,
    TENS,
    UNITS,
    approximate,
    read_number,
    tidy,
)
from scrm_bot.nlp.quantity import MEASURES


@dataclass(frozen=True, slots=True)
class Money:
    """An amount, or with `high` a range of amounts, in units of `currency`.

    `bound` says that it limits ("min", "max") rather than states. `bare`: nothing but the number was said, so it is
    money only where money is spoken of. `vague`: 百八十万, 几十万 - something to ask about, the ends are a guess.
    """

    value: int | float
    text: str
    at: int
    currency: str = "CNY"
    high: int | float | None = None
    bound: str = ""
    bare: bool = False
    vague: bool = False
    unit: str = ""  # the currency as it was said

    @property
    def notation(self) -> str:
        """356000 CNY, 10000..15000 CNY."""
        return f"{self.value}{'' if self.high is None else f'..{self.high}'} {self.currency}"


_ROUGH: Final = "[多来余]"
_RUN: Final = (
    rf"(?:{ARABIC}|[{HAN}{TENS}])"
    rf"(?:{_ROUGH}?个?[{TENS}]?[万亿兆]++|{_ROUGH}?[{TENS}]|[{HAN}]|{ARABIC}|点(?=[{DECIMAL}])){{0,20}}+{_ROUGH}?"
)
_ONE: Final = rf"(?:{ARABIC}{_ROUGH}?(?:[kKwW](?:\d(?!\d))?|M)(?![A-Za-z])|{_RUN})"
_DIGIT: Final = rf"[\d{HAN}]"
_COIN: Final = r"(?:角(?![度色落钢铁螺形阀码])|毛(?![利坯病巾重估衣]))钱?"
_COUNTED: Final = rf"[{TENS}万亿{MEASURES}次天年月日号点小家位.\d]"
_SMALL: Final = (
    rf"(?:又|零)?{_DIGIT}{_COIN}(?:{_DIGIT}(?:美?分钱?|(?!{_COUNTED}|{_DIGIT})))?"
    rf"|(?:又|零)?(?:{_DIGIT}{{1,2}}|{_DIGIT}?十{_DIGIT}?)美?分(?:钱|(?![之公店析享期销部别手配钟]))"
    rf"|(?<=块)零?{_DIGIT}{{1,2}}(?!{_COUNTED}|{_DIGIT}(?![{MEASURES}]))"
)


def _amount(name: str) -> str:
    return rf"(?P<{name}>{_ONE})(?:\(含\))?(?:(?P<{name}unit>\s?(?:{ANY}))(?P<{name}small>{_SMALL})?)?"


_PATTERN: Final = re.compile(
    rf"(?=[\d{HAN}{TENS}{FIRST}])(?!千万(?:别|不要|不能|要|得|记|注意|小心|莫))(?P<prefix>(?:{ANY})\s?)?(?<![\d.A-Za-z\-]){_amount('low')}(?:\(含\))?"
    rf"(?:\s?(?:到|至|~|--?)\s?{_amount('high')})?"
    rf"(?P<tail>(?:\(含\))?[多来]?(?:整|的?样子|左右|上下|出头|以上|往上|以下|以内|之内|之间|起)?)",
    re.IGNORECASE,
)
_CHANGE: Final = re.compile(rf"(?<![{HAN}{TENS}\d块元圆角毛])(?:{_SMALL})")
_LIMIT: Final = [
    ("max", re.compile(r"(?:低于|少于|小于|不超过|不高于|不大于|不到|不足|最多|至多|顶多|封顶)了?$")),
    ("min", re.compile(r"(?:超过|超|大于|高于|不低于|不少于|至少|起码|最少|多于|过)了?$")),
]
_LIMIT_AFTER: Final = [("min", re.compile(r".*(?:以上|往上|起)$")), ("max", re.compile(r".*(?:以下|以内|之内)$"))]
_VAGUE: Final = re.compile(
    rf"(?=[百几数好小大上成万千{HAN}{TENS}])(?:(?<![{HAN}{TENS}\d])(?P<hundred>百八十)(?P<times>[万千]?)"
    rf"|(?:好|小|大)?(?P<few>[几数][十百千]{{0,2}}(?:[万亿千百]|(?=个?亿|{ANY})))|(?P<over>[上成][十百千]{{0,2}}[万亿千百])"
    rf"|(?P<teens>[{HAN}]?[十百千]几(?:[万亿]|(?={ANY})))"
    rf"|(?P<near>(?:[{HAN}]?[十百千])?(?:一二|一两|二三|两三|三四|三五|四五|五六|六七|七八|八九)"
    rf"[{TENS}]{{0,2}}(?:[万亿]|(?={ANY})))"
    rf"|(?P<ball>[万千百])把(?=块))(?P<unit>{ANY})?"
)
_HAZY: Final = re.compile(r"[几数上成把]|百八十|[一二两三四五六七八][二两三四五六七八九]")  # asked first
_LED: Final = re.compile(rf"(?:{ANY})\s?$")
_UNIT_AFTER: Final = re.compile(
    rf"\s?个?(?:[{MEASURES}](?!钱)|用户|人(?!民币)|席|坐席|点位|家|位|次|公里|平(?:米|方)?|字|年|月|天"
    rf"|日|号|点|周|小时|分钟|秒|%|[A-Za-z:/-]\w|客户|工单|商机|单|成(?!交)|折|期|楼|层|线|店|号楼|笔)"
)
_BIG: Final = re.compile(r"[万亿兆kKwWM]")


def find_money(text: str) -> list[Money]:
    """Every amount in text order: with a unit of money, with 万 and no counted thing behind, or bare."""
    if not FIGURES.search(text):
        return []
    found: list[Money] = [_vague(match) for match in _VAGUE.finditer(text)] if _HAZY.search(text) else []
    hazes = [(money.at, money.at + len(money.text)) for money in found]
    for match in _PATTERN.finditer(text):
        if any(start < match.end() and match.start() < end for start, end in hazes):
            continue
        money = _money(text, match)
        if money is not None:
            found.append(money)
    if "毛" in text or "角" in text or "分" in text:
        found += [money for match in _CHANGE.finditer(text) if (money := _change(text, match, found)) is not None]
    return sorted(found, key=lambda money: money.at)


def _vague(match: re.Match[str]) -> Money:
    led = _LED.search(match.string[max(0, match.start() - 6) : match.start()])
    start = match.start() - (len(led.group()) if led else 0)
    unit = (led.group() if led else match["unit"] or "").strip()
    low, high = _ends(match)
    top = None if high is None else tidy(high)
    return Money(tidy(low), match.string[start : match.end()], start, _currency(unit), top, vague=True, unit=unit)


def _ends(match: re.Match[str]) -> tuple[float, float | None]:
    """百八十万 is 800000 to 1000000, 几十万 100000 to 1000000; 上百万 has no upper end."""
    if match["hundred"]:
        times = read_number("一" + match["times"]) if match["times"] else 1
        return 80 * (times or 1), 100 * (times or 1)
    if match["over"] or match["ball"]:
        return read_number("一" + (match["over"] or match["ball"]).lstrip("上成")) or 0.0, None
    return approximate(match["few"] or match["teens"] or match["near"]) or (0.0, None)


def _money(text: str, match: re.Match[str]) -> Money | None:
    words = match["low"]
    if words[-1] == "一" and len(words) > 1 and _UNIT_AFTER.match(text, match.end()):
        words = words[:-1]  # 两千一套: the price of one
    low = _value(words, match["lowsmall"])
    high = _value(match["high"], match["highsmall"]) if match["high"] else None
    if low is None or low <= 0 or (match["high"] and (high is None or high <= 0)):
        return None
    if high is not None:
        low = _same_unit(low, match["low"], match["high"], high)
        if high < low:
            return None
    unit = (match["prefix"] or match["lowunit"] or match["highunit"] or "").strip()
    big = _BIG.search(match["high"] or match["low"])
    spaced = bool(big) and text[match.end() : match.end() + 1] == " "
    if not unit and not spaced and words == match["low"] and _UNIT_AFTER.match(text, match.end()):
        return None
    bound = "" if high is not None else _bound(text, match)
    top = None if high is None else tidy(high)
    bare = not unit and not big
    return Money(tidy(low), match.group(), match.start(), _currency(unit), top, bound, bare, unit=unit)


def _value(words: str, small: str | None) -> float | None:
    """30多万, 两百来万: the rough mark changes nothing. 3k5: a digit behind the letter counts tenths of it."""
    if len(words) > 2 and words[-2].lower() in LETTERS:
        return _lettered(words)
    plain = read_number(re.sub(rf"{_ROUGH}|个", "", words))
    return plain if plain is None or not small else plain + _coins(small)


def _lettered(words: str) -> float | None:
    whole = read_number(words[:-1])
    return None if whole is None else whole + int(words[-1]) * LETTERS[words[-2].lower()] / 10


def _coins(words: str) -> float:
    """三毛 0.3, 七毛八 0.78, 四分 0.04; behind 块: 六 0.6, 零四 0.04, 75 0.75."""
    plain = words.lstrip("又")
    zero, plain = plain.startswith("零"), plain.strip("零钱")
    coin = next((char for char in "角毛" if char in plain), "")
    if coin:
        head, _, rest = plain.replace("钱", "").partition(coin)
        return (_digit(head) * 10 + (_digit(rest.rstrip("美分")) if rest.rstrip("美分") else 0)) / 100
    cents = plain.rstrip("美分")
    if cents != plain or zero or len(cents) == 2:
        return (read_number(cents) or 0.0) / 100
    return _digit(cents) / 10


def _digit(char: str) -> int:
    return int(char) if char.isdigit() else DIGITS[char]


def _change(text: str, match: re.Match[str], found: list[Money]) -> Money | None:
    """两毛五 alone. 五分 alone is money only where nothing else is said: it may be minutes or marks."""
    words = match.group()
    whole = words == text
    if not (whole or "毛" in words or words.endswith("钱") or ("角" in words and not words.endswith("角"))):
        return None  # 三角 may be 长三角
    if any(money.at < match.end() and match.start() < money.at + len(money.text) and not money.bare for money in found):
        return None
    return Money(tidy(_coins(words)), words, match.start(), bare=words[-1] in "分角", unit="元")


def _same_unit(low: float, low_words: str, high_words: str, high: float) -> float:
    """10到30万, 两到三千: the unit said once serves both."""
    if _BIG.search(low_words) or low >= high:
        return low
    unit = high_words[-1].lower()
    if unit in UNITS:
        scale = UNITS[unit] if len(high_words) == 2 and low < 10 and UNITS[unit] >= 100 else 1
    else:
        scale = LETTERS.get(unit) or int(read_number("一" + unit) or 1) if _BIG.match(unit) else 1
    return low * scale if low < max(scale, 10**4) and low * scale <= high else low


def _bound(text: str, match: re.Match[str]) -> str:
    for name, pattern in _LIMIT_AFTER:
        if pattern.match(match["tail"]):
            return name
    before = text[max(0, match.start() - 4) : match.start()]
    return next((name for name, pattern in _LIMIT if pattern.search(before)), "")


def _currency(unit: str) -> str:
    return next((code for code, pattern in CODES if pattern.search(unit)), "CNY")
