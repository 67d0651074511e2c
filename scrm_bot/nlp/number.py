"""Numbers as chat writes them: 三十五万六, 23万5, 1.2万, 两百, 壹拾贰, 12,000, 四万万, 五兆六十二亿."""

from __future__ import annotations

import re
from typing import Final

DIGITS: Final = {
    char: value
    for value, chars in enumerate(
        ("零〇○", "一壹幺", "二贰两俩", "三叁仨", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
    )
    for char in chars
}
UNITS: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "廿": 20, "卅": 30}
BIG: Final = {"万": 10**4, "亿": 10**8, "兆": 10**12}
LETTERS: Final = {"k": 10**3, "w": 10**4, "m": 10**6}

ARABIC: Final = r"(?>\d{1,3}(?:,\d{3})++(?!\d)(?:\.\d+)?|\d++(?:\.\d++)?)"  # atomic: no digit is tried twice
HAN: Final = "零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖俩仨"
TENS: Final = "十百千拾佰仟"
DECIMAL: Final = "零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖"  # what may follow a point: 两 does not
NUMERAL: Final = rf"(?:{ARABIC}|[{HAN}{TENS}])(?:{ARABIC}|[{HAN}{TENS}万亿兆]|点(?=[{DECIMAL}])){{0,24}}"
FIGURES: Final = re.compile(rf"[\d{HAN}{TENS}万亿兆半几数廿]")  # what has none of these holds no figure: asked first
_TOKEN: Final = re.compile(rf"{ARABIC}|.")
_POINT: Final = re.compile(rf"^([\d{HAN}{TENS}万亿兆]+)点([{DECIMAL}]+)([万亿兆千百]*)$")
_DIGITS_ONLY: Final = re.compile(rf"^[{HAN}幺]{{2,}}$")
_LONGEST: Final = 24  # characters; a number of such length counts nothing


def read_number(words: str) -> float | None:
    """The value of a numeral, or None: 三十五万六 356000, 23万5 235000, 二〇二六 2026, 1.2w 12000, 七点五 7.5."""
    words = words.strip().lower()
    if not words:
        return None
    if words[-1] in LETTERS:
        plain = _arabic(words[:-1])
        return None if plain is None else plain * LETTERS[words[-1]]
    if pointed := _POINT.match(words):
        return _with_point(*pointed.groups())
    if _DIGITS_ONLY.match(words):
        return float("".join(str(DIGITS[char]) for char in words[:30]))
    return _sum(_TOKEN.findall(words))


def _arabic(words: str) -> float | None:
    if len(words) > _LONGEST:
        return None
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
        value *= UNITS.get(char) or BIG[char]
    return value


def _sum(tokens: list[str]) -> float | None:
    """Left to right: a section below ten thousand, its big unit, a last digit that counts tenths of the unit."""
    done: list[tuple[float, int]] = []  # what each big unit has closed, the largest first
    section, digit = 0.0, None
    last, zero = 1, False
    for token in tokens:
        if token in UNITS:
            last = UNITS[token] if UNITS[token] >= 100 else 10
            section += (digit or 1.0) * UNITS[token]  # 零十五, too
            digit = None
        elif token in BIG:
            if not _close(done, section + (digit or 0.0), BIG[token]):
                return None
            last, section, digit, zero = BIG[token], 0.0, None, False
        else:
            value = float(DIGITS[token]) if token in DIGITS else _arabic(token)
            if value is None:
                return None
            zero = zero or (value == 0 and token in DIGITS)
            digit = value if digit is None or token not in DIGITS else digit * 10 + value
    return sum(value for value, _ in done) + section + _tail(digit, last, zero)


def _close(done: list[tuple[float, int]], part: float, unit: int) -> bool:
    """万 behind 三千八百九十六; behind 四万 alone it multiplies; 亿 takes the 万 before it along."""
    while done and (done[-1][1] < unit or (part == 0 and done[-1][1] == unit)):
        part += done.pop()[0]
    if part == 0:
        return False
    done.append((part * unit, unit))
    return True


def _tail(digit: float | None, last: int, zero: bool) -> float:
    """五 in 三十万五 is fifty thousand, in 十五 five, in 三万零五 five."""
    if digit is None:
        return 0.0
    return digit * last / 10 if last > 10 and not zero and digit < 10 else digit


def tidy(value: float) -> int | float:
    """An int where nothing is lost."""
    return int(value) if value == int(value) else round(value, 6)


_NEAR: Final = re.compile(
    rf"(?P<head>(?:[{HAN}]?[{TENS}万亿])*?)(?P<low>[一二两三四五六七八])(?P<high>[二两三四五六七八九])(?P<unit>[{TENS}万亿兆]*)"
)
_FEW: Final = re.compile(rf"(?P<head>(?:[{HAN}]?[{TENS}万])*?)[几数](?P<unit>[{TENS}万亿兆]*)")


def approximate(words: str) -> tuple[float, float] | None:
    """Both ends of a number said roughly: 三五百, 十七八万, 几十万 (100000 to 1000000), 二十几; None for any other."""
    if near := _NEAR.fullmatch(words):
        low, high = DIGITS[near["low"]], DIGITS[near["high"]]
        if high - low != 1 and (low, high) != (3, 5):
            return None
        ends = [read_number(near["head"] + near[name] + near["unit"]) for name in ("low", "high")]
        return None if None in ends else (ends[0] or 0.0, ends[1] or 0.0)
    few = _FEW.fullmatch(words)
    unit = read_number("一" + few["unit"]) if few and few["unit"] else 1.0
    if few is None or unit is None:
        return None
    head = read_number(few["head"] + few["unit"]) if few["head"] else 0.0
    if head is None:
        return None
    room = 10 * unit if not few["head"] else _room(few["head"]) * unit
    return (head or unit, head + room)


def _room(head: str) -> float:
    """What 几 may be behind it: up to ten behind 二十, up to a hundred behind 一百."""
    return float(UNITS.get(head[-1], 10))
