"""The accounts that bot, bare servers and generator agree on: as made up as everything here."""

from __future__ import annotations

from typing import Any

WECOM: dict[str, Any] = {
    "corp_id": "ww1",
    "agent_id": 1000002,
    "secret": "wecom-secret",
    "token": "wecomCallbackToken",
    "aes_key": "6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt",
}
WECHAT: dict[str, Any] = {
    "app_id": "wx1234567890abcdef",
    "original_id": "gh_1234567890ab",
    "secret": "wechat-secret",
    "token": "wechatCallbackToken",
    "aes_key": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
}
DINGTALK: dict[str, Any] = {"client_id": "dingbench", "client_secret": "dingtalk-secret", "corp_id": "dingcorp1"}
REPS = 40  # colleagues who write, each from an account of the same name on every channel


def user(number: int) -> str:
    """The account of one of them."""
    return f"rep{number % REPS}"
