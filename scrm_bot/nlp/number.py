"""Numbers as chat writes them: 三十五万六, 23万5, 1.2万, 两百, 壹拾贰, 12,000 - and how many of what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

DIGITS: Final = {
    char: value
    for value, chars in enumerate(
        ("零〇○", "一壹幺", "二贰两俩", "三叁仨", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
    )
    for char in chars
}
UNITS: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_BIG: Final = {"万": 10**4, "亿": 10**8}
_LETTERS: Final = {"k": 10**3, "w": 10**4, "m": 10**6}

ARABIC: Final = r"(?>\d{1,3}(?:,\d{3})++(?!\d)(?:\.\d+)?|\d++(?:\.\d++)?)"  # atomic: no digit is tried twice
HAN: Final = "零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖"
NUMERAL: Final = rf"(?:{ARABIC}|[{HAN}十百千拾佰仟])(?:{ARABIC}|[{HAN}十百千拾佰仟万亿]|点(?=[{HAN}])){{0,24}}"
FIGURES: Final = re.compile(rf"[\d{HAN}十百千拾佰仟万亿半]")  # what has none of these holds no figure: asked first
_TOKEN: Final = re.compile(rf"{ARABIC}|.")
_POINT: Final = re.compile(rf"^([{HAN}十百千]+)点([{HAN}]+)([万亿千百]*)$")
_DIGITS_ONLY: Final = re.compile(rf"^[{HAN}幺]{{2,}}$")


def read_number(words: str) -> float | None:
    """The value of a numeral, or None: 三十五万六 356000, 23万5 235000, 二〇二六 2026, 1.2w 12000, 七点五 7.5."""
    words = words.strip().lower()
    if not words:
        return None
    if words[-1] in _LETTERS:
        plain = _arabic(words[:-1])
        return None if plain is None else plain * _LETTERS[words[-1]]
    if pointed := _POINT.match(words):
        return _with_point(*pointed.groups())
    if _DIGITS_ONLY.match(words):
        return float("".join(str(DIGITS[char]) for char in words[:30]))
    return _sum(_TOKEN.findall(words))


def _arabic(words: str) -> float | None:
    if len(words) > 18:
        return None  # a number of such length counts nothing
    try:
        return float(words.replace(",", ""))
    except ValueError:
        return None


def _with_point(whole: str, part: str, unit: str) -> float | None:
    head = read_number(whole)
    if head is None:
        return None
    value = float(f"{int(head)}." + "".join(str(DIGITS[char]) for char in part[:12]))
    for char in unit:
        value *= UNITS.get(char) or _BIG[char]
    return value


def _sum(tokens: list[str]) -> float | None:
    """Left to right: a section below ten thousand, its big unit, a last digit that counts tenths of the unit."""
    total = section = 0.0
    digit: float | None = None
    last, zero = 1, False
    for token in tokens:
        if token in UNITS:
            last = UNITS[token]
            section += (1.0 if digit is None else digit) * last
            digit = None
        elif token in _BIG:
            part = section + (digit or 0.0)
            if part == 0.0 and total == 0.0:
                return None
            last = _BIG[token]
            total = (total + part) * last if last > 10**4 else total + part * last
            section, digit, zero = 0.0, None, False
        else:
            value = float(DIGITS[token]) if token in DIGITS else _arabic(token)
            if value is None:
                return None
            if value == 0 and token in DIGITS:
                zero = True
            digit = value if digit is None or token not in DIGITS else digit * 10 + value
    return total + section + _tail(digit, last, zero)


def _tail(digit: float | None, last: int, zero: bool) -> float:
    """五 in 三十万五 is fifty thousand, in 十五 five, in 三万零五 five."""
    if digit is None:
        return 0.0
    return digit * last / 10 if last > 10 and not zero and digit < 10 else digit


def tidy(value: float) -> int | float:
    """An int where nothing is lost."""
    return int(value) if value == int(value) else round(value, 6)


@dataclass(frozen=True, slots=True)
class Number:
    """A plain number and where it stands."""

    value: int | float
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Quantity:
    """How many of what: 30用户, 两百个, 3000片."""

    value: int
    unit: str
    text: str
    at: int


_ANY: Final = re.compile(rf"(?<![\w.])-?{ARABIC}[万亿kKwW]?(?![\d])|{NUMERAL}")
MEASURES: Final = "台套个把片张件只支枚块条箱盒桶袋包瓶卷根辆部架组批对双颗粒副面本册份吨米"
_MEASURE: Final = (
    rf"(?:用户|席位|座席|坐席|账号|帐号|许可|授权|点位|终端|节点|公斤|千克|人(?!民币|左右)|位(?!置|数)|[{MEASURES}])"
)
_QUANTITY: Final = re.compile(rf"({NUMERAL})(?:多|来|几)?个?({_MEASURE})")
# words that begin like a measure but count or mean something else: 三个月, 两个点, 一块钱, 一张发票
_NO_COUNT: Final = re.compile(
    r"个?(?:月|点(?!位)|小时|钟|工作日|礼拜|星期|季度|百分|半|多月|亿|万|字|问题|意见|建议|事|人都|忙"
    r"|价|会|电话|方案|工单|商机|单子|单(?!位)"
    r"|客户|项目|新|机会|报价|名字|大|好|小|意向|合同|发票|联系人|朋友|提醒|待办|版|阶段|样)|块(?:钱"
    r"|多|[一二两三四五六七八九\d])|本月|本周|面"
    r"|[张份](?:报|发|名|票|普|专|合|请|增|单|清|表|方|资)|条(?:待|线|提|记|跟)|部(?:分|门)|件(?:事"
    r"|套)|批(?:货|次)|位(?:客|同|领|总|置)|对(?!讲)|组织|次|米饭|根本"
)


_PART_OF_WORD: Final = frozenset("共下般样起定直些点切旦边面律致")  # 一共, 一下, 一般: no one is counted


def find_numbers(text: str) -> list[Number]:
    """Every numeral in text order."""
    found = []
    for match in _ANY.finditer(text):
        words = match.group()
        if words == "一" and text[match.end() : match.end() + 1] in _PART_OF_WORD:
            continue
        value = read_number(words.lstrip("-"))
        if value is not None:
            found.append(Number(tidy(-value if words.startswith("-") else value), words, match.start()))
    return found


_AMOUNT_OF: Final = re.compile(
    rf"数量(?:改成|改为|改到|变成|应该是|调整?到|是|为|:|\s){{0,3}}(?P<n>{NUMERAL})(?![\w.%])"
)


def find_quantities(text: str) -> list[Quantity]:
    """Counts of things, seats, people; not durations, money, or one of something named (一个商机)."""
    found = []
    for match in _AMOUNT_OF.finditer(text):
        value = read_number(match["n"])
        if value and value == int(value):
            found.append(Quantity(int(value), "", match["n"], match.start("n")))
    for match in _QUANTITY.finditer(text):
        unit_at = match.start(2)
        if _NO_COUNT.match(text, unit_at) or (
            text[unit_at - 1 : unit_at] == "个" and _NO_COUNT.match(text, unit_at - 1)
        ):
            continue
        value = read_number(match.group(1))
        if value and value == int(value):
            found.append(Quantity(int(value), match.group(2), match.group(), match.start()))
    return found
