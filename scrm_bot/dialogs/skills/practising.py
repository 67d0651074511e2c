"""Switching practice on; what is said from then on is heard by dialogs/practice.py."""

from __future__ import annotations

from scrm_bot.dialogs import practice
from scrm_bot.dialogs.skill import STAFF, Answer, Told, skill
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.texts import Text


class Say:
    """Where there is no practice."""

    not_here = Text("演练在私聊里开，别打扰大家。")


@skill(
    label="practise",
    examples=[
        "演练模式",
        "演练",
        "我想练一下",
        "practice",
        "进入演练模式",
        "开始演练",
        "我要练习",
        "练一练",
        "让我练练手",
    ],
    allow=STAFF,
)
def practise(talk: Talk) -> Answer:
    """演练模式：随便说，什么都不会真记"""
    if talk.address.room:
        return Say.not_here()
    return Told(practice.begin(talk.desk, talk.memory), fate="answered")
