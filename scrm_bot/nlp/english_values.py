"""Times and sums of money said in English: tomorrow at 3pm, on Friday, 1.2 million."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from scrm_bot.nlp.meaning import When
from scrm_bot.nlp.money import Money
from scrm_bot.nlp.when import find_times

_WORD: Final = re.compile(r"[A-Za-z]{3}")
_DAYS: Final = {"mon": "一", "tue": "二", "wed": "三", "thu": "四", "fri": "五", "sat": "六", "sun": "日"}
_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_NUMBERS: Final = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10}
_UNITS: Final = {"min": "分钟", "hour": "小时", "day": "天", "week": "周", "month": "个月"}
_PERIODS: Final = {"week": "周", "month": "月", "quarter": "季度", "year": "年"}
_WHICH: Final = {"this": "本", "next": "下", "last": "上"}
_NAMED: Final = {
    "today": "今天", "tonight": "今晚", "tomorrow": "明天", "tmr": "明天", "tmrw": "明天", "yesterday": "昨天",
    "this morning": "今天上午", "this afternoon": "今天下午", "this evening": "今晚", "last night": "昨晚",
    "the day after tomorrow": "后天", "end of the month": "月底", "end of month": "月底", "month end": "月底",
    "end of next month": "下月底", "end of the year": "年底", "end of year": "年底", "end of this month": "月底",
    "this year": "今年", "next year": "明年", "last year": "去年",
}  # fmt: skip
_PARTS: Final = {"morning": "上午", "noon": "中午", "afternoon": "下午", "evening": "晚上", "night": "晚上"}
_WEEKDAY: Final = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_COUNT: Final = r"\d{1,3}|" + "|".join(sorted(_NUMBERS, key=len, reverse=True))
_HOUR: Final = (
    r"(?:(?:at\s+|@\s*)?(?:(?P<h{0}>\d{{1,2}})(?::(?P<m{0}>\d\d))?\s*(?P<half{0}>[ap])\.?m\b\.?"
    r"|(?P<clock{0}>\d{{1,2}}:\d\d)|(?P<noon{0}>noon)\b)|at\s+(?P<bare{0}>\d{{1,2}})(?![\d%]))"
)
_DAY: Final = (
    rf"(?:on\s+|by\s+|until\s+)?(?:(?P<named>{'|'.join(sorted(_NAMED, key=len, reverse=True))})"
    rf"|(?P<every>every\s+(?:other\s+)?(?:day|workday|month|{_WEEKDAY})|daily|weekly)"
    rf"|(?:(?P<which>this|next|last|coming)\s+)?(?P<weekday>{_WEEKDAY})"
    rf"|(?P<whose>this|next|last)\s+(?P<period>week|month|quarter)"
    rf"|end of (?P<end>{_MONTH})"
    rf"|(?P<month>{_MONTH})\.?\s+(?P<dom>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)"
    rf"|(?P<dom2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month2>{_MONTH})"
    r"|the\s+(?P<dom3>\d{1,2})(?:st|nd|rd|th))(?:\s+(?P<part>morning|noon|afternoon|evening|night))?"
)
_TIME: Final = re.compile(
    rf"\b(?:in\s+(?:(?P<soon>half an hour)|(?P<count>{_COUNT})\s*(?P<unit>min(?:ute)?|hour|day|week|month)s?)"
    rf"|(?P<count2>{_COUNT})\s*(?P<unit2>min(?:ute)?|hour|day|week|month)s?\s+(?:later|from now)"
    rf"|{_DAY}(?:,?\s+{_HOUR.format('')})?"
    rf"|{_HOUR.format('2')}(?:,?\s+(?P<day2>on\s+\S+|today|tomorrow|tonight|(?:next\s+)?{_WEEKDAY}))?)(?!\w)",
    re.I,
)
_LEADING: Final = re.compile(r"(?:on|by|until|at)\s+", re.I)
_PAST: Final = re.compile(
    r"\b(?:visited|met|called|phoned|rang|spoke|talked|saw|went|had|was|were|did|got|e-?mailed|texted|messaged|dropped"
    r"|finished|left|sent|presented|reached|discussed|chatted)\b",
    re.I,
)
_SUM: Final = re.compile(
    r"(?<![\w.])(?:(?:rmb|cny|¥)\s*)?(?P<n>\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)\s?"
    r"(?P<unit>thousand|grand|million|mio|mn|mil|billion|bn)?(?:\s?(?:rmb|cny|yuan))?(?!\w)",
    re.I,
)
_THOUSANDS: Final = {"thousand": 1e3, "grand": 1e3, "billion": 1e9, "bn": 1e9}


def times(text: str, now: datetime) -> list[When]:
    """Times said in English, each as the Chinese for it is read."""
    if not _WORD.search(text):
        return []
    found = []
    for match in _TIME.finditer(text):
        said = _in_chinese(match, text, now)
        for when in find_times(said, now)[:1] if said else ():
            led = _LEADING.match(match.group())
            at = match.start() + (led.end() if led else 0)
            found.append(replace(when, text=text[at : match.end()].rstrip(), at=at))
    return found


def sums(text: str) -> Iterator[Money]:
    """1.2 million, 80 thousand: what figures with English units are worth."""
    for match in _SUM.finditer(text) if _WORD.search(text) else ():
        if unit := (match["unit"] or "").lower():
            worth = float(match["n"].replace(",", "")) * _THOUSANDS.get(unit, 1e6)
            yield Money(int(worth) if worth == int(worth) else worth, match.group().strip(), match.start())


def _in_chinese(match: re.Match[str], text: str, now: datetime) -> str:
    if match["soon"]:
        return "半小时后"
    count, unit = match["count"] or match["count2"], match["unit"] or match["unit2"]
    if count:
        number = _NUMBERS.get(count.lower()) or int(count)
        return f"{number}{_UNITS['min' if unit.lower().startswith('min') else unit.lower()]}后"
    hour = _hour(match, "") or _hour(match, "2")
    day = _TIME.fullmatch(match["day2"].removeprefix("on ")) if match["day2"] else match
    return _day(day, text, match.start(), now) + hour if day else hour


def _day(match: re.Match[str], text: str, at: int, now: datetime) -> str:
    part = _PARTS.get((match["part"] or "").lower(), "")
    if named := match["named"]:
        return _NAMED[" ".join(named.lower().split())] + part
    if every := match["every"]:
        return _every(every.lower()) + part
    if match["weekday"]:
        return _weekday(match, text[:at], now) + part
    if match["period"]:
        return _WHICH[match["whose"].lower()] + _PERIODS[match["period"].lower()] + part
    if match["end"]:
        return f"{_MONTHS.index(match['end'][:3].lower()) + 1}月底"
    for month, day in ((match["month"], match["dom"]), (match["month2"], match["dom2"])):
        if month:
            return f"{_MONTHS.index(month[:3].lower()) + 1}月{day}号{part}"
    return f"{match['dom3']}号{part}" if match["dom3"] else ""


def _every(said: str) -> str:
    if said in ("daily", "every day"):
        return "每天"
    if "other" in said:
        return "每隔一天" if said.split()[-1] == "day" else ""
    unit = said.removeprefix("every ")
    return {"workday": "每个工作日", "month": "每月", "weekly": "每周"}.get(unit) or f"每周{_DAYS[unit[:3]]}"


def _weekday(match: re.Match[str], before: str, now: datetime) -> str:
    """On Friday is the one to come, unless what happened is told; next Friday is next week's."""
    day = match["weekday"][:3].lower()
    which = (match["which"] or "").lower()
    if which in ("next", "last"):
        return f"{_WHICH[which]}周{_DAYS[day]}"
    ahead = list(_DAYS).index(day) > now.weekday()
    clause = re.split(r"[,.;!?\n]", before)[-1]
    if not which and _PAST.search(clause):
        return f"{'上' if ahead else '这'}周{_DAYS[day]}"
    return f"{'这' if ahead else '下'}周{_DAYS[day]}"


def _hour(match: re.Match[str], place: str) -> str:
    if match[f"noon{place}"]:
        return "中午12点"
    clock, bare = match[f"clock{place}"], match[f"bare{place}"]
    if clock:
        return clock
    if bare:
        return f"{'下午' if int(bare) < 7 else ''}{bare}点"
    if not match[f"h{place}"]:
        return ""
    hour = int(match[f"h{place}"]) % 12 + (12 if match[f"half{place}"].lower() == "p" else 0)
    return f"{hour}:{match[f'm{place}'] or '00'}"
