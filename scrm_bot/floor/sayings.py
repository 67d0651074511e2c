"""How reps, managers, engineers and customers put what they want: many shapes, filled with the values of the gold."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

VISITS = (
    "{day}去{firm}见了{who}，{talk}",
    "{day}拜访了{firm}{who}，{talk}",
    "{day}跑了一趟{firm}，{who}在，{talk}",
    "{firm} {day}见了{who} {talk}",
    "{day}到{firm}拜访，跟{who}聊了，{talk}",
    "{day}上门拜访{firm}的{who}，{talk}",
    "{day}拜访{firm}，{talk}",
    "{day}去了趟{firm}，{talk}",
    "{day}到{firm}跟{who}碰了个头，{talk}",
    "{day}请{firm}{who}吃了个饭，{talk}",
    "{firm}{who}{day}来我们公司看了样机，{talk}",
    "{day}和{firm}{who}开了个会，{talk}",
    "{day}走访{firm}，见到了{who}，{talk}",
    "{day}去{firm}送了趟资料，{who}说{talk}",
)
CALLS = (
    "{day}给{firm}打了电话，{who}说{talk}",
    "{day}跟{firm}{who}通了个电话，{talk}",
    "{day}打电话给{firm}的{who}，{talk}",
    "{day}电话联系了{firm}，{who}接的，{talk}",
    "{day}给{firm}{who}打了个电话，{talk}",
    "{firm}{who}{day}来电话了，{talk}",
    "{day}电话回访了{firm}{who}，{talk}",
    "{day}跟{firm}的{who}打了二十分钟电话，{talk}",
    "{day}联系了{firm}{who}，{talk}",
)
CHATS = (
    "{day}微信上跟{firm}{who}聊了，{talk}",
    "{day}在微信上和{firm}的{who}聊了几句，{talk}",
    "{day}微信联系了{firm}{who}，{talk}",
    "{day}给{firm}{who}发了微信，{talk}",
    "{firm}{who}{day}微信上回我了，{talk}",
)
NOBODY = (
    "{day}给{firm}打电话没人接",
    "{day}打{firm}{who}电话，没接",
    "{day}给{firm}{who}打了两个电话都没人接",
    "{day}去{firm}扑了个空，{who}不在",
    "{day}跑{firm}白跑一趟，人没见着",
    "{firm}{who}{day}电话一直占线",
)
TALKS = (
    "对方案挺认可的", "价格还要再看看", "他们担心售后响应", "聊得不错", "说要跟老板商量一下", "样机试用效果可以",
    "想先看看参数", "对交期有点顾虑", "在跟另外一家比", "技术那边没什么问题了", "就是预算有点紧", "他们在等年度计划",
    "问了付款方式", "想要个优惠", "对质保年限比较在意", "说产线下个季度要扩", "态度还行", "聊了聊现场的工况",
    "希望我们出个对比表", "说安装要避开旺季", "合同条款还要再过一遍", "他们仓库正在搬家", "说现在用的那家经常断货",
    "嫌交货太慢", "竞品比我们便宜一点", "采购换人了", "想让我们派工程师讲讲", "样品测试没通过要换型号",
    "问能不能分期", "说质量没话说", "对上次的售后不太满意", "意向挺强的", "还在走内部流程", "预算批下来了",
    "要我们提供几个案例", "说再观望一下", "老板还没拍板", "让我们等通知", "他们技术部要先评审", "聊了下付款节点",
    "对方挺热情", "嫌我们报价高", "说别家给的账期更长", "问了下保修怎么算", "他们在做年底盘点", "要求先做个小样",
)  # fmt: skip
TODOS = (
    "再报一版价",
    "送样品过去",
    "再去一趟",
    "给他们出方案",
    "发一份参数过去",
    "再打电话",
    "约他们来看现场",
    "给个最终价",
    "过去做演示",
    "把合同带过去",
    "跟他们技术对一下方案",
    "去现场勘察",
    "回复他们",
    "再跟进一下",
)
DICTATED = (
    "我刚从{firm}出来啊{who}今天在然后聊了一下午{talk}然后还提了一嘴交货的事",
    "今天跑了一天哈上午去的{firm}见着{who}了{talk}别的也没说啥",
    "跟你说下今天我去{firm}那边了{who}接待的嘛{talk}整体感觉还可以",
    "今天又去了一趟{firm}还是找的{who}他的意思是{talk}我觉得问题不大",
    "嗯我现在刚从{firm}出来跟{who}聊了有一个小时{talk}回头再细说",
)
ENGLISH = (
    "visited {firm} today, met {who}, {talk}",
    "called {firm} today, {talk}",
    "met {who} of {firm} today, {talk}",
    "visited {firm} today, {talk}",
)
ENGLISH_TALKS = ("they like the proposal", "price is an issue", "still comparing with a rival", "waiting for budget")
ENGLISH_NEXT = "{words}, send quote {when}"
PIECES = (
    ("{day}去了{firm}", "见了{who}", "{talk}"),
    ("{day}拜访了{firm}{who}", "{talk}"),
    ("{day}跑了趟{firm}", "{talk}"),
)
PLANS = (
    "{when}去{firm}拜访{who}", "{when}约了{firm}{who}见面", "{when}要去{firm}做演示", "约了{firm}{who}{when}谈合同",
    "{when}到{firm}开会", "{when}拜访{firm}",
)  # fmt: skip
PUT_OFF = ("{number}推到明天", "{number}明天再说", "把{number}改到明天", "第{number}个推到明天")
PHONES = ("{firm}{who}的电话改成{phone}", "{firm}{who}换号了，{phone}", "{firm}{who}手机号是{phone}")

DEALS = (
    "{firm}建个商机 {amount} {close}签",
    "新商机 {firm} {amount} 预计{close}签",
    "给{firm}录个商机，{amount}，{close}签",
    "有个新单子 {firm} {amount} {close}能签",
    "帮我给{firm}加个商机，金额{amount}，预计{close}签",
    "建商机：{firm}，{amount}，{close}签",
    "{firm}新建一个商机{amount}，预计{close}成交",
    "登记个商机 {firm} {amount} {close}签",
)
MOVES = (
    "{firm}推进到{stage}", "把{firm}推进到{stage}", "{firm}进{stage}了", "{firm}进入{stage}阶段",
    "{firm}的商机推到{stage}", "{firm}到{stage}了", "{firm}那单推进到{stage}", "{firm}的阶段改成{stage}",
)  # fmt: skip
RAISES = (
    "把{firm}的金额改成{amount}",
    "{firm}的商机金额改成{amount}",
    "{firm}金额调到{amount}",
    "{firm}那单金额改成{amount}",
    "{firm}的金额改一下，{amount}",
    "{firm}商机改到{amount}",
)
WINS = ("{firm}签了！{amount}", "{firm}拿下了，{amount}", "{firm}合同签了 {amount}", "{firm}签约了，{amount}")
LOSSES = ("{firm}丢单了，价格没谈拢", "{firm}那单黄了，嫌我们太贵", "{firm}丢了，输在价格上")
REMINDERS = (
    "{wait}提醒我{errand}", "{wait}后提醒我{errand}", "{wait}之后提醒我{errand}", "提醒我{wait}后{errand}",
)  # fmt: skip
LATER = (
    "{when}叫我{errand}", "{when}别忘了提醒我{errand}", "提醒我{when}{errand}", "加个提醒，{when}{errand}",
    "{when}提醒我{errand}", "记得{when}提醒我{errand}", "{when}提醒我一下{errand}", "帮我设个提醒 {when} {errand}",
)  # fmt: skip
ERRANDS = (
    "给{firm}{who}回电话", "把样品寄给{firm}", "给{firm}发报价", "问{firm}{who}合同的事", "给{firm}{who}发资料",
    "催一下{firm}的样机", "跟{firm}确认送货时间",
)  # fmt: skip
NEWCOMERS = ("今天拜访了{name}，{talk}，是新客户", "新增客户 {name}", "录个新客户：{name}", "加个客户 {name}")
CONTACTS = (
    "{firm}加个联系人 {person} {title} {phone}",
    "加联系人：{firm} {person} {phone}",
    "{firm}新对接人{person}，电话{phone}",
)
TWO = (
    "上午去了{firm}，{talk}，下午去了{other}，{more}",
    "今天跑了两家，{firm}{talk}，{other}{more}",
    "今天先拜访了{firm}{who}，{talk}；后来又去了{other}，{more}",
)
QUESTIONS = (
    "{firm}到哪步了", "{firm}上次聊到哪了", "看看{firm}啥情况", "今天要干啥", "我的商机", "本月漏斗", "明天有啥安排",
    "哪些客户三天没联系了", "{firm}谁在跟", "上次拜访{firm}是哪天", "我这周跟了几家", "{firm}签了吗", "{firm}的联系人",
    "我设了哪些提醒", "{firm}那单多少钱来着", "{firm}啥时候去过", "我今天跟了几家", "有没有快到期的合同",
    "{firm}的电话多少", "这周还有啥事", "我手上多少单子", "{firm}现在谁负责", "上个月我签了几单", "{firm}最近咋样",
)  # fmt: skip
NOTHING = (
    "收到", "哈哈好的", "辛苦了", "好的谢谢", "👌", "要是{firm}能签就好了", "{firm}那边你去还是我去", "还没去{firm}呢",
    "先别给{firm}建商机", "{who}今天真逗", "如果{firm}这个月付款我就请客", "{firm}的尾款还没到", "下班了",
    "{firm}好难搞啊",
    "别把{firm}改成输单", "{firm}说签了又说没签", "今天堵车堵死了",
    "等{firm}回话呢", "{firm}说不定能签", "改天去趟{firm}",
    "{firm}是不是该催了", "要不要去{firm}看看", "{firm}会不会丢啊", "我觉得{firm}悬", "还没给{firm}打电话",
    "{firm}的合同还没签", "今天好累啊", "中午吃啥",
)  # fmt: skip
SILENT = frozenset({"收到", "哈哈好的", "辛苦了", "好的谢谢", "👌"})
MANAGING = (
    "漏斗", "本月漏斗", "{rep}这周跟了几个", "{rep}这周拜访了哪些客户", "这个月签了多少", "哪些客户三天没联系了",
    "{rep}的漏斗", "我的商机", "下个月到期的合同有哪些", "团队这周怎么样", "{rep}手上有哪些单子", "{firm}到哪步了",
    "看下{rep}今天的跟进", "{firm}上次聊到哪了",
)  # fmt: skip
FAULTS = (
    "你好，我们那台{product}早上开机就报警", "{product}坏了，{much}", "我们的{product}连不上网了", "机器不动了 {much}",
    "{product}一直断线，能不能派人来看看", "设备报警E0{digit}，{much}", "{product}屏幕不亮了",
    "你们的{product}又不行了",
    "{product}数据上传不了", "{product}开机没反应，{much}",
)  # fmt: skip
MUCH = ("急", "生产都停了", "麻烦快点", "", "不着急", "能不能派个人来")
MORE_FAULT = ("代码是E0{digit}", "昨天还好好的", "重启过了没用", "是三号线那台", "灯一直闪")
PROGRESS = ("修到哪了", "师傅什么时候到", "进度", "我的工单怎么样了")
URGES = ("能加急吗", "怎么还没人来", "催一下", "能不能快点")
RATES = (
    ("5", 5), ("5分", 5), ("满意 谢谢师傅", 5), ("很好", 5), ("4", 4), ("4分", 4), ("还行吧 就是慢", 3), ("3", 3),
    ("非常满意，谢谢", 5), ("五星", 5), ("2", 2),
)  # fmt: skip
GREETINGS = ("你好", "在吗", "您好，有人吗")
THANKS = ("好的谢谢", "谢谢", "收到")
TAKES = ("接", "接单", "我来", "我接了", "收到，我去")
TELLS = ("回复客户 {when}到", "告诉客户我{when}到", "回复客户 备件已经带上了，{when}到")
TELL_WHEN = ("明天上午10点", "下午三点", "半小时后", "一小时内")
FIXED = ("修好了 换了{part}一个", "搞定了", "修好了", "处理完了，{part}松了", "修好了，客户试过没问题")
PARTS = ("主板", "电源", "网线", "传感器", "保险丝")
WORKLISTS = ("我的工单", "还有哪些单", "待处理的工单")
CANCELS = ("撤销", "撤回", "刚才那条撤销", "撤销上一条")
SKIPS = ("跳过", "先不用", "还没定", "不用了")
CONFIRMS = ("确认", "是的", "对", "嗯")
NEVER_MIND = "算了"


def put(dice: Random, shapes: tuple[str, ...], **values: str) -> str:
    """One of the shapes, filled; whatever is empty leaves no hole."""
    filled = dice.choice(shapes).format_map(_Blank(values))
    return filled.replace("，，", "，").strip(" ，")


def with_next(dice: Random, words: str, when: str, todo: str) -> str:
    """And the next step."""
    return words + dice.choice(("，{when}{todo}", " {when}{todo}", "，约了{when}{todo}", "。{when}{todo}")).format(
        when=when, todo=todo
    )


class _Blank(dict[str, str]):
    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)

    def __missing__(self, key: str) -> str:
        return ""
