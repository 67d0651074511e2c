"""What the simulated 钉钉 serves to robots: tokens, session webhooks and the OpenAPI, with its limits."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from scrm_bot.simulator import dingtalk_cards
from scrm_bot.simulator.dingtalk_cards import Said
from scrm_bot.simulator.media import Media
from scrm_bot.simulator.screens import Card
from scrm_bot.simulator.tokens import Mint
from scrm_bot.simulator.world import Handler, World, error, json_body

USERS_AT_MOST = 20
PUNISHED_AFTER = 10_000  # calls within twenty seconds
PUNISHED_FOR = 300.0


class Robot:
    """One organisation with one robot. `guests` have no staff id; `strangers` and `hurried` people fail to get."""

    platform = "dingtalk"
    client_id = robot_code = "ding1"
    client_secret = "dingtalk-secret"
    corp_id = "dingcorp1"

    def __init__(self, world: World, media: Media) -> None:
        self.world, self.media = world, media
        self.tokens = Mint(world.clock, "DINGTALK")
        self.session_life = 5400.0
        self.guests: set[str] = set()
        self.strangers: set[str] = set()  # invalidStaffIdList
        self.hurried: set[str] = set()  # flowControlledStaffIdList
        self.filtered: set[str] = set()  # filteredStaffIdList
        self.calls_a_second = 20  # of one API to send by
        self._sessions: dict[str, tuple[str, float]] = {}  # session -> who sees it, until when
        self._rooms: set[str] = set()
        self._called: Counter[int] = Counter()  # by stretches of twenty seconds
        self._sends: dict[str, deque[float]] = {}
        self._punished_until = 0.0

    def routes(self) -> list[web.RouteDef]:
        """The API, the old host's and the new one's."""
        return [
            web.post("/v1.0/oauth2/accessToken", self.limited(self._access_token)),
            web.post("/robot/sendBySession", self.limited(self._send_by_session)),
            web.post("/v1.0/robot/oToMessages/batchSend", self.limited(self._send_to_people)),
            web.post("/v1.0/robot/groupMessages/send", self.limited(self._send_to_room)),
            web.post("/media/upload", self.limited(self._upload)),
            web.post("/v1.0/robot/messageFiles/download", self.limited(self._address)),
            web.get("/downloads/{code}", self.media.download),
        ]

    def punish(self) -> None:
        """Block the bot's address, as after ten thousand calls in twenty seconds."""
        self._punished_until = self.world.clock.now() + PUNISHED_FOR

    def limited(self, handler: Handler) -> Handler:
        """Serve no more calls than the platform does."""

        async def serve(request: web.Request) -> web.StreamResponse:
            return self._too_many(request.path) or await handler(request)

        return serve

    def knows(self, client_id: object, secret: object) -> bool:
        """True for the robot's own credentials."""
        return (client_id, secret) == (self.client_id, self.client_secret)

    def _too_many(self, path: str) -> web.Response | None:
        now = self.world.clock.now()
        self._called[int(now // 20)] += 1
        if self._called[int(now // 20)] > PUNISHED_AFTER:
            self.punish()
        if now < self._punished_until:
            return web.json_response({"status": 1111, "wait": 5, "punish": "deny"})
        if path.startswith("/v1.0/robot/") and self._too_fast(path, now):
            return refused(403, "Forbidden.AccessDenied.QpsLimitForApi")
        return None

    def _too_fast(self, path: str, now: float) -> bool:
        """More than so many calls of one API in any second."""
        sends = self._sends.setdefault(path, deque())
        while sends and sends[0] <= now - 1:
            sends.popleft()
        sends.append(now)
        return len(sends) > self.calls_a_second

    async def _access_token(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        if not self.knows(body.get("appKey"), body.get("appSecret")):
            self.tokens.calls += 1
            return refused(400, "invalidClientIdOrSecret")
        token, seconds = self.tokens.same()
        return web.json_response({"accessToken": token, "expireIn": seconds})

    async def _send_by_session(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        who, until = self._sessions.get(request.query.get("session", ""), ("", 0.0))
        if until <= self.world.clock.now():
            return refused(400, "session.expired")
        said = dingtalk_cards.in_session(body)
        if said is None:
            return error(430101)
        await self._show(who, said, "session")
        return web.json_response({"errcode": "0", "errmsg": "ok"})  # a number in a string, as in the real one

    async def _send_to_people(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        users = body.get("userIds")
        if not isinstance(users, list) or not 1 <= len(users) <= USERS_AT_MOST:
            return self._bad_token(request) or refused(400, "invalidParameter.userIds.invalid")
        said = dingtalk_cards.by_api(body)
        problem = self._bad_token(request) or self._bad_message(body, said)
        if problem or said is None:
            return problem or error(-1)
        failed = self.strangers | self.hurried | self.guests | self.filtered
        for user in users:
            if user not in failed and not user.startswith("$:"):
                await self._show(user, said, "api")
        invalid = [user for user in users if user in self.strangers | self.guests or user.startswith("$:")]
        hurried = [user for user in users if user in self.hurried]
        filtered = [user for user in users if user in self.filtered]
        lists = {"invalidStaffIdList": invalid, "flowControlledStaffIdList": hurried, "filteredStaffIdList": filtered}
        return web.json_response({"processQueryKey": f"query-{self.world.new_id()}"} | lists)

    async def _send_to_room(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        said, room = dingtalk_cards.by_api(body), str(body.get("openConversationId"))
        problem = self._bad_token(request) or self._bad_message(body, said)
        if problem or said is None:
            return problem or error(-1)
        if room not in self._rooms:
            return refused(400, "invalidParameter.openConversationId.notExist")
        await self._show(room, said, "api")
        return web.json_response({"processQueryKey": f"query-{self.world.new_id()}"})

    async def _show(self, who: str, said: Said, via: str) -> None:
        self.world.screens.called += said.called
        if said.buttons:
            self.world.screens.show(who, Card(said.text, said.buttons))
        if said.media_id:
            self.world.screens.hand(who, said.media_id)
        await self.world.ledger.show(self.platform, who, said.text, via)

    async def _upload(self, request: web.Request) -> web.Response:
        if not self.tokens.good(request.query.get("access_token", "")):
            return error(40014)
        media_id = f"@media{self.world.new_id()}"
        if request.query.get("type") != "file" or not await self.world.screens.upload(request, media_id):
            return error(40035)
        return error(0, type="file", media_id=media_id, created_at=int(self.world.clock.now() * 1000))

    async def _address(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        if problem := self._bad_token(request):
            return problem
        if body.get("robotCode") != self.robot_code:
            return refused(400, "invalidParameter.robotCode.notExsit")
        found = self.media.address_of(str(body.get("downloadCode", "")))
        return web.json_response(found) if found else refused(400, "invalidParameter.downloadCode.invalid")

    def _bad_token(self, request: web.Request) -> web.Response | None:
        token = request.headers.get("x-acs-dingtalk-access-token", "")
        return None if self.tokens.good(token) else refused(400, "InvalidAuthentication")

    def _bad_message(self, body: Mapping[str, Any], said: Said | None) -> web.Response | None:
        if body.get("robotCode") != self.robot_code:
            return refused(400, "invalidParameter.robotCode.notExsit")
        if said is None or (said.media_id and said.media_id not in self.world.screens.uploaded):
            return refused(400, "invalidParameter.param.invalid")
        return None


def refused(status: int, code: str) -> web.Response:
    """An error in the new style."""
    return web.json_response({"code": code, "message": "simulated", "requestid": "0"}, status=status)
