"""What the simulated 钉钉 makes of a message: a text, a card whose buttons say something, a file - or nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

PARAM_BYTES, BODY_BYTES = 15_000, 20_000
FILES = {"xlsx", "pdf", "zip", "rar", "doc", "docx", "xls", "ppt", "pptx"}
VERTICAL = {f"sampleActionCard{count}": count for count in (2, 3, 4, 5)}  # 6 is two side by side
_URL = re.compile(r"[!-~]+")  # nothing that would have to be encoded


@dataclass(frozen=True, slots=True)
class Said:
    """What people see; `buttons`: label -> the words that it says; `called`: who is called by name."""

    text: str
    buttons: dict[str, str] = field(default_factory=dict)
    media_id: str = ""
    called: tuple[str, ...] = ()


def in_session(body: Mapping[str, Any]) -> Said | None:
    """By a session's webhook; None: refused. Whoever is called has to stand in the words, too."""
    if len(json.dumps(body, ensure_ascii=False).encode()) > BODY_BYTES:
        return None
    match body:
        case {"msgtype": "text", "text": {"content": str(text)}} if text:
            users = body.get("at", {}).get("atUserIds") or []
            return Said(text, called=tuple(user for user in users if f"@{user}" in text))
        case {"msgtype": "actionCard", "actionCard": {"title": str(title), "text": str(text), "btns": list(buttons)}}:
            pairs = [(str(one.get("title", "")), str(one.get("actionURL", ""))) for one in buttons]
            return _card(title, text, pairs)
    return None


def by_api(body: Mapping[str, Any]) -> Said | None:
    """By the API, its parameters as JSON in a string of limited size; None: refused."""
    kind, raw = str(body.get("msgKey")), body.get("msgParam")
    if not isinstance(raw, str) or len(raw.encode()) > PARAM_BYTES:
        return None
    try:
        param = json.loads(raw)
    except ValueError:
        return None
    if not isinstance(param, dict):
        return None
    if kind in VERTICAL:
        numbers = range(1, VERTICAL[kind] + 1)
        pairs = [(str(param.get(f"actionTitle{n}", "")), str(param.get(f"actionURL{n}", ""))) for n in numbers]
        return _card(str(param.get("title", "")), str(param.get("text", "")), pairs)
    if kind == "sampleFile":
        return _file(param)
    text = str(param.get("content") or param.get("text") or "")
    return Said(text) if text else None


def _card(title: str, text: str, pairs: list[tuple[str, str]]) -> Said | None:
    buttons = {label: _words(url) for label, url in pairs}
    if not title or not text or not all(buttons) or not all(buttons.values()) or len(buttons) != len(pairs):
        return None
    return Said(text.replace("  \n", "\n"), buttons)


def _words(url: str) -> str:
    """What pressing says; "" if it says nothing."""
    parts = urlsplit(url)
    if (parts.scheme, parts.netloc, parts.path) != ("dtmd", "dingtalkclient", "/sendMessage") or not _URL.fullmatch(
        url
    ):
        return ""
    return "".join(parse_qs(parts.query).get("content", []))


def _file(param: Mapping[str, Any]) -> Said | None:
    name, kind, media_id = (str(param.get(field, "")) for field in ("fileName", "fileType", "mediaId"))
    return Said(name, media_id=media_id) if media_id and kind in FILES and name.endswith(f".{kind}") else None
