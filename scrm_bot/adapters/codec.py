"""The envelope in which WeChat, WeCom and DingTalk seal what they push (WXBizMsgCrypt), and the signatures on it.

    AES key = base64(43-character key + "="), IV = its first 16 bytes, AES-256-CBC
    plain   = 16 random bytes + uint32 big-endian length + message + receive_id, padded to 32 (1..32, PKCS#7)
    signature = sha1(sorted(token, timestamp, nonce, encrypted), joined)

Nothing here tells why it refuses: a forger learns one thing, BadSignature.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import struct
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from scrm_bot.adapters.base import BadSignature

BLOCK = 32
WINDOW = timedelta(minutes=5)  # how far a callback's timestamp may be from our clock


def sha1_signature(*parts: str) -> str:
    """The signature of WeChat and WeCom over token, timestamp, nonce (and the sealed text)."""
    return hashlib.sha1("".join(sorted(parts)).encode(errors="replace")).hexdigest()


def check_signature(given: str, *parts: str) -> None:
    """Raises BadSignature unless `given` signs exactly these parts, every one of them present."""
    if not all(parts):
        raise BadSignature("a signed part is missing")
    check_same(given, sha1_signature(*parts))


def check_same(given: str, expected: str) -> None:
    """Compare in constant time, on bytes: a signature with odd characters is wrong, not an error."""
    if not given or not hmac.compare_digest(given.encode(errors="replace"), expected.encode()):
        raise BadSignature("wrong signature")


def check_time(timestamp: str, now: datetime, window: timedelta, *, unit: timedelta = timedelta(seconds=1)) -> None:
    """Raises BadSignature if the timestamp (counted in `unit`s since 1970) is further than `window` from now."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 16):
        raise BadSignature("no timestamp")
    if abs(int(timestamp) * unit.total_seconds() - now.timestamp()) > window.total_seconds():
        raise BadSignature("stale timestamp")


class Envelope:
    """One account's envelope: token, key and the receiver's id that is sealed in with every message."""

    def __init__(self, token: str, aes_key: str, receive_id: str) -> None:
        if not token or not receive_id:
            raise ValueError("an envelope needs a token and a receiver's id")
        self._token = token
        self._receive_id = receive_id.encode()
        key = _key_bytes(aes_key)
        self._cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16]))

    def signature(self, timestamp: str, nonce: str, encrypted: str) -> str:
        """What stands as msg_signature beside this sealed text."""
        return sha1_signature(self._token, timestamp, nonce, encrypted)

    def check(self, signature: str, timestamp: str, nonce: str, encrypted: str) -> None:
        """Raises BadSignature unless all four are there and belong together."""
        check_signature(signature, self._token, timestamp, nonce, encrypted)

    def seal(self, message: bytes, *, prefix: bytes = b"") -> str:
        """The message, sealed. `prefix`: the 16 random bytes, given only to repeat a known seal."""
        plain = (prefix or os.urandom(16)) + struct.pack(">I", len(message)) + message + self._receive_id
        count = BLOCK - len(plain) % BLOCK
        encryptor = self._cipher.encryptor()
        return base64.b64encode(encryptor.update(plain + bytes([count]) * count) + encryptor.finalize()).decode()

    def open(self, encrypted: str) -> bytes:
        """The message that was sealed for us; check the signature first. Raises BadSignature."""
        plain = _unpadded(self._decrypted(encrypted))
        if len(plain) < 20:
            raise BadSignature("bad envelope")
        end = 20 + int.from_bytes(plain[16:20], "big")
        if end > len(plain) or not hmac.compare_digest(plain[end:], self._receive_id):
            raise BadSignature("bad envelope")
        return plain[20:end]

    def _decrypted(self, encrypted: str) -> bytes:
        try:
            data = base64.b64decode(encrypted.encode("ascii"), validate=True)
        except (UnicodeEncodeError, binascii.Error):
            raise BadSignature("bad envelope") from None
        if not data or len(data) % BLOCK:
            raise BadSignature("bad envelope")
        decryptor = self._cipher.decryptor()
        return decryptor.update(data) + decryptor.finalize()


def _key_bytes(aes_key: str) -> bytes:
    """The 32 bytes of a 43-character EncodingAESKey (its last character may have spare bits, as real ones do)."""
    try:
        key = base64.b64decode(aes_key.encode("ascii") + b"=", validate=True) if len(aes_key) == 43 else b""
    except (UnicodeEncodeError, binascii.Error):
        key = b""
    if len(key) != 32:
        raise ValueError("an EncodingAESKey has exactly 43 letters and digits")
    return key


def _unpadded(padded: bytes) -> bytes:
    count = padded[-1]
    if not 1 <= count <= BLOCK or not hmac.compare_digest(padded[-count:], bytes([count]) * count):
        raise BadSignature("bad envelope")
    return padded[:-count]
