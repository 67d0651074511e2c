"""The yardstick: aiohttp that checks, decrypts, parses and answers sealed, written by hand, and keeps nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import struct
import sys
import time
from collections.abc import Awaitable, Callable
from xml.etree import ElementTree

from aiohttp import web
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bench.accounts import WECOM

ENCRYPTED = re.compile(rb"<Encrypt><!\[CDATA\[(.*?)\]\]></Encrypt>")
KEY = base64.b64decode(WECOM["aes_key"] + "=")
CIPHER = Cipher(algorithms.AES(KEY), modes.CBC(KEY[:16]))
RECEIVER = WECOM["corp_id"].encode()
SAID = "✅ 记下了，下次记得回访。"

Keep = Callable[[dict[str, str]], Awaitable[None]]


def sign(*parts: str) -> str:
    """The signature over token and parts."""
    return hashlib.sha1("".join(sorted((WECOM["token"], *parts))).encode()).hexdigest()


def opened(request: web.Request, body: bytes) -> dict[str, str]:
    """The fields of the message in it. Raises what aiohttp answers 403 to if it is not what it claims to be."""
    query, found = request.query, ENCRYPTED.search(body)
    if found is None:
        raise web.HTTPBadRequest
    encrypted = found[1].decode()
    signature = sign(query["timestamp"], query["nonce"], encrypted)
    if not hmac.compare_digest(signature, query["msg_signature"]) or abs(int(query["timestamp"]) - time.time()) > 300:
        raise web.HTTPForbidden
    decryptor = CIPHER.decryptor()
    plain = decryptor.update(base64.b64decode(encrypted)) + decryptor.finalize()
    plain = plain[16 : -plain[-1]]
    (length,) = struct.unpack(">I", plain[:4])
    if plain[4 + length :] != RECEIVER:
        raise web.HTTPForbidden
    return {field.tag: field.text or "" for field in ElementTree.fromstring(plain[4 : 4 + length])}


def reply(fields: dict[str, str], text: str) -> web.Response:
    """A passive reply, sealed."""
    now, nonce = str(int(time.time())), os.urandom(8).hex()
    inner = (
        f"<xml><ToUserName><![CDATA[{fields['FromUserName']}]]></ToUserName>"
        f"<FromUserName><![CDATA[{fields['ToUserName']}]]></FromUserName><CreateTime>{now}</CreateTime>"
        f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content></xml>"
    ).encode()
    plain = os.urandom(16) + struct.pack(">I", len(inner)) + inner + RECEIVER
    pad = 32 - len(plain) % 32
    encryptor = CIPHER.encryptor()
    encrypted = base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()
    body = (
        f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt><MsgSignature><![CDATA[{sign(now, nonce, encrypted)}]]>"
        f"</MsgSignature><TimeStamp>{now}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
    )
    return web.Response(body=body.encode(), content_type="application/xml")


def application(keep: Keep | None = None) -> web.Application:
    """One route; `keep` is waited for before the answer."""

    async def callback(request: web.Request) -> web.Response:
        fields = opened(request, await request.read())
        if keep:
            await keep(fields)
        return reply(fields, SAID)

    bot = web.Application()
    bot.router.add_post("/hooks/wecom", callback)
    return bot


def main() -> None:
    """Serve on the port given."""
    web.run_app(application(), host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)


if __name__ == "__main__":
    main()
