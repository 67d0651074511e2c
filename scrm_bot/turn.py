"""One turn: a message in, everything that it causes, one commit."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scrm_bot import delivery, groups, inbox, outbox
from scrm_bot.crm import audit, people
from scrm_bot.crm.desk import Desk
from scrm_bot.crm.people import Contact, Staff, Stranger
from scrm_bot.crm.shape import Shape
from scrm_bot.db import AWAY, Database, forget, settle
from scrm_bot.dialogs import explaining, greeting, media, memory, notices, practice, recalled
from scrm_bot.dialogs.columns import HandOut, no_hand_out
from scrm_bot.dialogs.heard import Heard, MustBeCareful
from scrm_bot.dialogs.skill import Skill
from scrm_bot.dialogs.talk import Talk
from scrm_bot.dialogs.texts import Text, speaking_to
from scrm_bot.dialogs.vocabulary import Vocabulary
from scrm_bot.inbox import Taken
from scrm_bot.message import Address, Earlier, Kind, Message, OutFile, Reply
from scrm_bot.nlp.brain import Brain
from scrm_bot.outbox import InHand
from scrm_bot.posting import post
from scrm_bot.steps import Step, TurnFailed

log = logging.getLogger(__name__)
PASSING = (IntegrityError, *AWAY)  # two turns may count to the same number; the loser counts again
PAUSES = (0.01, 0.05, 0.25)  # seconds before the next try
LISTED = timedelta(hours=24)  # how long a list's numbers mean what they meant
OUT_OF_HAND = timedelta(seconds=10)  # after the callback's time: nobody has told that the answer got there
Speaker = Staff | Contact | Stranger


class Say:
    """What is said when we are at fault."""

    no_file = Text("「{name}」在这里发不出去，请同事在企业微信或钉钉上导出（Excel 格式）。")
    oops = Text("出了点问题，编号 {number}，我们会尽快处理。您的原话已经留底，不会丢。")


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
        hand_out: HandOut = no_hand_out,
    ) -> None:
        self.db, self.brain, self.vocabulary, self.skills = db, brain, vocabulary, skills
        self.shape, self.audiences, self.now, self.hand_out = shape, audiences, now, hand_out
        self.by_api: Callable[[Address, Reply], bool] = lambda _to, _reply: False  # no callback's answer can hold it
        self.carries: Callable[[Address, OutFile], bool] = lambda _to, _file: True  # such files can be handed out there
        self.ended: Callable[[str], None] = lambda _fate: None  # told of each message whose turn `take` has ended

    def take(self, number: int, answer_by: datetime | None = None) -> InHand | None:
        """See to it that this message, and whatever is older in its conversation, has met its fate.

        Until `answer_by` the answer is in the hand of the caller, who holds the message's callback open; then the
        relay takes it. Raises what db.AWAY says while the database cannot do it: the message stays open.
        """
        tries, careful = 0, False
        while True:
            try:
                with self.db.transaction() as session:
                    step = self.step(session, number, None, answer_by, careful=careful)
                if step.fate:
                    self.ended(step.fate)
                if step.over:
                    return step.held
                careful = False
            except TurnFailed as failure:
                if isinstance(failure.__cause__, MustBeCareful):
                    careful = True
                    continue
                if isinstance(failure.__cause__, PASSING) and tries < len(PAUSES):
                    time.sleep(PAUSES[tries] * random.uniform(0.5, 1.5))
                    tries += 1
                elif isinstance(failure.__cause__, AWAY):
                    raise failure.__cause__ from None
                else:
                    self._fail(failure)
                    tries, careful = 0, False

    def step(
        self,
        session: Session,
        number: int,
        message: Message | None,
        answer_by: datetime | None = None,
        *,
        careful: bool = False,
    ) -> Step:
        """One message of the conversation, the oldest open one. Raises TurnFailed.

        `message`: the one asked for, of whoever has it at hand.
        `careful`: a refusal in the middle of a skill takes back what the skill wrote; without, it is MustBeCareful.
        """
        asked = Taken(number, message) if message else inbox.by_number(session, number)
        if asked is None:
            return Step()
        actor, state = self._met(session, asked.message.address)
        oldest = next(iter(inbox.open_until(session, asked)), None)
        if oldest is None:
            return Step()
        mine = oldest == number
        taken = asked if mine else inbox.by_number(session, oldest)
        assert taken is not None
        try:
            desk = self._desk(session, taken, actor)
            held, fate = self._turn(desk, taken, state, answer_by if mine else None, careful=careful)
            return Step(mine, held, outbox.to_carry(session), fate)
        except Exception as bug:
            raise TurnFailed(oldest) from bug

    def rehearse(self, number: int) -> Heard | None:
        """The turn once more, step by step, writing nothing. None if there is no such message."""
        with self.db.transaction() as session:
            taken = inbox.by_number(session, number)
            if taken is None:
                return None
            try:
                actor, state = self._met(session, taken.message.address)
                with speaking_to(self.shape, actor):
                    return self._hear(self._desk(session, taken, actor), state.memory(), taken.message, careful=True)
            finally:
                forget(session)
                session.rollback()

    def explained(self, session: Session, number: int) -> list[list[str]]:
        """Why a message was understood as it was, in lines for each of its acts. Writes nothing."""
        settle(session)  # what others have written in this transaction is signed by them
        row = session.get(inbox.Incoming, number)
        if row is None or not row.understood:
            return []
        desk = Desk(session, people.who(session, row.channel, row.sender), self._local(row.received_at), self.shape)
        self.vocabulary.refresh(session)
        return explaining.told(
            desk, self.brain, self.skills, row.text.strip(), row.understood, self.vocabulary.wordbook
        )

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.shape.zone)

    def _met(self, session: Session, at: Address) -> tuple[Speaker, memory.State]:
        """Who speaks there, and the memory, locked, of what was said with them.

        A person's private conversation is one, whichever account it goes on at: what was asked on one platform may be
        answered on another. A group's is that of the account in the room.
        """
        actor = self._speaker(session, at)
        state = memory.lock(session, _place_of(actor, at), self.now())
        if isinstance(actor, Stranger):  # known by now, perhaps: the turn before may have bound the account
            actor = self._speaker(session, at)
            if not isinstance(actor, Stranger):
                state = memory.lock(session, _place_of(actor, at), self.now())
        return actor, state

    def _turn(
        self, desk: Desk, taken: Taken, state: memory.State, answer_by: datetime | None, *, careful: bool
    ) -> tuple[InHand | None, str]:
        session, message = desk.session, taken.message
        waiting = outbox.has_open(session, message.address)
        if waiting:
            outbox.wake(session, message.address, desk.now)
        remembered = state.memory()
        with speaking_to(self.shape, desk.actor):
            heard = self._heard(desk, remembered, message, careful=careful)
            if not state.data:
                heard = greeting.begun(desk, message, heard)
            here = self._said_here(desk, taken, remembered, heard)
        state.save(session, remembered, desk.now)
        held = self._answer(desk, taken, here, None if waiting else answer_by)
        for event in desk.events:
            for notice in notices.of(desk, event):
                post(desk, notice)
        staff = desk.actor.id if isinstance(desk.actor, Staff) else None
        contact = desk.actor.id if isinstance(desk.actor, Contact) else None
        inbox.end(
            session, taken.number, heard.fate, heard.reason, desk.now,
            staff_id=staff, contact_id=contact, understood=heard.understood,
        )  # fmt: skip
        return held, heard.fate

    def _said_here(self, desk: Desk, taken: Taken, remembered: memory.Memory, heard: Heard) -> Reply | None:
        """What is said where it was asked; the rest, and what it asks, goes where nobody reads along."""
        heard = self._without_file(taken.message.address, heard)
        aside = groups.aside(desk, taken.message, heard)
        if aside is None or heard.reply is None:
            return heard.reply
        if aside.place is not None:
            person = _person(desk)
            outbox.put(desk.session, aside.place, heard.reply, desk.now, answers=taken.number, person=person)
            key = _place_of(desk.actor, aside.place)
            memory.take_along(desk.session, remembered, memory.named_after(taken.number), key, desk.now)
        return aside.words

    def _without_file(self, to: Address, heard: Heard) -> Heard:
        """Where a file cannot be handed out, that is said."""
        reply = heard.reply
        if reply is None or reply.file is None or self.carries(to, reply.file):
            return heard
        words = "\n".join(filter(None, (reply.text, Say.no_file(name=reply.file.name))))
        return replace(heard, reply=replace(reply, text=words, file=None))

    def _answer(self, desk: Desk, taken: Taken, reply: Reply | None, answer_by: datetime | None) -> InHand | None:
        if reply is None:
            return None
        to, hints = taken.message.address, dict(taken.message.hints)
        person = _person(desk)
        if answer_by and self.now() < answer_by and not self.by_api(to, reply):
            until = answer_by + OUT_OF_HAND
            return outbox.put_in_hand(
                desk.session, to, reply, desk.now,
                answers=taken.number, hints=hints, person=person, until=until,
            )  # fmt: skip
        outbox.put(desk.session, to, reply, desk.now, answers=taken.number, hints=hints, person=person)
        return None

    def _speaker(self, session: Session, at: Address) -> Speaker:
        actor = people.speaker(session, at.channel, at.user, self._local(self.now()))
        staff_only = self.audiences.get(at.channel, "staff") == "staff"
        # staff speak on staff channels, customers on theirs
        return actor if isinstance(actor, Staff) is staff_only else Stranger(at.channel, at.user)

    def _desk(self, session: Session, taken: Taken, actor: Speaker) -> Desk:
        return Desk(session, actor, self._local(self.now()), self.shape, taken.number)

    def _heard(self, desk: Desk, remembered: memory.Memory, message: Message, *, careful: bool) -> Heard:
        """For real, or in practice."""
        note = practice.lapsed(remembered, desk.now)
        if remembered.practice is None or message.address.room or message.kind is Kind.FOLLOW:
            return practice.with_note(self._hear(desk, remembered, message, careful=careful), note)
        self.vocabulary.refresh(desk.session)
        return practice.hear(
            desk, remembered, message.text.strip(), partial(self._rehearsed, desk, message, remembered)
        )

    def _rehearsed(
        self, desk: Desk, message: Message, remembered: memory.Memory, on: memory.Practice
    ) -> practice.Rehearsed:
        """All messages of the practice heard once more, and the new one, on a way back that is then taken."""
        assert desk.message_id is not None
        settle(desk.session)
        start = {"customers": list(remembered.customers), "told": list(remembered.told)}
        state = memory.State(_place_of(desk.actor, message.address), start, desk.now)
        inside = desk.session.connection()
        with Session(inside, join_transaction_mode="create_savepoint", expire_on_commit=False) as sandbox:
            for number, at in on.heard:
                self._rehearse(sandbox, number, datetime.fromisoformat(at), state)
            return self._rehearse(sandbox, desk.message_id, desk.now, state)

    def _rehearse(self, sandbox: Session, number: int, at: datetime, state: memory.State) -> practice.Rehearsed:
        """One message, with all that it causes but notices; nothing that others share learns of it."""
        taken = inbox.by_number(sandbox, number)
        assert taken is not None
        desk = Desk(sandbox, self._speaker(sandbox, taken.message.address), self._local(at), self.shape, number)
        remembered = state.memory()
        heard = self._talk(desk, remembered, taken.message, careful=True)
        state.save(sandbox, remembered, desk.now)
        self._answer(desk, taken, heard.reply, None)
        inbox.end(sandbox, number, heard.fate, heard.reason, desk.now, understood=heard.understood)
        settle(sandbox)
        return practice.Rehearsed(heard, audit.tables_of(sandbox, number))

    def _hear(self, desk: Desk, remembered: memory.Memory, message: Message, *, careful: bool) -> Heard:
        words = greeting.greet(desk, message)
        if words is not None:
            return _said(words, "first contact")
        if isinstance(desk.actor, Stranger):
            bound = self._stranger(desk, remembered, message)
            if bound is not None:
                return bound
        if message.kind is Kind.RECALL:
            return recalled.hear(desk, inbox.numbered(desk.session, message.address, str(message.detail["key"])))
        self.vocabulary.refresh(desk.session)
        return self._talk(desk, remembered, message, careful=careful)

    def _talk(self, desk: Desk, remembered: memory.Memory, message: Message, *, careful: bool) -> Heard:
        proof = partial(delivery.proof, desk.session)
        before = partial(self._earlier, desk, message)
        shown = partial(outbox.last_listing, desk.session, desk.actor.key, desk.now - LISTED)
        book = self.vocabulary.wordbook
        talk = Talk(
            desk,
            remembered,
            message,
            self.brain,
            self.skills,
            proof,
            before,
            shown,
            book,
            self.hand_out,
            careful=careful,
        )
        return media.hear(talk)

    def _earlier(self, desk: Desk, message: Message) -> list[Earlier]:
        """What this person said before, at whichever account; in a group, what was said there."""
        at = message.address
        actor = None if at.room else desk.actor
        mine = people.accounts_of(desk.session, actor) if isinstance(actor, Staff | Contact) else []
        places = [(one.channel, one.user) for one in mine] or [(at.channel, at.user)]
        return inbox.earlier(desk.session, desk.message_id or 0, places, at.room)

    def _stranger(self, desk: Desk, remembered: memory.Memory, message: Message) -> Heard | None:
        if self.audiences.get(message.address.channel, "staff") == "staff":
            words = greeting.stranger_among_staff(desk, remembered, message)
            return _said(words, "stranger on a staff channel") if words else Heard(None, "ignored", "stranger", [])
        words = greeting.stranger_binds(desk, remembered, message.address, message.text)
        return _said(words, "binding") if words else None

    def _fail(self, failure: TurnFailed) -> None:
        """The row is kept for `replay`; the person hears a number, never a traceback."""
        log.error("turn failed", extra={"turn": failure.message}, exc_info=failure.__cause__)
        with self.db.transaction() as session:
            taken = inbox.by_number(session, failure.message)
            if taken is None:
                return
            now, to = self.now(), taken.message.address
            self._met(session, to)
            if taken.number not in inbox.open_until(session, taken):
                return  # somebody else did it meanwhile
            inbox.end(session, taken.number, "failed", "a bug; see the log for this turn", now)
            with speaking_to(self.shape, people.who(session, to.channel, to.user)):
                sorry = Reply(Say.oops(number=taken.number))
            outbox.put(session, to, sorry, now, answers=taken.number, hints=dict(taken.message.hints))
        self.ended("failed")


def _person(desk: Desk) -> str | None:
    return desk.actor.key if isinstance(desk.actor, Staff | Contact) else None


def _place_of(actor: object, at: Address) -> str:
    """Under what key memory is kept."""
    return actor.key if isinstance(actor, Staff | Contact) and not at.room else at.conversation


def _said(words: str, reason: str) -> Heard:
    return Heard(Reply(words), "answered", reason, [])
