"""Whom a reminder is for: 提醒小李周五送样机 rings at 小李's, if the speaker may say so, and else is offered."""

from __future__ import annotations

import re
from typing import Any

from scrm_bot.crm import people
from scrm_bot.crm.people import Staff
from scrm_bot.dialogs.skill import Answer, Then, Told
from scrm_bot.dialogs.slots import Said
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.texts import Text
from scrm_bot.nlp.meaning import When


class Say:
    """Of reminders for somebody else."""

    set = Text("⏰ 好，{moment} 提醒{name}：{what}")
    not_theirs = Text("{name}的提醒我不能替你设，只能提醒你自己和你带的人。要到时候提醒你跟{name}说吗？")
    tell = Text("跟{name}说：{what}")


_TO = r"提醒(?:一下|下)?"


def of(talk: Talk, said: str) -> tuple[Staff | None, Said]:
    """The colleague who is to be reminded, None: the speaker; and the words as if said to whoever it is."""
    slots = talk.meaning.slots if talk.meaning else {}
    for name in map(str, (*slots.get("owner", ()), *slots.get("person", ()))):
        called = re.search(f"{_TO}{re.escape(name)}", said)
        found = _colleagues(talk, name) if called else []
        if called and len(found) == 1:
            words = Said(said.replace(called[0], "提醒我", 1))
            return (None if found[0] is talk.desk.actor else found[0]), words
    return None, Said(said)


def offered(whom: Staff, time: When, customer: Any, said: str) -> Answer:
    """That it may not be set, and what may be instead."""
    what = Say.tell(name=whom.name, what=re.sub(f"{_TO}我", "", said, count=1).replace(time.text, "", 1).strip())
    known = {"time": time, "customer": customer, "said": Said(what)}
    slots = {name: value for name, value in known.items() if value}
    return Told("", then=Then("remind_me", "", Say.not_theirs(name=whom.name), slots), fate="asked")


def _colleagues(talk: Talk, name: str) -> list[Staff]:
    """By full name, or as colleagues call each other; 李总 is a customer's."""
    found = people.named(talk.desk.session, name)
    return [one for one in found if one.name == name or (name[0] in "小老" and len(name) == 2)]
