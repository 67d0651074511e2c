"""Who says what: visits, told in different ways, about customers of one's own."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass

from bench import accounts

FIRST = "华恒顺金天东宏嘉利德科创瑞博远卓启鼎盛茂锦泰凯旭耀骏朗翔澳欧美优佳百万千双三五九诺思维智慧蓝青白红紫"
SECOND = "星达通力源邦腾捷锐迅凡宇川海河山峰林森岩石峻野原田谷洋湖浪波涛雷电风云雾霜雪冰阳月辰光影声音韵律"
TRADES = (
    "电子",
    "机械",
    "五金",
    "塑胶",
    "物流",
    "医疗",
    "食品",
    "包装",
    "照明",
    "家具",
    "服饰",
    "化工",
    "仪器",
    "光电",
)
CITIES = ("深圳", "东莞", "广州", "佛山", "中山", "惠州", "上海", "苏州")
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
TITLES = ("总", "经理", "工", "主任")
VISITS = (
    "今天拜访了{name}{who}，对方案认可，下周三再报一版",
    "刚从{name}出来，{who}说预算批下来了，月底前签合同",
    "下午去了{name}，见到{who}，聊了二期的事，他们想先试用两台",
    "和{name}{who}通了电话，价格还要再谈谈，周五给回复",
    "上午拜访了{name}，{who}带我看了车间，设备老化严重",
    "{name}那边刚聊完，{who}对交期不满意，希望提前一周",
    "今天去{name}做了演示，{who}很满意，下周二出方案",
    "跟{name}的{who}吃了个饭，今年大概有三条产线要改造",
    "今天在{name}开了个会，{who}要我们补一份资质文件",
    "拜访{name}，{who}不在，跟前台留了资料，明天再去",
    "昨天下午去{name}谈了框架协议，{who}原则上同意",
    "去了趟{name}，{who}说还要和另外两家比一比",
)


@dataclass(frozen=True, slots=True)
class Client:
    """A customer of the made-up company; `owner`: the number of the rep, `people`: those whom one meets there."""

    name: str
    short: str
    owner: int
    people: tuple[str, ...]


def clients(count: int) -> list[Client]:
    """So many of them, the same ones every time, shared out among the reps."""
    cores = ["".join(pair) for pair in itertools.product(dict.fromkeys(FIRST), dict.fromkeys(SECOND))]
    random.Random(7).shuffle(cores)
    if count > len(cores):
        raise ValueError(f"there are only {len(cores)} names")
    return [_client(number, core) for number, core in enumerate(cores[:count])]


def said(customers: int, seed: int) -> Iterator[tuple[str, str]]:
    """Endless (user, text): everybody in turn, each about a customer of theirs."""
    chance = random.Random(seed)
    everybody = clients(customers)
    own = [[one for one in everybody if one.owner == rep] for rep in range(min(accounts.REPS, customers))]
    for number in itertools.count():
        rep = number % len(own)
        yield accounts.user(rep), visit(chance, chance.choice(own[rep]))


def visit(chance: random.Random, client: Client) -> str:
    """One sentence."""
    return chance.choice(VISITS).format(name=client.short, who=chance.choice(client.people))


def _client(number: int, core: str) -> Client:
    trade, city = TRADES[number % len(TRADES)], CITIES[number % len(CITIES)]
    chance = random.Random(number)
    people = tuple(chance.choice(SURNAMES) + title for title in TITLES)
    return Client(f"{city}市{core}{trade}有限公司", core + trade, number % accounts.REPS, people)
