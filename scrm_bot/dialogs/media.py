"""Messages without words: pictures, files, places. Kept, acknowledged, and added to the open request."""

from __future__ import annotations

from scrm_bot.crm import tickets
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import Staff
from scrm_bot.dialogs.heard import Heard
from scrm_bot.dialogs.texts import Text
from scrm_bot.message import Kind, Message, Reply


class Say:
    """Words about what has none."""

    added = Text("{what}已收到，已补充到工单 {number}。")
    describe = Text("{what}已收到。请再用一句话说明是哪台设备、什么现象，马上为您建单。")
    kept = Text("{what}已收到并留底。我现在还看不懂它，关键内容请用文字说一句。")
    not_heard = Text("这条语音没听清，请再说一遍，或打字告诉我。")


NAMES = {Kind.IMAGE: "图片", Kind.FILE: "文件", Kind.LOCATION: "位置", Kind.LINK: "链接", Kind.VOICE: "语音"}
SILENT = (Kind.ENTER, Kind.UNFOLLOW, Kind.UNSUPPORTED)


def hear(desk: Desk, message: Message) -> Heard | None:
    """The whole turn of a message without words; None if it has some."""
    if message.kind in SILENT:
        return Heard(None, "ignored", f"{message.kind}: nothing to say", [])
    if message.text.strip():
        return None
    if message.kind is Kind.VOICE:
        return _say(Say.not_heard(), "parked")
    what = NAMES.get(message.kind)
    if what is None:
        return Heard(None, "ignored", "empty message", [])
    return _say(Say.kept(what=what), "parked") if isinstance(desk.actor, Staff) else _from_customer(desk, message, what)


def _from_customer(desk: Desk, message: Message, what: str) -> Heard:
    mine = tickets.asked_by(desk, message.address.channel, message.address.user, limit=1)
    if not mine:
        return _say(Say.describe(what=what), "asked")
    tickets.say(desk, mine[0], f"[{what}]")
    return _say(Say.added(what=what, number=mine[0].number), "written")


def _say(words: str, fate: str) -> Heard:
    return Heard(Reply(words), fate, "no words in it", [])
