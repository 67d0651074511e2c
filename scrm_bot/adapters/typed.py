"""wechatpy's view of a push. Loaded late: it brings an HTTP client along, and plain words do without."""

from __future__ import annotations

from typing import Any

from wechatpy.parser import parse_message


def typed(xml: str) -> Any:
    """The push as one of wechatpy's messages or events. Raises whatever wechatpy raises."""
    return parse_message(xml)
