"""The ways in which people say a company's name, rightly and wrongly, and the sentences that they say it in."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from typing import Final

from opencc import OpenCC

from bench.companies import Company
from scrm_bot.nlp.company import trade_heads
from scrm_bot.nlp.pinyin import heard

CARRIERS: Final = (
    "今天拜访了{}，客户挺满意", "下午去{}谈合同",
    "明天上午10点约{}做演示", "{}那边说预算要下个月才批", "跟{}的王总通了电话",
    "{}的合同签了", "给{}报个价", "{}欠我们多少钱", "查一下{}的联系人", "提醒我周五联系{}", "帮我看看{}最近的跟进",
    "刚从{}出来，聊了一个小时", "{}回款二十万", "{}的尾款什么时候到",
    "把{}推进到报价", "{}打款了吗", "和{}的采购张经理吃了个饭",
    "{}的网关坏了，报修", "约了{}下周三见面", "{}丢单了，价格没谈拢", "上周见了{}，他们要两百个传感器", "{}谁在跟",
    "{}，预计成交金额30万", "从{}那边拿到订单了", "帮{}开个工单",
    "{}这家有戏", "到{}了，在等他们老板", "问下{}发货了没",
    "{}的李工说设备老报警", "昨天去了趟{}，没见到人",
)  # fmt: skip
_CHARS: Final = "甲木田丽冬敬芳志海山方玉莲桥野竹塔秋雁渔"


def _by_sound() -> dict[str, list[str]]:
    found = defaultdict(list)
    common = map(chr, range(0x4E00, 0x9FA6))
    for char in common:
        try:
            char.encode("gb2312")
        except UnicodeEncodeError:
            continue
        found[heard(char)[0]].append(char)
    return found


_ALIKE: Final = _by_sound()
_TRADITIONAL: Final = OpenCC("s2t")


def full(company: Company, _: random.Random) -> str:
    """上海华东精密机械有限公司"""
    return company.name


def without_form(company: Company, _: random.Random) -> str:
    """上海华东精密机械"""
    return company.place + company.core + company.trade


def placed(company: Company, _: random.Random) -> str:
    """上海华东"""
    return company.place + company.core


def traded(company: Company, _: random.Random) -> str:
    """华东精密机械"""
    return company.core + company.trade


def part(company: Company, _: random.Random) -> str:
    """华东机械"""
    return company.core + (trade_heads(company.trade) or ("",))[-1]


def short(company: Company, _: random.Random) -> str:
    """华东"""
    return company.core


def wrong(company: Company, chance: random.Random) -> str:
    """上海华X精密机械"""
    words = traded(company, chance)
    at = chance.randrange(len(words))
    return company.place + words[:at] + chance.choice(_CHARS) + words[at + 1 :]


def lost(company: Company, chance: random.Random) -> str:
    """上海华精密机械"""
    words = traded(company, chance)
    at = chance.randrange(len(words))
    return company.place + words[:at] + words[at + 1 :]


def added(company: Company, chance: random.Random) -> str:
    """上海华X东精密机械"""
    words = traded(company, chance)
    at = chance.randrange(1, len(words))
    return company.place + words[:at] + chance.choice(_CHARS) + words[at:]


def swapped(company: Company, chance: random.Random) -> str:
    """上海东华精密机械"""
    words = traded(company, chance)
    at = chance.randrange(len(words) - 1)
    return company.place + words[:at] + words[at + 1] + words[at] + words[at + 2 :]


def misheard(company: Company, chance: random.Random) -> str:
    """华冬精密机械"""
    core = list(company.core)
    at = chance.randrange(len(core))
    core[at] = chance.choice(_ALIKE.get(heard(core[at])[0]) or [core[at]])
    return "".join(core) + company.trade


def traditional(company: Company, _: random.Random) -> str:
    """華東精密機械有限公司"""
    return str(_TRADITIONAL.convert(company.core + company.trade + company.form))


def mixed_case(company: Company, chance: random.Random) -> str:
    """aCME自动化"""
    words = company.core + company.trade
    return "".join(chance.choice((char.upper(), char.lower())) for char in words)


WAYS: Final[dict[str, Callable[[Company, random.Random], str]]] = {
    "full": full, "without form": without_form, "place + core": placed, "core + trade": traded, "a part": part,
    "core": short, "wrong character": wrong, "lost character": lost, "added character": added, "swapped": swapped,
    "homophone": misheard, "traditional": traditional, "mixed case": mixed_case,
}  # fmt: skip
