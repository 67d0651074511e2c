"""Names of companies that the CRM does not know yet."""

from __future__ import annotations

import re
from typing import Final

from scrm_bot.nlp import marks
from scrm_bot.nlp.callings import begins_with_place
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
            name = _cut_short(written_name(_spoken(values, match)))
            if 2 <= len(name) <= 30 and not _NO_NAME.search(name):
                return (name,)
    for run in re.split(r"[\s,。;:!?、\ue000-\ue00c]+", text):
        name = _cut_short(_LEADS.sub("", run))
        if 4 <= len(name) <= 20 and not _NO_NAME.search(name) and begins_with_place(name):
            return (name,)
    name = company_like(text)
    return (name,) if name else ()


_LEADS: Final = re.compile(
    r"^(?:.*(?:认识|碰到|遇到|接触|开发|介绍|拿到)的?(?:了|一家|一个|新的?)*|.*(?:叫做?|名叫|就是|是)|(?:录|建|加|存|登记|新增)"
    r"(?:入|一下|个|一个)?)?(?:新?客户|线索|公司)?"
)
_TAIL: Final = re.compile(
    r"系统|然后|帮我|你给|给我|他们|咱们|我们|[做搞](?=.{1,8}$|.{1,6}的)|建档|录入|登记|也?一起|联系人|老板|负责人|的$"
)
_NO_NAME: Final = re.compile(
    r"^(?:一下|一个|新的?|档案|资料|客户|吧|了|进来|到系统|的|给|你)+$|录|建档|新客户|系统里|[你我他]|一下"
)


def _cut_short(name: str) -> str:
    """A name up to where the sentence goes on: 鑫利达针织厂|系统里还没有."""
    tail = _TAIL.search(name, 2)
    return _SPOKEN_END.sub("", (name[: tail.start()] if tail else name).strip(" 的,~"))


_SPOKEN_END: Final = re.compile(r"(?<=..)[啊吧呀哈呢哦嘛咯啦~]+$")


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
    r"(?:拜访|走访|回访|陌拜|见|去|跟|和|与|给|约|联系(?!人|方式|电话)|跟进)(?:了|过|完)?(?:一下|趟"
    r"|下)?(?:客户)?(?P<name>[一-龥A-Za-z]{2,6}?)(?:的|那边的?|他们)?" + marks.PERSON
)
_NO_COMPANY: Final = re.compile(
    r"我|你|他|她|客户|老板|公司|同事|领导|他们|那边|一下|电话|微信|朋友|今天|明天|技术|采购|财务|一个"
    r"|几个|新的|上次|刚才|这个|那个|大家|一起|对方|什么|完|了|的|去|说|打|发|约|们|前台|姓|是$"
)


def unknown_customer(values: Values) -> str:
    """The words that look like a company and match none: 佛山顺达五金, 顺达 in 拜访了顺达王总."""
    name = company_like(values.masked)
    if name:
        return name
    match = _OBJECT_OF_VISIT.search(values.masked)
    return match["name"] if match and not _NO_COMPANY.search(match["name"]) else ""
