"""Logs: one JSON object a line on standard error, and nothing in it that customers or platforms would not want there.

Redaction is the last step before a line is written, for our own events and for what libraries log alike: whoever logs
need not think of it. What people said is never logged; the turn's number leads to it in the database.
"""

from __future__ import annotations

import json
import logging
import math
import re
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

# Names of values, whatever prefix they wear (corpsecret, wecom_aes_key, Authorization).
_SECRET = re.compile(
    r"(secret|token|passw|passwd|pwd|aes_?key|api_?key|credential|authorization|cookie|signature|webhook)"
    r"|^(key|sign|session)$",
    re.IGNORECASE,
)
_SPOKEN = frozenset({"text", "body", "content", "message_text", "said", "reply", "replies", "recognition", "plain"})

# As people write them: 138 1234 5678, +86-138-1234-5678, １３８１２３４５６７８ (\d takes the wide digits too).
_GAP = r"[\s.\-\u2010-\u2015\u00b7_]{0,3}"
_PHONE = re.compile(
    rf"(?<!\d)((?:(?:00|\+)?86[\s)-]{{0,3}})?[1１][3-9３-９]\d)(?:{_GAP}\d){{4}}{_GAP}(\d(?:{_GAP}\d){{3}})(?!\d)"
)
_IN_QUERY = re.compile(
    r"((?:secret|token|passw[a-z]*|signature|aes_?key|\bkey|\bsession|\bsign|\bticket|openid|unionid|echostr)(?:=|%3D))"
    r"[^&\s\"'<>,;)]+",
    re.IGNORECASE,
)
_IN_OBJECT = re.compile(
    r"((?:secret|token|passw[a-z]*|signature|aes_?key|webhook)[\"']\s*:\s*)(?:\"[^\"]*\"|'[^']*')", re.IGNORECASE
)
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_QUOTED = re.compile(r"(['\"])(?=[^'\"]*\s)[^'\"\n]{12,}\1")  # several words between quotes
_OF_EVERY_RECORD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_IN_URL = re.compile(r"(\w://[^/\s:@]*):[^/\s@]+@")


def configure(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send everything that is logged to one stream in one form."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Line())
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.captureWarnings(True)


class Line(logging.Formatter):
    """A record as one JSON object: the event, whatever stood in `extra`, level, logger, time, traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """Redacted, and one line whatever is in it."""
        extra = {name: value for name, value in vars(record).items() if name not in _OF_EVERY_RECORD}
        at = datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z")
        event = {
            "event": record.getMessage(),
            **extra,
            "level": record.levelname.lower(),
            "logger": record.name,
            "at": at,
        }
        if record.exc_info and record.exc_info[0]:
            event["exception"] = traceback_without_words(record.exc_info)
        return _one_line(redacted(event))


def redacted(event: Mapping[str, Any]) -> dict[str, Any]:
    """Phones and secrets masked wherever they stand, what people said dropped."""
    cleaned: dict[str, Any] = _cleaned(event)
    return cleaned


def traceback_without_words(exc_info: tuple[Any, ...]) -> str:
    """Where it happened and what kind of error it is. An error may quote what people wrote: that part is left out."""
    told = traceback.TracebackException(*exc_info, compact=True)
    return "".join(_quotes_left_out(line) for line in told.format()).rstrip("\n")


def _quotes_left_out(line: str) -> str:
    """Frames, which are our own files and lines, as they are; of an error's words those that no program has said."""
    if line.startswith("  "):
        return line
    return _QUOTED.sub(r"\1…\1", _NOT_ASCII.sub("…", line))


def masked(text: str) -> str:
    """Words without phone numbers (138****1234) and without secrets that stand in an address or an object."""
    text = _PHONE.sub(r"\1****\2", text)
    text = _IN_QUERY.sub(r"\1***", text)
    text = _IN_OBJECT.sub(r'\1"***"', text)
    return _IN_URL.sub(r"\1:***@", text)


def _one_line(event: object) -> str:
    """JSON that stays one line of UTF-8 for every reader: Unicode's own line ends and lone surrogates are escaped."""
    line = json.dumps(event, ensure_ascii=False, default=str)
    for end in "\x85\u2028\u2029":
        line = line.replace(end, f"\\u{ord(end):04x}")
    return line.encode("utf-8", "backslashreplace").decode()


def _cleaned(value: Any) -> Any:
    match value:
        case Mapping():
            return {key: _kept(str(key), inner) for key, inner in value.items() if str(key).lower() not in _SPOKEN}
        case list() | tuple() | set() | frozenset():
            return [_cleaned(inner) for inner in value]
        case bytes():
            return f"<{len(value)} bytes>"
        case None | bool():
            return value
        case float():
            return value if math.isfinite(value) else str(value)
        case int():
            return value if masked(str(value)) == str(value) else masked(str(value))
        case _:
            return masked(str(value))


def _kept(key: str, value: Any) -> Any:
    return "***" if value and _SECRET.search(key) else _cleaned(value)
