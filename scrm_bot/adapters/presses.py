"""Buttons and menu items: what a platform gives back when one is pressed names the words and the question."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scrm_bot.message import Choice

_KEY = re.compile(r"say:([a-z][0-9a-z]*)?:(.+)", re.DOTALL)
_TAG = re.compile(r"(.+?)\s*〔([a-z][0-9a-z]*)〕", re.DOTALL)
_ASKED = re.compile(r"[a-z][0-9a-z]*")


def key(choice: Choice) -> str:
    """What the button is called between the platform and us."""
    return f"say:{choice.asked}:{choice.says}"


def read(given: str) -> tuple[str, str]:
    """What was said by pressing, and the question that it answers, "" for none; a key not ours is its own words."""
    found = _KEY.fullmatch(given)
    return (found[2], found[1] or "") if found else (given, "")


def tagged(choice: Choice) -> str:
    """The same where a press can say nothing but words that everybody sees."""
    return f"{choice.says} 〔{choice.asked}〕" if choice.asked else choice.says


def untagged(text: str) -> tuple[str, str]:
    """The words, and the question that they answer."""
    found = _TAG.fullmatch(text.strip())
    return (found[1], found[2]) if found else (text, "")


def asked(menu_id: str) -> str:
    """The question, if it is a question of ours that is named."""
    return menu_id if _ASKED.fullmatch(menu_id) else ""


def fit(choices: Sequence[Choice], most: int, letters: int, key_bytes: int = 1024) -> bool:
    """Worth buttons, and not too much for them: one choice alone is a hint, which the words hold already.

    No two may look alike in so many letters, or say the same.
    """
    keys = {key(choice) for choice in choices}
    labels = {label(choice, letters) for choice in choices}
    apart = len(choices) == len(keys) == len(labels)
    return 2 <= len(choices) <= most and apart and all(len(one.encode()) <= key_bytes for one in keys)


def label(choice: Choice, letters: int) -> str:
    """The words on the button."""
    return choice.label if len(choice.label) <= letters else choice.label[: letters - 1] + "…"
