"""Menu messages of 微信客服: what fits into one, and its JSON. Lengths are UTF-8 bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scrm_bot.adapters import presses
from scrm_bot.message import Choice

ITEMS, HEAD, ITEM, ID = 10, 1024, 128, 64


def fits(text: str, choices: Sequence[Choice]) -> bool:
    """Worth a menu, and not too much for one."""
    labels = [choice.label for choice in choices]
    few = presses.fit(choices, ITEMS, ITEM, ID) and all(len(label.encode()) <= ITEM for label in labels)
    return few and len(text.encode()) <= HEAD


def menu(text: str, choices: Sequence[Choice]) -> dict[str, Any]:
    """The words, and below them what can be tapped."""
    items = [{"id": presses.key(choice), "content": choice.label} for choice in choices]
    return {"head_content": text, "list": [{"type": "click", "click": item} for item in items]}
