"""Makes scrm_bot/nlp/sounds.txt from pypinyin's table: `python -m tests.nlp.sounds`. The bot needs only the file:

pypinyin with its phrases takes 50 MB and a fifth of a second to load, for one reading a character.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from pathlib import Path

from pypinyin.constants import PINYIN_DICT

FILE = Path(__file__).resolve().parents[2] / "scrm_bot" / "nlp" / "sounds.txt"
FOLDS = [(re.compile(pattern), new) for pattern, new in ((r"^zh", "z"), (r"^ch", "c"), (r"^sh", "s"), (r"ng$", "n"))]


def plain(reading: str) -> str:
    """Toneless, southern ears allowed for: zh z, ch c, sh s, ng n."""
    letters = unicodedata.normalize("NFD", reading)
    sound = "".join(letter for letter in letters if not unicodedata.combining(letter))
    for pattern, new in FOLDS:
        sound = pattern.sub(new, sound)
    return sound


def table() -> str:
    """A line for each sound: the sound, and the common characters whose first reading it is."""
    chars: defaultdict[str, list[str]] = defaultdict(list)
    for code, readings in sorted(PINYIN_DICT.items()):
        if 0x4E00 <= code < 0xA000:
            chars[plain(readings.split(",")[0])].append(chr(code))
    return "".join(f"{sound} {''.join(found)}\n" for sound, found in sorted(chars.items()))


if __name__ == "__main__":
    FILE.write_text(table(), encoding="utf-8")
