"""Customers whom the speaker does not know: whether there is one of that name is not told, only that none was found."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from scrm_bot.crm.customers import Customer
from scrm_bot.crm.desk import Desk
from scrm_bot.dialogs.skill import Skill, Slot
from scrm_bot.dialogs.texts import Text


class Say:
    """What is said of them."""

    unknown = Text("没找到「{words}」，换个说法试试？")
    or_hidden = Text("没找到「{words}」，或者它不在你的权限内。")


_HOLE = re.compile(r"\{(\w+)\}")
_NO_NAME = re.compile(
    r"我|你|他|她|它|咱|谁|哪|啥|什么|几|这|那|今|明|昨|本|上|下|近|客户|公司|大家|团队"
    r"|合同|订单|单子|商机|项目|工单|报价|进度|漏斗"
)


def not_found(desk: Desk, slot: Slot, words: str) -> str:
    """Nothing that this slot may name is called so."""
    hidden = slot.kind is Customer and not desk.reach.everybody
    return (Say.or_hidden if hidden else Say.unknown)(words=words)


def asked_about(
    text: str, allowed: Mapping[str, Skill], values: Mapping[str, Sequence[Any]]
) -> tuple[Skill, str] | None:
    """A skill that needs a customer, said as in an example but for a name that nobody knows: and that name.

    `values`: what was found in the text; the name holds none of it.
    """
    if "customer" in values:
        return None
    others = [str(getattr(v, "text", v)) for name, found in values.items() if name != "unknown_customer" for v in found]
    asked = text.rstrip("？?。！! ")
    for one in allowed.values():
        if not any(slot.kind is Customer and slot.required for slot in one.slots):
            continue
        for frame in _frames(one.examples):
            found = frame.fullmatch(asked)
            name = found["customer"].strip() if found else ""
            if len(name) >= 2 and not _NO_NAME.search(name) and not any(words in name for words in others):
                return one, name
    return None


@cache
def _frames(examples: tuple[str, ...]) -> list[re.Pattern[str]]:
    """The examples that are recognised by what stands around and behind the customer."""
    framed = [e for e in examples if "{customer}" in e and not e.endswith("{customer}")]
    framed = [e for e in framed if len(_HOLE.sub("", e)) >= 3]
    return [re.compile(_HOLE.sub(_gap, re.escape(e).replace(r"\{", "{").replace(r"\}", "}"))) for e in framed]


def _gap(hole: re.Match[str]) -> str:
    return "(?P<customer>.{2,30}?)" if hole[1] == "customer" else ".{1,60}?"
