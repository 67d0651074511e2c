"""Which of the values found belong to an act, and as what."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from scrm_bot.nlp import cues, marks, talk_cues
from scrm_bot.nlp.meaning import WRITING
from scrm_bot.nlp.money import Money
from scrm_bot.nlp.newcomers import new_customer, unknown_customer
from scrm_bot.nlp.people import Person
from scrm_bot.nlp.picking import RULED_OUT, before, kept_of, newest
from scrm_bot.nlp.tellings import closes, unreal
from scrm_bot.nlp.timing import times_of
from scrm_bot.nlp.values import Spanned, Values

_NO_SLOTS: Final = frozenset(("none", "handoff", "cancel_last"))
_UNWANTED_AFTER: Final = re.compile(r"\s?(?:先|就|暂时|这次|都|也)?(?:不要|不用|不需要|不买|算了|去掉|不考虑|不含)")
_UNWANTED_BEFORE: Final = re.compile(r"(?:不要|不需要|不用|不买|除了|去掉|不含|不带|不是|先别(?:报|要|上))\s?$")


def fill(label: str, values: Values, now: datetime, closing: dict[str, str]) -> dict[str, tuple[Any, ...]]:
    """The slots of an act. `closing` names the stages that 签了 (won) and 黄了 (lost) lead to."""
    if label in _NO_SLOTS:
        return {}
    slots: dict[str, tuple[Any, ...]] = {
        "customer": _customers(label, values),
        "product": tuple(dict.fromkeys(p.name for p in values.products if not _unwanted(values, p))),
        "quantity": tuple(q.value for q in kept_of(values, values.quantities) if q.value > 1 or _counts(values, q)),
        "percent": tuple(p.value for p in newest(label, values, values.percents)),
        "phone": tuple(dict.fromkeys(phone.value for phone in values.phones)),
        "ref_no": tuple(dict.fromkeys(ref.value for ref in values.refs)),
        "duration": tuple(dict.fromkeys(length.value for length in values.durations)),
    }
    slots |= _people(label, values)
    slots |= _amounts(label, values)
    slots |= times_of(label, values, now)
    slots |= _extras(label, values, now, closing)
    return {name: found for name, found in slots.items() if found}


def _customers(label: str, values: Values) -> tuple[Any, ...]:
    kept = kept_of(values, values.customers) if label == "correct_last" else list(values.customers)
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
    if quantity.unit in "批份本对组版次双":
        return False
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
    + r"|手上|手里|名下|负责|跟(?:的|进|了|哪)|签|卖|做|丢|赢|成交|的?(?:业绩|客户|商机|单子|漏斗|日程"
    r"|安排|待办|工单|行程|目标|完成|回款|排名|赢单|管道|预测|线索)|有(?:什么|啥|哪些|几|多少|没有?)"
    r"|今天|明天|拜访|跑|见|去|那边|还有|都|在跟|约|和|名)"
)


def _people(label: str, values: Values) -> dict[str, tuple[Any, ...]]:
    outside: list[str] = []
    own: list[str] = []
    for person in kept_of(values, values.people):
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
    if before.endswith((marks.CUSTOMER, marks.CUSTOMER + "的")):
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
    found = [money for money in newest(label, values, found) if money.high is None]
    return {"amount": tuple(dict.fromkeys(money.value for money in found))}


_PRICE_WORD: Final = re.compile(
    r"(?:金额|总价|单价|合同额|回款|到账|首付|定金|订金|尾款|预付款?|付了?|到了|预算|收到|打款|汇了?"
    r"|转了?|打了|(?:一|每)[台个套件把只片块]|报价|价格|价|货款|款|收款|开票|发票|普票|专票|账|改成|改为|改到|是|收费|费用|"
    + marks.CUSTOMER
    + r"|[:,\s])[\s:了共约大概]*$"
)


def _priced(label: str, values: Values, money: Money) -> bool:
    """Whether a bare number is money: only where the act is about money, behind a word for it."""
    if label in ("record_payment", "create_invoice"):
        return True
    if label not in ("create_deal", "update_deal", "create_quote", "correct_last"):
        return False
    return bool(_PRICE_WORD.search(before(values, money)))


_MET: Final = re.compile(
    r"见(?:着|到)了|见(?:着|到)(?:他|她|人|[\ue002])|聊了|谈了|碰(?:到|上)了|\ue002(?:接待|说)"
)  # somebody else, or later


def _extras(label: str, values: Values, now: datetime, closing: dict[str, str]) -> dict[str, tuple[Any, ...]]:
    extras: dict[str, tuple[Any, ...]] = {}
    text = values.masked
    if label in ("update_deal", "query_deals", "correct_last", "create_deal"):
        extras["stage"] = () if label == "update_deal" and closes(values, now) else _stage(label, values, closing)
    if label.startswith("query"):
        extras["region"] = tuple(dict.fromkeys(region.name for region in values.regions))
    if label == "log_visit" and (failed := talk_cues.FAILED.search(text)) and not _MET.search(text, failed.end()):
        extras["outcome"] = ("failed",)
    if label in ("create_ticket", "update_ticket"):
        if cues.CALM.search(text):
            extras["priority"] = ("low",)
        elif cues.URGENT.search(text):
            extras["priority"] = ("high",)
    if label in ("log_visit", "create_ticket", "update_ticket"):
        if talk_cues.NEGATIVE.search(text):
            extras["sentiment"] = ("neg",)
        elif label == "log_visit" and talk_cues.POSITIVE.search(text):
            extras["sentiment"] = ("pos",)
    if label == "create_customer":
        extras["new_customer"] = new_customer(values)
    elif label in WRITING and not values.customers and label not in ("correct_last", "update_ticket"):
        name = unknown_customer(values)
        extras["unknown_customer"] = (name,) if name else ()
    return extras


_TO_STAGE: Final = re.compile(r"(?:改|推|到|进|成|为|至|在|转|回|是|阶段|状态|更新|标|\b(?:to|into|in|at))[\s:了]*$")


_DONE_TOO: Final = frozenset(  # names of stages that tell what is done as well: 报价了吗
    "签了 签单 成交 报价 方案 商务 培训 拿下 搞定 中标 签下 签约".split()
)


def _stage(label: str, values: Values, closing: dict[str, str]) -> tuple[str, ...]:
    kept = [
        stage
        for stage in values.stages
        if not RULED_OUT.search(before(values, stage)) and not re.search(r"预计$|计划$", before(values, stage))
    ]
    led = [stage for stage in kept if _TO_STAGE.search(before(values, stage))]
    chosen = led[-1:] or kept[-1:]
    if label == "query_deals":
        asked = [
            s
            for s in kept
            if s.name == closing.get("lost")
            or (
                not re.match(r"(?:了)?(?:吗|没|多少|几|额)|签", values.masked[s.at - values.at + len(s.text) :])
                and (s in led or s.text not in _DONE_TOO)
            )
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
