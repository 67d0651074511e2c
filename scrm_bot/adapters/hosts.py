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
    """By `scheme` (https or wss): one of these domains or below them on the usual port, or the host of `base`.

    `base` is what the operator has configured. Where that is without TLS, its very server may be called without, too.
    """
    found = _ADDRESS.fullmatch(url) if isinstance(url, str) and len(url) <= LONGEST else None
    if found is None:
        return False
    host, port = found["host"], int(found["port"] or _PORTS[found["scheme"]])
    ours = urlsplit(base)
    if found["scheme"] == scheme:
        below = any(f".{host}".endswith(f".{domain}") for domain in domains)
        return host == ours.hostname or (below and port == _PORTS[scheme])
    open_server = ours.hostname, ours.port or _PORTS[ours.scheme]
    return found["scheme"] == _SECURE[scheme] and ours.scheme == "http" and (host, port) == open_server
