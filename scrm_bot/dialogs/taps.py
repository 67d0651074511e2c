"""Quick replies: buttons in the words of whoever sees them; what pressing one says is understood whoever presses it."""

from __future__ import annotations

from scrm_bot.dialogs.texts import Text
from scrm_bot.message import Choice, Message


class Tap:
    """What buttons say. The Chinese is what pressing one says, so it has to be an answer that somebody understands."""

    undo = Text("撤销")
    help = Text("怎么用")
    today = Text("今天要干啥")
    skip = Text("跳过")
    confirm, yes = Text("确认"), Text("要")
    never_mind = Text("算了")
    everything, nothing = Text("全部"), Text("都不要")
    agree = Text("同意")
    no_need = Text("不用")
    progress = Text("进度")
    done = Text("完成")
    hour_later = Text("推迟一小时")
    tomorrow = Text("明天再说")
    accept = Text("接单")
    cannot = Text("去不了")
    more, export = Text("更多"), Text("导出")


RATING = ("5", "4", "3", "2", "1")


class Say:
    """What is said to a press."""

    settled = Text("这个已经定过了，不用再点啦 👌")


def taps(*labels: Text | str, asked: str = "") -> tuple[Choice, ...]:
    """The buttons; a label that is no Text reads the same in every language. `asked`: what they are about."""
    words = ((one, one) if isinstance(one, str) else (one(), one.chinese) for one in labels)
    return tuple(Choice(label, says, asked) for label, says in words)


def about(message: Message, kind: str) -> int | None:
    """The number of what the button just pressed is about, if it is of this kind: r a reminder, t a ticket."""
    asked = str(message.detail.get("asked", ""))
    return int(asked[1:]) if asked.startswith(kind) and asked[1:].isdigit() else None
