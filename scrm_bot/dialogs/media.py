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
    image, file, location, link = Text("图片"), Text("文件"), Text("位置"), Text("链接")


NAMES = {Kind.IMAGE: Say.image, Kind.FILE: Say.file, Kind.LOCATION: Say.location, Kind.LINK: Say.link}
SILENT = (Kind.ENTER, Kind.UNFOLLOW, Kind.UNSUPPORTED)


def hear(desk: Desk, message: Message) -> Heard | None:
    """The whole turn of a message without words; None if it has some."""
    if message.kind in SILENT:
        return Heard(None, "ignored", f"{message.kind}: nothing to say", [])
    if message.text.strip():
        return None
    if message.kind is Kind.VOICE:
        return _say(Say.not_heard(), "parked")
    name = NAMES.get(message.kind)
    if name is None:
        return Heard(None, "ignored", "empty message", [])
    if isinstance(desk.actor, Staff):
        return _say(Say.kept(what=name()), "parked")
    return _from_customer(desk, message, name)


def _from_customer(desk: Desk, message: Message, name: Text) -> Heard:
    mine = tickets.asked_by(desk, message.address.channel, message.address.user, limit=1)
    if not mine:
        return _say(Say.describe(what=name()), "asked")
    tickets.say(desk, mine[0], f"[{name.chinese}]")
    return _say(Say.added(what=name(), number=mine[0].number), "written")


def _say(words: str, fate: str) -> Heard:
    return Heard(Reply(words), fate, "no words in it", [])
