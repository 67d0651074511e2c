"""Links to files: nobody makes one, changes one, keeps one for long, or opens one that is not theirs."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession

from scrm_bot.crm.customers import Customer
from scrm_bot.crm.files import File
from scrm_bot.crm.people import Staff
from scrm_bot.simulator import Simulator
from scrm_bot.simulator.media import PNG
from tests import company
from tests.bot import Bot, configure, held
from tests.files import contents

LINK = re.compile(r"https://crm\.example\.com(/files/\S+)")


class Guard:
    """A bot with a picture of 华星's, the link that 小周 got, and a browser."""

    def __init__(self, sim: Simulator) -> None:
        self.sim, self.now = sim, company.NOW
        self.bot: Bot
        self.http: ClientSession

    async def sends(self, content: bytes, name: str = "") -> None:
        """小周 visits 华星 and sends this."""
        await self.sim.wecom.say(self.bot.hook("sales"), "zhouxm", "今天拜访了华星王总 聊了方案 下周三报价")
        self.sim.media.put("file-media" if name else "image-media", content)
        if name:
            await self.sim.wecom.file(self.bot.hook("sales"), "zhouxm", name)
        else:
            await self.sim.wecom.image(self.bot.hook("sales"), "zhouxm")
        await self.bot.app.fetcher.settled()

    async def link(self, user: str = "zhouxm") -> str:
        """What this person is given when they ask for 华星's files."""
        pushed = await self.sim.wecom.say(self.bot.hook("sales"), user, "看下华星的照片和文件")
        found = LINK.search(pushed.reply)
        return found[1] if found else ""

    async def get(self, path: str) -> tuple[int, bytes, dict[str, str]]:
        async with self.http.get(self.bot.url + path) as answer:
            return answer.status, await answer.read(), dict(answer.headers)


@pytest.fixture
async def guard(fresh_database_url: Callable[..., str], tmp_path: Path) -> AsyncIterator[Guard]:
    async with Simulator() as sim, ClientSession() as http:
        guard = Guard(sim)
        guard.http = http
        sim.clock.source, sim.clock.shared = lambda: guard.now.timestamp(), True
        config = configure(tmp_path, sim, fresh_database_url("sqlite", company.prepare))
        config.write_text(
            config.read_text().replace("[server]\n", '[server]\npublic_url = "https://crm.example.com"\n')
        )
        async with held(config, lambda: guard.now) as guard.bot:
            yield guard


async def test_whoever_may_see_the_customer_gets_a_link_and_the_picture(guard: Guard) -> None:
    await guard.sends(PNG)
    status, body, headers = await guard.get(await guard.link())
    assert (status, body, headers["Content-Type"]) == (200, PNG, "image/png")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Content-Disposition"].startswith("inline")
    assert "no-store" in headers["Cache-Control"]


async def test_what_a_browser_might_run_is_only_ever_saved(guard: Guard) -> None:
    await guard.sends(contents.PDF, '合同".pdf')
    _, _, headers = await guard.get(await guard.link())
    assert headers["Content-Disposition"] == "attachment; filename*=UTF-8''%E5%90%88%E5%90%8C%22.pdf"


async def test_a_name_that_lies_is_put_right(guard: Guard) -> None:
    await guard.sends(contents.PNG, "报价.pdf")
    _, _, headers = await guard.get(await guard.link())
    assert headers["Content-Type"] == "image/png"
    assert headers["Content-Disposition"].endswith(".png")


@pytest.mark.parametrize(
    "change",
    [
        lambda link: link.replace("/files/1?", "/files/2?"),
        lambda link: link.replace("for=3", "for=1"),
        lambda link: re.sub(r"until=(\d+)", lambda found: f"until={int(found[1]) + 1}", link),
        lambda link: link[:-1] + ("0" if link[-1] != "0" else "1"),
        lambda link: re.sub(r"sig=.*", "sig=", link),
        lambda link: re.sub(r"sig=.*", "sig=" + "é" * 64, link),
        lambda link: link.partition("?")[0],
        lambda link: link.replace("for=3", "for=３"),
        lambda link: link.replace("until=", "until=-"),
        lambda link: link.replace("for=3", "for=" + "9" * 400),
    ],
)
async def test_a_link_that_was_changed_is_none(guard: Guard, change: Callable[[str], str]) -> None:
    await guard.sends(PNG)
    link = await guard.link()
    forged = change(link)
    assert forged != link
    assert (await guard.get(forged))[:2] == (404, b"")


async def test_a_link_lives_a_day(guard: Guard) -> None:
    await guard.sends(PNG)
    link = await guard.link()
    guard.now += timedelta(hours=23)
    assert (await guard.get(link))[0] == 200
    guard.now += timedelta(hours=2)
    assert (await guard.get(link))[0] == 404


async def test_another_reps_file_is_not_even_listed(guard: Guard) -> None:
    await guard.sends(PNG)
    assert await guard.link("lisq") == ""


async def test_a_link_dies_with_the_right_to_see(guard: Guard) -> None:
    await guard.sends(PNG)
    link = await guard.link()

    def hand_over(session: object) -> None:
        customer = session.get(Customer, 1)  # type: ignore[attr-defined]
        customer.owner_id = 4
        session.get(File, 1).staff_id = None  # type: ignore[attr-defined]

    await guard.bot.app.core.db.within(hand_over)
    assert (await guard.get(link))[0] == 404


async def test_a_link_of_somebody_who_has_left_opens_nothing(guard: Guard) -> None:
    await guard.sends(PNG)
    link = await guard.link()

    def leave(session: object) -> None:
        session.get(Staff, 3).active = False  # type: ignore[attr-defined]

    await guard.bot.app.core.db.within(leave)
    assert (await guard.get(link))[0] == 404


async def test_what_was_taken_back_is_not_served(guard: Guard) -> None:
    await guard.sends(PNG)
    link = await guard.link()
    await guard.sim.wecom.say(guard.bot.hook("sales"), "zhouxm", "撤销")
    assert (await guard.get(link))[0] == 404


async def test_no_path_leads_out_of_the_folder(guard: Guard) -> None:
    await guard.sends(PNG)
    for path in (
        "/files/../scrm.toml",
        "/files/%2e%2e%2fscrm.toml",
        "/files/1/../../etc/passwd",
        "/files/",
        "/files/a",
    ):
        assert (await guard.get(path))[0] == 404
