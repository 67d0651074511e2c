"""How an engineer tells of the ticket in hand: on the way, there, waiting for parts, done."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum

from scrm_bot.dialogs.phrases import clauses


class Stand(Enum):
    """Where the work is."""

    GOES_ON = "goes on"
    WAITS = "waits"


_LONGEST = 40  # letters: more is a story, and not for the customer as it stands
_ASKS = re.compile(r"[?？]|[吗么呢]\s*$|什么时候|啥时候|怎么|咋|多久|哪|谁|几点|为[什啥]|是不是|提醒我|[叫喊]我")
_PARTS = (
    r"(?:配件|备件|备品|零件|部件|件|货|料|主板|电源|模块|屏幕?|电池|传感器|电机|厂家|厂里|原厂|总部|仓库|采购|审批)"
)
_LACKS = re.compile(
    rf"(?:等|缺|差|少|没有?|订|调|申请|采购|(?:要|得|需)换|寄|发)(?:了|着|一下|下|个|一?块|一?个|新的?|他们|人|的|到)*{_PARTS}"
    rf"|{_PARTS}(?:还|都|暂时|也|目前)?(?:没有?|缺|不够|断)(?:货|到|来|了|库存|发|齐)?|没货|缺货|无货|断货"
    r"|(?:还|得|要|只能|需要?)(?:再)?等|等(?:客户|对方|他们)|暂停|先停|(?:客户|对方|现场)(?:那边|今天|现在|都)*(?:不在|没人|没空|没时间|关门|休息)"
    r"|waiting (?:for|on)|out of stock|need(?:s)? (?:a )?(?:new )?part|on order",
    re.I,
)
_BLAMED = re.compile(r"不用|不需要|不必|不缺|不等|别")
_THERE = re.compile(
    r"(?:我|人|我们|已经?|刚刚?|现在)*(?:到|到达|抵达)了?(?:现场|客户|他们?|公司|这边?|那边?|里|门口|楼下|厂|地方)*了?"
    rf"|(?:我|人|我们|已经?|现在)*(?:正?在|开始)(?:现场|客户(?:这|那)(?:里|边)?)?(?:修|检修|处理|检查|排查|测试?|看|换)+(?:中|了|着)?(?:{_PARTS}|机器|设备)?"
    r"|(?:我|人|我们|已经?|现在)*在(?:现场|客户(?:这|那)(?:里|边)?)了?"
    r"|i'?m (?:here|on site|there)|on site|arrived",
    re.I,
)
_COMING = re.compile(
    r"堵车|堵在|在路上|路上了|出发了|正在?(?:赶|过)去|晚点|会?晚.{0,6}?(?:分钟|小时|会儿|到)|马上(?:就)?到|快到了"
    r"|(?:分钟|小时|[点半上下]|午|天|会儿?|晚上|[一二三四五六日天])(?:左右|后|以?后|再|就|才|能|之内|内)*(?:到|过去|过来|上门|去修|来修|去处理)"
    r"(?:现场|你们那|那边)?[了吧哈。!！]*$"
    r"|running late|on my way|be there in",
    re.I,
)
_DONE = re.compile(
    r"(?:修|弄|搞|处理|解决|调试?|换|装|恢复|排除|整)(?:好|定|完|掉|正常)(?:了|啦)|(?:恢复|运行|已经?)正常了|(?:故障|问题)(?:已经?)?(?:排除|解决)了"
    r"|^T\d{6}-\d+\s*(?:已经?|都|也)?(?:好|完)了"
)
_NOT_DONE = re.compile(r"没|未|不|再|明|后天|下周|等|还|如果|要是|的话|提醒|才|[1-9一二三四五]个")
_TAKES = re.compile(
    r"(?:这|那|这个|那个|这张|好的?|行|ok)*(?:工?单子?|活)?(?:就|由|给|归|让)*我(?:来|接|去|跟|处理|负责|弄|搞定?|接了|接单|来接|来吧|来处理|马上去|去吧|去看看?)(?:了|吧|啊|哈|下|一下)*",
    re.I,
)
_CLAUSES = re.compile(r"[\s，,。；;！!]+")
_BREAKS = re.compile(r"[\s，,。.!！~、]+")


def tells_of(text: str) -> Stand | None:
    """到现场了; 堵车 晚半小时; 主板缺货 等下周一. None if it is asked, or says nothing of the kind."""
    if len(text) > _LONGEST or _ASKS.search(text) or is_done(text):
        return None
    if _LACKS.search(text) and not _BLAMED.search(text):
        return Stand.WAITS
    return Stand.GOES_ON if _COMING.search(text) or _THERE.fullmatch(_BREAKS.sub("", text)) else None


def for_the_customer(text: str, times: Iterable[str]) -> str:
    """Of what the engineer says only how it goes and when: the rest is not meant for the customer."""
    said, times = [part for part in _CLAUSES.split(text) if part.strip()], tuple(times)
    kept = [part.strip() for part in said if tells_of(part) or any(when in part for when in times)]
    return clauses(kept) if kept and len(kept) < len(said) else text


def is_done(text: str) -> bool:
    """换好了 能用了: a word for having finished, and none that takes it back."""
    return len(text) <= _LONGEST and not _ASKS.search(text) and bool(_DONE.search(text)) and not _NOT_DONE.search(text)


def takes(text: str) -> bool:
    """这个单我来."""
    return len(text) <= _LONGEST and bool(_TAKES.fullmatch(_BREAKS.sub("", text)))
