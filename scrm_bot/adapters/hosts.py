"""Whether an address that came in a message may be called: the platform's own hosts, and the one we call anyway.

Only what every reader reads alike passes. A trick that one parser takes for a host and another for a password, a
fragment or an address of this machine has a character in it that no real address has.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

_ADDRESS = re.compile(
    r"(?P<scheme>https?|wss?)://(?P<host>[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,9})(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?:[/?][A-Za-z0-9._~:/?@!$&'()*+,;=%-]*)?"
)
_SECURE = {"https": "http", "wss": "ws"}
_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}
LONGEST = 2048


def may_call(url: object, domains: Sequence[str], base: str, scheme: str = "https") -> bool:
    """By `scheme` (https or wss), on its usual port, one of these domains or below them - or `base`'s own server.

    `base` is what the operator has configured; only there may it be without TLS, and only if that is so itself.
    """
    found = _ADDRESS.fullmatch(url) if isinstance(url, str) and len(url) <= LONGEST else None
    if found is None:
        return False
    place = found["host"], int(found["port"] or _PORTS[found["scheme"]])
    if found["scheme"] in (scheme, _SECURE[scheme]) and place == _server(base):
        return found["scheme"] == scheme or urlsplit(base).scheme == "http"
    below = any(f".{found['host']}".endswith(f".{domain}") for domain in domains)
    return below and found["scheme"] == scheme and place[1] == _PORTS[scheme]


def _server(base: str) -> tuple[str, int]:
    parts = urlsplit(base)
    return parts.hostname or "", parts.port or _PORTS[parts.scheme]
