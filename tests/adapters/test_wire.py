"""Reading what strangers send: only what a platform would send gets through, and nothing but Malformed comes out."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrm_bot.adapters.base import Malformed
from scrm_bot.adapters.wire import read_fields, read_id, read_json, render

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,10}", fullmatch=True)
XML_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"<xml>",
        b"<xml></xml><xml/>",
        b"<html><body/></html>",
        b"<xml><A>1</A><A>2</A></xml>",
        b"<!DOCTYPE xml><xml><A>1</A></xml>",
        b'<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]><xml><A>&b;</A></xml>',
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><A>&a;</A></xml>',
        b"<xml><A>&undefined;</A></xml>",
        b"<xml>" + b"<A>" * 6 + b"</A>" * 6 + b"</xml>",
        b"<xml>" + b"<A>" * 100_000,
        b"<xml>" + b"".join(b"<A%d/>" % number for number in range(500)) + b"</xml>",
        b"<xml><A>" + b"x" * 70_000 + b"</A></xml>",
        b"<xml><A>" + b"x" * 10_000_000 + b"</A></xml>",
        b"<xml><A>\xff\xfe</A></xml>",
        b"<xml><A>\xed\xa0\x80</A></xml>",
        b'{"A": ',
        b'{"A": NaN}',
        b"{" + b'"a":{' * 20_000,
        b'{"A": "\xff"}',
        b'{"A": ' + b"9" * 5000 + b"}",
    ],
    ids=range(22),
)
def test_what_no_platform_sends_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        read_fields(body)


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_or_malformed(body: bytes) -> None:
    for read in (read_fields, read_json):
        try:
            read(body)
        except Malformed:
            continue


@given(st.dictionaries(NAMES, XML_TEXT, max_size=8))
@settings(max_examples=100, deadline=None)
def test_what_we_write_reads_the_same_for_us_and_for_others(fields: dict[str, str]) -> None:
    xml = render(fields)
    assert read_fields(xml.encode()) == fields
    assert {child.tag: child.text or "" for child in ElementTree.fromstring(xml)} == fields


def test_a_text_cannot_break_out_of_its_element() -> None:
    evil = "]]></Content><MsgType><![CDATA[image]]></MsgType><Content><![CDATA["
    assert read_fields(render({"MsgType": "text", "Content": evil}).encode()) == {"MsgType": "text", "Content": evil}


def test_control_characters_are_left_out_both_ways() -> None:
    assert render({"A": "a\0b\x1fc\ufffe\ud800d"}) == "<xml><A><![CDATA[abcd]]></A></xml>"
    assert read_fields(b"<xml><A>a\x08b\x00c\td</A></xml>") == {"A": "abc\td"}


def test_deeper_elements_are_passed_over() -> None:
    assert read_fields(b"<xml>\n<A> 1 <B>2</B></A>\n<C><D><E>3</E></D></C></xml>") == {"A": " 1 ", "C": ""}


def test_the_encoding_is_utf8_whatever_the_xml_claims() -> None:
    assert read_fields('<?xml version="1.0" encoding="gbk"?><xml><A>你好</A></xml>'.encode()) == {"A": "你好"}


def test_json_is_read_as_the_same_fields() -> None:
    body = b' {"A": "1", "B": 6054768590064713728, "C": {"D": 1}, "E": null, "x><y": "z"}'
    assert read_fields(body) == {"A": "1", "B": "6054768590064713728"}


@pytest.mark.parametrize("body", [b"[]", b"1", b"null", b'"a"'])
def test_json_is_an_object(body: bytes) -> None:
    with pytest.raises(Malformed):
        read_json(body)


@pytest.mark.parametrize("value", [None, "", "  ", True, 1.5, "a" * 300, "a\nb", "a\0b", "\ud800", {}, []])
def test_an_id_is_a_short_printable_text(value: object) -> None:
    with pytest.raises(Malformed):
        read_id(value)


@pytest.mark.parametrize(("value", "text"), [(" a ", "a"), (1, "1"), ("$:LWCP_v1:$C==", "$:LWCP_v1:$C==")])
def test_an_id_is_kept_as_it_is(value: object, text: str) -> None:
    assert read_id(value) == text
