"""The words around a name that tell whether it is meant as one."""

from __future__ import annotations

import re
from typing import Final

from scrm_bot.nlp.company import PLACES, REGIONS, TRADES
from scrm_bot.nlp.people import SURNAME, TITLE

_STRONG_AFTER: Final = re.compile(
    rf"那边|这边|那家|这家|那单|这单|那个(?:单|项目|客户|款|合同|老板|采购)|那里|那儿|那条|那批|这个(?:单|项目"
    rf"|客户)|(?:公司)?的(?:单|合同|款|回款|尾款|商机|项目|发票|工单|报价|联系人|老板|采购|人|钱|货"
    rf"|订单|客户|技术|财务|"
    rf"{SURNAME}{TITLE}|[老小]{SURNAME})|{SURNAME}{TITLE}|公司|集团"
)
_LED_BY: Final = re.compile(
    r"(?:拜访|拜访了|回访|回访了|走访|联系|联系了|约|约了|客户[:是叫]?|跟进|跟进了|打给|致电|见了|见到"
    r"|去了趟?|去趟|到了|给|跟|和|与|从|找|把|帮|替|去|到|见|催|问|查|查下|查一下|问下|看看|看下)\s?$"
)
_BREAKS: Final = frozenset(" ,。;:!?、\n\t")
_FOLLOWED: Final = re.compile(
    r"$|[\s,。;:!?、]|的|签|输了|赢|丢单|黄|推进|推到|进(?!出口|口|步|修)|改成|改为|到哪|到什么|回款|打款|付|欠|说"
    r"|有新|有个|要|谁|什么|报价|建|开|今天|昨天|明天|上|下|聊|谈|吃|过|做|拜|那|这|坐|待|跑|转|看|催|打|发|收|买|用"
)
_STATED: Final = re.compile(
    r"签|输了|输单|赢单|丢单|黄了|推进|推到|进入|进了?(?=商务|谈判|报价|方案|合同|需求)|到哪|到什么|回款|打款|付款|付了|尾款|欠|谁在|谁跟"
    r"|谁负责|没戏|中标|拿下|报修|要报|[,:\s](?=\S)|打了|打来|打过来|回了|转了|汇了|到款|到账|今天|昨天|前天|刚|没人|的人|老板"
    r"|催|见过了|聊了|有戏|还欠|下了单|要了"
)
LINKING: Final = frozenset(
    "和跟给与到去见从在把向对是叫找约帮了的个催问查下趟访系:,。 ;!?、户为由被让请等看约跑约回当替"
)
_GREETINGS: Final = frozenset(("早上好", "上午好", "中午好", "下午好", "晚上好", "大家好", "你好", "您好"))
_LIKE_PERSON: Final = re.compile(rf"^(?:[老小阿]{SURNAME}|{SURNAME}{TITLE})$")
TRADE_HEADS: Final = frozenset(trade[:2] for trade in TRADES)


def spoken_of(text: str, end: int) -> bool:
    """那边, 的合同, 王总 behind it."""
    return _STRONG_AFTER.match(text, end) is not None


def led(text: str, at: int, end: int) -> bool:
    """拜访了 before it, and behind it nothing that it could run on into."""
    return led_up_to(text, at) and followed(text, end)


def led_up_to(text: str, at: int) -> bool:
    """拜访了, 约, 给 before it."""
    return _LED_BY.search(text, max(0, at - 6), at) is not None


def followed(text: str, end: int) -> bool:
    """Whether a name may be over here: 的, 签, 今天, a comma, the end."""
    return _FOLLOWED.match(text, end) is not None


def stated(text: str, at: int, end: int) -> bool:
    """It opens a clause that tells of a deal: 签了, 回款."""
    return (at == 0 or text[at - 1] in _BREAKS) and _STATED.match(text, end) is not None


def no_name(word: str) -> bool:
    """Greetings, places, numbers and persons are not meant as companies."""
    alone = word in _GREETINGS or word in PLACES or word in REGIONS
    return alone or word.isdigit() or _LIKE_PERSON.match(word) is not None


def stands_alone(text: str, at: int, end: int) -> bool:
    """Whether Latin letters end where a word of them ends."""
    before, after = text[at - 1 : at], text[end : end + 1]
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())


def place_before(text: str, at: int) -> str:
    """The place named right before."""
    for length in range(min(4, at), 1, -1):
        words = text[at - length : at]
        if words in PLACES or (words[-1] in "省市县区" and words[:-1] in PLACES):
            return words.rstrip("市省") if length > 2 else words
    return ""


def merely_there(text: str, at: int) -> bool:
    """在上海绿源: a place where one was, not a part of the name."""
    return text[max(0, at - 1) : at] in ("在", "到", "飞")
