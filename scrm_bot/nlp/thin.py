"""How much a note says: what is left of it without the phrases that fit every customer on every day."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher
from typing import Final

from scrm_bot.nlp.talk_cues import FAILED

LEAST: Final = 3  # letters that say something of their own; with fewer nobody learns anything
_SOME: Final = 2  # letters that go on with something told before
_COPY_FROM: Final = 8  # letters: short honest notes are alike by chance
_ALIKE: Final = 0.9
_SHORTER: Final = 1 / 3  # by more than this share no copy is shorter, or longer

_TOUCH: Final = (
    r"联系|联络|沟通|跟进|跟踪|回访|交流|对接|维护|拜访|走访|拜会|问候|寒暄|互动|接触|聊|谈"
    r"|打(?:过|完|了)?一?[个通]?电话|通(?:过|完|了)?一?[个]?(?:电话|话)|发(?:过|了)?[个条]?(?:微信|消息|信息|短信)|见面"
)
_WAY: Final = r"电话|微信|企微|钉钉|短信|邮件|线上|线下|当面|上门|面对面"
_DONE: Final = (
    r"已经?|[了过完]|完成|正常|常规|例行|日常|定期|按时|及时|如期|照常|一切|都(?=正常|挺|很|还|没|已|联|沟|跟)"
)
_KEEP: Final = r"保持|继续|持续|不断|随时|后续|接着|再"
_STATE: Final = (
    r"正常|稳定|良好|不错|还?可以|还行|一般|顺利|愉快|很?好|挺好|蛮好|[Oo][Kk]|没(?:有|什么|啥)?(?:问题|毛病|情况|事|变化|异常|特别的?|说什么|说啥|什么|啥)"
    r"|无异常|无变化|无特殊情况|老样子|一如既往|照旧|满意|有意向|有兴趣"
)
_ABOUT: Final = (
    r"客户|顾客|对方|他们?|她们?|那边|这边|这家|那家|该|关系|感情|情况|状态|状况"
    r"|进度|进展|反馈|反应|态度|效果|合作|业务|工作"
)
_FILL: Final = (
    r"今[天日]|昨[天日]|前天|刚才?|刚刚|上午|下午|中午|早上|晚上|本周|这周|我们?|和|跟|与|给|向|对|同|在|中|着|呢|的|得|地|了|啦|哈|吧|啊|哦|嗯"
    r"|很|挺|蛮|还|比较|非常|都|也|就|先|正|目前|现在|暂时|总体|整体|基本上?|表示|感觉|觉得|一下|一次|一趟|几句|几次|多次|一遍|简单|正在|进行"
)
_STOCK: Final = re.compile(rf"{_TOUCH}|{_WAY}|{_DONE}|{_KEEP}|{_STATE}|{_ABOUT}|{_FILL}")
_TOUCHED: Final = re.compile(_TOUCH)
_OVER: Final = re.compile(_DONE)
_KEPT: Final = re.compile(rf"(?:{_KEEP})")
_THEM: Final = re.compile(r"客户|对方|关系|\ue000")
_LETTER: Final = re.compile(r"[^\W_\ue000-\ue00c]")
_ASKED: Final = re.compile(r"[?？]|吗|么$|(?:[能会行]|可以).{0,8}不$|(?<!没)(?:啥|什么(?!都|时候都))|谁(?!都)|咋")
# 见了, 去了, 拜访了: somebody went there, which is told of one day and one place only
_WENT: Final = re.compile(r"(?<!已)(?<!经)(?:拜访|走访|见|去|跑|到|碰|上门|登门)(?:完|过|到)?[了趟]|刚从|出来|回来")
_CALLED: Final = re.compile(r"打|通了?话|聊|谈|发|微信上|电话里|call", re.IGNORECASE)
_JUST: Final = re.compile(r"今天|今早|昨天|前天|刚|上午|下午|中午|早上|晚上|\d+[点号:]")
# a word on price, rivals, wishes, waiting: short, and yet it says something of this customer
_OWN_WORDS: Final = re.compile(
    r"嫌|贵|便宜|价|钱|款|预算|折|竞|别家|账期|售后|质量|交期|货|样品|合同|签|标|方案|资料|参数|试用|考虑|等|催|拒|不要|不想|没兴趣|老板|领导|开会"
)


_VALUE: Final = re.compile(r"[\ue002-\ue004\ue006\ue008-\ue00a]")  # whom, how much, which: anything but when and where
_THEIRS: Final = re.compile(r"他|她|对方|客户|那边|那头|老板|领导|技术|采购|财务|总部|厂里")
_WISH: Final = re.compile(
    r"^\s*(?:要是|如果|假如|万一|帮|请|麻烦|给我|查|看看|看下|能不能|可不可以|可以|怎么|为什么|哪|谁|什么|我要|我想|想要|要不)"
)


def tells(masked: str) -> bool:
    """Whether words that name no customer tell something of one: what it costs, who said what, what they wait for."""
    if _ASKED.search(masked) or _WISH.search(masked):
        return False
    facts = _OWN_WORDS.search(masked) or _VALUE.search(masked) or _THEIRS.search(masked)
    return bool(facts) and letters_of_its_own(masked) >= _SOME


# 说再观望一下, 想让我们派人讲讲, 聊了聊现场的工况: of whom, was said just before
_ON: Final = re.compile(
    r"^[\s那就也还又]*(?:(?:[说问讲嫌]|提到|觉得|担心)(?![明法下啥]|什么|一下)"
    r"|(?:想|希望|要求?|叫|让)(?:让|请|要|叫)?我们(?!也?一起)"
    r"|.{0,4}(?:聊|谈|看|讲|介绍|演示|展示|试|送|带|留|问|对|转|参观|交流|沟通|确认|测|过)(?:了|完)(?![吗没]))"
)


def tells_on(masked: str) -> bool:
    """Whether words may go on with what was told a moment ago, though they name nothing of a customer's."""
    return _ON.search(masked) is not None and not any(one.search(masked) for one in (_ASKED, _WISH, _PASTIME))


