"""The API of the simulated 微信客服: fetching pages, sending under the 48-hour rule, states of sessions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from scrm_bot.simulator import menus
from scrm_bot.simulator.kf import BOT, DAYS_KEPT, ENDED, HUMAN, NEW, POOL, Code, Kf, Session
from scrm_bot.simulator.quotas import Rate
from scrm_bot.simulator.screens import Card
from scrm_bot.simulator.world import error, json_body

TEXT_BYTES = 2048
MSGID = re.compile(r"[0-9a-zA-Z_-]{0,32}")
BAD_CURSOR = 40058
MAY_BECOME = {NEW: {BOT, POOL, HUMAN, ENDED}, BOT: {POOL, HUMAN, ENDED}, POOL: {HUMAN, ENDED}, HUMAN: {POOL, ENDED}}


class KfApi:
    """What the bot may call. `bare`: how often it may fetch without a callback's token."""

    def __init__(self, kf: Kf) -> None:
        self.kf = kf
        self.bare = Rate(kf.world.clock, 10, 60)
        self._taken: set[str] = set()  # ids of messages that were taken

    def routes(self) -> list[web.RouteDef]:
        """All of it is POST."""
        calls = {
            "sync_msg": self._sync,
            "send_msg": self._send,
            "send_msg_on_event": self._send_on_event,
            "service_state/get": self._state,
            "service_state/trans": self._change_state,
            "customer/batchget": self._customers,
        }
        return [web.post(f"/cgi-bin/kf/{path}", self._guarded(call)) for path, call in calls.items()]

    def _guarded(self, call: Any) -> Any:
        async def guarded(request: web.Request) -> web.Response:
            refused = self.kf.corporation.refusal(request, self.kf.tokens)
            answer = refused or await call(await json_body(request))
            assert isinstance(answer, web.Response)
            return answer

        return guarded

    async def _sync(self, body: Mapping[str, Any]) -> web.Response:
        account, cursor, token = (str(body.get(name, "")) for name in ("open_kfid", "cursor", "token"))
        if account not in self.kf.accounts:
            return error(95000)
        if token and not self.kf.rang(token):
            return error(95007, errmsg="invalid msg token")
        if not token and not self.bare.take(account):
            return error(45009)
        whose, read = self.kf.cursors.get(cursor, ("nobody's", 0))
        if whose not in ("", account):
            return error(BAD_CURSOR)
        return self._page(account, read, min(int(body.get("limit", 1000)), self.kf.page_most))

    def _page(self, account: str, read: int, limit: int) -> web.Response:
        mail, oldest = self.kf.mail.get(account, []), self.kf.world.clock.now() - DAYS_KEPT
        while read < len(mail) and mail[read]["send_time"] < oldest:
            read += 1
        end = min(read + limit, len(mail))
        if self.kf.hollow:
            self.kf.hollow -= 1
            return error(0, next_cursor=self._cursor(account, read), has_more=1, msg_list=[])
        more = int(end < len(mail))
        return error(0, next_cursor=self._cursor(account, end), has_more=more, msg_list=mail[read:end])

    def _cursor(self, account: str, read: int) -> str:
        cursor = f"cursor-{self.kf.world.new_id()}"
        self.kf.cursors[cursor] = (account, read)
        return cursor

    async def _send(self, body: Mapping[str, Any]) -> web.Response:
        user, account, msgid = (str(body.get(name, "")) for name in ("touser", "open_kfid", "msgid"))
        if account not in self.kf.accounts:
            return error(95000)
        if code := _wrong(body):
            return error(code)
        if msgid and msgid in self._taken:
            return error(0, msgid=msgid)
        session = self.kf.session(user, account)
        if session.state not in (NEW, BOT):
            return error(95013 if session.state == ENDED else 95018)
        return await self._within_quota(user, account, session, body)

    async def _within_quota(self, user: str, account: str, session: Session, body: Mapping[str, Any]) -> web.Response:
        msgid = str(body.get("msgid") or f"sent-{self.kf.world.new_id()}")
        late = session.until <= self.kf.world.clock.now()
        if late or not session.left:
            if not self.kf.tells_late:
                return error(95002 if late else 95001)
            fail = {"fail_msgid": msgid, "fail_type": 4 if late else 6}
            await self.kf.event("", user, "msg_send_fail", account, **fail)
        else:
            session.left -= 1
            await self._show(user, session, body)
        self._taken.add(msgid)
        return error(0, msgid=msgid)

    async def _send_on_event(self, body: Mapping[str, Any]) -> web.Response:
        code = self.kf.codes.get(str(body.get("code", "")))
        if code is None or not self._good(code):
            return error(95020)
        if wrong := _wrong(body):
            return error(wrong)
        code.used = True
        await self._show(code.user, self.kf.session(code.user, code.account), body)
        return error(0, msgid=str(body.get("msgid") or f"sent-{self.kf.world.new_id()}"))

    def _good(self, code: Code) -> bool:
        return not code.used and code.until > self.kf.world.clock.now()

    async def _show(self, user: str, session: Session, body: Mapping[str, Any]) -> None:
        session.spoken_to = self.kf.world.clock.now()
        if body.get("msgtype") == "msgmenu":
            self.kf.world.screens.show(user, Card(_text(body), menus.menu(body["msgmenu"]) or {}))
        await self.kf.world.ledger.show(self.kf.platform, user, _text(body), "api")

    async def _state(self, body: Mapping[str, Any]) -> web.Response:
        session = self._session(body)
        if session is None:
            return error(95004)
        return error(0, service_state=session.state, servicer_userid="kefu1" if session.state == HUMAN else "")

    async def _change_state(self, body: Mapping[str, Any]) -> web.Response:
        session, state = self._session(body), body.get("service_state")
        if session is None:
            return error(95004)
        if state not in MAY_BECOME.get(session.state, set()):
            return error(95016)
        session.state = int(str(state))
        seconds = {POOL: 48 * 3600, ENDED: 20}.get(session.state)
        code = self.kf.code(str(body["external_userid"]), str(body["open_kfid"]), seconds) if seconds else ""
        return error(0, **({"msg_code": code} if code else {}))

    def _session(self, body: Mapping[str, Any]) -> Session | None:
        who = str(body.get("external_userid", "")), str(body.get("open_kfid", ""))
        return self.kf.session(*who) if who[1] in self.kf.accounts else None

    async def _customers(self, body: Mapping[str, Any]) -> web.Response:
        asked = body.get("external_userid_list")
        if not isinstance(asked, list) or not 1 <= len(asked) <= 100:
            return error(40058)
        met = {user for user, _ in self.kf.sessions}
        known = [{"external_userid": user, "nickname": user, "gender": 0} for user in asked if user in met]
        return error(0, customer_list=known, invalid_external_userid=[user for user in asked if user not in met])


def _wrong(body: Mapping[str, Any]) -> int:
    """Why this could not be sent to anybody; 0 if it could."""
    if not MSGID.fullmatch(str(body.get("msgid", ""))):
        return 40058
    text = _text(body)
    if not text:
        return 44004
    if body.get("msgtype") == "msgmenu" and menus.menu(body["msgmenu"]) is None:
        return 40058
    return 40058 if len(text.encode()) > TEXT_BYTES else 0


def _text(body: Mapping[str, Any]) -> str:
    content = body.get(str(body.get("msgtype")), {})
    if not isinstance(content, dict):
        return ""
    return str(content.get("content") or content.get("head_content") or content.get("media_id") or "")
