"""Figures in the words of a speaker, for tests that read them back."""

from __future__ import annotations

DIGITS = "零一二三四五六七八九"
FORMAL = str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟")


def han(number: int) -> str:
    """三十五万零六: how a number is said."""
    if number < 10:
        return DIGITS[number]
    words = _said(number)
    return words[1:] if words.startswith("一十") else words


def _said(number: int) -> str:
    for size, unit in ((10**8, "亿"), (10**4, "万"), (1000, "千"), (100, "百"), (10, "十")):
        if number >= size:
            head, rest = divmod(number, size)
            gap = "零" if rest and rest * 10 < size else ""
            return f"{_said(head)}{unit}{gap}{_said(rest) if rest else ''}"
    return DIGITS[number]


def formal(number: int) -> str:
    """叁拾伍万: how a number is written on a cheque."""
    words = _said(number)
    return words.translate(FORMAL)


def digit_by_digit(digits: str) -> str:
    """二〇二六: how a year or a phone number is said."""
    return "".join("〇一二三四五六七八九"[int(digit)] for digit in digits)


def wide(text: str) -> str:
    """１２３: full-width digits."""
    return text.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
