"""Makes scrm_bot/nlp/simple.txt from OpenCC's table: `python -m tests.nlp.simple`. The bot needs only the file:

a converter with its phrases takes 7 MB, for one character in the place of another.
"""

from __future__ import annotations

from pathlib import Path

from opencc import OpenCC

FILE = Path(__file__).resolve().parents[2] / "scrm_bot" / "nlp" / "simple.txt"


def table() -> str:
    """Every traditional character that has one simplified one, and below them those."""
    han = [chr(code) for code in range(0x4E00, 0xA000)]
    simple = OpenCC("t2s").convert("\n".join(han)).split("\n")
    pairs = [(old, new) for old, new in zip(han, simple, strict=True) if old != new and len(new) == 1]
    return "".join(old for old, _ in pairs) + "\n" + "".join(new for _, new in pairs) + "\n"


if __name__ == "__main__":
    FILE.write_text(table(), encoding="utf-8")
