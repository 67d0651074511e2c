"""What WeChat and WeCom push and take as an answer - one XML dialect - in the words of the house."""

from __future__ import annotations

import hashlib
import math
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from scrm_bot import late
from scrm_bot.adapters import presses
from scrm_bot.adapters.base import Answer, BadSignature, Callback, Malformed, Nonces
from scrm_bot.adapters.codec import Envelope, check_time
from scrm_bot.adapters.text import clean
from scrm_bot.adapters.wire import Fields, read_fields, read_id, render
from scrm_bot.message import Address, Kind, Message

Meaning = tuple[Kind, str, dict[str, Any]]
_BESIDE = rb"(?:<(?:ToUserName|AgentID)>(?:<!\[CDATA\[\w*\]\]>|\w*)</(?:ToUserName|AgentID)>\s*)?"
_PLAIN = re.compile(
    rb"<xml>\s*" + _BESIDE * 2 + rb"<Encrypt><!\[CDATA\[(?P<sealed>[A-Za-z0-9+/=]+)\]\]></Encrypt>\s*"
    + _BESIDE * 2 + rb"</xml>\s*"
)  # fmt: skip


async def unsealed(callback: Callback, envelope: Envelope, window: timedelta, nonces: Nonces, channel: str) -> Fields:
    """The fields of an encrypted push. What stands beside <Encrypt> is nobody's word and is not looked at.

    What was sealed is what a nonce stands for: a platform that seals the same message anew may use the nonce again.
    """
    encrypted = _encrypted(callback.body)
    check_sealed(callback, envelope, encrypted, window)
    said = envelope.open(encrypted)
    await check_nonce(nonces, channel, callback, said)
    return read_fields(said)


def _encrypted(body: bytes) -> str:
    """The sealed text of a push. What platforms send is told at a glance; whatever else comes is read with care."""
    found = _PLAIN.fullmatch(body)
    return found["sealed"].decode("ascii") if found else read_fields(body).get("Encrypt", "")


async def check_nonce(nonces: Nonces, channel: str, callback: Callback, said: bytes) -> None:
    """Raises BadSignature if this timestamp and nonce came with something else before; the same is a redelivery."""
    signed = f"{callback.query['timestamp']}/{callback.query['nonce']}".encode(errors="replace")
    if not await nonces.fresh(f"{channel}/{_digest(signed)}", _digest(said)):
        raise BadSignature("a nonce used for something else")


def echo(callback: Callback, envelope: Envelope, window: timedelta) -> bytes:
    """What the console wants to see when it verifies a URL of WeCom's. Raises BadSignature."""
    sealed = callback.query.get("echostr", "").replace(" ", "+")  # a proxy that decoded twice
    check_sealed(callback, envelope, sealed, window)
    plain = envelope.open(sealed)
    if plain.lstrip()[:1] in (b"<", b"{"):  # a captured message: we do not decrypt those for whoever asks
        raise BadSignature("not an echo")
    return plain


def check_sealed(callback: Callback, envelope: Envelope, encrypted: str, window: timedelta) -> None:
    """Raises BadSignature unless the query signs this sealed text, now."""
    query = callback.query
    timestamp = query.get("timestamp", "")
    envelope.check(query.get("msg_signature", ""), timestamp, query.get("nonce", ""), encrypted)
    check_time(timestamp, callback.received_at, window)


def check_ours(fields: Fields, name: str, ours: str) -> None:
    """Raises BadSignature if the push is for another account than the one configured here."""
    if fields.get(name, "").strip() != ours:
        raise BadSignature(f"another {name}")


def heard(channel: str, fields: Fields, received_at: datetime) -> Message | None:
    """The message in a verified push; None: an event that means nothing to us. Raises Malformed."""
    meaning = _meaning(fields)
    if meaning is None:
        return None
    kind, text, detail = meaning
    return Message(
        address=Address(channel, read_id(fields.get("FromUserName"))),
        key=_key(fields),
        kind=kind,
        text=clean(text),
        sent_at=_time(fields.get("CreateTime", ""), received_at),
        detail={
            name: clean(value) if isinstance(value, str) else value for name, value in detail.items() if value != ""
        },
        hints=_hints(fields, text),
    )


def _hints(fields: Fields, said: str) -> dict[str, Any]:
    """A card that was pressed is marked with what was said by it."""
    code = fields.get("ResponseCode", "")
    return {"response_code": clean(code), "pressed": f"☑ {clean(said)}"[:16]} if code else {}


def seal_for(fields: Fields, callback: Callback) -> Mapping[str, str]:
    """What a reply within the callback's answer needs to know of it."""
    at = str(int(callback.received_at.timestamp()))
    return {"to": fields.get("FromUserName", ""), "from": fields.get("ToUserName", ""), "at": at}


