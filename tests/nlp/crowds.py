"""Very many companies for the tests, and what people say every day without meaning any of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product

_PLACES = "杭州 宁波 东莞 佛山 成都 武汉 青岛 天津 重庆 无锡".split()
_CORES = ["".join(pair) for pair in product("华恒瑞盛达信诚鑫宏泰", "源润德远兴隆嘉利和安")]
_TRADES = "科技 建材 电子 贸易 食品 物流 环保科技 通信技术 精密机械 医疗器械".split()

SMALL = (
    "今天天气不错", "好的收到", "晚上一起吃饭吗", "这个系统怎么用", "帮我改一下密码", "明天要交报表", "周末去爬山",
    "公司的设备坏了", "我们技术部门开会", "物流太慢了", "最近贸易不好做", "食品安全很重要", "去建材市场看看",
    "电子发票怎么开", "环保检查又来了", "给大家发个通知", "把门关一下", "跟领导汇报一下工作", "客户都去哪了",
)  # fmt: skip


def crowd(count: int, core: str = "") -> Iterator[str]:
    """So many names, each another."""
    places = _PLACES if not core else [*_PLACES, *"上海 北京 广州 深圳 苏州".split()]
    made = product(places, [core] if core else _CORES, _TRADES)
    return (f"{place}{middle}{trade}有限公司" for place, middle, trade in islice(made, count))
