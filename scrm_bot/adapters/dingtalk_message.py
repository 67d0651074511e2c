"""What DingTalk writes into a callback, whichever way it comes, as a Message."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from scrm_bot.adapters import presses
from scrm_bot.adapters.base import BadSignature, Malformed
from scrm_bot.adapters.text import clean
from scrm_bot.adapters.wire import read_id
from scrm_bot.message import Address, Kind, Message

GROUP = "2"
_LATEST = 10**14  # milliseconds: no session lives for a thousand years

Meaning = tuple[Kind, str, dict[str, Any]]


def check_ours(body: Mapping[str, Any], corp_id: str, robot_code: str) -> None:
    """Raises BadSignature if the message was meant for another organisation or another robot."""
    for field, ours in (("chatbotCorpId", corp_id), ("robotCode", robot_code)):
        if body.get(field) not in (None, ours):
            raise BadSignature(f"another {field}")


def is_for_us(body: Mapping[str, Any]) -> bool:
    """Whatever is said in private, and in a group what mentions the robot."""
    return not _in_group(body) or str(body.get("isInAtList")).lower() == "true"


def is_guest(user: str) -> bool:
    """Somebody of another organisation: a sender without a staff id, who can be answered but not addressed."""
    return user.startswith("$:")


def read_message(channel: str, body: Mapping[str, Any], received_at: datetime) -> Message:
    """The message in a callback's JSON. Raises Malformed."""
    kind, text, detail = _meaning(body)
    guest = {} if body.get("senderStaffId") else {"guest": True}  # they can be answered, but not addressed
    return Message(
        address=Address(
            channel,
            read_id(body.get("senderStaffId") or body.get("senderId")),
            read_id(body.get("conversationId")) if _in_group(body) else "",
        ),
        key=read_id(body.get("msgId")),
        kind=kind,
        text=text.strip(),
        sent_at=_time(body.get("createAt"), received_at),
        sender_name=_text(body.get("senderNick"))[:64],
        detail=detail | guest,
        hints=_hints(body),
    )


def _in_group(body: Mapping[str, Any]) -> bool:
    return str(body.get("conversationType")) == GROUP


def _meaning(body: Mapping[str, Any]) -> Meaning:
    content = body.get("content")
    fields = content if isinstance(content, dict) else {}
    media = {name: _text(fields.get(name)) for name in ("downloadCode", "fileName") if _text(fields.get(name))}
    match body.get("msgtype"):
        case "text":
            words = body.get("text")
            return _said(_text(words.get("content") if isinstance(words, dict) else content))
        case "audio":
            return Kind.VOICE, _text(fields.get("recognition")), media
        case "picture":
            return Kind.IMAGE, "", media
        case "richText":
            return _rich(fields.get("richText"))
        case "file" | "video" as kind:
            return Kind.FILE, "", media | {"type": kind}
        case str(kind) if kind:
            return Kind.UNSUPPORTED, "", {"type": clean(kind)[:64]}
    raise Malformed("no msgtype")


def _said(text: str) -> Meaning:
    """A button says its words for whoever presses it; those of a question carry its name."""
    words, asked = presses.untagged(text)
    return (Kind.PRESS, words, {"asked": asked}) if asked else (Kind.TEXT, text, {})


def _rich(items: object) -> Meaning:
    """Words and pictures mixed. HarmonyOS leaves the mention in front as a piece of its own."""
    pieces = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    codes = [code for item in pieces if (code := _text(item.get("downloadCode")))]
    texts = [_text(item.get("text")) for item in pieces]
    if len(texts) > 1 and texts[0].startswith("@") and " " not in texts[0].strip():
        texts = texts[1:]
    text = "".join(texts)
    if not text.strip() and codes:
        return Kind.IMAGE, "", {"downloadCode": codes[0], "downloadCodes": codes}
    return Kind.TEXT, text, {"downloadCodes": codes} if codes else {}


def _hints(body: Mapping[str, Any]) -> dict[str, Any]:
    webhook, until = _text(body.get("sessionWebhook")), body.get("sessionWebhookExpiredTime")
    lives = isinstance(until, int) and 0 < until < _LATEST
    return {"webhook": webhook, "until": until} if webhook and lives else {}


def _text(value: object) -> str:
    return clean(value) if isinstance(value, str) else ""


def _time(millis: object, received_at: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(int(str(millis)) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return received_at
