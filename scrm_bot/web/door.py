"""How the HTTP server treats whoever connects: bodies are not unpacked, nobody holds a connection by dripping."""

from __future__ import annotations

import logging
from typing import Any

from aiohttp.http_exceptions import HttpProcessingError

IDLE = 75.0  # seconds without a whole request, before the first one too; longer than nginx keeps its connections


class Terse(logging.LoggerAdapter[logging.Logger]):
    """Whoever sends something that is no HTTP is worth a line, not a traceback with what was sent."""

    def exception(self, msg: object, *args: object, exc_info: Any = True, **more: Any) -> None:
        """As a logger does, but for what a stranger did wrong."""
        if isinstance(exc_info, HttpProcessingError):
            self.warning("not an HTTP request", extra={"why": type(exc_info).__name__, "status": exc_info.code})
        else:
            self.error(msg, *args, exc_info=exc_info, **more)


def rules(idle: float = IDLE) -> dict[str, Any]:
    """What AppRunner and run_app are to be told."""
    return {
        "auto_decompress": False,  # no platform packs its callbacks; a packed body is a bomb
        "keepalive_timeout": idle,
        "lingering_time": 2.0,  # for the rest of a body that was refused
        "logger": Terse(logging.getLogger(__name__)),
    }
