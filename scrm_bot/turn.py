"""One turn: a message in, everything that it causes, one commit."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from scrm_bot import inbox, outbox
from scrm_bot.crm import people
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import Contact, Staff, Stranger
from scrm_bot.crm.shape import Shape
from scrm_bot.db import Database
from scrm_bot.dialogs import greeting, media, memory, notices
from scrm_bot.dialogs.skill import Skill
from scrm_bot.dialogs.talk import Heard, Talk
from scrm_bot.dialogs.vocabulary import Vocabulary
from scrm_bot.inbox import Incoming
from scrm_bot.message import Kind, Message, Reply
from scrm_bot.nlp.brain import Brain
from scrm_bot.posting import post

log = logging.getLogger(__name__)
TRIES = 3  # two turns may count to the same ticket number; the loser counts again
OOPS = "出了点问题，编号 {number}，我们会尽快处理。您的原话已经留底，不会丢。"


class TurnFailed(Exception):
    """A bug met while this message was in work."""

    def __init__(self, message: int) -> None:
        super().__init__(f"turn {message} failed")
        self.message = message


class Turns:
    """Takes turns. Everything it needs is given; nothing is remembered between turns but the vocabulary."""

    def __init__(
        self,
        db: Database,
        brain: Brain,
        vocabulary: Vocabulary,
        skills: Mapping[str, Skill],
        shape: Shape,
        audiences: Mapping[str, str],
        now: Callable[[], datetime],
    ) -> None:
        self.db, self.brain, self.vocabulary, self.skills = db, brain, vocabulary, skills
        self.shape, self.audiences, self.now = shape, audiences, now

    def take(self, number: int, answer_by: datetime | None = None) -> None:
        """See to it that this message, and whatever is older in its conversation, has met its fate.

        Until `answer_by` the reply is left to whoever holds the message's callback open; then the relay takes it.
        """
        tries = 0
        while True:
            try:
                with self.db.transaction() as session:
                    if self._step(session, number, answer_by):
                        return
            except TurnFailed as failure:
                tries += 1
                passing = isinstance(failure.__cause__, IntegrityError | OperationalError)
                if not passing or tries >= TRIES:
                    log.error("turn failed", extra={"turn": failure.message}, exc_info=failure.__cause__)
                    self._fail(failure.message)
                    tries = 0

    def rehearse(self, number: int) -> Heard | None:
        """The turn once more, step by step, writing nothing. None if there is no such message."""
        with self.db.transaction() as session:
            row = session.get(Incoming, number)
            if row is None:
                return None
            try:
                state = memory.lock(session, row.address.conversation, self.now())
                return self._hear(self._desk(session, row), memory.load(state), row)
            finally:
                session.rollback()

    def _step(self, session: Session, number: int, answer_by: datetime | None) -> bool:
        """One message of the conversation, the oldest open one. True if that was the one asked for."""
        row = session.get(Incoming, number)
        if row is None or row.fate is not None:
            return True
        state = memory.lock(session, row.address.conversation, self.now())
        session.refresh(row)
        if row.fate is not None:
            return True
        row = inbox.oldest_open(session, row)
        try:
            self._turn(session, row, state, answer_by if row.id == number else None)
            session.flush()
        except Exception as bug:
            raise TurnFailed(row.id) from bug
        return row.id == number

    def _turn(self, session: Session, row: Incoming, state: memory.Conversation, answer_by: datetime | None) -> None:
        desk = self._desk(session, row)
        outbox.wake(session, row.address, desk.now)
        remembered = memory.load(state)
        heard = self._hear(desk, remembered, row)
        memory.save(state, remembered, desk.now)
        if heard.reply is not None:
            run_at = max(self.now(), answer_by) if answer_by else None
            person = desk.actor.key if isinstance(desk.actor, Staff | Contact) else None
            outbox.put(
                session, row.address, heard.reply, desk.now,
                answers=row.id, hints=row.hints, run_at=run_at, person=person,
            )  # fmt: skip
        session.flush()
        for event in desk.events:
            for notice in notices.of(desk, event):
                post(desk, notice)
        row.staff_id = desk.actor.id if isinstance(desk.actor, Staff) else None
        row.contact_id = desk.actor.id if isinstance(desk.actor, Contact) else None
        row.understood = heard.understood
        row.end(heard.fate, heard.reason, desk.now)

    def _desk(self, session: Session, row: Incoming) -> Desk:
        now = self.now().astimezone(self.shape.zone)
        account = people.seen(session, row.channel, row.sender, now)
        session.flush()
        actor = people.who(session, account.channel, account.user)
        staff_only = self.audiences.get(row.channel, "staff") == "staff"
        if isinstance(actor, Staff) is not staff_only:
            actor = Stranger(row.channel, row.sender)  # staff speak on staff channels, customers on theirs
        return Desk(session, actor, now, self.shape, row.id)

    def _hear(self, desk: Desk, remembered: memory.Memory, row: Incoming) -> Heard:
        message = Message(row.address, row.key, Kind(row.kind), row.text, row.sent_at, row.sender_name, row.detail)
        words = greeting.greet(desk, message)
        if words is not None:
            return _said(words, "first contact")
        if isinstance(desk.actor, Stranger):
            bound = self._stranger(desk, remembered, message)
            if bound is not None:
                return bound
        silent = media.hear(desk, message)
        if silent is not None:
            return silent
        self.vocabulary.refresh(desk.session)
        return Talk(desk, remembered, message, self.brain, self.skills).hear()

    def _stranger(self, desk: Desk, remembered: memory.Memory, message: Message) -> Heard | None:
        if self.audiences.get(message.address.channel, "staff") == "staff":
            words = greeting.stranger_among_staff(desk, remembered, message)
            return _said(words, "stranger on a staff channel") if words else Heard(None, "ignored", "stranger", [])
        words = greeting.stranger_binds(desk, message.address, message.text)
        return _said(words, "binding") if words else None

    def _fail(self, number: int) -> None:
        """The row is kept for `replay`; the person hears a number, never a traceback."""
        with self.db.transaction() as session:
            row = session.get(Incoming, number)
            if row is None or row.fate is not None:
                return
            now = self.now()
            row.end("failed", "a bug; see the log for this turn", now)
            outbox.put(session, row.address, Reply(OOPS.format(number=number)), now, answers=row.id, hints=row.hints)


def _said(words: str, reason: str) -> Heard:
    return Heard(Reply(words), "answered", reason, [])
