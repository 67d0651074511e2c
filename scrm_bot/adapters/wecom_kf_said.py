"""What 微信客服 hands out when it is asked - messages and events - in the words of the house."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from scrm_bot.adapters import presses
from scrm_bot.adapters.text import clean
from scrm_bot.adapters.wire import read_id
from scrm_bot.message import Address, Kind, Message

CUSTOMER, SYSTEM = 3, 4  # origin; 5 is a human agent
WELCOME_WITHIN = timedelta(seconds=20)
_FAILURES = {
    "1": "the account was deleted",
    "2": "the app is switched off",
    "4": "more than 48 hours after the customer's last message",
    "5": "the session has ended",
    "6": "more than five messages",
    "10": "the customer refuses messages",
}
Meaning = tuple[Kind, str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class NotDelivered:
    """The platform took a message of ours and tells later that it did not arrive."""

    to: Address
    send_id: str
    reason: str


def read(channel: str, item: Mapping[str, Any], now: datetime) -> Message | NotDelivered | None:
    """One item of a page; None: nothing that anybody has to act on. Raises Malformed."""
    origin, kind = item.get("origin"), str(item.get("msgtype") or "")
    if origin == SYSTEM and kind == "event":
        return _event(channel, item, now)
    if origin != CUSTOMER:
        return None
    return _message(channel, item, item, _meaning(kind, _part(item, kind)), now, {})


def event_type(item: Mapping[str, Any]) -> str:
    """What an item is, for the log: the type of an event, "" of a message."""
    return str(_part(item, "event").get("event_type", ""))[:40]


def _event(channel: str, item: Mapping[str, Any], now: datetime) -> Message | NotDelivered | None:
    event = {**item, **_part(item, "event")}
    match event.get("event_type"):
        case "enter_session":
            return _entered(channel, item, event, now)
        case "user_recall_msg":
            what = {"key": read_id(event.get("recall_msgid"))}
            return _message(channel, item, event, (Kind.RECALL, "", what), now, {})
        case "msg_send_fail":
            to = Address(channel, read_id(event.get("external_userid")))
            reason = _FAILURES.get(str(event.get("fail_type")), "the platform does not say why")
            return NotDelivered(to, read_id(event.get("fail_msgid")), reason)
    return None


def _entered(channel: str, item: Mapping[str, Any], event: Mapping[str, Any], now: datetime) -> Message:
    """With a code that still holds they are to be welcomed, as somebody who follows; else they only came in."""
    scene = {"scene": _text(event, "scene"), "scene_param": _text(event, "scene_param")}
    code = _text(event, "welcome_code")
    if not code or now - _sent_at(item, now) > WELCOME_WITHIN:
        return _message(channel, item, event, (Kind.ENTER, "", scene), now, {})
    return _message(channel, item, event, (Kind.FOLLOW, "", scene), now, {"welcome_code": code})


def _message(
    channel: str,
    item: Mapping[str, Any],
    who: Mapping[str, Any],
    meaning: Meaning,
    now: datetime,
    hints: Mapping[str, Any],
) -> Message:
    kind, text, detail = meaning
    return Message(
        address=Address(channel, read_id(who.get("external_userid"))),
        key=read_id(item.get("msgid")),
        kind=kind,
        text=text,
        sent_at=_sent_at(item, now),
        detail={name: value for name, value in detail.items() if value != ""},
        hints={"open_kfid": read_id(who.get("open_kfid")), **hints},
    )


def _meaning(kind: str, part: Mapping[str, Any]) -> Meaning:
    media = {"media_id": _text(part, "media_id")}
    match kind:
        case "text" if _text(part, "menu_id"):  # a tap on an item of a menu message, not typed words
            says, asked = presses.read(_text(part, "menu_id"))
            menu_id = _text(part, "menu_id")
            return Kind.PRESS, says if says != menu_id else _text(part, "content"), {"menu_id": menu_id, "asked": asked}
        case "text":
            return Kind.TEXT, _text(part, "content"), {}
        case "image":
            return Kind.IMAGE, "", media
        case "voice":
            return Kind.VOICE, "", media | {"format": "amr"}
        case "video" | "file":
            return Kind.FILE, "", media | {"type": kind}
        case "location":
            return Kind.LOCATION, _place_name(part), _place(part)
        case "link":
            return Kind.LINK, _text(part, "title"), {"url": _text(part, "url"), "description": _text(part, "desc")}
        case "miniprogram":
            return Kind.LINK, _text(part, "title"), {"type": kind, "appid": _text(part, "appid")}
    return Kind.UNSUPPORTED, "", {"type": clean(kind)[:40]}


def _place_name(part: Mapping[str, Any]) -> str:
    return " ".join(words for words in (_text(part, "name"), _text(part, "address")) if words)


def _place(part: Mapping[str, Any]) -> dict[str, float]:
    try:
        place = {name: float(part[name]) for name in ("latitude", "longitude")}
    except (KeyError, TypeError, ValueError):
        return {}
    return place if all(math.isfinite(value) for value in place.values()) else {}


def _part(item: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = item.get(name)
    return part if isinstance(part, Mapping) else {}


def _text(part: Mapping[str, Any], name: str) -> str:
    value = part.get(name)
    return clean(value) if isinstance(value, str) else ""


def _sent_at(item: Mapping[str, Any], now: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(int(item["send_time"]), UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return now
