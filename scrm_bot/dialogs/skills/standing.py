"""Asking for figures to be sent again and again: it cannot be done by itself yet, and a reminder is the next best."""

from __future__ import annotations

import re

from scrm_bot.dialogs.phrases import short
from scrm_bot.dialogs.skill import STAFF, Answer, Then, Told, skill
from scrm_bot.dialogs.slots import Said
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.texts import Text
from scrm_bot.nlp.meaning import Meaning, When


class Say:
    """What is said of it."""

    rather_remind = Text("到点自己把{what}发给你，我还不会。要我{every}提醒你看吗？到时候回一句“{what}”，马上就有。")
    look = Text("看{what}")
    figures = Text("数据")


_SENDS = re.compile(
    r"(?:把|将|请|帮我|自动|定时|都|也|再)*(?:(?:给|向|跟)我(?:们)?)?(?:发送?|推送?|报一?下|汇报)(?:给?我们?|过来|一[份下个次])*"
    r"|(?:please )?(?:send|push|give) me(?: (?:the|my|a))?",
    re.I,
)
_ENDS = " ，,。.！!？?的"


def _wants_it_regularly(text: str, meaning: Meaning | None) -> bool:
    """每周一早上发我周报: for oneself, and not what one is to send somebody."""
    times = meaning.slots.get("time", ()) if meaning else ()
    if not any(when.every for when in times) or re.search(r"提醒|remind", text):
        return False
    sends = _SENDS.search(text)
    return sends is not None and re.search(r"我|me", sends.group()) is not None


@skill(
    label="send_regularly",
    examples=["每天早上给我发漏斗", "每周一发我周报", "每周五把团队漏斗发我"],
    allow=STAFF,
    says=_wants_it_regularly,
    outright=True,
)
def send_regularly(talk: Talk, said: Said = Said("")) -> Answer:
    """每天、每周要看的数：到点提醒你来问"""
    times = talk.meaning.slots.get("time", ()) if talk.meaning else ()
    every = next(when for when in times if when.every)
    what = _what(said, every)
    slots = {"time": every, "said": Say.look(what=what)}
    prompt = Say.rather_remind(what=what, every=every.text)
    return Told("", then=Then("remind_me", "", prompt, slots), fate="asked")


def _what(said: str, every: When) -> str:
    """漏斗, of 每天早上八点半给我发漏斗."""
    rest = _SENDS.sub(" ", said.replace(every.text, " ", 1))
    return short(" ".join(rest.split()).removeprefix("把").strip(_ENDS), 16) or Say.figures()
