"""Why the last message was understood as it was, told to whoever said it."""

from __future__ import annotations

from scrm_bot.dialogs import explaining
from scrm_bot.dialogs.phrases import short
from scrm_bot.dialogs.skill import STAFF, Answer, Told, skill
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.texts import Text
from scrm_bot.message import Earlier

LABEL = "explain"
MOST = 9  # lines


class Say:
    """What is said about it."""

    nothing = Text("前面还没有能解释的话。说一句试试，比如“今天拜访了……”，再问我为什么这么理解。")
    said = Text("你说“{text}”，我{first}")
    answer = Text("（“{text}”是在回答它）")
    line = Text("· {line}")
    undo = Text("不对的话，回“撤销”再换个说法。")
    open = Text("前面那句还等你一句话：{prompt}")


@skill(
    label=LABEL,
    examples=[
        "为什么这么理解",
        "你怎么理解的",
        "为啥这么记",
        "为什么这么记",
        "你是怎么理解的",
        "怎么理解成这样的",
        "为什么记成这样",
        "刚才那句你怎么理解的",
        "凭什么这么记",
        "why",
        "why did you take it so",
    ],
    allow=STAFF,
    aside=True,
)
def explain_last(talk: Talk) -> Answer:
    """问一句“为什么这么理解”，看我凭什么"""
    mine = [one for one in talk.earlier() if one.staff == talk.desk.staff.id and not _asked_why(one)]
    meant = next((one for one in mine if _tells(one)), None)
    if meant is None:
        return Say.nothing()
    lines = _lines(talk, meant)
    if meant is not mine[0]:
        lines.append(Say.answer(text=short(mine[0].text, 12)))
    if meant.fate == "written":
        lines.append(Say.undo())
    if talk.memory.pending and not talk.memory.pending[0].skippable:
        lines.append(Say.open(prompt=talk.memory.pending[0].prompt))
    return Told("\n".join(lines), fate="answered")


def _asked_why(one: Earlier) -> bool:
    return any(act.get("label") == LABEL for act in one.understood)


def _tells(one: Earlier) -> bool:
    """Not a mere answer to a question: 1, 确认, 下周三."""
    labels = [act.get("label") for act in one.understood]
    return bool(labels) and (labels != ["none"] or one.fate in ("ignored", "parked"))


def _lines(talk: Talk, meant: Earlier) -> list[str]:
    desk = talk.desk.at(meant.at)
    acts = explaining.told(desk, talk.brain, talk.allowed, meant.text.strip(), meant.understood, talk.wordbook)
    lines = [line for act in acts for line in act]
    first, *rest = lines
    return [Say.said(text=short(meant.text, 24), first=first), *(Say.line(line=line) for line in rest[:MOST])]
