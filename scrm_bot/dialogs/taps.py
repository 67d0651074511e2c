"""Quick replies: buttons in the words of whoever sees them; what pressing one says is understood whoever presses it."""

from __future__ import annotations

from scrm_bot.dialogs.texts import Text
from scrm_bot.message import Choice


class Tap:
    """What buttons say. The Chinese is what pressing one says, so it has to be an answer that somebody understands."""

    undo = Text("撤销")
    help = Text("怎么用")
    today = Text("今天要干啥")
    skip = Text("跳过")
    confirm = Text("确认")
    never_mind = Text("算了")
    agree = Text("同意")
    no_need = Text("不用")
    progress = Text("进度")
    done = Text("完成")
    hour_later = Text("推迟一小时")
    tomorrow = Text("明天再说")
    accept = Text("接单")
    cannot = Text("去不了")
    more = Text("更多")


RATING = ("5", "4", "3", "2", "1")


def taps(*labels: Text | str) -> tuple[Choice, ...]:
    """The buttons; a label that is no Text reads the same in every language."""
    return tuple(Choice(one, one) if isinstance(one, str) else Choice(one(), one.chinese) for one in labels)
