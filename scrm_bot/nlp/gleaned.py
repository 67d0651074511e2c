"""What is worth keeping in words that are somebody else's: money, dates, objections, people. Offered, never written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from scrm_bot.nlp.evidence import to_come
from scrm_bot.nlp.meaning import Grain
from scrm_bot.nlp.text import clauses
from scrm_bot.nlp.values import Values

_BUDGET: Final = re.compile(r"预算|投入|花|批了")
_DEADLINE: Final = re.compile(r"前|内|之前|截止|最晚|最迟|定|要|交|给|出|到位|上线|投产")
OBJECTIONS: Final = (
    ("price", re.compile(
        r"贵|便宜|太高|价格高|价高|降(?:点|一点|价|低)|优惠|折扣|打折|打个?\d?折|"
        r"让(?:点|利|个点|多少)|砍价|还价|超(?:出)?预算|预算(?:不够|紧|有限)"
    )),
    ("rival", re.compile(
        r"竞品|竞争对手|别家|别的(?:家|厂|品牌|供应商)|另[外一]+家|其他(?:家|供应商|厂家|品牌)|"
        r"同行|对比|比价|货比三家|友商|(?:他们|那家|某某家|对家)(?:家)?(?:报|给|才|只要)"
    )),
    ("service", re.compile(
        r"售后|维保|保修|质保|响应(?:时间|慢|速度|不及时)|上门(?:慢|要多久)|"
        r"坏了(?:谁|怎么)|没人(?:管|修)|服务(?:跟不上|不好|差|怎么)"
    )),
    ("terms", re.compile(
        r"账期|月结|季结|分期|预付|首付|付款(?:方式|比例|条件)|先货后款|压款|"
        r"尾款|垫资|货到付款"
    )),
    ("delivery", re.compile(
        r"交期|交货(?!时间是)|货期|工期|来不及|(?:多久|什么时候|几天)(?:能)?(?:到货|发货|交货)|"
        r"等(?:不了|太久)"
    )),
    ("quality", re.compile(
        r"质量(?:不|差|怎么|有)|不稳定|老(?:是)?坏|故障率|不放心|靠不靠谱|"
        r"精度不够|兼容(?:不|性)"
    )),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing in the text. `kind`: budget, amount, deadline, time, objection, person; `words`: as it was said."""

    kind: str
    words: str
    value: Any = None


def gleaned(values: Values, now: datetime) -> Iterator[Finding]:
    """What a text of others holds, once each, in an order worth reading."""
    yield from _money(values)
    yield from _times(values, now)
    yield from _objections(values)
    yield from _people(values)


def _money(values: Values) -> Iterator[Finding]:
    seen = set[object]()
    for one in values.amounts:
        if one.vague or one.bare or one.value in seen or one.currency != "CNY":
            continue
        seen.add(one.value)
        before = values.masked[max(0, one.at - values.at - 8) : one.at - values.at]
        yield Finding("budget" if _BUDGET.search(before) else "amount", one.text, one.high or one.value)


def _times(values: Values, now: datetime) -> Iterator[Finding]:
    seen = set[object]()
    for when in values.times:
        if not to_come(when, now) or when.every is not None or (when.grain is Grain.MINUTE and when.loose):
            continue
        if (when.start, when.end) in seen:
            continue
        seen.add((when.start, when.end))
        clause = _clause(values, when.at)
        due = when.grain is Grain.BEFORE or _DEADLINE.search(clause[clause.find(when.text) + len(when.text) :][:6])
        yield Finding("deadline" if due else "time", clause, when)


def _objections(values: Values) -> Iterator[Finding]:
    for name, cue in OBJECTIONS:
        match = cue.search(values.text)
        if match:
            yield Finding("objection", _clause(values, values.at + match.start()), name)


def _people(values: Values) -> Iterator[Finding]:
    phones = {phone.at: phone.value for phone in values.phones}
    for person in values.people:
        if person.own:
            continue
        behind = person.at + len(person.text)
        near = [at for at in phones if behind <= at <= behind + 12]
        yield Finding("person", person.name, phones.pop(near[0]) if near else None)


def _clause(values: Values, at: int) -> str:
    """The clause around an offset, as it was said."""
    inside = at - values.at
    found = next((one for one in clauses(values.text) if one.at <= inside < one.end), None)
    words = re.split(r"\s", values.text[found.at : found.end]) if found else [""]
    start = found.at if found else 0
    for word in words:
        if start <= inside < start + len(word):
            return word
        start += len(word) + 1
    return values.text[found.at : found.end].strip() if found else ""
