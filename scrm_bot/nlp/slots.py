"""Which of the values found belong to an act, and as what: the new one of two, the time of a visit or of its promise."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from scrm_bot.nlp import cues, marks, talk_cues
from scrm_bot.nlp.company import company_like, written_name
from scrm_bot.nlp.labels import to_come, unreal
from scrm_bot.nlp.meaning import WRITING, Grain, When
from scrm_bot.nlp.money import Money
from scrm_bot.nlp.people import Person
from scrm_bot.nlp.values import Spanned, Values
from scrm_bot.nlp.when import toward

_NO_SLOTS: Final = frozenset(("none", "handoff", "cancel_last"))
_HAPPENED: Final = frozenset(("log_visit", "create_ticket", "record_payment"))
_NOT: Final = re.compile(r"(?:不是|并非|而不是|不要|不叫|别是|非)\s?$")
_UNWANTED_AFTER: Final = re.compile(r"\s?(?:先|就|暂时|这次|都|也)?(?:不要|不用|不需要|不买|算了|去掉|不考虑|不含)")
_UNWANTED_BEFORE: Final = re.compile(r"(?:不要|不需要|不用|不买|除了|去掉|不含|不带|不是|先别(?:报|要|上))\s?$")
_NEW_VALUE: Final = re.compile(
    r"(?:改|变|调|换|更新|修改|涨|降|提|加|升|追加|推迟|提前|调整|变更|减|砍|谈)(?:回|成|为|到|至|了)?[^,。]{0,3}$|(?:→|->|到|成|为)\s?$"
)


def fill(label: str, values: Values, now: datetime, role: str, closing: dict[str, str]) -> dict[str, tuple[Any, ...]]:
    """The slots of an act. `closing` names the stages that 签了 (won) and 黄了 (lost) lead to."""
    if label in _NO_SLOTS:
        return {}
    slots: dict[str, tuple[Any, ...]] = {
        "customer": _customers(label, values),
        "product": tuple(dict.fromkeys(p.name for p in values.products if not _unwanted(values, p))),
        "quantity": tuple(
            q.value for q in _kept(values, values.quantities) if not (q.value == 1 and not _counts(values, q))
        ),
        "percent": tuple(p.value for p in _newest(label, values, values.percents)),
        "phone": tuple(dict.fromkeys(phone.value for phone in values.phones)),
        "ref_no": tuple(dict.fromkeys(ref.value for ref in values.refs)),
        "duration": tuple(dict.fromkeys(length.value for length in values.durations)),
    }
    slots |= _people(label, values)
    slots |= _amounts(label, values)
    slots |= _times(label, values, now)
    slots |= _extras(label, values, closing)
    return {name: found for name, found in slots.items() if found}


def _before(values: Values, one: Spanned) -> str:
    start = one.at - values.at
    return values.masked[max(0, start - 10) : start]


def _kept(values: Values, found: Iterable[Any]) -> list[Any]:
    """Without those that are ruled out: 不是20万是25万."""
    return [one for one in found if not _NOT.search(_before(values, one))]


def _newest(label: str, values: Values, found: Iterable[Any]) -> list[Any]:
    """Of "40万改为38万" only the new one."""
    kept = _kept(values, found)
    if len(kept) > 1 and label in ("update_deal", "correct_last", "log_visit"):
        new = [one for one in kept if _NEW_VALUE.search(_before(values, one))]
        if new and new[-1] is kept[-1]:
            return new[-1:]
    return kept


def _customers(label: str, values: Values) -> tuple[Any, ...]:
    kept = _kept(values, values.customers) if label == "correct_last" else list(values.customers)
    if label == "create_customer":
        kept = [mention for mention in kept if mention.text == mention.candidates[0].name]
    seen: dict[Any, Any] = {}
    for mention in kept:
        seen.setdefault(mention.candidates, mention)
    return tuple(seen.values())


def _unwanted(values: Values, product: Spanned) -> bool:
    start = product.at - values.at
    after = values.masked[start + len(product.text) :]
    return bool(_UNWANTED_AFTER.match(after) or _UNWANTED_BEFORE.search(values.masked[max(0, start - 6) : start]))


def _counts(values: Values, quantity: Any) -> bool:
    """Whether 一台 counts something rather than being a figure of speech."""
    end = quantity.at - values.at + len(quantity.text)
    return (
        values.bare[end : end + 1] == marks.PRODUCT or values.bare[max(0, quantity.at - values.at - 1)] == marks.PRODUCT
    )


_OWNER_LABELS: Final = frozenset(
    (
        "query_deals",
        "query_schedule",
        "query_ticket",
        "query_payment",
        "query_customer",
        "update_ticket",
        "create_ticket",
    )
)
_HANDED: Final = re.compile(r"(?:给|派|转|让|由|交|指派|分配|安排|归|转派|叫|请|找|换成?|改成?)(?:给|到|了)?\s?$")
_OWNS: Final = re.compile(
    r"\s?(?:这|上|本|去|今|下|昨|"
    + marks.TIME
    + r"|手上|手里|名下|负责|跟(?:的|进|了|哪)|签|卖|做|丢|赢|成交|的?(?:业绩|客户|商机|单子|漏斗|日程|安排|待办|工单|行程|目标|完成|回款|排名|赢单|管道|预测|线索)|有(?:什么|啥|哪些|几|多少|没有?)|今天|明天|拜访|跑|见|去|那边|还有|都|在跟|约|和|名)"
)


def _people(label: str, values: Values) -> dict[str, tuple[Any, ...]]:
    outside: list[str] = []
    own: list[str] = []
    for person in _kept(values, values.people):
        (own if _is_owner(label, values, person) else outside).append(person.name)
        if person.own and label not in _OWNER_LABELS:
            own = [name for name in own if name != person.name]
    return {
        "person": tuple(dict.fromkeys(outside)),
        "owner": tuple(dict.fromkeys(own)) if label in _OWNER_LABELS else (),
    }


def _is_owner(label: str, values: Values, person: Person) -> bool:
    if person.own:
        return True
    if label not in _OWNER_LABELS:
        return False
    start = person.at - values.at
    before, after = values.masked[max(0, start - 6) : start], values.masked[start + len(person.text) :]
    if label in ("update_ticket", "create_ticket"):
        return bool(_HANDED.search(before))
    if before.endswith(marks.CUSTOMER) or before.endswith(marks.CUSTOMER + "的"):
        return False
    if label == "query_customer":
        junior = person.name[0] in "小老阿" or not re.search(r"总|经理|姐|哥|先生|女士|老板|主任", person.name)
        return (
            junior
            and bool(
                re.match(
                    r"\s?(?:手上|手里|名下|负责|跟|" + marks.TIME + r"|这|上|本|拜访|跑|见|去|有|的客户|还有|在跟)",
                    after,
                )
            )
            and not values.customers
        )
    if values.customers and label != "query_deals":
        return False
    return bool(_OWNS.match(after))


def _amounts(label: str, values: Values) -> dict[str, tuple[Any, ...]]:
    found: list[Money] = [money for money in values.amounts if not money.vague]
    plain = [money for money in found if not money.bare]
    bare = [money for money in found if money.bare and _priced(label, values, money)]
    found = plain or bare if label != "create_quote" else sorted(plain + bare, key=lambda money: money.at)
    if label not in WRITING:
        low = [m.value for m in found if m.high is not None or m.bound == "min"]
        high = [m.high or m.value for m in found if m.high is not None or m.bound == "max"]
        even = [m.value for m in found if m.high is None and not m.bound]
        return {"amount_min": tuple(low), "amount_max": tuple(high), "amount": tuple(even)}
    found = [money for money in _newest(label, values, found) if money.high is None]
    return {"amount": tuple(dict.fromkeys(money.value for money in found))}


_PRICE_WORD: Final = re.compile(
    r"(?:金额|总价|单价|合同额|回款|到账|首付|定金|订金|尾款|预付款?|付了?|到了|预算|收到|打款|汇了?|转了?|打了|报价|价格|价|货款|款|收款|开票|发票|普票|专票|账|改成|改为|改到|是|收费|费用|"
    + marks.CUSTOMER
    + r"|[:,\s])[\s:了共约大概]*$"
)


def _priced(label: str, values: Values, money: Money) -> bool:
    """Whether a bare number is money: only where the act is about money, behind a word for it."""
    if label not in ("record_payment", "create_invoice", "create_deal", "update_deal", "create_quote", "correct_last"):
        return False
    return bool(_PRICE_WORD.search(_before(values, money)))


def _times(label: str, values: Values, now: datetime) -> dict[str, tuple[Any, ...]]:
    kept: list[When] = _newest(label, values, values.times)
    if label not in _HAPPENED:
        past = label in ("query_deals", "query_payment") and not re.search(r"预计|要|会|将|计划|到期", values.masked)
        if label in ("set_reminder", "schedule_meeting"):
            kept = [toward(when, now, past=False) for when in kept]
        elif past:
            kept = [
                toward(when, now, past=True) if when.loose in ("year",) and when.grain is Grain.RANGE else when
                for when in kept
            ]
        return {"time": _unique(kept)}
    done: list[When] = []
    due: list[When] = []
    for when in kept:
        when = _as_told(label, values, when, now)
        ahead = to_come(when, now) or when.grain is Grain.BEFORE or _still_open(values, when, now)
        if label == "log_visit" and not ahead and done and _same_day(when, done[0], now):
            continue
        (due if ahead or (done and not to_come(done[0], now) and _promised(values, when, now)) else done).append(when)
    return {"time": _unique(done), "next_time": _unique(due)}


def _unique(times: list[When]) -> tuple[When, ...]:
    return tuple({when.notation: when for when in times}.values())


def _same_day(when: When, first: When, now: datetime) -> bool:
    """今天…开了一下午会: the part of the same day adds nothing."""
    return bool(
        when.start
        and first.start
        and when.start.date() == first.start.date() == now.date()
        and when.loose == "day"
        and when.grain is Grain.PART
    )


_DONE_AFTER: Final = re.compile(r"[^,。;]{0,14}?(?:了|过|见|聊|拜访|去|打|到的|来电|坏|付|收|没|开始|演示|沟通|谈)")
_WILL: Final = re.compile(
    r"[^,。;]{0,10}?(?:再|给|定|签|回复|付|交|要|会|来|约|看|出结果|答复|到货|发|安排|上线|开标|招标|验收|打款|回款)"
)


def _as_told(label: str, values: Values, when: When, now: datetime) -> When:
    """周三 in 周三去了趟: the last one, when what follows is done."""
    after = values.masked[when.at - values.at + len(when.text) :]
    if when.loose and to_come(when, now) and _DONE_AFTER.match(after) and not _WILL.match(after[:6]):
        first = when is values.times[0]
        told = re.match(r"[^,。;]{0,14}?(?:了|过|没|坏|来电|开始|到的)", after)
        if first and told:
            return toward(when, now, past=True)
    del label
    return when


def _still_open(values: Values, when: When, now: datetime) -> bool:
    """这周内给答复: a period not over yet, with a promise behind it."""
    after = values.masked[when.at - values.at + len(when.text) :]
    return (
        when.grain is Grain.RANGE
        and when.end is not None
        and when.end > now
        and bool(_WILL.match(after))
        and when.start is not None
        and "T" not in when.notation
    )


def _promised(values: Values, when: When, now: datetime) -> bool:
    """昨天见的，今天给报价: today, told after a day gone by, with a promise behind it."""
    if when.start is None or when.start.date() < now.date():
        return False
    after = values.masked[when.at - values.at + len(when.text) :]
    return bool(_WILL.match(after)) and not re.match(r"[^,。;]{0,10}?了", after)


def _extras(label: str, values: Values, closing: dict[str, str]) -> dict[str, tuple[Any, ...]]:
    extras: dict[str, tuple[Any, ...]] = {}
    text = values.masked
    if label in ("update_deal", "query_deals", "correct_last", "create_deal"):
        extras["stage"] = _stage(label, values, closing)
    if label.startswith("query"):
        extras["region"] = tuple(dict.fromkeys(region.name for region in values.regions))
    if label == "log_visit" and talk_cues.FAILED.search(text):
        extras["outcome"] = ("failed",)
    if label in ("create_ticket", "update_ticket"):
        if cues.CALM.search(text):
            extras["priority"] = ("low",)
        elif cues.URGENT.search(text):
            extras["priority"] = ("high",)
    if label in ("log_visit", "create_ticket"):
        if talk_cues.NEGATIVE.search(text):
            extras["sentiment"] = ("neg",)
        elif label == "log_visit" and talk_cues.POSITIVE.search(text):
            extras["sentiment"] = ("pos",)
    if label == "create_customer":
        extras["new_customer"] = _new_customer(values)
    elif label in WRITING and not values.customers and label not in ("correct_last", "update_ticket"):
        name = unknown_customer(values)
        extras["unknown_customer"] = (name,) if name else ()
    return extras


_TO_STAGE: Final = re.compile(r"(?:改|推|到|进|成|为|至|在|转|回|是|阶段|状态|更新|标)[\s:了]*$")


def _stage(label: str, values: Values, closing: dict[str, str]) -> tuple[str, ...]:
    kept = [
        stage
        for stage in values.stages
        if not _NOT.search(_before(values, stage)) and not re.search(r"预计$|计划$", _before(values, stage))
    ]
    led = [stage for stage in kept if _TO_STAGE.search(_before(values, stage))]
    chosen = led[-1:] or kept[-1:]
    if label == "query_deals":
        asked = [
            s
            for s in kept
            if not re.match(r"(?:了)?(?:吗|没|多少|几|额)|签", values.masked[s.at - values.at + len(s.text) :])
            and s.text
            not in ("签了", "签单", "成交", "报价", "方案", "商务", "培训", "拿下", "搞定", "中标", "签下", "签约")
        ]
        return tuple(dict.fromkeys(stage.name for stage in asked))
    if label == "create_deal":
        return tuple(stage.name for stage in led[-1:] if "阶段" in values.masked or "处于" in values.masked)
    if label == "update_deal" and not led:
        for cue, kind in ((cues.WON, "won"), (cues.LOST, "lost")):
            match = cue.search(values.masked)
            if match and closing.get(kind) and not unreal(values.masked, match, kind):
                return (closing[kind],)
        if (
            label == "update_deal"
            and (values.amounts or values.percents or values.times)
            and not re.search(r"阶段", values.masked)
        ):
            return ()
    return tuple(stage.name for stage in chosen)


_NEW_NAME: Final = re.compile(
    r"(?:客户档案|客户资料|客户|线索|潜客|公司|档案|建档|名字|名称|全称|名叫|叫做?|名为|lead)(?:是|叫|为|:|,|\s|名字|名称|全称|一下|下|一个|一家|个|名)*(?P<name>[^\s,。;:!?][^,。;:!?]*)"
)
_OBJECT: Final = re.compile(r"(?:把|将)(?P<name>[^,。;]{2,24}?)(?:录|加|建|存|登记|新增|添加|放)")


def _new_customer(values: Values) -> tuple[str, ...]:
    text = _without_values(values)
    for pattern in (_OBJECT, _NEW_NAME):
        for match in pattern.finditer(text):
            name = written_name(_spoken(values, match))
            if 2 <= len(name) <= 30 and not re.fullmatch(
                r"(?:一下|一个|新的?|档案|资料|客户|吧|了|进来|到系统|的)+", name
            ):
                return (name,)
    name = company_like(text)
    return (name,) if name else ()


def _without_values(values: Values) -> str:
    """The text with contacts and values masked, but names of customers (a part of the new one's) as they are."""
    text = values.masked
    for mention in values.customers:
        start = mention.at - values.at
        text = text[:start] + mention.text + text[start + len(mention.text) :]
    for when in values.times:
        start = when.at - values.at
        around = text[max(0, start - 1) : start] + text[start + len(when.text) : start + len(when.text) + 1]
        if around and re.fullmatch(r"[一-龥]{2}", around):
            text = text[:start] + when.text + text[start + len(when.text) :]
    return text


def _spoken(values: Values, match: re.Match[str]) -> str:
    words = re.split(r"[\ue001-\ue008]", match["name"])[0]
    del values
    return words


_OBJECT_OF_VISIT: Final = re.compile(
    r"(?:拜访|走访|回访|陌拜|见|去|跟|和|与|给|约|联系|跟进)(?:了|过|完)?(?:一下|趟|下)?(?:客户)?(?P<name>[一-龥A-Za-z]{2,6}?)(?:的|那边的?|他们)?"
    + marks.PERSON
)
_NO_FIRM: Final = re.compile(
    r"我|你|他|她|客户|老板|公司|同事|领导|他们|那边|一下|电话|微信|朋友|今天|明天|技术|采购|财务|一个|几个|新的|上次|刚才|这个|那个|大家|一起|对方|什么|完|了|的|去|说|打|发|约|们|前台|姓"
)


def unknown_customer(values: Values) -> str:
    """The words that look like a company and match none: 佛山顺达五金, 顺达 in 拜访了顺达王总."""
    name = company_like(values.masked)
    if name:
        return name
    match = _OBJECT_OF_VISIT.search(values.masked)
    return match["name"] if match and not _NO_FIRM.search(match["name"]) else ""
