"""Moments and amounts as people say them, with what they mean: known before they are said, never read back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

WEEKDAYS = "一二三四五六日"
DIGITS = "零一二三四五六七八九"
MONTHS = ("Jan", "Feb", "March", "April", "May", "June", "July", "Aug", "Sep", "Oct", "Nov", "Dec")
HOURS = (
    ("上午九点", 9, 0), ("上午十点", 10, 0), ("上午10点半", 10, 30), ("下午两点", 14, 0), ("下午三点", 15, 0),
    ("下午3点", 15, 0), ("下午四点半", 16, 30),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, and perhaps an hour of it."""

    words: str
    day: date
    hour: time | None = None

    def fits(self, moment: datetime) -> bool:
        """Whether a row's moment, in the company's zone, is this one."""
        if moment.date() != self.day:
            return False
        return self.hour is None or (moment.hour, moment.minute) == (self.hour.hour, self.hour.minute)


@dataclass(frozen=True, slots=True)
class Amount:
    """Money."""

    words: str
    yuan: Decimal


def coming_day(dice: Random, today: date) -> Moment:
    """A day to come that can be meant in one way only."""
    near = (("明天", 1), ("后天", 2), ("大后天", 3), ("三天后", 3), ("5天后", 5))
    match dice.randrange(4):
        case 0:
            words, ahead = dice.choice(near)
            return Moment(words, today + timedelta(days=ahead))
        case 1:
            far = today + timedelta(days=dice.randint(3, 25))
            return Moment(f"{far.month}月{far.day}{dice.choice('日号')}", far)
    weekday = dice.randrange(5)
    monday = today - timedelta(days=today.weekday()) + timedelta(days=7)
    said = dice.choice(("下周", "下周", "下星期", "下礼拜"))
    return Moment(said + WEEKDAYS[weekday], monday + timedelta(days=weekday))


def coming_hour(dice: Random, today: date) -> Moment:
    """A day to come, with an hour."""
    day, (words, hour, minute) = coming_day(dice, today), dice.choice(HOURS)
    return Moment(day.words + words, day.day, time(hour, minute))


def in_english(dice: Random, today: date) -> Moment:
    """A day to come, for whoever writes English."""
    if dice.random() < 0.3:
        return Moment("tomorrow", today + timedelta(days=1))
    far = today + timedelta(days=dice.randint(3, 25))
    return Moment(f"on {MONTHS[far.month - 1]} {far.day}", far)


def past_day(dice: Random, today: date) -> Moment:
    """When something was: mostly today."""
    match dice.randrange(8):
        case 0:
            return Moment("昨天", today - timedelta(days=1))
        case 1:
            return Moment("前天", today - timedelta(days=2))
    return Moment(dice.choice(("今天", "刚", "刚刚", "今天")), today)


def month_end(dice: Random, today: date) -> Moment:
    """By when somebody hopes to sign."""
    ahead = dice.randint(1, 2)
    first = (today.replace(day=1) + timedelta(days=32 * ahead)).replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    words = "下个月底" if ahead == 1 else f"{first.month}月底"
    return Moment(words, last)


def amount(dice: Random, *, large: bool = False) -> Amount:
    """A price; a large one has to be confirmed."""
    wan = Decimal(dice.randint(110, 300) if large else dice.choice((5, 8, 12, 15, 18, 20, 26, 30, 36, 45, 52, 68, 80)))
    shapes = [f"{wan}万", f"{wan}w", f"{wan} 万", f"{wan}万块"]
    if wan < 100:
        shapes.append(f"{chinese(int(wan))}万")
    if not large and dice.random() < 0.25:
        half = wan + Decimal("0.5")
        return Amount(f"{half}万", half * 10_000)
    return Amount(dice.choice(shapes), wan * 10_000)


def chinese(number: int) -> str:
    """二十六, up to 99."""
    tens, ones = divmod(number, 10)
    left = "" if tens == 0 else "十" if tens == 1 else DIGITS[tens] + "十"
    return left + (DIGITS[ones] if ones or not tens else "")
