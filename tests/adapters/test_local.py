"""The channels without a platform: the demo's page and the terminal."""

from __future__ import annotations

import json

import pytest

from scrm_bot.adapters.base import Callback, Malformed, Received
from scrm_bot.adapters.console import Console
from scrm_bot.adapters.webchat import Webchat
from scrm_bot.message import Address, Kind, Reply
from tests.adapters.support import now


class Screen:
    """Where both deliver to."""

    def __init__(self) -> None:
        self.shown: list[tuple[str, str]] = []

    async def show(self, to: Address, text: str) -> None:
        self.shown.append((to.user, text))


def posted(body: object) -> Callback:
    return Callback("POST", {}, {}, json.dumps(body).encode(), now())


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        ({"text": "拜访了云帆\0"}, Kind.TEXT, "拜访了云帆"),
        ({"text": ""}, Kind.TEXT, ""),
        ({"text": "云帆", "choice": "1"}, Kind.PRESS, "1"),
        ({"event": "follow"}, Kind.FOLLOW, ""),
        ({"event": "enter"}, Kind.ENTER, ""),
    ],
)
async def test_the_page_posts_what_was_done(body: dict[str, str], kind: Kind, text: str) -> None:
    chat = Webchat("demo", "staff", Screen().show)
    received = await chat.read(posted({"user": "周晓明", "id": "m1"} | body))
    assert isinstance(received, Received)
    (message,) = received.messages
    assert (message.address, message.key) == (Address("demo", "周晓明"), "m1")
    assert (message.kind, message.text) == (kind, text)
    assert chat.answer(received, "ignored").status == 200


@pytest.mark.parametrize("body", [{}, [], {"user": "a", "text": ""}, {"user": "a", "id": "1"}, {"id": "1", "text": ""}])
async def test_a_page_that_posts_nonsense_is_told_so(body: object) -> None:
    with pytest.raises(Malformed):
        await Webchat("demo", "staff", Screen().show).read(posted(body))


async def test_replies_are_shown_whole() -> None:
    screen = Screen()
    for adapter in (Webchat("demo", "staff", screen.show), Console("say", "staff", screen.show)):
        (part,) = adapter.parts(Reply("好" * 5000), {})
        await adapter.send(Address(adapter.name, "周晓明"), part, {})
    assert screen.shown == [("周晓明", "好" * 5000)] * 2


async def test_what_is_typed_at_a_terminal_is_a_message_of_its_own() -> None:
    console = Console("say", "staff", Screen().show)
    one, other = console.heard("周晓明", "你好", now()), console.heard("周晓明", "你好", now())
    assert one.address == Address("say", "周晓明")
    assert one.key != other.key
    with pytest.raises(Malformed):
        await console.read(posted({}))
