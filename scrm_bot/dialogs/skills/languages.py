"""Talking about the language that one is spoken to in."""

from __future__ import annotations

import re

from scrm_bot.crm.people import Contact, Staff
from scrm_bot.dialogs.skill import STAFF, Answer, Guest, Told, skill
from scrm_bot.dialogs.slots import Said
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.texts import Text, speaking_to
from scrm_bot.nlp.meaning import Meaning


class Say:
    """Said in the language that was chosen."""

    chosen = Text("好，以后跟你说中文。想换英文就说“说英文”。")
    which = Text("我会说中文和英文。换语言就说“说英文”或“说中文”。")


_LANGUAGES = {"en": r"英文|英语|英語|english", "zh": r"中文|汉语|漢語|普通话|国语|chinese|mandarin"}
_ASKS = re.compile(
    r"(?:(?:请|麻烦|你?能不能|可以|能)*(?:跟我|和我|对我|给我|以后|都|改|切换?|换)*(?:说|讲|用|成|到|为)+(?:回复|回答)?"
    r"|(?:please\s+|can you\s+|could you\s+)*(?:switch to|speak|use|reply in|talk in|change to|in)(?:\s+to me)?)"
    rf"\s*({'|'.join(_LANGUAGES.values())})(?:\s*(?:吧|可以吗|好吗|行吗|谢谢|please|pls|thanks))?[\s。.!！?？]*",
    re.I,
)
_ALONE = re.compile(rf"\s*({'|'.join(_LANGUAGES.values())})\s*(?:please|pls)?[.!?。！？]*\s*", re.I)


def asks_for_a_language(text: str, _meaning: Meaning | None) -> bool:
    """说英文, switch to English."""
    return wanted(text) is not None


def wanted(text: str) -> str | None:
    """The language that is asked for by these words and no others."""
    found = _ASKS.fullmatch(text.strip()) or _ALONE.fullmatch(text.strip())
    if found is None:
        return None
    return next(key for key, names in _LANGUAGES.items() if re.fullmatch(names, found[1], re.I))


@skill(
    label="language",
    examples=["说英文", "switch to English", "speak English", "说中文", "用中文", "改成英文"],
    allow=STAFF | {Guest.CONTACT},
    says=asks_for_a_language,
    aside=True,
)
def choose_language(talk: Talk, said: Said = Said("")) -> Answer:
    """换成英文或中文：说英文"""
    language, person = wanted(said), talk.desk.actor
    if language is None or not isinstance(person, Staff | Contact):
        return Told(Say.which(), fate="answered")
    person.language = language
    with speaking_to(talk.desk.shape, person):
        return Told(Say.chosen(), fate="answered")
