"""Words to tap in a text message of 公众号: a link that says them, with the question's name in it."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from scrm_bot.adapters.text import clean, inert
from scrm_bot.message import Choice

SHORT = 6  # letters: labels that stand side by side
NO_QUESTION = "0"
_PLAIN = str.maketrans({"<": "＜", ">": "＞", "\n": " "})


def links(choices: Sequence[Choice]) -> str:
    """Short ones in a line, longer ones one below the other."""
    side_by_side = all(len(choice.label) <= SHORT for choice in choices)
    return ("　" if side_by_side else "\n").join(_link(choice) for choice in choices)


def _link(choice: Choice) -> str:
    says, asked = quote(choice.says, safe=""), choice.asked or NO_QUESTION
    label = inert(clean(choice.label)).translate(_PLAIN)
    return f'<a href="weixin://bizmsgmenu?msgmenucontent={says}&msgmenuid={asked}">{label}</a>'