def reply(seal: Mapping[str, str], text: str, envelope: Envelope | None) -> Answer:
    """The passive reply with this text, sealed if the account has an envelope."""
    people = {"ToUserName": seal["to"], "FromUserName": seal["from"]}
    xml = render(people | {"CreateTime": int(seal["at"]), "MsgType": "text", "Content": text})
    return Answer(200, (_sealed(xml, seal["at"], envelope) if envelope else xml).encode(), "application/xml")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _sealed(xml: str, timestamp: str, envelope: Envelope) -> str:
    nonce, encrypted = os.urandom(8).hex(), envelope.seal(xml.encode())
    signature = envelope.signature(timestamp, nonce, encrypted)
    return render({"Encrypt": encrypted, "MsgSignature": signature, "TimeStamp": int(timestamp), "Nonce": nonce})


def _meaning(fields: Fields) -> Meaning | None:
    """wechatpy types the push; it gets to see only what our own reader has let through, and not plain words."""
    try:
        if fields["MsgType"] == "text":
            return _words(fields)
        typed = late.load("adapters.typed").typed(render(fields))
        return _event(typed, fields) if fields["MsgType"].lower() == "event" else _said(typed, fields)
    except Exception:  # it answers a malformed push with one of half a dozen exceptions
        raise Malformed("not a push") from None


def _words(fields: Fields) -> Meaning:
    if fields.get("bizmsgmenuid"):  # a tap on an item of a menu message, not typed words
        menu_id = fields["bizmsgmenuid"]
        return Kind.PRESS, fields.get("Content", ""), {"menu_id": menu_id, "asked": presses.asked(menu_id)}
    return Kind.TEXT, fields.get("Content", ""), {}


def _said(typed: Any, fields: Fields) -> Meaning:
    media = {"media_id": fields.get("MediaId", "")}
    match typed.type:
        case "text":
            return _words(fields)
        case "voice":
            return Kind.VOICE, typed.recognition or "", media | {"format": typed.format or ""}
        case "image":
            return Kind.IMAGE, "", media | {"url": typed.image or ""}
        case "video" | "shortvideo":
            return Kind.FILE, "", media | {"type": typed.type, "thumb_media_id": typed.thumb_media_id or ""}
        case "location":
            return Kind.LOCATION, typed.label or "", _place(typed.location_x, typed.location_y)
        case "link":
            detail = {"url": typed.url or "", "description": typed.description or ""}
            return Kind.LINK, typed.title or "", detail
    if fields["MsgType"].lower() == "file":
        return Kind.FILE, "", media | {"type": "file", "name": fields.get("Title", "") or fields.get("FileName", "")}
    return Kind.UNSUPPORTED, "", {"type": fields["MsgType"]}


def _place(latitude: str, longitude: str) -> dict[str, float]:
    place = {"latitude": float(latitude), "longitude": float(longitude)}
    if not all(math.isfinite(value) for value in place.values()):
        raise ValueError("nowhere")
    return place


def _event(typed: Any, fields: Fields) -> Meaning | None:
    event = getattr(typed, "event", "") or fields.get("Event", "").lower()
    key = fields.get("EventKey", "")
    match event:
        case "subscribe":
            return Kind.FOLLOW, "", {}
        case "subscribe_scan":
            return Kind.FOLLOW, "", {"scene": typed.scene_id}
        case "unsubscribe":
            return Kind.UNFOLLOW, "", {}
        case "scan":
            return Kind.ENTER, "", {"scene": typed.scene_id}
        case "enter_agent":
            return Kind.ENTER, "", {}
        case "click" | "scancode_push" | "scancode_waitmsg":
            return Kind.PRESS, key, {"event": event, "key": key}
        case "template_card_event":
            says, asked = presses.read(key)
            return Kind.PRESS, says, {"event": event, "key": key, "task_id": fields.get("TaskId", ""), "asked": asked}
    return None


def _key(fields: Fields) -> str:
    """The platform's own id. Events have none: what happened, when and to what has to do."""
    if fields.get("MsgId"):
        return read_id(fields["MsgId"])
    if fields["MsgType"].lower() != "event":
        return hashlib.sha256(render(fields).encode()).hexdigest()
    names = ("Event", "CreateTime", "EventKey", "TaskId", "ResponseCode")
    parts = [fields.get(name, "").strip() for name in names]
    key = ":".join(part for part in parts if part)
    return key if len(key) <= 100 and key.isprintable() else hashlib.sha256(key.encode()).hexdigest()


def _time(seconds: str, received_at: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return received_at
