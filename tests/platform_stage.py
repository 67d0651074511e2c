"""The stage behind real callbacks: a running bot, the simulated platforms, and what is seen on people's screens.

A message goes through the adapter of its account's channel - sealed, signed, over HTTP or DingTalk's websocket - and
what counts as answered or heard is what the platform has shown. The story's clock is the bot's and the platforms'.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine, Iterable, Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select

from scrm_bot.inbox import Incoming
from scrm_bot.message import Address, Kind
from scrm_bot.simulator import Pushed, Seen, Simulator
from tests import company
from tests.bot import Bot, configure, held
from tests.stage import NOTHING

T = TypeVar("T")
PART = re.compile(r" \(\d+/\d+\)$")
CHANNELS = {"wecom": "sales", "dingtalk": "ding", "wechat": "service"}


class PlatformStage:
    """One simulator and one bot; `mode` is DingTalk's."""

    def __init__(self, folder: Path, url: str, mode: str, loop: asyncio.Runner) -> None:
        self.now, self.said, self.aloud, self.heard = company.NOW, "", "", dict[Address, list[str]]()
        self._loop, self._open, self._shown = loop, AsyncExitStack(), 0
        self.bot, self.sim = self._run(self._begin(folder, url, mode))

    def close(self) -> None:
        """Stop the bot and the platforms."""
        self._run(self._open.aclose())
        assert not self.sim.dingtalk.gateway.complaints

    def say(self, to: Address, text: str, kind: Kind = Kind.TEXT, more: Mapping[str, Any] = NOTHING) -> str:
        """One message, its turn, and what its sender saw then ("" for nothing)."""
        self._run(self._say(to, text, kind, more))
        return self._answered(to)

    def press(self, to: Address, label: str) -> str:
        """The button that begins so, on the latest card that this person has it on."""
        self._run(self._press(to, label))
        return self._answered(to)

    def _answered(self, to: Address) -> str:
        alone, group = Address(to.channel, to.user), Address(to.channel, to.room)
        mine = [seen for seen in self._news() if _address(seen) == alone]
        public = [seen for seen in self._news() if to.room and _address(seen) == group]
        self.said, self.aloud = joined(seen.text for seen in mine), joined(_bare(seen.text, to) for seen in public)
        self._listen(but=[*public, *(seen for seen in mine if seen.via != "api" or to.room)])
        return self.said

    def wait(self, time: timedelta) -> None:
        """Let time pass; what is due at its end is pushed."""
        self.now += time
        self._run(self._tick())
        self.said = ""
        self._listen()

    def fate(self) -> str | None:
        """Of the last message."""
        last = select(Incoming.fate).order_by(Incoming.id.desc()).limit(1)
        with self.bot.app.core.db.transaction() as session:
            return session.scalar(last)

    def rows(self, entity: str) -> list[dict[str, Any]]:
        """As exported."""
        return self._run(self.bot.rows(entity))

    async def _begin(self, folder: Path, url: str, mode: str) -> tuple[Bot, Simulator]:
        sim = await self._open.enter_async_context(Simulator())
        sim.clock.source, sim.clock.shared = self._stamp, True
        config = configure(folder, sim, url, mode=mode, rules="")
        bot = await self._open.enter_async_context(held(config, lambda: self.now))
        if mode == "stream":
            await sim.dingtalk.gateway.until_open(2)
        return bot, sim

    def _stamp(self) -> float:
        return self.now.timestamp()

    async def _say(self, to: Address, text: str, kind: Kind, more: Mapping[str, Any]) -> None:
        pushed = await self._push(to, text, kind, more)
        assert pushed.status == 200, f"the callback was answered with {pushed.answers}"
        await self.bot.settle()

    async def _press(self, to: Address, label: str) -> None:
        hook = self.bot.hook(to.channel)
        match to.channel:
            case "ding":
                await self.sim.dingtalk.tap(hook, to.user, label, room=to.room)
            case "sales":
                await self.sim.wecom.tap(hook, to.user, label)
            case _:
                await self.sim.wechat.tap_link(hook, to.user, label)
        await self.bot.settle()

    async def _push(self, to: Address, text: str, kind: Kind, more: Mapping[str, Any]) -> Pushed:
        hook, user = self.bot.hook(to.channel), to.user
        if to.channel == "ding":
            return await self._push_to_dingtalk(to, text, kind, more)
        people = self.sim.wecom if to.channel == "sales" else self.sim.wechat
        match kind:
            case Kind.PRESS:
                return await people.press(hook, user, text)
            case Kind.VOICE:
                return await people.voice(hook, user, text)
            case Kind.FOLLOW:
                return await people.follow(hook, user)
            case Kind.IMAGE:
                return await people.image(hook, user)
            case Kind.LOCATION:
                return await people.location(hook, user, text, (more["latitude"], more["longitude"]))
            case Kind.FILE:
                return await self.sim.wecom.file(hook, user, more["name"])
            case _:
                return await people.say(hook, user, text)

    async def _push_to_dingtalk(self, to: Address, text: str, kind: Kind, more: Mapping[str, Any]) -> Pushed:
        ding, hook = self.sim.dingtalk, self.bot.hook(to.channel)
        match kind:
            case Kind.VOICE:
                return await ding.voice(hook, to.user, text)
            case Kind.IMAGE:
                return await ding.image(hook, to.user, room=to.room)
            case Kind.FILE:
                return await ding.file(hook, to.user, more["name"])
            case _:
                return await ding.say(hook, to.user, text, room=to.room)

    async def _tick(self) -> None:
        await self.bot.tick()
        await self.bot.settle()

    def _news(self) -> list[Seen]:
        return self.sim.screens()[self._shown :]

    def _listen(self, but: Iterable[Seen] = ()) -> None:
        """Everything newly seen apart from what answers the message."""
        heard: dict[Address, list[Seen]] = {}
        for seen in self._news():
            if seen not in but:
                heard.setdefault(_address(seen), []).append(seen)
        self.heard = {who: [one.text for one in seen] for who, seen in heard.items()}
        self._shown = len(self.sim.screens())

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run(work)


def joined(texts: Iterable[str]) -> str:
    """Texts, and the parts of long ones, as one reads them."""
    return "\n".join(PART.sub("", text) for text in texts)


def _bare(text: str, to: Address) -> str:
    """Without the name that is called in a group."""
    return text.removeprefix(f"@{to.user} ")


def _address(seen: Seen) -> Address:
    return Address(CHANNELS[seen.platform], seen.user)
