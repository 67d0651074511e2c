"""How money, days and names read on a phone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from scrm_bot.dialogs.texts import Text

_DIGITS = "0123456789"


class Say:
    """Money and days."""

    units = Text("100000000亿 10000万")  # what large sums are counted in; nothing: by the thousand
    money = Text("¥{amount}{unit}")
    no_amount = Text("金额未定")
    weekdays = Text("周一 周二 周三 周四 周五 周六 周日")
    months = Text("1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月")
    date = Text("{month}{day}日（{weekday}）")
    far_date = Text("{year}年{month}{day}日（{weekday}）")
    short_date = Text("{month}{day}日")
    stretch = Text("{first}-{last}")
    yesterday, today = Text("昨天"), Text("今天")
    tomorrow, after_tomorrow = Text("明天（{weekday}）"), Text("后天（{weekday}）")
    moment = Text("{day}{time}")
    meant = Text("{words}（{what}）")
    comma, bar, clause = Text("、"), Text("｜"), Text("，")
    somebody = Text("同事")


NEAR = {-1: Say.yesterday, 0: Say.today, 1: Say.tomorrow, 2: Say.after_tomorrow}


def money(amount: Decimal | None) -> str:
    """¥52.8万, ¥3,600; exact: never rounded."""
    if amount is None:
        return Say.no_amount()
    for large in Say.units().split():
        unit = large.lstrip(_DIGITS)
        size = int(large.removesuffix(unit))
        if amount >= size and amount % (size // 100) == 0:
            return Say.money(amount=_plain(amount / size), unit=unit)
    return Say.money(amount=_plain(amount, commas=True), unit="")


def day(moment: date | datetime, today: date) -> str:
    """今天, 明天（周四）, 11月25日（周三）, with the year only if it is another one."""
    when = moment.date() if isinstance(moment, datetime) else moment
    weekday = Say.weekdays().split()[when.weekday()]
    near = NEAR.get((when - today).days)
    return near(weekday=weekday) if near else on(when, today)


def on(moment: date | datetime, today: date) -> str:
    """11月25日（周三), whenever it is read."""
    when = moment.date() if isinstance(moment, datetime) else moment
    weekday = Say.weekdays().split()[when.weekday()]
    date = Say.date if when.year == today.year else Say.far_date
    return date(year=when.year, month=_month(when), day=when.day, weekday=weekday)


def moment(when: datetime, today: date, *, seconds: bool = False) -> str:
    """明天（周四）15:00."""
    return Say.moment(day=day(when, today), time=f"{when:%H:%M:%S}" if seconds else f"{when:%H:%M}")


def period(first: date, last: date) -> str:
    """11月1日-11月30日, so that everybody sees which days are meant."""
    days = [Say.short_date(month=_month(when), day=when.day) for when in (first, last)]
    return days[0] if first == last else Say.stretch(first=days[0], last=days[1])


def meant(words: str, what: str) -> str:
    """下周三（11月25日）: the words that were used, and what they were taken for."""
    return Say.meant(words=words, what=what)


def names(people: Iterable[str]) -> str:
    """王总、小李."""
    return Say.comma().join(people)


def facts(parts: Iterable[str | None]) -> str:
    """拜访｜王总｜今天: what there is of them."""
    return Say.bar().join(part for part in parts if part)


def clauses(parts: Iterable[str]) -> str:
    """金额 ¥50万 → ¥15万，阶段 …."""
    return Say.clause().join(parts)


def masked(name: str) -> str:
    """李*: who it is, for those who know; nothing for those who do not."""
    return name[:1] + "*" if name else Say.somebody()


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


def _month(when: date) -> str:
    return Say.months().split()[when.month - 1]


def _plain(amount: Decimal, *, commas: bool = False) -> str:
    text = f"{amount:,.2f}" if commas else f"{amount:.6f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
