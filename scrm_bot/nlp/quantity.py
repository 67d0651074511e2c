"""How many of what: 30用户, 两百个, 3000片, 数量改成50."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from scrm_bot.nlp.number import NUMERAL, read_number


@dataclass(frozen=True, slots=True)
class Quantity:
    """How many of what: 30用户, 两百个, 3000片."""

    value: int
    unit: str
    text: str
    at: int


MEASURES: Final = "台套个把片张件只支枚块条箱盒桶袋包瓶卷根辆部架组批对双颗粒副面本册份吨米"
_MEASURE: Final = (
    rf"(?:用户|席位|座席|坐席|账号|帐号|许可|授权|点位|终端|节点|公斤|千克|人(?!民币|左右)|位(?!置|数)|[{MEASURES}])"
)
_QUANTITY: Final = re.compile(rf"({NUMERAL})(?:多|来|几)?个?({_MEASURE})")
# words that begin like a measure but count or mean something else: 三个月, 两个点, 一块钱, 一张发票
_NO_COUNT: Final = re.compile(
    r"个?(?:月|点(?!位)|小时|钟|工作日|礼拜|星期|季度|百分|半|多月|亿|万|字|问题|意见|建议|事|人都|忙"
    r"|价|会|电话|方案|工单|商机|单子|单(?!位)"
    r"|客户|项目|新|机会|报价|名字|大|好|小|意向|合同|发票|联系人|朋友|提醒|待办|版|阶段|样)|块(?:钱"
    r"|多|[一二两三四五六七八九\d])|本月|本周|面"
    r"|[张份](?:报|发|名|票|普|专|合|请|增|单|清|表|方|资)|条(?:待|线|提|记|跟)|部(?:分|门)|件(?:事"
    r"|套)|批(?:货|次)|位(?:客|同|领|总|置)|对(?!讲)|组织|次|米饭|根本"
)


_AMOUNT_OF: Final = re.compile(
    rf"数量(?:改成|改为|改到|变成|应该是|调整?到|是|为|:|\s){{0,3}}(?P<n>{NUMERAL})(?![\w.%])"
)


def find_quantities(text: str) -> list[Quantity]:
    """Counts of things, seats, people; not durations, money, or one of something named (一个商机)."""
    found = []
    for match in _AMOUNT_OF.finditer(text):
        value = read_number(match["n"])
        if value and value == int(value):
            found.append(Quantity(int(value), "", match["n"], match.start("n")))
    for match in _QUANTITY.finditer(text):
        unit_at = match.start(2)
        if _NO_COUNT.match(text, unit_at) or (
            text[unit_at - 1 : unit_at] == "个" and _NO_COUNT.match(text, unit_at - 1)
        ):
            continue
        value = read_number(match.group(1))
        if value and value == int(value):
            found.append(Quantity(int(value), match.group(2), match.group(), match.start()))
    return found
