"""The envelope and the signatures, against published vectors and against wechatpy."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto
from wechatpy.enterprise.crypto import WeChatCrypto as WecomCrypto

from scrm_bot.adapters.base import BadSignature
from scrm_bot.adapters.codec import Envelope, check_same, check_signature, check_time, sha1_signature
from scrm_bot.adapters.dingtalk import signature
from scrm_bot.adapters.wire import read_fields, render
from tests.adapters.support import PAYLOADS

VECTORS: dict[str, list[dict[str, Any]]] = json.loads((PAYLOADS / "vectors.json").read_text())
SEALED = [
    vector
    for group in ("mp_encrypted", "wecom_encrypted", "wecom_verify_url", "dingtalk_event_crypto")
    for vector in VECTORS[group]
]
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OURS = Envelope("token", KEY, "wx1")
THEIRS = WeChatCrypto("token", KEY, "wx1")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@pytest.mark.parametrize("vector", SEALED, ids=lambda vector: vector["id"])
def test_published_envelopes_open_to_what_was_published(vector: dict[str, Any]) -> None:
    envelope = Envelope(vector["token"], vector["aes_key"], vector["receive_id"])
    encrypted = vector.get("encrypt") or vector["echostr"]
    envelope.check(vector["msg_signature"], vector["timestamp"], vector["nonce"], encrypted)
    assert envelope.open(encrypted).decode() == (vector.get("plaintext") or vector["plain"])


def test_the_published_envelope_with_known_randomness_is_sealed_byte_for_byte() -> None:
    vector = next(vector for vector in SEALED if "random16" in vector)
    envelope = Envelope(vector["token"], vector["aes_key"], vector["receive_id"])
    assert envelope.seal(vector["plaintext"].encode(), prefix=vector["random16"].encode()) == vector["encrypt"]


@pytest.mark.parametrize("vector", VECTORS["mp_plain_sign"], ids=lambda vector: vector["token"])
def test_published_plain_signatures(vector: dict[str, Any]) -> None:
    check_signature(vector["signature"], vector["token"], vector["timestamp"], vector["nonce"])


@pytest.mark.parametrize("vector", VECTORS["dingtalk_sign"], ids=lambda vector: vector["id"])
def test_published_dingtalk_signatures(vector: dict[str, Any]) -> None:
    assert signature(vector["timestamp"], vector["secret"]) == vector["sign"]


@given(TEXT, st.from_regex(r"[0-9]{1,10}", fullmatch=True))
@settings(max_examples=100, deadline=None)
def test_wechatpy_opens_what_we_seal(text: str, nonce: str) -> None:
    encrypted = OURS.seal(text.encode())
    body = {"Encrypt": encrypted}
    assert THEIRS.decrypt_message(body, OURS.signature("1", nonce, encrypted), "1", nonce) == text


@given(TEXT, st.from_regex(r"[0-9]{1,10}", fullmatch=True))
@settings(max_examples=100, deadline=None)
def test_we_open_what_wechatpy_seals(text: str, nonce: str) -> None:
    fields = read_fields(THEIRS.encrypt_message(text, nonce, "1409735669").encode())
    OURS.check(fields["MsgSignature"], fields["TimeStamp"], fields["Nonce"], fields["Encrypt"])
    assert OURS.open(fields["Encrypt"]).decode() == text


@given(TEXT)
@settings(max_examples=50, deadline=None)
def test_a_text_in_our_xml_is_the_same_text_for_wechatpy(text: str) -> None:
    xml = render({"ToUserName": "u", "Content": text})
    crypto = WecomCrypto("token", KEY, "wx1")
    sealed = OURS.seal(xml.encode())
    assert crypto.decrypt_message({"Encrypt": sealed}, OURS.signature("1", "2", sealed), "1", "2") == xml


@pytest.mark.parametrize("count", [0, 33, 255])
def test_wrong_padding_is_refused(count: int) -> None:
    _refuses(_encrypted(b"r" * 16 + b"\0\0\0\2hiwx1" + b"x" * 6 + bytes([count])))


def test_padding_is_checked_to_its_first_byte() -> None:
    _refuses(_encrypted(b"r" * 16 + b"\0\0\0\2hiwx1" + b"\1" * 6 + b"\7"))
    assert OURS.open(_encrypted(b"r" * 16 + b"\0\0\0\2hiwx1" + b"\7" * 7)) == b"hi"


@pytest.mark.parametrize("receiver", [b"", b"wx2", b"wx11"])
def test_a_message_for_somebody_else_is_refused(receiver: bytes) -> None:
    plain = b"r" * 16 + b"\0\0\0\2hi" + receiver
    _refuses(_encrypted(plain + bytes([32 - len(plain)]) * (32 - len(plain))))


def test_a_length_beyond_the_end_is_refused() -> None:
    _refuses(_encrypted(b"r" * 16 + b"\xff\xff\xff\xffhiwx1" + b"\7" * 7))


@pytest.mark.parametrize("text", ["", "===", "你好", "AAAA", "a" * 43, base64.b64encode(b"x" * 31).decode(), "\ud800"])
def test_what_is_not_an_envelope_is_refused(text: str) -> None:
    _refuses(text)


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_refused_in_one_way_only(data: bytes) -> None:
    _refuses(base64.b64encode(data).decode())


@pytest.mark.parametrize("key", ["", KEY[:-1], KEY + "=", "你" * 43, "!" * 43])
def test_a_key_has_43_characters(key: str) -> None:
    with pytest.raises(ValueError, match="43"):
        Envelope("token", key, "wx1")


def test_an_envelope_needs_a_receiver() -> None:
    with pytest.raises(ValueError, match="receiver"):
        Envelope("token", KEY, "")


@pytest.mark.parametrize("given", ["", "0" * 40, "签名" * 20, "\ud800", "a\0b"])
def test_a_wrong_signature_is_wrong_whatever_its_characters(given: str) -> None:
    with pytest.raises(BadSignature):
        check_same(given, sha1_signature("token", "1", "2"))


def test_a_signature_over_missing_parts_is_wrong_even_if_it_fits() -> None:
    with pytest.raises(BadSignature):
        check_signature(sha1_signature("token", "", ""), "token", "", "")


@pytest.mark.parametrize("stamp", ["", "now", "-1", "１７００００００００", "1" * 30, "1699999699", "1700000301"])
def test_a_timestamp_that_is_none_or_stale_is_refused(stamp: str) -> None:
    with pytest.raises(BadSignature):
        check_time(stamp, datetime.fromtimestamp(1_700_000_000, UTC), timedelta(minutes=5))


@pytest.mark.parametrize("stamp", ["1699999701", "1700000000", "1700000299"])
def test_a_timestamp_within_the_window_is_taken(stamp: str) -> None:
    check_time(stamp, datetime.fromtimestamp(1_700_000_000, UTC), timedelta(minutes=5))


def _encrypted(padded: bytes) -> str:
    encryptor = OURS._cipher.encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def _refuses(encrypted: str) -> None:
    with pytest.raises(BadSignature):
        OURS.open(encrypted)