_PASTIME: Final = re.compile(  # 看了部电影, 送了孩子上学: of nobody's visit
    r"(?:看|追|玩|打|送|带|陪|接|照顾|做|办)(?:了|完)?(?:我|一)?[会下个部场集本把趟]*(?:电影|电视|剧|球|综艺|短?视频|直播|小说|新闻|游戏"
    r"|麻将|孩子|小孩|娃|儿子|女儿|闺女|老婆|老公|爸|妈|家里|牙|病|作业|家务|驾照|房子|狗|猫)"
)


_TOLD: Final = re.compile(r"说|讲|问|反馈|表示|答应|同意|觉得|认为|嫌|回复|了(?![解得])")


def reports(masked: str) -> bool:
    """Whether they tell what somebody said, or what is done by now: no request that names a customer does."""
    return tells(masked) and _TOLD.search(masked) is not None


def tells_of_contact(text: str) -> bool:
    """Whether somebody went there or spoke with them: 聊完, 吃了个饭, 见了; not what they said once more."""
    return _WENT.search(text) is not None or _CALLED.search(text) is not None


def is_report(masked: str) -> bool:
    """Whether a stretch, its values masked, only reports that there was contact: 已联系, 跟进正常, 挺好的保持联系."""
    if _ASKED.search(masked) or not _TOUCHED.search(masked) or letters_of_its_own(masked):
        return False
    return bool(_OVER.search(masked)) or bool(_KEPT.search(masked) and _THEM.search(masked))


def letters_of_its_own(text: str) -> int:
    """How many letters are left without the stock phrases."""
    return len(_LETTER.findall(_STOCK.sub("", text)))


def says_little(text: str, names: Iterable[str] = ()) -> bool:
    """Whether nobody learns anything from a note. `names` say whom it is about, which is known anyway."""
    plain = without(text, names)
    if re.search(r"\d", plain) or FAILED.search(plain) or _OWN_WORDS.search(plain) or _WENT.search(plain):
        return False
    if _CALLED.search(plain) and _JUST.search(plain):
        return False
    return letters_of_its_own(plain) < LEAST


def copies(text: str, names: Sequence[str] = ()) -> Callable[[str], bool]:
    """Whether a note repeats another, maybe about somebody else: asked of each other note."""
    new = "" if FAILED.search(text) else _core(without(text, names))
    least = _ALIKE * (2 - _SHORTER) / 2 * len(new)  # letters that two so alike share at least

    def repeats(other: str) -> bool:
        letters = set(other.lower())
        if len(new) < _COPY_FROM or sum(map(letters.__contains__, new)) < least:
            return False
        old = _core(without(other, names))
        longer, shorter = max(len(new), len(old)), min(len(new), len(old))
        if shorter < _COPY_FROM or longer - shorter > longer * _SHORTER:
            return False
        return new == old or SequenceMatcher(None, new, old, autojunk=False).ratio() > _ALIKE

    return repeats


def without(text: str, names: Iterable[str]) -> str:
    """The text without whatever it takes over from these names, short forms (华星) too."""
    for name in names:
        at, size = _shared(text, name)
        text = text[:at] + text[at + size :]
    return text


def _shared(text: str, name: str) -> tuple[int, int]:
    """Where the longest part of a name, two letters at least, first stands in a text, and its length."""
    size = 1
    for start in range(len(name)):
        while start + size < len(name) and name[start : start + size + 1] in text:
            size += 1
    if size < 2:
        return 0, 0
    places = (text.find(name[start : start + size]) for start in range(len(name) - size + 1))
    return min(at for at in places if at >= 0), size


def _core(text: str) -> str:
    return "".join(_LETTER.findall(text)).lower()
