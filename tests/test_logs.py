"""What is logged can be read by machines and harms nobody."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrm_bot import logs

Logged = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def logged() -> Iterator[Logged]:
    """What has been written so far, parsed."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure("DEBUG", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.captureWarnings(False)
    logging.basicConfig(handlers=handlers, level=level, force=True)


def test_an_event_is_one_json_object_with_time_level_and_name(logged: Logged) -> None:
    logging.getLogger("turn").info("turn taken", extra={"turn": 7, "seconds": 0.25})
    (event,) = logged()
    assert event.pop("at").endswith("Z")
    assert event == {"event": "turn taken", "level": "info", "logger": "turn", "turn": 7, "seconds": 0.25}


def test_a_line_break_in_a_message_forges_no_second_line(logged: Logged) -> None:
    extra = {"called": "x\r\ny\u2028\x85z", "broken": "\ud800", "unknown": float("nan")}
    logging.getLogger("a").warning('bad name\n{"event": "admin logged in"}', extra=extra)
    (event,) = logged()
    assert (event["called"], event["broken"], event["unknown"]) == ("x\r\ny\u2028\x85z", "\ud800", "nan")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("王总 13812341234", "王总 138****1234"),
        ("tel:138-1234-1234,", "tel:138****1234,"),
        ("+8613812341234", "+86138****1234"),
        (13812341234, "138****1234"),
        ({"people": [{"mobile": "13812341234"}]}, {"people": [{"mobile": "138****1234"}]}),
        ("１３８１２３４１２３４", "１３８****１２３４"),
        ("138 1234 1234 / 138.1234.1234 / 138—12341234", "138****1234 / 138****1234 / 138****1234"),
        ("(+86)138 1234 1234", "(+86)138****1234"),
        ("订单 2026030813812341234", "订单 2026030813812341234"),
        (1767225600000, 1767225600000),
        ("https://h/send?access_token=abc-_1&debug=1", "https://h/send?access_token=***&debug=1"),
        ("https://h/robot/sendBySession?session=0123", "https://h/robot/sendBySession?session=***"),
        ("?corpid=ww1&corpsecret=xyz", "?corpid=ww1&corpsecret=***"),
        ("?msg_signature=ab&timestamp=1&nonce=2", "?msg_signature=***&timestamp=1&nonce=2"),
        ("timestamp=1&sign=a%2Bb%3D", "timestamp=1&sign=***"),
        ('{"appSecret": "xyz", "appKey": "ding1"}', '{"appSecret": "***", "appKey": "ding1"}'),
        ("postgresql://scrm:hush@db/scrm", "postgresql://scrm:***@db/scrm"),
        ("redis://:hush@cache:6379/0", "redis://:***@cache:6379/0"),
        (b"\x00secret", "<7 bytes>"),
    ],
)
def test_phones_and_secrets_are_masked_wherever_they_stand(logged: Logged, value: object, shown: object) -> None:
    logging.getLogger("a").info("seen", extra={"value": value})
    assert logged()[0]["value"] == shown


def test_values_are_hidden_by_their_names(logged: Logged) -> None:
    names = [
        "secret",
        "client_secret",
        "token",
        "access_token",
        "aes_key",
        "Authorization",
        "Set-Cookie",
        "sign",
        "key",
    ]
    extra = {**dict.fromkeys(names, "hush"), "keys": 3, "monkey": "visible", "missing": ""}
    logging.getLogger("a").info("configured", extra=extra)
    (event,) = logged()
    assert {event[name] for name in names} == {"***"}
    assert (event["keys"], event["monkey"], event["missing"]) == (3, "visible", "")


def test_what_people_said_is_dropped_at_any_depth(logged: Logged) -> None:
    extra = {"text": "华星要加单", "detail": {"content": "加单", "kind": "text"}, "turn": 1}
    logging.getLogger("a").info("heard", extra=extra)
    (event,) = logged()
    assert "text" not in event
    assert (event["detail"], event["turn"]) == ({"kind": "text"}, 1)


def test_libraries_that_know_nothing_of_us_are_redacted_too(logged: Logged) -> None:
    logging.getLogger("aiohttp.access").info(
        "GET %s", "/cgi-bin/gettoken?corpsecret=hush", extra={"phone": "13812341234"}
    )
    (event,) = logged()
    assert (event["event"], event["phone"]) == ("GET /cgi-bin/gettoken?corpsecret=***", "138****1234")
    assert (event["level"], event["logger"]) == ("info", "aiohttp.access")


def test_a_traceback_is_kept_without_what_it_should_not_tell(logged: Logged) -> None:
    try:
        raise ValueError("cannot call 13812341234 with access_token=hush")
    except ValueError:
        logging.getLogger("a").exception("failed")
        logging.getLogger("library").exception("failed too")
    for event in logged():
        assert "ValueError: cannot call 138****1234 with access_token=***" in event["exception"]


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (KeyError("华星要加单 13812341234"), "KeyError: '…'"),
        (ValueError("invalid literal: '今天拜访了华星'"), "ValueError: invalid literal: '…'"),
        (ValueError("no such skill: 'they want to buy twice as much'"), "ValueError: no such skill: '…'"),
        (
            RuntimeError("DETAIL: Key (name)=(张三) already exists."),
            "RuntimeError: DETAIL: Key (name)=(…) already exists.",
        ),
        (OSError(28, "No space left on device"), "OSError: [Errno 28] No space left on device"),
    ],
)
def test_an_error_tells_what_it_is_and_where_but_not_what_people_wrote(
    logged: Logged, error: Exception, shown: str
) -> None:
    try:
        raise error
    except Exception:
        logging.getLogger("turn").exception("failed")
    (event,) = logged()
    assert event["exception"].splitlines()[-1] == shown
    assert "in test_an_error_tells" in event["exception"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text() | st.binary(),
        lambda x: st.lists(x) | st.dictionaries(st.text(), x),
    )
)
def test_anything_can_be_logged(value: object) -> None:
    assert "13812341234" not in str(logs.redacted({"value": value, "more": "13812341234"}))
