"""What can be tapped in messages to customers: links in the text of a 公众号, menus of 微信客服."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

LINK = re.compile(r'<a href="weixin://bizmsgmenu\?msgmenucontent=([^"&]+)&msgmenuid=([^"&]+)">([^<>]+)</a>')
_ALL_LINKS = re.compile(rf"(?:{LINK.pattern}\s*)+")
_PLAIN_URL = re.compile(r"[!-~]+")
ITEMS, HEAD, ITEM, ID = 10, 1024, 128, 64


def told(words: str, item: str) -> str:
    """What the platform is told when it is tapped, as one string."""
    return json.dumps([words, item])


def links(text: str) -> tuple[str, dict[str, str]]:
    """The text as people see it, and label -> what tapping tells; lines of nothing but links are buttons, not text.

    A link that is not encoded stays as it stands.
    """
    found: dict[str, str] = {}

    def shown(link: re.Match[str]) -> str:
        if not _PLAIN_URL.fullmatch(link[1] + link[2]):
            return link[0]
        found[link[3]] = told(unquote(link[1]), unquote(link[2]))
        return link[3]

    lines = [(line, LINK.sub(shown, line)) for line in text.split("\n")]
    return "\n".join(seen for line, seen in lines if not _ALL_LINKS.fullmatch(line)), found


def menu(body: Mapping[str, Any]) -> dict[str, str] | None:
    """Label -> what tapping tells; None: not a menu that is taken."""
    head, items = str(body.get("head_content", "")), body.get("list")
    if not isinstance(items, list) or not 1 <= len(items) <= ITEMS or len(head.encode()) > HEAD:
        return None
    found: dict[str, str] = {}
    for item in items:
        click = item.get("click", {}) if item.get("type") == "click" else {}
        key, label = str(click.get("id", "")), str(click.get("content", ""))
        if not 1 <= len(key.encode()) <= ID or not 1 <= len(label.encode()) <= ITEM:
            return None
        found[label] = told(label, key)
    return found
