"""How money, days and names read on a phone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

WEEKDAYS = "一二三四五六日"


def money(amount: Decimal | None) -> str:
    """¥52.8万, ¥3,600; exact: never rounded."""
    if amount is None:
        return "金额未定"
    if amount >= 100_000_000 and amount % 1_000_000 == 0:
        return f"¥{_plain(amount / 100_000_000)}亿"
    if amount >= 10_000 and amount % 100 == 0:
        return f"¥{_plain(amount / 10_000)}万"
    return f"¥{_plain(amount, commas=True)}"


def day(moment: date | datetime, today: date) -> str:
    """今天, 明天（周四）, 11月25日（周三）, with the year only if it is another one."""
    when = moment.date() if isinstance(moment, datetime) else moment
    weekday = f"周{WEEKDAYS[when.weekday()]}"
    near = {0: "今天", 1: "明天", 2: "后天", -1: "昨天"}.get((when - today).days)
    if near:
        return f"{near}（{weekday}）" if near in ("明天", "后天") else near
    year = f"{when.year}年" if when.year != today.year else ""
    return f"{year}{when.month}月{when.day}日（{weekday}）"


def moment(when: datetime, today: date, *, seconds: bool = False) -> str:
    """明天（周四）15:00."""
    return f"{day(when, today)}{when:%H:%M:%S}" if seconds else f"{day(when, today)}{when:%H:%M}"


def period(first: date, last: date) -> str:
    """11月1日-11月30日, so that everybody sees which days are meant."""
    if first == last:
        return f"{first.month}月{first.day}日"
    return f"{first.month}月{first.day}日-{last.month}月{last.day}日"


def names(people: Iterable[str]) -> str:
    """王总、小李."""
    return "、".join(people)


def masked(name: str) -> str:
    """李*: who it is, for those who know; nothing for those who do not."""
    return name[:1] + "*" if name else "同事"


def phone(number: str | None) -> str:
    """138****1234."""
    return f"{number[:3]}****{number[-4:]}" if number and len(number) >= 9 else (number or "")


def short(text: str, limit: int = 60) -> str:
    """The first words of a long text."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def numbered(lines: Iterable[str]) -> str:
    """1 …, 2 …: what can be answered with a number."""
    return "\n".join(f"{i} {line}" for i, line in enumerate(lines, 1))


def _plain(amount: Decimal, *, commas: bool = False) -> str:
    text = f"{amount:,.2f}" if commas else f"{amount:.6f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
