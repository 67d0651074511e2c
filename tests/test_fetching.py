"""What people send is fetched from the platforms, kept, and belongs to its record: through real callbacks."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from scrm_bot import fetching
from scrm_bot.crm import fetches
from scrm_bot.simulator import Fault, Simulator
from scrm_bot.simulator.media import PNG
from tests import company
from tests.bot import Bot, configure, held
from tests.files import contents

WANG, ZHOU, MANAGER = "openid-wang", "zhouxm", "manager01"
VISIT = "今天拜访了华星王总 聊了方案 下周三报价"


class Office:
    """A bot that carries and fetches only when it is told to, and a clock that it shares with the platforms."""

    def __init__(self, sim: Simulator, folder: Path) -> None:
        self.sim, self.folder, self.now = sim, folder / "files", company.NOW
        self.bot: Bot

    async def fetch(self) -> None:
        await self.bot.settle()
        await self.bot.app.fetcher.settled()
        await self.bot.settle()

    async def files(self) -> list[dict[str, Any]]:
        return await self.bot.rows("files")

    def kept(self) -> list[str]:
        return sorted(path.name for path in self.folder.rglob("*") if path.is_file())

    def hook(self, channel: str) -> str:
        return self.bot.hook(channel)


@pytest.fixture
async def office(database_kind: str, fresh_database_url: Callable[..., str], tmp_path: Path) -> AsyncIterator[Office]:
    async with Simulator() as sim:
        office = Office(sim, tmp_path)
        sim.clock.source, sim.clock.shared = lambda: office.now.timestamp(), True
        config = configure(tmp_path, sim, fresh_database_url(database_kind, company.prepare), rules="",
                           more={"care": sim.kf.channel()})  # fmt: skip
        config.write_text(config.read_text() + "\n[files]\nmax_mb = 1\n")
        async with held(config, lambda: office.now) as office.bot:
            yield office


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def test_a_picture_on_wecom_is_fetched_and_kept_with_the_visit(office: Office) -> None:
    await office.sim.wecom.say(office.hook("sales"), ZHOU, VISIT)
    pushed = await office.sim.wecom.image(office.hook("sales"), ZHOU)
    assert "图片已附到 华星科技" in pushed.reply
    assert (await office.files())[0]["state"] == "wanted"  # the answer waits for no download
    assert not office.sim.calls("media/get")
    await office.fetch()
    (file,) = await office.files()
    assert (file["state"], file["type"], file["digest"], file["size"]) == ("kept", "image/png", digest(PNG), len(PNG))
    assert office.kept() == [digest(PNG)]


async def test_dingtalk_gives_a_code_then_an_address_then_the_file(office: Office) -> None:
    await office.sim.dingtalk.file(office.hook("ding"), MANAGER, "报价单.pdf")
    await office.fetch()
    (file,) = await office.files()
    assert (file["state"], file["type"], file["name"]) == ("kept", "application/pdf", "报价单.pdf")
    assert len(office.sim.calls("messageFiles/download")) == 1


async def test_words_and_pictures_in_one_dingtalk_message(office: Office) -> None:
    pictures = [{"type": "picture", "downloadCode": f"image-{number}"} for number in (1, 2)]
    pieces = [{"text": "今天拜访了恒力王总 看了车间 下周三报价"}, *pictures]
    await office.sim.dingtalk.rich(office.hook("ding"), MANAGER, *pieces)
    await office.fetch()
    files = await office.files()
    assert [(file["state"], file["customer"]) for file in files] == [("kept", "东莞恒力机械有限公司")] * 2
    assert len({file["followup"] for file in files}) == 1


async def test_customers_pictures_on_wechat_and_kefu_go_with_their_request(office: Office) -> None:
    await office.sim.wechat.image(office.hook("service"), WANG)
    await office.sim.wechat.say(office.hook("service"), WANG, "空压机报警E07 停机了")
    await office.fetch()
    (file,) = await office.files()
    assert (file["state"], file["ticket"], file["from"]) == ("kept", 1, "王建华")


async def test_an_expired_media_id_is_lost_and_its_sender_hears_it(office: Office) -> None:
    await office.sim.wecom.say(office.hook("sales"), ZHOU, VISIT)
    await office.sim.wecom.image(office.hook("sales"), ZHOU)
    office.sim.media.forget()
    await office.fetch()
    assert (await office.files())[0]["state"] == "lost"
    assert "图片没取回来" in office.sim.seen(ZHOU)[-1]
    assert office.kept() == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (contents.EXE, "这种类型不收"),
        (contents.APK, "这种类型不收"),
        (b"<html><script>1</script>", "这种类型不收"),
        (b"%PDF-" + b"x" * 2**20, "太大了，单个文件最多 1 MB"),
    ],
)
async def test_what_is_not_kept_is_told_and_its_row_stays(office: Office, content: bytes, why: str) -> None:
    office.sim.media.put("file-media", content)
    await office.sim.wecom.file(office.hook("sales"), ZHOU, "产品手册.pdf")
    await office.fetch()
    assert (await office.files())[0]["state"] == "refused"
    assert f"文件「产品手册.pdf」没有收：{why}" in office.sim.seen(ZHOU)[-1]
    assert office.kept() == []
    assert [row["kind"] for row in await office.bot.rows("messages")] == ["file"]


@pytest.mark.parametrize("fault", [Fault.HTTP_500, Fault.RESET, Fault.HTML, -1])
async def test_a_platform_in_trouble_is_asked_again_later(office: Office, fault: Fault | int) -> None:
    await office.sim.wecom.image(office.hook("sales"), ZHOU)
    office.sim.faults.next(fault, "media/get", times=2)
    await office.fetch()
    assert (await office.files())[0]["state"] == "wanted"
    for _ in range(3):
        office.now += timedelta(minutes=2)
        await office.fetch()
    assert (await office.files())[0]["state"] == "kept"


async def test_after_three_days_nobody_tries_any_more(office: Office) -> None:
    await office.sim.wecom.image(office.hook("sales"), ZHOU)
    office.sim.faults.always(Fault.HTTP_500, "media/get")
    await office.fetch()
    for _ in range(4):
        office.now += timedelta(days=1)
        await office.fetch()
    assert (await office.files())[0]["state"] == "lost"


async def test_a_token_that_died_is_renewed_once(office: Office) -> None:
    for _ in range(2):
        await office.sim.wecom.image(office.hook("sales"), ZHOU)
        await office.fetch()
        office.sim.wecom.tokens.expire()
    assert [file["state"] for file in await office.files()] == ["kept"] * 2
    assert len(office.sim.calls("media/get")) == 3


async def test_whoever_is_killed_in_the_middle_loses_nothing(office: Office) -> None:
    await office.sim.wecom.image(office.hook("sales"), ZHOU)
    taken = await office.bot.app.core.db.within(fetches.claim, ["sales"], office.now, 5)
    assert len(taken) == 1
    await office.fetch()
    assert (await office.files())[0]["state"] == "wanted"  # somebody else holds it
    office.now += fetches.LEASE
    await office.fetch()
    assert (await office.files())[0]["state"] == "kept"
    assert not await office.bot.app.core.db.within(fetches.kept, taken[0], "x" * 64, 1, "image/png")


async def test_two_fetchers_never_hold_the_same_file(office: Office) -> None:
    for _ in range(6):
        await office.sim.wecom.image(office.hook("sales"), ZHOU)
    claim = partial(office.bot.app.core.db.within, fetches.claim, ["sales"], office.now, 4)
    first, second = await asyncio.gather(claim(), claim())
    assert len(first) + len(second) == 6
    assert not {one.id for one in first} & {one.id for one in second}


async def test_what_was_taken_back_is_not_fetched(office: Office) -> None:
    await office.sim.wecom.say(office.hook("sales"), ZHOU, VISIT)
    await office.sim.wecom.image(office.hook("sales"), ZHOU)
    await office.sim.wecom.say(office.hook("sales"), ZHOU, "撤销")
    await office.fetch()
    assert await office.files() == []
    assert not office.sim.calls("media/get")


async def test_the_folder_being_gone_or_full_puts_it_off(office: Office) -> None:
    await office.sim.wecom.image(office.hook("sales"), ZHOU)
    office.folder.write_text("no folder at all")
    await office.fetch()
    assert (await office.files())[0]["state"] == "wanted"
    office.folder.unlink()
    office.now += timedelta(minutes=2)
    await office.fetch()
    assert (await office.files())[0]["state"] == "kept"


async def test_a_film_on_wechat_is_fetched_from_its_own_hosts_only(office: Office) -> None:
    await office.sim.wechat.say(office.hook("service"), WANG, "空压机报警E07 停机了")
    for film in ("http://evil.example.com/x.mp4", "http://169.254.169.254/latest", "https://qpic.cn@127.0.0.1/x"):
        office.sim.media.film = film
        await office.sim.wechat.video(office.hook("service"), WANG)
        await office.fetch()
    assert [file["state"] for file in await office.files()] == ["lost"] * 3


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest/meta-data",
        "https://evil.example.com/x",
        "https://dingtalk.com.evil.example/x",
        "https://dingtalk.com@127.0.0.1/x",
        "http://down.dingtalk.com/x",
        "file:///etc/passwd",
        "//127.0.0.1/x",
        "gopher://127.0.0.1:6379/_",
        "https://127.0.0.2:6379/",
        "https://[::1]/x",
        "https://2130706433/x",
        "https://down.dingtalk.com:8443/x",
    ],
)
async def test_an_address_that_is_not_the_platforms_is_never_called(office: Office, address: str) -> None:
    office.sim.media.address = address
    await office.sim.dingtalk.image(office.hook("ding"), MANAGER)
    await office.fetch()
    (file,) = await office.files()
    assert (file["state"], file["reason"]) == ("lost", "not an address of the platform")


async def test_no_redirect_is_followed(office: Office) -> None:
    await office.sim.wecom.image(office.hook("sales"), ZHOU)
    office.sim.media.status, office.sim.media.heading = 302, {"Location": f"{office.sim.base_url}/downloads/image-1"}
    await office.fetch()
    assert (await office.files())[0]["state"] == "lost"
    assert not office.sim.calls("/downloads/")


async def test_a_platform_that_lies_about_the_type_is_not_believed(office: Office) -> None:
    office.sim.media.put("image-media", contents.EXE)
    office.sim.media.heading = {"Content-Type": "image/jpeg"}
    await office.sim.wecom.image(office.hook("sales"), ZHOU)
    await office.fetch()
    assert (await office.files())[0]["state"] == "refused"


async def test_the_same_picture_twice_is_kept_once(office: Office) -> None:
    for _ in range(2):
        await office.sim.wecom.image(office.hook("sales"), ZHOU)
    await office.fetch()
    assert [file["state"] for file in await office.files()] == ["kept"] * 2
    assert len(office.kept()) == 1


async def test_a_slow_platform_holds_up_no_answer(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "LONGEST", 0.2)
    office.sim.faults.always(Fault.HANG, "media/get")
    await office.sim.wecom.image(office.hook("sales"), ZHOU)
    assert await office.bot.app.fetcher.fetch() == 1
    pushed = await office.sim.wecom.say(office.hook("sales"), ZHOU, "华星到哪步了")
    assert "华星二期" in pushed.reply
    await office.fetch()
    assert (await office.files())[0]["state"] == "wanted"
