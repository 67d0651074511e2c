"""The one door for what is loaded late: the commands that were not typed, and whatever a first callback can do without.

Everything else is imported where a file begins (law 2). `serve` has to take its first callback within a second of its
start; the words, the CRM and the spreadsheets take longer than that to load. Only those who put the program together
(the command line, `serve`, the edge), and pushes.py, may come here; tests/test_architecture.py says who.
"""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from typing import Any


def load(module: str) -> Any:
    """A module of ours, by its name inside scrm_bot. What is imported stays: no search for garbage goes through it."""
    name = f"scrm_bot.{module}"
    if name not in sys.modules:
        gc.disable()
        try:
            import_module(name)
            gc.freeze()
        finally:
            gc.enable()
    return sys.modules[name]
