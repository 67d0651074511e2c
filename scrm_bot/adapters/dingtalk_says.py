"""What is said to DingTalk, as both of its ways take it: a session's webhook, and the API of robots.

A button says its words for whoever presses it; that is the one press which needs no callback of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from scrm_bot.adapters import presses
from scrm_bot.adapters.base import Part
from scrm_bot.adapters.text import clean
from scrm_bot.message import Choice

BUTTONS = 5
PARAM_BYTES = 15_000
TITLE, LABEL = 20, 20
FILES = frozenset("xlsx xls docx doc pptx ppt pdf zip rar".split())
_MARKUP = str.maketrans({"[": "［", "]": "］", "*": "＊", "`": "｀", "<": "＜", "~": "～"})
_AT_LINE = re.compile(r"^(\s*)([#>])", re.MULTILINE)
_WIDE = {"#": "＃", ">": "＞"}


def fits(text: str, choices: Sequence[Choice]) -> bool:
    """Worth a card, and not too much for one."""
    worth = bool(clean(text).strip()) and presses.fit(choices, BUTTONS, LABEL)
    return worth and len(_card_param(text, choices).encode()) <= PARAM_BYTES


def in_session(part: Part, mention: str = "") -> Mapping[str, Any]:
    """For a session's webhook. `mention`: whom it is for, where others read along."""
    if part.choices:
        title, text = _card(part.text)
        buttons = [{"title": presses.label(one, LABEL), "actionURL": _press(one)} for one in part.choices]
        return {"msgtype": "actionCard", "actionCard": {"title": title, "text": text, "btns": buttons}}
    if mention:
        return {"msgtype": "text", "text": {"content": f"@{mention} {part.text}"}, "at": {"atUserIds": [mention]}}
    return {"msgtype": "text", "text": {"content": part.text}}


def by_api(part: Part, media_id: str = "") -> dict[str, str]:
    """For the API: a kind of message, and its parameters as JSON in a string."""
    if part.file:
        ending = part.file.name.rpartition(".")[2].lower()
        return _sample("sampleFile", {"mediaId": media_id, "fileName": part.file.name, "fileType": ending})
    if part.choices:
        return {"msgKey": f"sampleActionCard{len(part.choices)}", "msgParam": _card_param(part.text, part.choices)}
    return _sample("sampleText", {"content": part.text})


def _card_param(text: str, choices: Sequence[Choice]) -> str:
    title, body = _card(text)
    param = {"title": title, "text": body}
    for number, choice in enumerate(choices, 1):
        param |= {f"actionTitle{number}": presses.label(choice, LABEL), f"actionURL{number}": _press(choice)}
    return json.dumps(param, ensure_ascii=False)


def _card(text: str) -> tuple[str, str]:
    """What the list of chats shows, and the card in markdown: the words as they are, whatever stands in them."""
    plain = clean(text).strip()
    return plain.partition("\n")[0][:TITLE], harmless(plain).replace("\n", "  \n")


def harmless(text: str) -> str:
    """The text without what markdown would make something of: what people wrote may have it in it."""
    return _AT_LINE.sub(lambda found: found[1] + _WIDE[found[2]], text.translate(_MARKUP))


def _press(choice: Choice) -> str:
    return f"dtmd://dingtalkclient/sendMessage?content={quote(presses.tagged(choice), safe='')}"


def _sample(kind: str, param: Mapping[str, str]) -> dict[str, str]:
    return {"msgKey": kind, "msgParam": json.dumps(param, ensure_ascii=False)}
