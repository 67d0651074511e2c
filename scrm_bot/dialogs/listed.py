"""Numbered lists that can be acted upon: 3推到周五, 2和5都打过了没接, 第一个转给小李, 全部明天."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from scrm_bot.crm import customers
from scrm_bot.crm.contracts import Contract
from scrm_bot.crm.customers import Customer
from scrm_bot.crm.deals import Deal
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import Contact
from scrm_bot.crm.reminders import Reminder
from scrm_bot.crm.tickets import Ticket
from scrm_bot.dialogs import openings
from scrm_bot.dialogs.answers import NUMBERS
from scrm_bot.dialogs.skill import Saying
from scrm_bot.message import Listing
from scrm_bot.nlp.meaning import Meaning

ROWS: Final = {one.__tablename__: one for one in (Customer, Deal, Reminder, Ticket, Contract, Contact)}
PAGE = 10
MOST = 500  # rows of a list that can be leafed through
LONGEST = 99  # numbers have two digits
_N = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
_UNIT = r"(?:个|件|条|家|位|项|单|笔|份|张|行)"
_ONE = rf"第?\s*{_N}\s*{_UNIT}?"
_SOME = rf"{_ONE}(?:\s*(?:[、,，和跟与及&+]|到|至|-|~)\s*{_ONE})*"
_ALL = r"(?:全部|所有的?|全都|都|每[个家条]|这些|以上)"
_ENDS = rf"(?:(?P<side>前|头|最后|后)(?P<many>{_N})?(?P<unit>{_UNIT})?)"
_SELECTION = rf"(?:{_ENDS}|(?P<all>{_ALL})|(?P<some>{_SOME}))"
_BEFORE = re.compile(rf"(?:把|将|给|那)?\s*{_SELECTION}\s*[，,：:]?\s*(?:都|全部?|也|的)?\s*(?P<words>.*)", re.S)
_AFTER = re.compile(
    rf"(?P<words>完成|搞定|办完|做完|取消|删掉|推迟|看看|看下|看一下|查看|打开)了?\s*{_SELECTION}[。.!！]?"
)
_MEASURES = (
    "月日号点秒台万千百天周年%％楼期.．:：元块kKwW套人次小时分成折米吨箱层岁度亿十星礼0123456789"  # a value, no number
)
_LOOK = "现在什么状态"  # what a ticket's number alone asks
_CONTACT = "联系"  # what to do where nothing else was said
_RUNG = frozenset({openings.REMINDER})
_OVER = ("done", "cancelled")
_PUT_OFF = re.compile(
    r"^(?:推迟?|改|延|挪|移|放|换)(?:到|成|至|(?=[今明后大下这本周星礼上中晚早\d一二三四五六七八九十]))"
)
_NOT_WANTED = re.compile(r"不用|不要|取消|删|别再?提醒|不做|不去")
Understand = Callable[[str, frozenset[str]], Meaning]
_NO_ACT = frozenset({"none", "move_reminder", "query_schedule"})  # 周五, said of a customer: to be reminded then
_RANGE = re.compile(rf"({_N})\s*{_UNIT}?\s*(?:到|至|-|~)\s*第?\s*({_N})")


@dataclass(frozen=True, slots=True)
class Picked:
    """Which of the list's numbers, and what is said of them ("" for nothing: just to see it)."""

    numbers: tuple[int, ...]
    words: str
    everything: bool = False  # 都, 全部: easily said of something else


def pick(text: str, count: int) -> Picked | None:
    """What of a list of so many is spoken of; None if the text speaks of none. Numbers may lie beyond its end."""
    found = _AFTER.fullmatch(text.strip()) or _BEFORE.fullmatch(text.strip())
    if found is None:
        return None
    words = found["words"].strip()
    if found["side"] in ("前", "后", "头") and not found["many"]:
        return None  # 后天下午两点
    named = found["some"] or found["unit"] or found["many"] or ""
    if named and named[-1] not in "个件条家位项单笔份张行" and words[:1] and words[0] in _MEASURES:
        return None  # 3点, 前两天去了趟华星
    numbers = _numbers(found, count)
    return Picked(numbers, words, found["all"] is not None) if numbers else None


