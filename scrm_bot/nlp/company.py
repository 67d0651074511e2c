"""The anatomy of a company's name: place, core, trade, legal form - and what looks like a company at all."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

_PLACES: Final = (
    "北京 上海 天津 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东"
    " 海南 四川 贵州 云南 陕西 甘肃 "
    "青海 台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门 中国 石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承"
    "德 沧州 廊坊 衡水 太原 大同 "
    "阳泉 长治 晋城 朔州 晋中 运城 忻州 临汾 吕梁 呼和浩特 包头 乌海 赤峰 通辽 鄂尔多斯 沈阳 大连 鞍"
    "山 抚顺 本溪 丹东 锦州 营口 "
    "阜新 辽阳 盘锦 铁岭 葫芦岛 长春 四平 辽源 通化 白山 松原 白城 延边 哈尔滨 齐齐哈尔 大庆 佳木斯 "
    "牡丹江 绥化 南京 无锡 徐州 "
    "常州 苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州 宿迁 杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山"
    " 台州 丽水 合肥 芜湖 蚌埠 "
    "淮南 马鞍山 淮北 铜陵 安庆 黄山 滁州 阜阳 宿州 六安 亳州 池州 宣城 福州 厦门 莆田 三明 泉州 漳州"
    " 南平 龙岩 宁德 南昌 景德镇 "
    "萍乡 九江 新余 鹰潭 赣州 吉安 宜春 抚州 上饶 济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 "
    "日照 临沂 德州 聊城 滨州 菏泽 "
    "郑州 开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口 驻马店 武汉 "
    "黄石 十堰 宜昌 襄阳 鄂州 "
    "荆门 孝感 荆州 黄冈 咸宁 随州 恩施 长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳 郴州 永州 怀化"
    " 娄底 广州 韶关 深圳 珠海 "
    "汕头 佛山 江门 湛江 茂名 肇庆 惠州 梅州 汕尾 河源 阳江 清远 东莞 中山 潮州 揭阳 云浮 南宁 柳州 "
    "桂林 梧州 北海 防城港 钦州 "
    "贵港 玉林 百色 贺州 河池 来宾 海口 三亚 成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充"
    " 眉山 宜宾 广安 达州 雅安 "
    "巴中 资阳 贵阳 六盘水 遵义 安顺 毕节 铜仁 昆明 曲靖 玉溪 保山 昭通 丽江 普洱 临沧 大理 拉萨 西安"
    " 铜川 宝鸡 咸阳 渭南 延安 汉中 "
    "榆林 安康 商洛 兰州 嘉峪关 金昌 白银 天水 武威 张掖 酒泉 西宁 银川 石嘴山 吴忠 乌鲁木齐 克拉玛依"
    " 义乌 昆山 江阴 张家港 常熟 "
    "太仓 宜兴 慈溪 余姚 诸暨 温岭 瑞安 乐清 晋江 石狮 南安 顺德 南海 增城 永康 东阳 海宁 桐乡 丹阳 "
    "靖江 如皋 胶州 即墨 寿光 龙口 "
    "雄安 浦东 滨海 苏北 苏南"
).split()
PLACES: Final = frozenset(_PLACES)
_PLACE: Final = "|".join(sorted(PLACES, key=len, reverse=True))
_PLACES_BEGIN: Final = {  # how long places are that begin so, the longest first
    place[:2]: tuple(sorted({len(other) for other in PLACES if other[:2] == place[:2]}, reverse=True))
    for place in PLACES
}
_DIVISIONS: Final = frozenset("省市县区")
PLACE: Final = re.compile(rf"(?:{_PLACE})(?:省|市|县|区)?")
REGIONS: Final = (
    "华东",
    "华南",
    "华北",
    "华中",
    "西南",
    "西北",
    "东北",
    "华西",
    "大湾区",
    "长三角",
    "珠三角",
    "京津冀",
)

_LESS_COMMON: Final = ("集团公司", "分公司", "总公司", "公司", "合伙企业", "事务所")
_TRADES: Final = (
    "国际旅行社 旅行社 软件园发展 超市连锁 会展服务 汽车零部件 汽车配件 汽车用品 汽车服务 汽车 零部件"
    " 航空配件 航空 货运代理 供应链管理 供应链 "
    "保险代理 保险 物业管理 物业 餐饮管理 餐饮 饭店管理 饭店 酒店管理 酒店 投资管理 企业管理 商业管理"
    " 管理咨询 咨询 管理 信息技术 信息科技 信息 "
    "网络科技 网络技术 网络 生物科技 生物技术 生物制药 生物 新能源科技 新能源 能源科技 能源 新材料 新"
    "材 材料科技 材料 环保科技 环保设备 环保 "
    "环境工程 环境科技 环境 农业科技 农业发展 农业 农牧 牧业 农产品 教育科技 教育咨询 教育 培训 电子"
    "科技 电子商务 电子 电气设备 电气 电器 "
    "电力设备 电力 电源 电缆附件 电缆 电线 电机 电梯 电池 光电科技 光电 光学 半导体 芯片 仪器仪表 仪"
    "器 仪表 通信设备 通信技术 通信 通讯设备 "
    "通讯 自动化设备 自动化科技 自动化 机器人 智能科技 智能装备 智能制造 智能 科技发展 科技 技术 软件"
    " 系统 数据 云计算 医疗器械 医疗设备 医疗科技 "
    "医疗 医药包装 医药 制药 药业 大药房 药房 医院 诊所 口腔 健康管理 健康 养老 机械设备 机械制造 机"
    "械科技 通用机械 精密机械 机械 机床 机电设备 "
    "机电 起重设备 起重 传动设备 传动 精密 设备制造 设备 装备 重工 工业 制造 铸造 锻造 模具 刀具 量具"
    " 工具 五金制品 制品 五金 不锈钢 钢铁 钢材 钢构 "
    "金属制品 金属材料 金属 铝业 铜业 铝材 矿业 石材 石化 石油 化工 化学 涂料 塑料制品 塑料 塑胶 塑业"
    " 橡胶 橡塑 轮胎 密封件 轴承 阀门 泵业 "
    "水泵 管业 管道 包装材料 包装制品 包装 印刷 印务 纸业 纸品 彩印 建设集团 建设工程 建设 建筑工程 "
    "建筑 建工 建材 装饰工程 装饰设计 装饰 装修 装潢 "
    "工程技术 工程 门窗 幕墙 陶瓷 玻璃 水泥 家具 家居 家电 家纺 灯饰 照明科技 照明 卫浴 厨具 纺织 针"
    "织 服饰 服装 制衣 鞋业 皮具 皮革 羊绒 "
    "毛纺 丝绸 箱包 婚纱摄影 婚纱 摄影 婚庆 珠宝 首饰 钟表 眼镜 化妆品 美容 日化 玩具 文具 体育用品 "
    "运动器材 运动 体育 健身 乐器 "
    "食品 乳业 茶业 酒业 酿酒 饮料 饮品 粮油 米业 面业 水产 渔业 肉业 调味品 果业 种业 饲料 烘焙 超市"
    " 连锁 便利店 百货 商场 商贸 贸易 "
    "进出口 外贸 国际 物流 快递 货运 运输 仓储 速运 航运 船舶 港务 安防科技 安防 消防 安保 保安 家政 "
    "保洁 物联网 物联 广告传媒 广告 传媒 "
    "文化传播 文化传媒 文化发展 文化 文创 影视 动漫 游戏 音乐文化 音乐 娱乐 旅游 旅业 国旅 园林 绿化 "
    "园艺 花卉 地产 房地产 置业 置地 租赁 "
    "金融 支付 财务 税务 律师 人力资源 人力 劳务 设计院 设计 研究院 检测 认证 服务 发展 实业 商务 集"
    "团 控股 投资 会展 展览 印染 线缆 股份 科教 工贸 牧场 农场"
).split()
_MORE: Final = (  # by which names are taken apart, but which tell of no company by themselves
    "木业 煤机 粮机 茶叶 硒茶 泵阀 粮油 冷链物流 冷链 葡萄酒业 葡萄酒 酿造 水务 供水 燃气 "
    "热力 供热 健身器材 航空器材 消防器材 器材 饰品 纸箱 纸箱包装 注塑机械 注塑 轧钢 机车 "
    "船舶配件 船配 牧产品 眼科 儿科 儿童医院 妇产医院 中医院 康复医院 护理院 卫生院 人民医院 "
    "门诊部 口腔医院 会计师事务所 律师事务所 设计师事务所 设计事务所 税务师事务所 塑料机械 塑机 "
    "数控机床 数控刀具 数控 起重机械 电动车 摩托车 自行车 农机 农资 农业机械 生态农业 农林 林业 "
    "苗木 鞋材 拉链 电动工具 锁业 门业 窗业 地板 板业 卫厨 太阳能 光伏 风电设备 风电 风能 "
    "储能 锂电 锂电池 氢能 碳素 石墨 磁材 稀土 焊材 焊接 紧固件 弹簧 齿轮 压铸 钣金 激光 "
    "光电设备 传感 测控 通用航空 航空航天 无人机 海工 渔具 糖业 盐业 制糖 米粉 豆制品 卤味 "
    "鸭脖食品 火锅餐饮 火锅 咖啡 茶餐厅 糕点 民宿 宾馆 度假村 景区 旅游开发 文化旅游 商业管理 "
    "商管 供销 棉业 绣品 毛巾 袜业 内衣 童装 母婴用品 母婴 宠物用品 宠物 美业 美发 养生 康复 "
    "体检 生物医药 试剂 诊断 影像 耗材 职业技术学校 职业技术学院 职业学校 技工学校 驾校 书店 "
    "出版 传播 会务 标识 标牌 测绘 勘察 监理 造价 招标 环评 计量 担保 典当 小贷 二手车 汽修 "
    "汽贸 车业 轮毂 线束 电控 充电桩 快运 速递 货代 报关 冷库 港口 码头 船务 公交 出租车 "
    "机场 水电 水利 路桥建设 路桥 市政 环卫 污水处理 再生资源 资源 矿产 煤业 煤矿机械 焦化 "
    "油品 气体 化肥 农药 种苗 印染厂 纺织品 布业 面料 服饰厂 硬质合金 合金 铸件 锻件 "
    "机械制造厂 仪器仪表厂 检测仪器 实验仪器 科学仪器 医用 耗材科技 智能制造装备 电梯工程 广告标识 "
    "影业 商城 购物广场 广场 乳品 牛奶 肉类 畜牧 养殖 水产品 海产品 花业 "
    " 钢管 汽车部件 电装 锁具 摩托车配件 客车配件 配件 罐头食品 罐头 铸管 车桥 特种设备 "
    "检验研究院 实验学校 实验中学 实验小学 实验 船用设备 地铁广告 热干面食品 劳务派遣 动力科技 "
    "动力 数字科技 数字 生活超市 中西医结合医院 图书 数控 电装厂 机修 精工 精机 机器 机器人科技 "
    "电力科技 电缆厂 钢结构 型材 管材 线材 板材 钢板 铜材 有色金属 有色 冶金 冶炼 选矿 球磨 "
    "齿轮箱 减速机 电梯配件 锅炉 压力容器 换热 制冷设备 制冷 空调设备 空调 冷冻 冷冻食品 速冻 "
    "肉制品 粮食 米面 面粉 油脂 食用油 酱油 调味 香料 茶厂 咖啡馆 烘焙坊 酒楼 大酒店 连锁酒店 "
    "公寓 会所 影城 健身房 培训中心 教育培训 托育 早教 艺术 书画 美术 画材 乐器厂 服装厂 制鞋 "
    "皮革厂 箱包厂 家具厂 灯具 灯具厂 电器厂 仪表厂 轴承厂 模具厂 机械厂 阀门厂 水泵厂 食品厂 "
    "纸箱厂 印刷厂 包装厂 玩具厂 化工厂 制药厂 "
).split()
TRADES: Final = frozenset((*_TRADES, *_MORE))
_TRADE: Final = "|".join(sorted(TRADES, key=len, reverse=True))
_SHOPS: Final = frozenset(
    "工厂 厂 商行 经营部 门市部 旗舰店 专卖店 店 铺 馆 行 社 坊 院 中心 合作社 学校 大学 中学 小学 幼儿园 中国".split()
)
_LAST: dict[str, tuple[str, ...]] = {}  # what a core may be followed by, the longest first, by its last characters
for _word in sorted({*TRADES, *_SHOPS}, key=lambda word: (word not in TRADES, -len(word))):
    _LAST[_word[-2:]] = (*_LAST.get(_word[-2:], ()), _word)
# trades that a message also speaks of for their own sake: they never tell that another company is meant
_LOOSE: Final = frozenset(
    "培训 服务 物流 网络 设备 系统 软件 包装 装修 工程 技术 数据 投资 管理 印刷 信息 运输 快递 运动 "
    "健康 设计 检测 认证 机器人 材料 "
    "金属 财务 发展 国际 工具 连锁 仓储 支付 装饰 制造 工业 保险 电源 电池 咨询 教育 展览 会展 税务 "
    "房地产 智能 模具 游戏 音乐 摄影 "
    "货运 租赁 汽车 商务 股份 家电 电梯 眼镜 玩具 阀门 管道 轴承 仪器 安防 消防 娱乐 旅游 美容 文化 医院 芯片".split()
)
TRADE: Final = re.compile(_TRADE)
STRICT_TRADE: Final = re.compile(
    "|".join(sorted((t for t in TRADES - _LOOSE - frozenset(_MORE)), key=len, reverse=True))
)
_TELLING: Final = re.compile(
    "|".join(
        sorted(
            (
                t
                for t in _TRADES
                if len(t) > 1
                and t
                not in (
                    "系统",
                    "数据",
                    "机器人",
                    "发展",
                    "服务",
                    "管理",
                    "技术",
                    "软件",
                    "培训",
                    "设计",
                    "国际",
                    "投资",
                )
            ),
            key=len,
            reverse=True,
        )
    )
)
_BRACKETS: Final = re.compile(r"\(([^)]*)\)")
_BRANCHES: Final = ("分公司", "办事处", "分部", "行")
_BRANCH: Final = re.compile(r"(?P<house>.{2,}(?:公司|集团|银行))(?P<branch>.{2,8}?)(?:分公司|分部|办事处|分行|支行)$")


class Anatomy(NamedTuple):
    """A name taken apart: 深圳|讯驰|通信技术|有限公司. `firm`: the trade was recognised, so the core is certain."""

    place: str
    core: str
    rest: str  # the trade and what follows the core, without the legal form
    form: str
    firm: bool

    @property
    def body(self) -> str:
        """The name without place and legal form."""
        return self.core + self.rest


def dissect(name: str) -> Anatomy:
    """Take a normalised, lower-case name apart. The core has at least two characters where the name allows it."""
    return Anatomy(*cut(name))


def cut(name: str) -> tuple[str, str, str, str, bool]:
    """The same as plain values, for whoever has a million of them."""
    if "(" in name:
        return _bracketed(name)
    if name.endswith(_BRANCHES) and (branch := _BRANCH.match(name)):
        house = dissect(branch["house"])
        return house._replace(rest=house.rest + branch["branch"])
    place = first_place(name)
    where = name[:place].rstrip("省市县区") if place > 2 else name[:place]
    if ending := _ending(name[place + 2 :]):
        return (where, name[place : place + 2], *ending, True)  # most cores have two characters
    form = _legal_form(name)
    stem = name[:-form] if form and len(name) - form >= 2 else name
    if len(stem) - place < 2:
        place, where = 0, ""
    body = stem[place:]
    core, firm = _core(body)
    return where, core, body[len(core) :], name[len(stem) :], firm


@lru_cache(maxsize=50_000)  # there are few trades and forms, and very many companies
def _ending(tail: str) -> tuple[str, str] | None:
    """Trade and legal form, if these words are nothing else."""
    stem = tail[: len(tail) - _legal_form(tail)]
    left = stem
    while last := _last_of(left):
        left = left[:-last]
    return None if left or not stem else (stem, tail[len(stem) :])


def _bracketed(name: str) -> Anatomy:
    """华星科技(深圳)有限公司: what stands in brackets is no part of what people say, but it may tell the place."""
    parts = dissect(_BRACKETS.sub("", name).replace("(", "").strip() or name.replace("(", " "))
    inside = next((place for place in _BRACKETS.findall(name) if place in PLACES and place != "中国"), "")
    return parts._replace(place=parts.place or inside)


def first_place(stem: str) -> int:
    """How many characters at the beginning name a place; two at least are left for the name."""
    for length in _PLACES_BEGIN.get(stem[:2], ()):
        if length == 2 or stem[:length] in PLACES:
            if stem[length : length + 1] in _DIVISIONS and len(stem) - length >= 3:
                return length + 1
            return length if len(stem) - length >= 2 else 0
    return 0


def _legal_form(name: str) -> int:
    """How many characters at the end say what the company is in law."""
    form = 0
    if name.endswith("有限公司"):
        form = 6 if name[-6:-4] == "股份" else 4
        form += 2 * (name[-form - 2 : -form] == "集团")
    elif name.endswith("有限责任公司"):
        form = 6
    elif name.endswith(_LESS_COMMON):
        form = next(len(words) for words in _LESS_COMMON if name.endswith(words))
    return form


def _last_of(text: str) -> int:
    """The length of the trade, or the kind of shop, that the text ends with."""
    for word in _LAST.get(text[-2:], ()):
        if text.endswith(word):
            return len(word)
    return 1 if text[-1:] in _SHOPS else 0


def _core(body: str) -> tuple[str, bool]:
    if (letters := _LETTERS.match(body)) and len(letters.group()) > 1:
        return letters.group(), True
    core = body
    while last := _last_of(core):
        if len(core) - last < 2:
            break
        core = core[:-last]
    if core != body or len(body) <= 3:
        return core, core != body or len(body) <= 3
    if body.isascii():
        return body.split(" ")[0], True
    return body[:2], False


_LETTERS: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(?: [A-Za-z0-9]+)*")


@lru_cache(maxsize=20_000)
def trade_heads(rest: str) -> tuple[str, ...]:
    """How each word of a trade begins, in two characters: 通信|技术."""
    heads, at = [], 0
    while at + 2 <= len(rest):
        heads.append(rest[at : at + 2])
        length = next((length for length in (2, 3, 4, 5) if rest[at : at + length] in TRADES), 2)
        at += length
    return tuple(heads)


_HAN_WORD: Final = r"[一-龥A-Za-z0-9]"
_LEAD: Final = re.compile(
    r".*?(?:拜访|走访|回访|陌拜|去了趟|去了|见了|到了|联系了?|跟进|跟|和|与|给|去|见|到|找|约|把|帮|为"
    r"|在|从|客户|公司|线索|商机|新增|录入|新建|名字叫|名叫|叫|是|了|的|趟|下|[:,\s。;])"
)
_LOOKS: Final = re.compile(
    rf"(?P<name>{_HAN_WORD}{{2,16}}?(?:有限公司|公司|集团|工厂|厂|商行|经营部|超市|酒店|饭店|药房|医院"
    rf"|学校|旅行社|合作社|中心|店))(?![{'长里家子面内外房主'}])"
)
_COMMON: Final = re.compile(
    r"^(?:我们|他们|你们|咱们?|贵|对方|客户|这家|那家|一家|几家|分|总|本|该|哪个|哪家|同行|新|老|别的"
    r"|其他|两家|他|她|你|我|某|有|是|大|小)?的?(?:分|总)?(?:公司|集团|工厂|厂|中心|店|酒店|医院|学校"
    r"|超市|饭店)$"
)


def company_like(words: str) -> str:
    """The company-like phrase in a stretch of text that names no known customer, or ""."""
    found = _by_place(words) or _by_form(words) or _by_trade(words)
    return found if found and not _COMMON.match(found) else ""


_NO_PART: Final = re.compile("的|了|在|去|和|跟|要|想让|让我|我们|他们|说")  # of a name
_BY_PLACE: Final = re.compile(rf"(?:{_PLACE})(?:市|省)?{_HAN_WORD}{{2,12}}")


def _by_place(words: str) -> str:
    """义乌小太阳玩具厂, 佛山顺达五金: a place and a trade, with a name between."""
    for match in _BY_PLACE.finditer(words):
        run = match.group()
        place = PLACE.match(run)
        start = place.end() if place else 2
        form = _LOOKS.match(run)
        ends = [m.end() for m in _TELLING.finditer(run) if m.start() >= start + 1] + ([form.end()] if form else [])
        for end in sorted(ends, reverse=True):  # 佛山顺达五金|想让我们派工程师
            if end > start + 2 and not _NO_PART.search(run, start, end):
                return run[:end]
    return ""


def _by_form(words: str) -> str:
    match = _LOOKS.search(words)
    if match is None:
        return ""
    return _without_lead(match["name"])


def _by_trade(words: str) -> str:
    for match in _TELLING.finditer(words):
        run = re.search(rf"{_HAN_WORD}{{1,10}}$", words[: match.start()])
        if run is None:
            continue
        core = _without_lead(run.group())
        if 2 <= len(core) <= 4:
            more = re.match(rf"(?:{_TRADE}|有限公司|公司|集团|厂|店)*", words[match.end() :])
            return core + match.group() + (more.group() if more else "")
    return ""


def _without_lead(run: str) -> str:
    """What is left behind the last word that leads up to a name."""
    lead = _LEAD.match(run)
    while lead is not None and lead.end() < len(run):
        run = run[lead.end() :]
        lead = _LEAD.match(run)
    return run


def written_name(words: str) -> str:
    """A new company's name as written at the start of a phrase: up to the first break, contact or number."""
    head = re.split(
        r"[,。;:!?\n]|\s(?=\S*(?:\d{5}|联系人))|联系人|对接人|负责人|电话|手机"
        r"|(?<=[司厂店团院行部社])(?=[一-龥]{1,3}(?:总|经理|工|姐|哥|主任))",
        words.strip(" :,的"),
    )
    return head[0].strip(" 的") if head else ""
