"""Reading what strangers send and writing what platforms read: flat XML and JSON, with every size limited."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from xml.parsers import expat

from scrm_bot.adapters.base import Malformed

MAX_BYTES = 64 * 1024
MAX_DEPTH = 6
MAX_NODES = 500
MAX_ID = 256

# What XML 1.0 cannot hold at all. In UTF-8 these bytes are never part of another character.
_FORBIDDEN_BYTES = bytes(code for code in range(0x20) if code not in b"\t\n\r")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

Fields = dict[str, str]


def read_fields(body: bytes) -> Fields:
    """The direct fields of an XML or JSON push, as text; deeper ones are passed over. Raises Malformed."""
    if len(body) > MAX_BYTES:
        raise Malformed("too long")
    if body.lstrip()[:1] == b"{":
        scalars = {name: value for name, value in read_json(body).items() if isinstance(value, str | int | float)}
        return {name: str(value) for name, value in scalars.items() if _NAME.fullmatch(name)}
    return _read_xml(body)


def read_json(body: bytes, limit: int = MAX_BYTES) -> dict[str, Any]:
    """A JSON object: UTF-8, no NaN, nothing that only a fuzzer writes. Raises Malformed."""
    if len(body) > limit:
        raise Malformed("too long")
    try:
        found = json.loads(body.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Malformed("not JSON") from None
    if not isinstance(found, dict):
        raise Malformed("not a JSON object")
    return found


def read_id(value: object) -> str:
    """An identifier that somebody gave us: text (or a number), not empty, not endless. Raises Malformed."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Malformed("an id is missing")
    text = str(value).strip()
    if not text or len(text) > MAX_ID or not text.isprintable():
        raise Malformed("an id is missing or strange")
    return text


def render(fields: Mapping[str, str | int]) -> str:
    """The XML of a push or a reply: numbers bare, text as CDATA that cannot be broken out of."""
    return "<xml>" + "".join(f"<{name}>{_rendered(value)}</{name}>" for name, value in fields.items()) + "</xml>"


def _rendered(value: str | int) -> str:
    if isinstance(value, int):
        return str(value)
    return "<![CDATA[" + _FORBIDDEN.sub("", value).replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _read_xml(body: bytes) -> Fields:
    reader = _Reader()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(body.translate(None, _FORBIDDEN_BYTES), True)
    except expat.ExpatError:
        raise Malformed("not XML") from None
    return {name: "".join(pieces) for name, pieces in reader.fields.items()}


class _Reader:
    """Collects the fields under the root and stops at the first thing that no platform sends."""

    def __init__(self) -> None:
        self.fields: dict[str, list[str]] = {}
        self._depth = self._nodes = 0
        self._pieces: list[str] = []

    def doctype(self, *_: object) -> None:
        raise Malformed("a DOCTYPE")

    def start(self, name: str, _: dict[str, str]) -> None:
        self._depth += 1
        self._nodes += 1
        if self._depth > MAX_DEPTH or self._nodes > MAX_NODES:
            raise Malformed("too deep or too many elements")
        if self._depth == 1 and name != "xml":
            raise Malformed("not a push")
        if self._depth == 2:
            self._begin(name)

    def end(self, _: str) -> None:
        self._depth -= 1

    def text(self, data: str) -> None:
        if self._depth == 2:
            self._pieces.append(data)

    def _begin(self, name: str) -> None:
        if name in self.fields:  # two readers could each believe another one
            raise Malformed("a field given twice")
        self._pieces = self.fields[name] = []
