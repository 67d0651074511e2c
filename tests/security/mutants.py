"""Callbacks that went wrong: recorded ones changed here and there, sealed anew or not, and plain rubbish. Seeded."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from scrm_bot.simulator import Request, Simulator

PAYLOADS = Path(__file__).parent.parent / "payloads"
STRANGE = [
    "", " ", "\0", "\ud800", "\u202e", "\ufeff", "\r\n", "'", '"', "]]>", "<![CDATA[", "&lol;", "%00",
    "../../etc/passwd", "'; DROP TABLE messages; --", "${jndi:ldap://x}", "{{7*7}}", "=1+1", "@all", "a|b", "-1", "0",
    "1e999", "NaN", "9" * 400, "A" * 5000, "好" * 3000, "👨‍👩‍👧‍👦", "１２３", "true", "null", "[]", "{}", "\u2028",
    "<xml>", "<!DOCTYPE x>",
]  # fmt: skip
VALUES: list[Any] = [None, True, False, 0, -1, 1.5, 1e308, 2**63, 10**400, "", "1", [], {}, [[[]]], {"a": {"b": []}}]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A callback; `genuine`: signed with our secrets, so that what it holds may be taken in."""

    request: Request
    genuine: bool


@dataclass(frozen=True, slots=True)
class Breeder:
    """One channel's source of mutants: recorded payloads, and how the platform seals a text."""

    folder: str
    channel: str
    sealed: Callable[[str, str], Request]  # hook, what is inside
    received: Mapping[str, str]  # fields that make a recorded payload ours

    def breed(self, chance: random.Random, hook: str) -> Mutant:
        """The next one."""
        inner = self._inner(chance).encode(errors="replace").decode()
        kind = chance.random()
        if kind < 0.6:
            return Mutant(self.sealed(hook, inner), genuine=True)
        request = self.sealed(hook, self._recorded(chance))
        if kind < 0.9:
            return Mutant(_tampered(chance, request), genuine=False)
        junk = chance.randbytes(chance.randrange(600))
        return Mutant(Request(hook, {}, junk, {}, chance.choice(["POST", "GET", "PUT", "DELETE"])), genuine=False)

    def _recorded(self, chance: random.Random) -> str:
        file = chance.choice([file for file in sorted((PAYLOADS / self.folder).iterdir()) if file.name != "items.json"])
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".json":
            return json.dumps(json.loads(text) | dict(self.received), ensure_ascii=False)
        for name, value in self.received.items():
            text = re.sub(f"<{name}>.*?</{name}>", f"<{name}>{value}</{name}>", text, flags=re.DOTALL)
        return re.sub(r"(?<=<MsgId>)\d+", str(chance.randrange(10**15)), text)

    def _inner(self, chance: random.Random) -> str:
        text = self._recorded(chance)
        how = chance.randrange(7)
        if how == 0:
            return text[: chance.randrange(len(text))]
        if how == 1:
            return "".join(chr(chance.randrange(0x3000)) for _ in range(chance.randrange(200)))
        if how == 2:
            at = chance.randrange(len(text))
            return text[:at] + chance.choice(STRANGE) + text[at + chance.randrange(8) :]
        return _json_changed(chance, text) if text.lstrip()[:1] == "{" else _xml_changed(chance, text)


def _json_changed(chance: random.Random, text: str) -> str:
    body = json.loads(text)
    number = body.get("msgId")
    changed(chance, body)
    body["msgId"] = number if chance.random() < 0.1 else f"m{chance.randrange(10**12)}"
    return json.dumps(body, ensure_ascii=chance.random() < 0.5)


def changed(chance: random.Random, body: dict[str, Any]) -> dict[str, Any]:
    """The same object with something missing, strange, of another kind or in another place."""
    for _ in range(chance.randrange(1, 4)):
        if not body:
            break
        place, name = _somewhere(chance, body)
        match chance.randrange(4):
            case 0:
                del place[name]
            case 1:
                place[name] = copy.deepcopy(chance.choice(VALUES))
            case 2:
                place[name] = chance.choice(STRANGE)
            case _:
                place[name] = copy.deepcopy(chance.choice(list(body.values())))
    return body


def _somewhere(chance: random.Random, body: dict[str, Any]) -> tuple[dict[str, Any], str]:
    place, name = body, chance.choice(sorted(body))
    while isinstance(place[name], dict) and place[name] and chance.random() < 0.6:
        place = place[name]
        name = chance.choice(sorted(place))
    return place, name


def _xml_changed(chance: random.Random, text: str) -> str:
    fields = re.findall(r"<(\w+)>(.*?)</\1>", text[5:], flags=re.DOTALL)
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(fields))
        name, value = fields[at]
        match chance.randrange(6):
            case 0 if len(fields) > 1:
                del fields[at]
            case 1:
                fields[at] = (name, _cdata(chance.choice(STRANGE)))
            case 2:
                fields.append((name, value))
            case 3:
                fields[at] = (chance.choice(fields)[0], value)
            case 4:
                fields[at] = (name, f"<{name}>" * chance.randrange(9) + value)
            case _:
                chance.shuffle(fields)
    return "<xml>" + "".join(f"<{name}>{value}</{name}>" for name, value in fields) + "</xml>"


def _cdata(text: str) -> str:
    return f"<![CDATA[{text}]]>"


def _tampered(chance: random.Random, request: Request) -> Request:
    """Something that a signature covers, or the signature itself, is not as it was."""
    signed = dict(request.query or request.headers)
    unsigned = {"content-type", "openid", "encrypt_type"} | ({"signature"} if "msg_signature" in signed else set())
    names = [name for name in signed if name.lower() not in unsigned]
    name = chance.choice(names)
    how = chance.randrange(4)
    if how == 0:
        del signed[name]
    elif how == 1:
        signed[name] = chance.choice(STRANGE).replace("\r\n", "").replace("\0", "").replace("\ud800", "")
    elif how == 2 and signed[name]:
        at = chance.randrange(len(signed[name]))
        signed[name] = signed[name][:at] + ("0" if signed[name][at] != "0" else "1") + signed[name][at + 1 :]
    else:
        signed[name] = signed[name][::-1] + "x"
    if request.query:
        return replace(request, query=signed)
    safe = {name: value.encode("ascii", "ignore").decode().strip() for name, value in signed.items()}
    return replace(request, headers={name: re.sub(r"[^ -~]", "", value) for name, value in safe.items()})


def breeders(sim: Simulator) -> list[Breeder]:
    """One for each way in."""
    app = {"ToUserName": sim.wecom.corp_id, "AgentID": str(sim.wecom.agent_id)}
    robot = {"chatbotCorpId": sim.dingtalk.corp_id, "robotCode": sim.dingtalk.robot_code}
    return [
        Breeder("wecom", "sales", sim.wecom.enveloped, app),
        Breeder("wechat", "service", sim.wechat.enveloped, {"ToUserName": sim.wechat.original_id}),
        Breeder("wecom_kf", "care", sim.kf.enveloped, {"ToUserName": sim.kf.corp_id}),
        Breeder("dingtalk", "ding", _signed_by(sim), robot),
    ]


def _signed_by(sim: Simulator) -> Callable[[str, str], Request]:
    return lambda hook, inner: replace(sim.dingtalk.sealed(hook, {}), body=inner.encode(errors="replace"))
