"""Companies' names as registers of companies are full of them: a place, a core that many share, a trade, a form."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import accumulate
from typing import Final, NamedTuple

_PLACES: Final = (
    "上海 北京 深圳 广州 杭州 苏州 宁波 东莞 佛山 南京 成都 武汉 "
    "青岛 天津 重庆 无锡 温州 厦门 西安 长沙 郑州 济南 合肥 福州 "
    "常州 南通 绍兴 嘉兴 台州 金华 泉州 中山 珠海 惠州 大连 沈阳 "
    "昆山 烟台 潍坊 徐州 扬州 镇江 湖州 石家庄 哈尔滨 长春 南昌 "
    "昆明 贵阳 南宁 太原 兰州 株洲 洛阳 芜湖 江苏 浙江 广东 山东 湖南 湖北 河南 四川 福建 安徽"
).split()
_CHARS: Final = (
    "华恒瑞盛达信诚鑫宏泰丰源润德远兴隆嘉利和安康永正天海龙飞金鸿博创新联合友邦凯旭东晨光明辉耀星辰宇翔腾骏力强卓越锐"
    "智慧科迈赛诺维威斯曼菲普立特美佳艺雅馨怡乐福禄祥瑞吉庆裕富顺通畅捷迅速驰捷锦绣云帆浪涛江河湖山川岳峰岭松柏竹梅兰"
    "桂菊莲荷清澄洁净绿青蓝紫朱赤玄黄白银铂铭钰钧铠锋铁钢柱梁栋材茂繁荣昌盛世纪元亨贞同仁济民益众志成城弘毅致知格物唯"
    "品至尚上善若水思源启航领先先锋伟业巨擘泓沣淼汇汉唐宋秦晋楚吴越齐鲁燕赵韩魏蜀湘闽粤沪浙皖赣豫冀辽沈吉黑蒙"
)
_TRADES: Final = (
    "科技 机械 电子 贸易 建材 精密机械 自动化设备 电气 环保科技 "
    "新能源 新材料 食品 服饰 纺织 物流 供应链管理 信息技术 网络科技 "
    "软件 智能科技 生物科技 医疗器械 医药 化工 塑料制品 五金制品 "
    "模具 包装材料 印刷 家具 照明科技 光电科技 半导体 仪器仪表 "
    "通信技术 机电设备 阀门 轴承 电缆 汽车零部件 建筑工程 装饰工程 "
    "园林 房地产 餐饮管理 酒店管理 商贸 进出口 国际贸易 实业 "
    "投资管理 文化传媒 教育科技 咨询 人力资源 电子商务 农业发展 茶业 酒业 "
    "陶瓷 玻璃 不锈钢 铝业 橡胶 涂料 消防 安防科技 电梯"
).split()
_FORMS: Final = ("有限公司",) * 16 + ("股份有限公司", "有限责任公司", "集团有限公司", "厂")
_SYLLABLES: Final = "ac no del vec ti sig lu men qua ter zen or ix ran mo ka bel fen su ro va lin".split()


class Company(NamedTuple):
    """One of them, and what its name is made of."""

    name: str
    place: str
    core: str
    trade: str
    form: str


def companies(count: int, seed: int = 1) -> Iterator[Company]:
    """So many, no two of one name; a few cores are everybody's, most are rare. The same for the same seed."""
    chance, seen = random.Random(seed), set[str]()
    chars = list(dict.fromkeys(_CHARS))
    weights = list(accumulate(1 / (rank + 8) for rank in range(len(chars))))
    while len(seen) < count:
        core = _core(chance, chars, weights)
        company = _settled(chance, core)
        if company.name not in seen:
            seen.add(company.name)
            yield company


def _core(chance: random.Random, chars: list[str], weights: list[float]) -> str:
    kind = chance.random()
    if kind < 0.02:
        return "".join(chance.choices(_SYLLABLES, k=chance.choice((2, 2, 3)))).capitalize()
    length = 2 if kind < 0.8 else 3 if kind < 0.95 else 4
    return "".join(chance.choices(chars, cum_weights=weights, k=length))


def _settled(chance: random.Random, core: str) -> Company:
    place = _PLACES[int(len(_PLACES) * chance.random() ** 1.6)]
    trade, form = _TRADES[int(len(_TRADES) * chance.random() ** 1.4)], chance.choice(_FORMS)
    return Company(f"{place}{core}{trade}{form}", place, core, trade, form)
