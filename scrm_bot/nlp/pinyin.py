"""How characters sound, so that names typed or dictated wrongly are still found. From pypinyin's table (MIT)."""

from __future__ import annotations

from importlib.resources import files
from typing import Final


def _readings() -> dict[str, str]:
    """The first reading of every common character, toneless, southern ears allowed for: zh z, ch c, sh s, ng n."""
    lines = (files("scrm_bot.nlp") / "sounds.txt").read_text(encoding="utf-8").splitlines()
    return {char: sound for sound, _, chars in (line.partition(" ") for line in lines) for char in chars}


_SOUNDS: Final = _readings()


def heard(text: str) -> list[str]:
    """How each character of a text sounds; what is no character stays as it is."""
    return list(map(_SOUNDS.get, text, text))


def spelling(letters: str) -> str:
    """Pinyin as somebody types it, huaxing, as it is heard: huaxin."""
    folded = letters.lower()
    for typed, heard_so in (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n")):
        folded = folded.replace(typed, heard_so)
    return folded


def sounds(words: str) -> str:
    """The sounds of several characters as one key."""
    return " ".join(heard(words))
