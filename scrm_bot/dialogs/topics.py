"""What a question is about that names nothing but its subject: 公海里还有多少客户, 这个月的评分怎么样."""

from __future__ import annotations

import re
from collections.abc import Iterable

from scrm_bot.dialogs.skill import Says
from scrm_bot.nlp.meaning import Meaning, When

LONGEST = 30  # letters: more is a story
_FRAME = re.compile(  # what any question may be dressed in
    r"(?:帮我?|给我|麻烦|请)?(?:看一?[看下]?|查一?[查下]?|统计|汇总|列|拉)(?:一下|出来)?|一下|帮我|给我|麻烦"
    r"|我们?|咱们?|你|全?公司|团队|大家|部门|所有人?|一共|总共|现在|目前|到底|还|都|又|有|是|的|得|里面?|最近|名下"
    r"|哪[些几]?[个单家笔张]?|什么|啥|几[个单家笔张]|多少[个单家钱笔张]?|怎么样|咋样|如何|怎样|情况|列表|名单|清单|明细"
    r"|[吗么呢吧啊呀了过呗哈\s?？!！。.，,、~～:：]"
)
_SKIPPED = ("time", "owner", "person")


_OF_SOMETHING = ("customer", "amount", "product", "region")


def _may_ask(text: str, meaning: Meaning) -> bool:
    """Short, and about nothing in particular: most messages are neither, and cost nothing more."""
    return len(text) <= LONGEST and not any(name in meaning.slots for name in _OF_SOMETHING)


def subject(text: str, meaning: Meaning | None) -> str:
    """What is left of a short question without its times, its people and its question words."""
    if meaning is None or not _may_ask(text, meaning):
        return text
    said = meaning.text
    for words in _values(meaning):
        said = said.replace(words, " ", 1)
    return _FRAME.sub("", said)


def _values(meaning: Meaning) -> Iterable[str]:
    for name in _SKIPPED:
        for value in meaning.slots.get(name, ()):
            yield value.text if isinstance(value, When) else str(value)


def about(subjects: str, asks: str = "") -> Says:
    """Says of a message that it asks about one of these (a pattern). `asks`: what must be in it besides."""
    near, whole, cue = re.compile(subjects), re.compile(f"(?:{subjects})+"), re.compile(asks)

    def says(text: str, meaning: Meaning | None) -> bool:
        if meaning is None or not _may_ask(text, meaning):
            return False
        if near.search(text) is None or cue.search(text) is None:
            return False
        return whole.fullmatch(subject(text, meaning)) is not None

    return says
