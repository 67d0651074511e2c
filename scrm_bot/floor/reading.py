"""What a person makes of a text on the screen: a push or an answer, and if a question, which one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from scrm_bot.dialogs import notices
from scrm_bot.dialogs.texts import Text

_CHOICE = re.compile(r"^\s*(\d{1,2})[ .、)）](.+)$", re.M)
_LOST = ("没太明白", "还不会办", "还不会", "没对上", "没找到", "这边查不到")
_HOLE = re.compile(r"\{[^}]*\}")
ASKED = (  # by words of the question; the first that is there
    ("customer", ("哪家", "哪一家", "客户叫什么")), ("moment", ("什么时候",)), ("amount", ("金额是多少",)),
    ("reason", ("原因", "输在哪")), ("name", ("叫什么",)), ("what", ("改什么",)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """`question`: "", "pick", "confirm", "next" (may be skipped), "customer", "moment"..., or "lost"."""

    text: str
    question: str = ""
    choices: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """What is numbered, asked about or not."""
        return tuple(words.strip() for _, words in _CHOICE.findall(self.text))

    def number_of(self, words: str) -> str:
        """The number of the choice that has these words in it; "" if none has."""
        found = (str(i) for i, choice in enumerate(self.choices, 1) if words and words in choice)
        return next(found, "")


def read(text: str) -> Reading:
    """An answer of the bot's."""
    asks = "？" in text or "?" in text
    choices = tuple(words.strip() for _, words in _CHOICE.findall(text))
    if asks and len(choices) > 1:
        return Reading(text, "pick", choices)
    if any(words in text for words in _LOST):
        return Reading(text, "lost")
    if asks and "跳过" in text:
        return Reading(text, "next")
    if asks and _confirms(text):
        return Reading(text, "confirm")
    return Reading(text, next((kind for kind, cues in ASKED if any(cue in text for cue in cues)), "") if asks else "")


def _confirms(text: str) -> bool:
    return "确认" in text or "这句是要" in text or bool(re.search(r"(要|记)[^？\n]*吗？", text))


def rings(text: str) -> bool:
    """A reminder."""
    return any(_like(one).match(text) for one in (notices.Say.rings, notices.Say.rings_late))


def reminds(text: str) -> bool:
    """A reminder, alone or in a list of those that come late."""
    return rings(text) or bool(_like(notices.Say.rings_missed).match(text))


def pushed(text: str) -> bool:
    """Something that nobody asked for just now."""
    return any(_like(one).match(text) for one in vars(notices.Say).values() if isinstance(one, Text) and _whole(one))


def ticket_in(text: str) -> str:
    """The number of a ticket that it tells of."""
    found = re.search(r"T\d{6}-\d+", text)
    return found[0] if found else ""


def is_like(text: str, words: Text) -> bool:
    """Whether the bot said this with these words."""
    return bool(_like(words).match(text))


def _whole(words: Text) -> bool:
    """A push, not a part of one: it begins with words of its own."""
    return not words.chinese.startswith("{i}") and len(_HOLE.sub("", words.chinese)) > 5


@cache
def _like(words: Text) -> re.Pattern[str]:
    parts = _HOLE.split(words.chinese)
    return re.compile(".*?".join(re.escape(part) for part in parts), re.S)