def _numbers(found: re.Match[str], count: int) -> tuple[int, ...]:
    if found["all"]:
        return tuple(range(1, count + 1))
    if found["side"]:
        many = _number(found["many"] or "1")
        return tuple(range(1, count + 1))[:many] if found["side"] in "前头" else tuple(range(1, count + 1))[-many:]
    some = _RANGE.sub(lambda r: "、".join(map(str, range(_number(r[1]), _number(r[2]) + 1))), found["some"])
    return tuple(dict.fromkeys(_number(one) for one in re.findall(_N, some)))


def _number(said: str) -> int:
    """5, 五, 十二."""
    if said.isdigit():
        return int(said)
    if len(said) == 1:
        return NUMBERS[said]
    tens, _, ones = said.partition("十")
    return NUMBERS.get(tens, 1) * 10 + NUMBERS.get(ones, 0)


def row_of(desk: Desk, listing: Listing, number: int) -> Any:
    """The row under this number; None if it is gone, or there is nothing left to do about it."""
    table, at = listing.rows[number - 1]
    row: Any = desk.session.get(ROWS[table], at)
    gone = row is None or row.undone_at is not None or (isinstance(row, Reminder) and row.state in _OVER)
    return None if gone else row


def sayings(desk: Desk, rows: Sequence[Any], words: str, understand: Understand) -> list[Saying]:
    """What is said of each row, as if it had been said in full; nothing for rows of which the words make no sense."""
    return [one for row in rows for one in _of_row(desk, row, words, understand)]


def _of_row(desk: Desk, row: Any, words: str, understand: Understand) -> list[Saying]:
    customer = _customer(desk, row)
    name = row.number if isinstance(row, Ticket) else customer.name if customer else ""
    given = tuple(one for one in (row, customer) if one is not None)
    if not words:
        look = _LOOK if isinstance(row, Ticket) else ""
        return [Saying(f"{name}{look}", given)] if name else []
    in_full = Saying(f"{name}{words}", given, kept=words)
    meant = understand(in_full.text, frozenset())
    if isinstance(row, Reminder):
        done = Saying("完成", (row,), about=_RUNG)
        return (
            [in_full, done] if customer and meant.main.label == "log_visit" else [_of_reminder(row, words, understand)]
        )
    put_off = isinstance(row, Customer) and _PUT_OFF.match(words) is not None  # there is nothing of it to be moved
    if (put_off or meant.main.label in _NO_ACT) and meant.slots.get("time"):
        when = meant.slots["time"][0].text
        what = _PUT_OFF.sub("", words.replace(when, "", 1)).strip(" ，,").removesuffix(_CONTACT) or f"{_CONTACT}{name}"
        return [Saying(f"{when}提醒我{what}", given)]
    return [in_full]


def _of_reminder(row: Reminder, words: str, understand: Understand) -> Saying:
    """Done, put off or not wanted: there is nothing else that can become of it."""
    if _NOT_WANTED.search(words):
        return Saying("不用再提醒了", (row,), about=_RUNG)
    meant = understand(words, _RUNG)
    put_off = _PUT_OFF.match(words)
    if meant.slots.get("time") and (put_off or meant.main.label in _NO_ACT):
        return Saying(f"推到{words[put_off.end() :] if put_off else words}", (row,), about=_RUNG)
    return Saying(words, (row,), about=_RUNG)


def _customer(desk: Desk, row: Any) -> Customer | None:
    if isinstance(row, Customer):
        return row
    return customers.get(desk, row.customer_id) if row.customer_id else None


def listing(rows: Iterable[Any], asked: str = "", page: int = 0) -> Listing:
    """What the numbers of a list of these rows mean."""
    return Listing(tuple((row.__tablename__, row.id) for row in rows), asked, page)


def title(row: Any) -> str:
    """What a row is called."""
    return str(next(filter(None, (getattr(row, field, None) for field in ("title", "name", "text", "number"))), ""))
