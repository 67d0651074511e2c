"""What people sent, as the simulated platforms give it out: for three days, by an id, to whoever has a token.

sim.media.put("image-media", content)         # what the next picture is; ids as `people.py` and `dingtalk.py` send
sim.media.forget()                            # three days have passed: 40007
sim.media.film = "http://..."                 # a film of WeChat's is only told of by its address
sim.media.address = "https://..."             # where DingTalk says that the content is
sim.media.heading = {"Location": "..."}       # the content's answer has these headers, `status` beside them
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from scrm_bot.simulator.world import World, error

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8ff9f0100"
    "05fe02fea7d6059b0000000049454e44ae426082"
)
SAMPLES: Mapping[str, bytes] = {
    "image": PNG,
    "picture": PNG,
    "voice": b"#!AMR\n" + b"\x3c" * 64,
    "video": b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00" * 64,
    "thumb": PNG,
    "file": b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n",
}
BAD_MEDIA = 40007
Refusal = Callable[[web.Request], web.Response | None]


class Media:
    """By id. An id that begins as a sample is called gives the sample."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.film = self.address = ""
        self.status, self.heading = 200, dict[str, str]()
        self._contents: dict[str, bytes] = {}
        self._gone = False

    def put(self, media_id: str, content: bytes) -> None:
        """This id gives this content from now on."""
        self._contents[media_id] = content

    def forget(self) -> None:
        """Nothing is given out any more."""
        self._gone = True

    def get(self, media_id: str) -> bytes | None:
        """The content; None: no such id, or not any more."""
        if self._gone:
            return None
        return self._contents.get(media_id) or SAMPLES.get(media_id.partition("-")[0] if "-" in media_id else "")

    def route(self, refusal: Refusal) -> web.RouteDef:
        """media/get, of WeCom and of WeChat. `refusal`: why a call is refused before anybody looks for the content."""

        async def serve(request: web.Request) -> web.Response:
            return refusal(request) or self._by_id(request)

        return web.get("/cgi-bin/media/get", serve)

    def _by_id(self, request: web.Request) -> web.Response:
        media_id = request.query.get("media_id", "")
        content = self.get(media_id)
        if content is None:
            return error(BAD_MEDIA, errmsg="invalid media_id")
        if self.film and media_id.startswith("video"):
            return web.json_response({"video_url": self.film})
        headers = {"Content-Disposition": f'attachment; filename="{media_id}"'}
        return self.given(content, headers)

    def given(self, content: bytes, headers: Mapping[str, str]) -> web.Response:
        """The content itself, or what a test wants in its place."""
        return web.Response(status=self.status, body=content, headers={**headers, **self.heading})

    def address_of(self, code: str) -> dict[str, Any] | None:
        """What DingTalk answers to a download code."""
        if self.get(code) is None:
            return None
        return {"downloadUrl": self.address or f"{self.world.base_url}/downloads/{code}?Expires=1"}

    async def download(self, request: web.Request) -> web.Response:
        """What is at such an address."""
        content = self.get(request.match_info["code"])
        return web.Response(status=404) if content is None else self.given(content, {})
