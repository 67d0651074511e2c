"""Template cards of 企业微信 with buttons: what fits on one, and its JSON.

Lengths are those that the documentation of message/send names, in characters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from scrm_bot.adapters import presses
from scrm_bot.adapters.text import clean, inert
from scrm_bot.message import Choice

BUTTONS = 6
TITLE, BODY, LABEL = 36, 112, 10
_PAUSE = re.compile(r"[。！？!?；;，,：:、]\s*|\s+")


def fits(text: str, choices: Sequence[Choice]) -> bool:
    """Worth a card, and not too much for one."""
    return presses.fit(choices, BUTTONS, LABEL) and _laid_out(text) is not None


def card(text: str, choices: Sequence[Choice], task_id: str) -> dict[str, Any]:
    """The card that says this; `task_id` has to be another one for each."""
    laid_out = _laid_out(text)
    assert laid_out is not None, "more than fits on a card"
    title, body = laid_out
    buttons = [{"text": presses.label(choice, LABEL), "key": presses.key(choice)} for choice in choices]
    words = {"main_title": {"title": title}} | ({"sub_title_text": body} if body else {})
    return {"card_type": "button_interaction", **words, "task_id": task_id, "button_list": buttons}


def _laid_out(text: str) -> tuple[str, str] | None:
    """Title and body: the first line, or as much of it as makes a title."""
    title, _, body = inert(clean(text)).strip().partition("\n")
    if len(title) > TITLE:
        ends = [found.end() for found in _PAUSE.finditer(title, TITLE // 3, TITLE)]
        at = ends[-1] if ends else TITLE
        title, body = title[:at].rstrip(), f"{title[at:].lstrip()}\n{body}".rstrip()
    body = body.strip()
    return (title, body) if title and len(body) <= BODY else None
