"""An address in a message leads to the platform or nowhere, however it is written."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from yarl import URL

from scrm_bot.adapters.hosts import may_call

DOMAINS = ("dingtalk.com",)
BASE = "https://api.dingtalk.com"
TESTING = "http://127.0.0.1:8099"

TRICKS = """
http://oapi.dingtalk.com/x
https://oapi.dingtalk.com:80/x
https://oapi.dingtalk.com:8443/x
http://api.dingtalk.com/x
https://oapi.dingtalk.com:/x
https://oapi.dingtalk.com:0443/x
https://oapi.dingtalk.com:99999/x
https://oapi.dingtalk.com./x
https://oapi.dingtalk.com../x
https://.dingtalk.com/x
https://oapi..dingtalk.com/x
https://dingtalk.com.evil.example/x
https://evildingtalk.com/x
https://evil.example/dingtalk.com
https://evil.example?.dingtalk.com
https://evil.example#.dingtalk.com
https://evil.example#@oapi.dingtalk.com/
https://evil.example;.dingtalk.com/
https://evil.example\\.dingtalk.com/
https://evil.example\\@oapi.dingtalk.com/
https://evil.example%2f.dingtalk.com/
https://evil.example%00.dingtalk.com/
https://evil.example／.dingtalk.com/
https://evil.example。dingtalk.com/
https://oapi.dıngtalk.com/x
https://oapi.dіngtalk.com/x
https://ｏａｐｉ.dingtalk.com/x
https://oapi.dingtalk.com@evil.example/x
https://oapi.dingtalk.com:443@evil.example/x
https://user:password@oapi.dingtalk.com/x
https://@oapi.dingtalk.com/x
https://127.0.0.1/x
https://127.1/x
https://2130706433/x
https://0x7f.0.0.1/x
https://0177.0.0.1/x
https://0/x
https://localhost/x
https://[::1]/x
https://[::ffff:127.0.0.1]/x
https://[::ffff:7f00:1]/x
https://169.254.169.254/latest/meta-data
https://127.0.0.1.dingtalk.com.evil.example/x
http://127.0.0.1:8099/x
HTTPS://oapi.dingtalk.com/x
https:/oapi.dingtalk.com/x
https:oapi.dingtalk.com/x
https:///oapi.dingtalk.com/x
//oapi.dingtalk.com/x
 https://oapi.dingtalk.com/x
https://oapi.dingtalk.com/x y
https://oapi.dingtalk.com/x\r\nHost: evil.example
https://oapi.dingtalk.com/\x00
https://oapi.dingtalk.com/#x
wss://oapi.dingtalk.com/x
ftp://oapi.dingtalk.com/x
file:///etc/passwd
gopher://oapi.dingtalk.com/
data:text/plain,x
""".strip("\n").split("\n")


@pytest.mark.parametrize("url", [*TRICKS, "", None, 7, {"a": 1}, "https://oapi.dingtalk.com/" + "a" * 3000, "\ud800"])
def test_a_trick_is_not_called(url: object) -> None:
    assert not may_call(url, DOMAINS, BASE)


@pytest.mark.parametrize(
    "url",
    [
        "https://oapi.dingtalk.com/robot/sendBySession?session=c610ee93%2Fa==",
        "https://api.dingtalk.com",
        "https://dingtalk.com/",
        "https://pre-oapi.dingtalk.com:443/x",
        "https://wss-open-connection.a.dingtalk.com?x=1",
    ],
)
def test_the_platforms_own_hosts_are_called(url: str) -> None:
    assert may_call(url, DOMAINS, BASE)
    assert may_call(url.replace("https", "wss"), DOMAINS, BASE, scheme="wss")
    assert not may_call(url.replace("https", "ws"), DOMAINS, BASE, scheme="wss")


@pytest.mark.parametrize(
    ("url", "so"),
    [
        ("http://127.0.0.1:8099/robot/sendBySession?session=1", True),
        ("https://127.0.0.1:8099/x", True),
        ("http://127.0.0.1:6379/x", False),
        ("http://127.0.0.1/x", False),
        ("http://localhost:8099/x", False),
        ("http://127.0.0.2:8099/x", False),
        ("http://127.1:8099/x", False),
        ("http://a@127.0.0.1:8099/x", False),
        ("http://127.0.0.1:8099@evil.example/x", False),
        ("http://127.0.0.1.evil.example:8099/x", False),
        ("https://oapi.dingtalk.com/x", True),
        ("http://oapi.dingtalk.com/x", False),
    ],
)
def test_the_configured_server_itself_may_be_without_tls_and_nothing_beside_it(url: str, so: bool) -> None:
    assert may_call(url, DOMAINS, TESTING) is so


def test_a_server_configured_with_tls_is_not_called_without() -> None:
    assert may_call("https://gateway.example:8443/x", DOMAINS, "https://gateway.example")
    assert not may_call("http://gateway.example/x", DOMAINS, "https://gateway.example")


PIECES = st.sampled_from(
    ["https://", "http://", "wss://", "//", "oapi", "dingtalk.com", "evil.example", "127.0.0.1", "[::1]", ".", "@", ":",
     "443", "8443", "/", "\\", "?", "#", "%2e", "%40", "。", "／", "x", " ", "\t", "\n", "\0", "api.dingtalk.com", "-"]
)  # fmt: skip


@given(st.lists(PIECES | st.characters(), max_size=9).map("".join) | st.lists(PIECES, max_size=7).map("https://".join))
@example("https://oapi.dingtalk.com/x")
@settings(max_examples=500, deadline=None)
def test_whatever_passes_is_read_as_the_platforms_host_by_every_reader(url: str) -> None:
    if not may_call(url, DOMAINS, BASE):
        return
    for host, scheme, port, user in (_urllib(url), _yarl(url)):
        assert scheme == "https"
        assert host == "dingtalk.com" or host.endswith(".dingtalk.com")
        assert port in (None, 443)
        assert user is None


def _urllib(url: str) -> tuple[str, str, int | None, str | None]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.scheme, parts.port, parts.username


def _yarl(url: str) -> tuple[str, str, int | None, str | None]:
    parts = URL(url)
    return parts.host or "", parts.scheme, parts.port, parts.user
