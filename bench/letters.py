"""Messages as the platforms send them: sealed and signed before the clock runs, as raw HTTP requests."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

from bench import accounts
from scrm_bot.adapters.codec import Envelope, sha1_signature
from scrm_bot.adapters.dingtalk import signature
from scrm_bot.adapters.wire import render

Letter = Callable[[str, str], bytes]  # user, text -> an HTTP request
_numbers = itertools.count(time.time_ns() // 1000)  # platform ids that no other run had


def wecom() -> Letter:
    """To the app of `accounts.WECOM`."""
    account = accounts.WECOM
    envelope = Envelope(account["token"], account["aes_key"], account["corp_id"])

    def letter(user: str, text: str) -> bytes:
        inner = _push(account["corp_id"], user, text) | {"AgentID": account["agent_id"]}
        outer = {"ToUserName": account["corp_id"], "AgentID": account["agent_id"]}
        return _sealed("/hooks/wecom", envelope, render(inner), outer)

    return letter


def wechat() -> Letter:
    """To the official account of `accounts.WECHAT`, in safe mode."""
    account = accounts.WECHAT
    envelope = Envelope(account["token"], account["aes_key"], account["app_id"])

    def letter(user: str, text: str) -> bytes:
        inner = _push(account["original_id"], user, text)
        return _sealed("/hooks/wechat", envelope, render(inner), {"ToUserName": account["original_id"]})

    return letter


def wechat_plain(path: str = "") -> Letter:
    """The same account in plain mode: signed, not sealed."""
    account = accounts.WECHAT

    def letter(user: str, text: str) -> bytes:
        timestamp, nonce = str(int(time.time())), str(next(_numbers))
        query = {"signature": sha1_signature(account["token"], timestamp, nonce), "timestamp": timestamp}
        query |= {"nonce": nonce, "openid": user}
        body = render(_push(account["original_id"], user, text))
        return _request(f"{path or '/hooks/plain'}?{urlencode(query)}", body.encode(), {"Content-Type": "text/xml"})

    return letter


def dingtalk(sink: str) -> Letter:
    """To the robot of `accounts.DINGTALK`; answers are taken by the sink at this URL."""
    account = accounts.DINGTALK

    def letter(user: str, text: str) -> bytes:
        now = int(time.time() * 1000)
        webhook = f"{sink}/robot/sendBySession?session={next(_numbers)}"
        body = {
            "conversationId": f"cid-{user}==", "conversationType": "1", "chatbotCorpId": account["corp_id"],
            "robotCode": account["client_id"], "msgId": f"msg{next(_numbers)}+w==", "isAdmin": False, "createAt": now,
            "senderId": f"$:LWCP_v1:${user}", "senderNick": user, "senderStaffId": user, "msgtype": "text",
            "text": {"content": text}, "sessionWebhook": webhook, "sessionWebhookExpiredTime": now + 5_400_000,
        }  # fmt: skip
        headers = {"timestamp": str(now), "sign": signature(str(now), account["client_secret"])}
        data = json.dumps(body, ensure_ascii=False).encode()
        return _request("/hooks/dingtalk", data, headers | {"Content-Type": "application/json"})

    return letter


def of(platform: str, sink: str, path: str = "") -> Letter:
    """How this platform writes."""
    writers: dict[str, Callable[[], Letter]] = {
        "wecom": wecom,
        "wechat": wechat,
        "plain": lambda: wechat_plain(path),
        "dingtalk": lambda: dingtalk(sink),
    }
    return writers[platform]()


def sealed(letter: Letter, said: Iterator[tuple[str, str]], count: int) -> list[bytes]:
    """So many letters, ready to be posted; their signatures are good for some minutes from now."""
    return [letter(user, text) for user, text in itertools.islice(said, count)]


def _push(account: str, user: str, text: str) -> dict[str, str | int]:
    head: dict[str, str | int] = {"ToUserName": account, "FromUserName": user, "CreateTime": int(time.time())}
    return head | {"MsgType": "text", "Content": text, "MsgId": next(_numbers)}


def _sealed(path: str, envelope: Envelope, inner: str, outer: dict[str, str | int]) -> bytes:
    timestamp, nonce, encrypted = str(int(time.time())), str(next(_numbers)), envelope.seal(inner.encode())
    query = {"msg_signature": envelope.signature(timestamp, nonce, encrypted), "timestamp": timestamp, "nonce": nonce}
    if "AgentID" not in outer:
        query["encrypt_type"] = "aes"
    body = render(outer | {"Encrypt": encrypted})
    return _request(f"{path}?{urlencode(query)}", body.encode(), {"Content-Type": "text/xml"})


def _request(target: str, body: bytes, headers: dict[str, str]) -> bytes:
    lines = [f"POST {target} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body
