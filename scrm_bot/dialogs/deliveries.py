"""In words: what could not be delivered, to whom and why, and which channel needs somebody to look after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from scrm_bot.dialogs.meanings import Spans
from scrm_bot.dialogs.phrases import short
from scrm_bot.dialogs.texts import Text
from scrm_bot.message import Delivery

Proof = Callable[[str, str, datetime | None], Sequence[Delivery]]  # of whom, on what occasion, written down when


class Say:
    """Words about deliveries."""

    not_delivered = Text("⚠️ 有条消息没能送到{name}（{why}）：「{text}」。麻烦换个方式告诉一声。")
    out_of_order = Text("⚠️ 渠道「{channel}」现在发不出消息：{what}（{reason}）。没发出的都留着，修好后自动补发。")
    no_account = Text("还没有绑定任何账号")
    unreachable = Text("账号收不到消息")
    window = Text("微信只让在对方说话后的一段时间内回复")
    out_of_time = Text("平台一直没收下")
    too_much = Text("平台限制发送频率，排队中")
    channel_closed = Text("那个渠道当时发不出消息")
    refused = Text("平台不收")
    secret = Text("平台说密钥或应用号不对，请核对配置里的密钥")
    address = Text("平台不认我们的服务器地址{detail}，请把它加进后台的可信 IP")
    permission = Text("这个应用没有发消息的权限，请到平台后台开通")
    blocked = Text("账号被平台封停了，请到平台后台看看")
    quota = Text("今天的发送额度用完了，零点后会接着发")


def no_proof(_person: str, _once: str, _at: datetime | None) -> Sequence[Delivery]:
    """Where nothing is known of deliveries."""
    return ()


def not_delivered(name: str, text: str, reason: str, *, unreachable: bool) -> str:
    """To whoever should know: whom something did not reach, and what."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return Say.not_delivered(name=name, why=why(reason, unreachable=unreachable), text=short(first, 30))


def why(reason: str, *, unreachable: bool) -> str:
    """A row's reason in plain words."""
    if reason == "no account":
        return Say.no_account()
    if unreachable:
        return Say.unreachable()
    if "window" in reason or "never written" in reason:
        return Say.window()
    if reason.startswith("budget"):
        return Say.too_much()
    if "out of order" in reason:
        return Say.channel_closed()
    if reason.startswith("too "):
        return Say.out_of_time()
    return Say.refused()


def out_of_order(channel: str, trouble: str, detail: str, reason: str) -> str:
    """To the admins: which channel, and what to do."""
    return Say.out_of_order(channel=channel, what=what_is_wrong(trouble, detail), reason=reason)


def what_is_wrong(trouble: str, detail: str) -> str:
    """With a channel, and what to do about it."""
    words = {
        "secret": Say.secret(),
        "address": Say.address(detail=f" {detail}" if detail else ""),
        "permission": Say.permission(),
        "blocked": Say.blocked(),
        "quota": Say.quota(),
    }
    return words.get(trouble, Say.too_much())


def how_late(at: datetime, due: datetime) -> str:
    """几分钟, 几小时, 几天; nothing if it came in time."""
    minutes = int((at - due).total_seconds() // 60)
    if minutes < 1:
        return ""
    if minutes < 60:
        return Spans.minutes(n=minutes)
    return Spans.hours(n=minutes // 60) if minutes < 48 * 60 else Spans.days(n=minutes // 1440)
