"""Names of companies that the CRM does not know yet."""

from __future__ import annotations

import re
from typing import Final

from scrm_bot.nlp import marks
from scrm_bot.nlp.company import company_like, written_name
from scrm_bot.nlp.values import Values

_NEW_NAME: Final = re.compile(
    r"(?:客户档案|客户资料|客户|线索|潜客|公司|档案|建档|名字|名称|全称|名叫|叫做?|名为|lead)(?:是|叫"
    r"|为|:|,|\s|名字|名称|全称|一下|下|一个|一家|个|名)*(?P<name>[^\s,。;:!?][^,。;:!?]*)"
)
_OBJECT: Final = re.compile(r"(?:把|将)(?P<name>[^,。;]{2,24}?)(?:录|加|建|存|登记|新增|添加|放)")


def new_customer(values: Values) -> tuple[str, ...]:
    """The name of the company that is to be added, as written."""
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
    r"(?:拜访|走访|回访|陌拜|见|去|跟|和|与|给|约|联系|跟进)(?:了|过|完)?(?:一下|趟"
    r"|下)?(?:客户)?(?P<name>[一-龥A-Za-z]{2,6}?)(?:的|那边的?|他们)?" + marks.PERSON
)
_NO_COMPANY: Final = re.compile(
    r"我|你|他|她|客户|老板|公司|同事|领导|他们|那边|一下|电话|微信|朋友|今天|明天|技术|采购|财务|一个"
    r"|几个|新的|上次|刚才|这个|那个|大家|一起|对方|什么|完|了|的|去|说|打|发|约|们|前台|姓"
)


def unknown_customer(values: Values) -> str:
    """The words that look like a company and match none: 佛山顺达五金, 顺达 in 拜访了顺达王总."""
    name = company_like(values.masked)
    if name:
        return name
    match = _OBJECT_OF_VISIT.search(values.masked)
    return match["name"] if match and not _NO_COMPANY.search(match["name"]) else ""
