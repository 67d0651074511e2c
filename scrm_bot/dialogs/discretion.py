"""What is nobody's business in a group: money, phones, lists of customers. It is said in private instead."""

from __future__ import annotations

import re

from scrm_bot.dialogs.texts import Text
from scrm_bot.message import Reply


class Say:
    """What the group hears instead."""

    sent_privately = Text("已私聊发你 👌")
    no_way = Text("这个要私聊说，但我在这里还私聊不到你。请先单独找我说句话。")
    not_yours = Text("这个已经定过了，或者问的不是你，不用点啦 👌")


_MONEY = re.compile(
    r"[¥￥$€]\s*\d|\d[\d,.]*\s*(?:[万亿千百]?\s*(?:元|块|人民币|美元|美金|欧元)|[万亿](?!里|公|步|人|次|吨|台|件|个))"
)
_PHONE = re.compile(
    r"(?<!\d)(?:1[3-9]\d(?:[- ]?\d{4}[- ]?|\*{4})\d{4}|0\d{2,3}[- ]?\d{7,8}|400[- ]?\d{3}[- ]?\d{4})(?!\d)"
)


def is_private(reply: Reply) -> bool:
    """Its words hold money or a phone, or a list of ours."""
    said = "\n".join([reply.text, *(choice.label for choice in reply.choices)])
    return bool(reply.listing or reply.file or _MONEY.search(said) or _PHONE.search(said))
