"""DingTalk's own client, unmodified, as a program: it tells what it hears, answers it, and goes on until it is killed.

    DINGTALK_OPENAPI_ENDPOINT=http://127.0.0.1:PORT python -m tests.dingtalk_sdk CLIENT_ID SECRET

A program of its own, because this client blocks the event loop and cannot be cancelled.
"""

from __future__ import annotations

import logging
import sys

import dingtalk_stream


class Parrot(dingtalk_stream.ChatbotHandler):
    """Says in the session what it heard."""

    async def process(self, message: dingtalk_stream.CallbackMessage) -> tuple[int, str]:
        heard = dingtalk_stream.ChatbotMessage.from_dict(message.data)
        print("heard", heard.text.content.strip(), flush=True)
        self.reply_text(f"听到：{heard.text.content.strip()}", heard)
        return dingtalk_stream.AckMessage.STATUS_OK, "OK"


class Events(dingtalk_stream.EventHandler):
    """Has no time the first time."""

    busy = True

    async def process(self, event: dingtalk_stream.EventMessage) -> tuple[int, str]:
        print("event", event.headers.event_type, flush=True)
        busy, self.busy = self.busy, False
        acks = dingtalk_stream.AckMessage
        return acks.STATUS_SYSTEM_EXCEPTION if busy else acks.STATUS_OK, "OK"


if __name__ == "__main__":
    quiet = logging.getLogger("sdk")
    quiet.setLevel(logging.CRITICAL)
    client = dingtalk_stream.DingTalkStreamClient(dingtalk_stream.Credential(*sys.argv[1:3]), quiet)
    client.register_callback_handler(dingtalk_stream.ChatbotMessage.TOPIC, Parrot())
    client.register_all_event_handler(Events())
    client.start_forever()
