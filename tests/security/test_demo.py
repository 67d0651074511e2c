"""The demo trusts whoever is at this machine, and no page from elsewhere that a visitor happens to have open."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from scrm_bot import demo, settings
from scrm_bot.web.demo.page import is_plain


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[TestServer]:
    server = TestServer(await demo.build(settings.default(tmp_path)))
    await server.start_server()
    yield server
    await server.close()


SAID = (
    b'{"user": "zhouxm", "id": "1", "text": "\xe5\x8d\x8e\xe6\x98\x9f\xe5\x88\xb0\xe5\x93\xaa\xe6\xad\xa5\xe4\xba\x86"}'
)


async def test_no_other_site_reads_or_posts_by_a_name_or_by_a_form(page: TestServer) -> None:
    async with ClientSession() as http:
        for path in ("/", "/demo/cast", "/demo/pushes", "/healthz", "/metrics"):
            for host in ("evil.example", "127.0.0.1.evil.example:80", "localhost.evil.example", "", "[evil]", "a b"):
                async with http.get(page.make_url(path), headers={"Host": host}) as answer:
                    assert answer.status in (400, 403), (path, host)
        for site in ("cross-site", "same-site", "anything"):
            headers = {"Sec-Fetch-Site": site, "Content-Type": "text/plain"}
            async with http.post(page.make_url("/hooks/wecom"), data=SAID, headers=headers) as answer:
                assert answer.status == 403
        async with http.post(page.make_url("/hooks/wecom"), data=SAID, headers={"Host": "evil.example"}) as answer:
            assert answer.status == 403
        async with http.get(page.make_url("/demo/thread/wecom/zhouxm")) as answer:
            assert "华星到哪步了" not in await answer.text()


async def test_its_own_page_is_served_and_framed_by_nobody(page: TestServer) -> None:
    async with ClientSession() as http:
        for path in ("/", "/demo/static/app.js", "/demo/cast", "/nowhere"):
            async with http.get(page.make_url(path)) as answer:
                assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
        async with http.post(
            page.make_url("/hooks/wecom"), data=SAID, headers={"Sec-Fetch-Site": "same-origin"}
        ) as said:
            assert said.status == 200
        for path in ("/demo/static/../page.py", "/demo/static/%2e%2e%2fpage.py", "/demo/static/..%5cpage.py"):
            async with http.get(page.make_url(path)) as answer:
                assert answer.status == 404


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "LOCALHOST:1", "[::1]:8080", "192.168.1.7:8080"])
def test_plain_addresses_are_ours(host: str) -> None:
    assert is_plain(host)


def test_the_demo_listens_on_this_machine_alone_unless_told_otherwise() -> None:
    assert demo.run.__defaults__ == ("127.0.0.1",)
    assert settings.Server().host == "127.0.0.1"
